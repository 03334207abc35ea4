"""`billing catalog plan`."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stripe_billing_cli.cli import options
from stripe_billing_cli.cli.catalog.app import DEFAULT_FILE, File, app
from stripe_billing_cli.cli.catalog.plan_options import PlanOptions
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.shared_options import PlanFormat
from stripe_billing_cli.errors import PENDING, BillingError, system_reason

if TYPE_CHECKING:
    from stripe_billing_cli.catalog.plan import Plan
    from stripe_billing_cli.catalog.plan_request import PlanRequest


@options.command(app, formats=PlanFormat)
def plan(
    context: Context,
    file: File = DEFAULT_FILE,
    check: Annotated[bool, typer.Option("--check", help="Exit with 3 if changes are pending.")] = False,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Save the plan, for apply --plan.")] = None,
    *,
    plan_options: PlanOptions,
) -> int | None:
    """Show what apply would change in Stripe. Writes nothing there.

    \b
    + create  ~ update  ± replace (what cannot change is made anew)  - archive

    \b
    Examples:  billing catalog plan --local
               billing catalog plan --check  # in CI: exit code 3 if changes are pending
               billing catalog plan --output markdown  # a comment for the pull request; github: annotations of it
               billing catalog plan --out keymap.plan  # then: billing catalog apply --plan keymap.plan
    """
    from stripe_billing_cli.catalog import saved_plan
    from stripe_billing_cli.catalog.plan_request import plan_catalog

    request = plan_options.request(file)
    catalog_plan = plan_catalog(context.stripe, request)
    show_plan(context, request, catalog_plan)
    _print_plan(context, catalog_plan)
    if out:
        try:
            saved_plan.save(out, request, catalog_plan)
        except OSError as error:
            message = f"the plan could not be saved in {out}: {system_reason(error)}"
            raise BillingError("system", message, "name another place with --out FILE") from error
        context.printer.note(f"Saved. Apply exactly this with: billing catalog apply --plan {shlex.quote(str(out))}")
    return PENDING if check and catalog_plan.changes else None


def _print_plan(context: Context, catalog_plan: Plan) -> None:
    """Print a plan in the formats that are not for the person at the terminal."""
    from stripe_billing_cli.cli.catalog import plan_view, review_view

    match context.printer.output:
        case "table":
            return
        case "markdown":
            context.printer.text("\n".join([*review_view.markdown(catalog_plan), ""]))
        case "github":
            context.printer.text("\n".join([*review_view.plan_annotations(catalog_plan), ""]))
        case _:
            context.printer.result(plan_view.as_json(catalog_plan), ids=plan_view.ids(catalog_plan))


def show_plan(context: Context, request: PlanRequest, catalog_plan: Plan) -> None:
    """Print a plan for people; notes go to stderr in every format."""
    from stripe_billing_cli.cli.catalog import plan_view

    if context.printer.for_people:
        for line in plan_view.lines(catalog_plan, request.catalog.source):
            context.printer.line(line.text, **line.style)
    plan_view.show_notes(context, catalog_plan.notes, catalog_plan.source)
