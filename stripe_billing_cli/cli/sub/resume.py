"""`billing sub resume`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from stripe_billing_cli.cli import confirm, options, parsing
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.output import GREEN, YELLOW, Line, Record
from stripe_billing_cli.cli.sub.app import Subscription, app

if TYPE_CHECKING:
    from stripe_billing_cli.subscriptions.resume import ResumePlan


@options.command(app)
def resume(context: Context, subscription: Subscription, preview: parsing.Preview = False) -> None:
    """Let a subscription go on: take its pending cancellation back, or end its pause.

    After a pause of the service a new period begins at once and is charged; until that payment goes through the
    subscription stays paused, the link on which the customer can pay is printed, and the exit code is 4.

    \b
    Examples:  billing sub resume ada@example.com
               billing sub resume sub_1MowQV --preview
    """
    from stripe_billing_cli.subscriptions.payments import unpaid_error
    from stripe_billing_cli.subscriptions.resume import plan_resume

    plan = plan_resume(context.stripe, subscription)
    id = plan.subscription["id"]
    if plan.steps:
        will = [line.text for line in _will(plan)]
        question = f"Let {id} go on?"
        confirm.confirm(context, question, will=will, in_any_mode=plan.moves_money, preview=preview, cost=plan.cost)
    result = plan.apply(context.stripe)
    context.printer.record(result.record(), _screen)
    if result.stays_paused:
        raise unpaid_error(f"{id} stays paused until it is paid", id, result.owes, "it is still paused")


def _will(plan: ResumePlan) -> Iterator[Line]:
    from stripe_billing_cli.cli import formatting
    from stripe_billing_cli.cli.payment_text import paying_card
    from stripe_billing_cli.cli.sub import cost_view
    from stripe_billing_cli.subscriptions import payments

    subscription, cost = plan.subscription, plan.cost
    id = subscription["id"]
    for step in plan.steps:
        match step:
            case "cancellation":
                yield Line(f"{id} goes on: it does not end on {formatting.date(subscription['cancel_at'])}.")
            case "collection":
                yield Line(f"{id}: its invoices are collected again, from the next one on.")
            case "pause":
                yield Line(f"{id}: the service goes on, and a new period begins now.")
    if cost:
        yield from cost_view.lines(cost)
    if cost and "pause" not in plan.steps:
        yield Line("  This is settled with the next invoice.")
    elif cost:
        source = f" {paying_card(payments.default_card(subscription))}" if cost.due_now else ""
        yield cost_view.entry("due now", f"{formatting.money(cost.due_now, cost.currency)}{source}")
        yield from cost_view.balance(cost)


def _screen(record: Record) -> Iterator[Line]:
    id, status = record["id"], record["subscription"]["status"]
    if record["result"] == "unchanged":
        yield Line(f"{id} is {status}: it is neither paused nor about to end. Nothing to do.")
    elif record["result"] == "resumed":
        yield Line(f"{id} goes on; it is {status}.", GREEN)
    else:
        yield Line(f"{id} is paused, and goes on when its invoice is paid.", YELLOW)
