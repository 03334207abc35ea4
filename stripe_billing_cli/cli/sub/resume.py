"""`billing sub resume`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from stripe_billing_cli.cli import confirm, options
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.output import Line, Record
from stripe_billing_cli.cli.sub.app import Subscription, app
from stripe_billing_cli.errors import NOT_REACHED, BillingError

if TYPE_CHECKING:
    from stripe_billing_cli.stripe_api.client import Object
    from stripe_billing_cli.subscriptions.cost import Cost
    from stripe_billing_cli.subscriptions.pause import Resumption


@options.command(app)
def resume(context: Context, subscription: Subscription) -> None:
    """Let a subscription go on: take its pending cancellation back, or end its pause.

    After a pause of the service a new period begins at once and is charged; until that payment goes through the
    subscription stays paused, the link on which the customer can pay is printed, and the exit code is 4.

    \b
    Examples:  billing sub resume ada@example.com
               billing sub resume sub_1MowQV --yes
    """
    from stripe_billing_cli.stripe_api import lookup
    from stripe_billing_cli.subscriptions import apply_pause, outcomes, pause, payments, steps

    api = context.stripe
    found = lookup.find_subscription(api, subscription, expand=steps.EXPAND)
    decided = apply_pause.resolve(api, found, pause.decide_resumption(found))
    resumes = "pause" in decided.steps
    cost = apply_pause.cost_of_resuming(api, found) if resumes else apply_pause.cost_of_going_on(api, found, decided)
    after, owes = found, None
    if decided.steps:
        will = [line.text for line in _plan(found, decided, cost)]
        confirm.confirm(context, f"Let {found['id']} go on?", will=will, moves_money=cost is not None or resumes)
        after = apply_pause.resume(api, found, decided)
    if after["status"] == "paused":
        invoice = next(iter(payments.open_invoices(api, after)), None)
        owes = payments.owed(api, invoice) if invoice else None
    record = outcomes.resumption(after, decided, cost, owes)
    context.printer.record(record, lambda: _screen(record))
    if after["status"] == "paused":
        why = str(owes.trouble) if owes and owes.trouble else "it is still paused"
        hint = payments.ways_to_pay(owes.url, f"billing sub pay {found['id']}") if owes else None
        raise BillingError("payment_failed", f"{found['id']} stays paused until it is paid: {why}", hint, NOT_REACHED)


def _plan(subscription: Object, decided: Resumption, cost: Cost | None) -> Iterator[Line]:
    from stripe_billing_cli.cli import formatting
    from stripe_billing_cli.cli.sub import cost_view
    from stripe_billing_cli.subscriptions import payments

    id = subscription["id"]
    for step in decided.steps:
        match step:
            case "cancellation":
                yield Line(f"{id} goes on: it does not end on {formatting.date(subscription['cancel_at'])}.")
            case "collection":
                yield Line(f"{id}: its invoices are collected again, from the next one on.")
            case "pause":
                yield Line(f"{id}: the service goes on, and a new period begins now.")
    if cost:
        yield from cost_view.lines(cost)
    if cost and "pause" not in decided.steps:
        yield Line("  This is settled with the next invoice.")
    elif cost:
        source = f" {cost_view.paying(payments.default_card(subscription))}" if cost.due_now else ""
        yield cost_view.entry("due now", f"{formatting.money(cost.due_now, cost.currency)}{source}")


def _screen(record: Record) -> Iterator[Line]:
    id, status = record["id"], record["subscription"]["status"]
    if record["result"] == "unchanged":
        yield Line(f"{id} is {status}, and nothing is to end or paused. Nothing to do.")
    elif record["result"] == "resumed":
        yield Line(f"{id} goes on; it is {status}.", {"fg": "green"})
    else:
        yield Line(f"{id} is paused, and goes on when its invoice is paid.", {"fg": "yellow"})
