"""`billing catalog diff`."""

from __future__ import annotations

from contextlib import closing
from typing import Annotated

import typer

from stripe_billing_cli.cli import options
from stripe_billing_cli.cli.catalog.app import DEFAULT_FILE, File, app
from stripe_billing_cli.cli.catalog.other import other_context
from stripe_billing_cli.cli.catalog.plan import show_plan
from stripe_billing_cli.cli.catalog.plan_options import PlanOptions, Target
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.errors import PENDING


@options.command(
    app,
    shared_names=("api_key", "api_key_file", "profile", "live", "output", "verbose"),
    other_stripe="--against",
)
def diff(
    context: Context,
    against: Annotated[
        str, typer.Option("--against", metavar="STRIPE", help="What: test, live, profile:NAME or file:PATH.")
    ],
    file: File = DEFAULT_FILE,
    check: Annotated[bool, typer.Option("--check", help="Exit with 3 if there are differences.")] = False,
    target: Target = None,
) -> int | None:
    """Show what another account, or the other mode, holds otherwise than the file: what copy would change there.

    \b
    Examples:  billing catalog diff --against live
               billing catalog diff --against profile:staging --check
    """
    from stripe_billing_cli.catalog.plan_request import plan_catalog
    from stripe_billing_cli.cli.catalog import plan_view

    with closing(other_context(context, "--against", against, must_exist=True)) as other_stripe:
        request = PlanOptions(target=target).request(file, elsewhere=True)
        catalog_plan = plan_catalog(other_stripe.stripe, request)
        show_plan(other_stripe, request, catalog_plan)
        if not other_stripe.printer.for_people:
            other_stripe.printer.result(plan_view.as_json(catalog_plan), ids=plan_view.ids(catalog_plan))
        return PENDING if check and catalog_plan.changes else None
