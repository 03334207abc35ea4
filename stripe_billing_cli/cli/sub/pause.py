"""`billing sub pause`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from stripe_billing_cli.cli import confirm, options, parsing
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.output import GREEN, Line, Record
from stripe_billing_cli.cli.sub.app import Subscription, app
from stripe_billing_cli.errors import UsageError

if TYPE_CHECKING:
    from stripe_billing_cli.subscriptions.pause import PausePlan


Invoices = Literal["void", "keep-draft", "uncollectible"]


BEHAVIORS = {
    "void": "void",
    "keep-draft": "keep_as_draft",
    "uncollectible": "mark_uncollectible",
}
FATES = {
    "void": "are voided: nothing is paid for this time",
    "keep_as_draft": "stay drafts, to be collected later",
    "mark_uncollectible": "are written off as uncollectible",
}


@options.command(app)
def pause(
    context: Context,
    subscription: Subscription,
    keep_service: Annotated[
        bool, typer.Option("--keep-service", help="Only stop collecting: service and status stay as they are.")
    ] = False,
    invoices: Annotated[
        Invoices | None,
        typer.Option(
            help="With --keep-service: what becomes of the invoices in the meantime (default: void).",
            show_default=False,
        ),
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="DATE", help="With --keep-service: collect again from then on.")
    ] = None,
    preview: parsing.Preview = False,
) -> None:
    """Stop a subscription for a while: no service, no invoices, until it is resumed.

    What is unused of the paid period is credited to the invoice with which it goes on. With --keep-service the
    customer keeps the service, and only the collection of its invoices pauses.

    \b
    Examples:  billing sub pause ada@example.com
               billing sub pause ada@example.com --preview
               billing sub pause sub_1MowQV --keep-service --invoices keep-draft --until 2027-02-01
    """
    from stripe_billing_cli.subscriptions.pause import PauseRequest, plan_pause

    if not keep_service and (invoices or until):
        raise UsageError("--invoices and --until belong to --keep-service", "without the service nothing is invoiced")
    behavior = BEHAVIORS[invoices or "void"] if keep_service else None
    request = PauseRequest(subscription, behavior, parsing.moment("--until", until) if until else None)
    plan = plan_pause(context.stripe, request)
    if not plan.is_done:
        will = [line.text for line in _will(plan)]
        question = f"Pause {plan.subscription['id']}?"
        confirm.confirm(context, question, will=will, in_any_mode=True, preview=preview, cost=plan.cost)
    record = plan.apply(context.stripe).record()
    context.printer.record(record, lambda fields: _screen(fields, stops_service=plan.stops_service))


def _will(plan: PausePlan) -> Iterator[Line]:
    from stripe_billing_cli.cli import formatting
    from stripe_billing_cli.cli.sub import cost_view

    id, params, cost = plan.subscription["id"], plan.params or {}, plan.cost
    if "pause_collection" in params:
        collection = params["pause_collection"]
        yield Line(f"{id} keeps its service; the invoices to come {FATES[collection['behavior']]}.")
        if "resumes_at" in collection:
            yield Line(f"  They are collected again from {formatting.moment(collection['resumes_at'])} on.")
        return
    yield Line(f"{id} pauses now: the customer loses access, and nothing is invoiced until it is resumed.")
    if cost and cost.lines:
        yield from cost_view.lines(cost)
        yield Line("  This is settled with the first invoice after the pause.")


def _screen(record: Record, *, stops_service: bool) -> Iterator[Line]:
    from stripe_billing_cli.cli import formatting

    id, collection = record["id"], record["pause_collection"]
    if record["result"] == "unchanged":
        yield Line(f"{id} is already paused in this way. Nothing to do.")
    elif collection and not stops_service:
        until = f" until {formatting.moment(collection['resumes_at'])}" if collection["resumes_at"] else ""
        yield Line(f"The invoices of {id} are not collected{until}. Collect again: billing sub resume {id}", GREEN)
    else:
        yield Line(f"{id} is paused. Go on: billing sub resume {id}", GREEN)
