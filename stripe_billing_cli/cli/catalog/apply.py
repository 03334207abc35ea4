"""`billing catalog apply`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from stripe_billing_cli.cli import options
from stripe_billing_cli.cli.catalog.app import DEFAULT_FILE, SecretFileName, app
from stripe_billing_cli.cli.catalog.plan import show_plan
from stripe_billing_cli.cli.catalog.plan_options import PlanOptions
from stripe_billing_cli.cli.confirm import confirm, said_no
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.option_values import COMMAND_LINE
from stripe_billing_cli.errors import FAILED, WRONG, BillingError, UsageError

if TYPE_CHECKING:
    from stripe_billing_cli.catalog.executor import Outcome
    from stripe_billing_cli.catalog.plan import KeepSecret, Operation, Plan
    from stripe_billing_cli.catalog.plan_request import PlanRequest


@options.command(app)
def apply(
    context: Context,
    file: Annotated[
        str | None,
        typer.Option(
            "--file", "-f", metavar="FILE", help="The catalog (default: catalog.yaml); - reads standard input."
        ),
    ] = None,
    plan_file: Annotated[
        Path | None,
        typer.Option("--plan", metavar="FILE", help="Do exactly this saved plan, or refuse if Stripe has changed."),
    ] = None,
    *,
    plan_options: PlanOptions,
    secret_file: SecretFileName = None,
) -> int | None:
    """Make Stripe hold what the file says. Safe to repeat, and to run again after any failure.

    In live mode it shows the account and asks first; without a terminal it needs --live --yes. In test mode it asks
    where something cannot be taken back, such as a promotion code that ends and begins to count anew: --yes agrees.
    A new webhook endpoint's secret is shown by Stripe once: it goes to --secret-file, and is kept out of the output.

    \b
    Examples:  billing catalog apply --local
               billing catalog apply --plan keymap.plan
               billing catalog apply --secret-file webhook.secret
               billing catalog apply --live --yes  # in CI, with a live key
    """
    from stripe_billing_cli.catalog import saved_plan
    from stripe_billing_cli.catalog.plan_request import plan_catalog

    plan_from_file = None
    if plan_file:
        named_file = file and context.sources.get("file") == COMMAND_LINE
        if named_file or not plan_options.is_default:
            message = "--plan excludes --file, --prune, --adopt and --target: the plan says it all"
            raise UsageError(message, "say --plan alone, or plan anew without it")
        plan_from_file = saved_plan.load(plan_file)
        request = plan_from_file.request()
    else:
        request = plan_options.request(file or DEFAULT_FILE)
    catalog_plan = plan_catalog(context.stripe, request)
    if plan_from_file:
        plan_from_file.check(context.stripe, catalog_plan)
    return apply_plan(context, request, catalog_plan, secret_file)


def apply_plan(context: Context, request: PlanRequest, catalog_plan: Plan, secret_file: str | None) -> int | None:
    """Show a plan, ask where that is due, carry it out and show what became of it; return the exit code."""
    show_plan(context, request, catalog_plan)
    keep_secret = _secret_keeper(context, catalog_plan, secret_file)
    if catalog_plan.changes and catalog_plan.livemode:
        _confirm_live(context, catalog_plan)
    elif catalog_plan.questions():
        confirm(context, "Apply this?", will=_to_agree(catalog_plan), in_any_mode=True)
    return _carry_out(context, catalog_plan, keep_secret)


def _to_agree(catalog_plan: Plan) -> list[str]:
    return [f"To agree to: {question}" for question in catalog_plan.questions()]


def _confirm_live(context: Context, catalog_plan: Plan) -> None:
    from stripe_billing_cli.cli.account import account_name
    from stripe_billing_cli.cli.catalog.plan_view import summary

    name = account_name(context.stripe)
    context.printer.note(
        f"LIVE MODE: account {name} ({catalog_plan.account or 'unknown'}). {summary(catalog_plan)}", bold=True
    )
    for line in _to_agree(catalog_plan):
        context.printer.note(line)
    if not context.interactive:
        if context.live and context.yes:
            return
        raise BillingError(
            "confirmation",
            f"this key is live (account {name}), and there is no terminal to ask on",
            "say --live --yes to mean it",
            WRONG,
        )
    if not context.yes and not typer.confirm("Apply this to the live account?", err=True):
        raise said_no("nothing was changed")


def _secret_keeper(context: Context, catalog_plan: Plan, name: str | None) -> KeepSecret | None:
    """Return the function that stores the secrets of new objects. Raises `BillingError` where there will be some and no
    place."""
    from stripe_billing_cli.catalog.executor import UnkeptSecretError
    from stripe_billing_cli.cli.catalog.secret_file import SecretFile

    new = catalog_plan.with_secrets()
    if not new:
        return None
    if name is None:
        raise UnkeptSecretError(new)
    return SecretFile(context, name).keep


def _carry_out(context: Context, catalog_plan: Plan, keep_secret: KeepSecret | None) -> int | None:
    """Carry out the plan, show what became of it, and return the exit code. A second Ctrl-C says where things stand
    however late it comes: the calls in flight may end just before it."""
    from stripe_billing_cli.catalog.executor import carry_out
    from stripe_billing_cli.cli.interrupts import asked_to_stop, exit_code

    api = context.stripe
    try:
        with asked_to_stop() as stop:
            with _progress(sum(1 for _ in catalog_plan.operations())) as advance:
                outcome = carry_out(api, catalog_plan, progress=advance, interrupt=stop, keep_secret=keep_secret)
            _show_outcome(context, catalog_plan, outcome)
            if outcome.interrupted:
                return stop.exit_code
            return None if outcome.complete else FAILED
    except KeyboardInterrupt as interruption:
        raise BillingError(
            "interrupted",
            "stopped at once; the calls in flight may or may not have taken effect",
            "run the same command again: it does what is missing, and nothing twice",
            exit_code(interruption),
        ) from None


def _progress(calls: int) -> Any:
    """Return a progress bar on a terminal, where there is more than one call; elsewhere nothing is shown."""
    if calls < 2 or not sys.stderr.isatty():
        return nullcontext(lambda call: None)
    return _bar(calls)


@contextmanager
def _bar(calls: int) -> Iterator[Callable[[Operation], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = TextColumn("Applying"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("calls", total=calls)
        yield lambda operation: progress.advance(task)


def _show_outcome(context: Context, catalog_plan: Plan, outcome: Outcome) -> None:
    from stripe_billing_cli.cli.catalog import plan_view

    if not context.printer.for_people:
        context.printer.result(plan_view.as_json(catalog_plan, outcome), ids=plan_view.ids(catalog_plan, outcome))
        return
    if catalog_plan.changes:
        for line in plan_view.outcome_lines(catalog_plan, outcome):
            context.printer.line(line.text, **line.style)
