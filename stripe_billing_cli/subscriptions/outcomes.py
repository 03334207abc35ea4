"""What became of a command that changed something, as `billing` prints it: docs/output.md lists the fields.

Amounts are ints in the currency's smallest unit, times Unix seconds; what there is none of is null.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from stripe_billing_cli.stripe_api import json_output
from stripe_billing_cli.stripe_api.client import Object
from stripe_billing_cli.subscriptions.cost import Cost
from stripe_billing_cli.subscriptions.item_change import Change
from stripe_billing_cli.subscriptions.pause import Pause, Resumption
from stripe_billing_cli.subscriptions.pay import Attempt, Payable
from stripe_billing_cli.subscriptions.payments import Owed, PaymentError
from stripe_billing_cli.subscriptions.quote import Quote
from stripe_billing_cli.subscriptions.refund import RefundPlan


def change(
    result: str,
    subscription: Object,
    decided: Change,
    quoted: Quote | None,
    later_cost: Cost | None,
    owes: Owed | None,
) -> dict[str, Any]:
    """`result` is one of `previewed`, `unchanged`, `changed`, `scheduled`, `taken_back`, `payment_needed`."""
    cost = quoted.cost if quoted else later_cost
    return {
        "id": subscription["id"],
        "result": result,
        "item": decided.item,
        "from": asdict(decided.before),
        "to": asdict(decided.after),
        "added": [],
        "removed": [],
        "starts": decided.starts,
        "proration": quoted.proration if quoted else None,
        "proration_date": quoted.proration_date if quoted else None,
        "new_period_starts": quoted.restarts if quoted else False,
        "cost": None if cost is None else cost_record(cost),
        **owing(owes),
        "subscription": json_output.subscription(subscription),
    }


def cost_record(cost: Cost) -> dict[str, Any]:
    """`credited` and `discounted` are negative or 0; a credit is negative in `to_balance` and `waits` too."""
    return {
        "currency": cost.currency,
        "credited": cost.credited,
        "charged": cost.charged,
        "discounted": cost.discounted,
        "due_now": cost.due_now,
        "to_balance": cost.to_balance,
        "waits": cost.waits,
        "lines": [asdict(line) for line in cost.lines],
        "next_invoice": None if cost.next_invoice is None else asdict(cost.next_invoice),
    }


def owing(owes: Owed | None) -> dict[str, Any]:
    """The invoice that waits for its payment, where the customer can pay it, and why it has not been paid."""
    return {
        "confirmation_url": owes.url if owes else None,
        "payment_error": trouble(owes.trouble) if owes else None,
    }


def trouble(found: PaymentError | None) -> dict[str, Any] | None:
    return None if found is None else asdict(found)


def cancellation(
    result: str,
    subscription: Object,
    ends: int,
    final: Cost | None,
    refund: RefundPlan | None,
    given: Sequence[Object],
) -> dict[str, Any]:
    """`result` is one of `canceled`, `scheduled`, `unchanged`. `ends` is when the service ends or ended."""
    return {
        "id": subscription["id"],
        "result": result,
        "ends": ends,
        "final_invoice": None if final is None else cost_record(final),
        "refund": None if refund is None else refunded(refund, given),
        "subscription": json_output.subscription(subscription),
    }


def refunded(refund: RefundPlan, given: Sequence[Object]) -> dict[str, Any]:
    """`given` are the refunds that this run made. `id` and `status`, of the first, are null where there was none."""
    made = [*(part.made for part in refund.parts if part.made), *given]
    made.sort(key=lambda one: -one["created"])
    return {
        "id": made[0]["id"] if made else None,
        "status": made[0]["status"] if made else None,
        "amount": refund.amount,
        "currency": refund.currency,
        "invoice": refund.parts[0].payment.invoice["id"] if refund.parts else None,
        "refunds": [json_output.refund(one) for one in made],
        "not_to_card": refund.not_to_card,
        "on_balance": refund.on_balance,
    }


def payment(subscription: Object, payable: Payable, attempt: Attempt) -> dict[str, Any]:
    """`result` is one of `paid`, `card_saved`, `payment_needed`, `nothing_to_pay`.

    `invoice` is the one that was to be paid; where nothing was, the draft in the making, charged at `collects_at`.
    """
    invoice = payable.invoice or payable.draft
    return {
        "id": subscription["id"],
        "result": attempt.result,
        "invoice": json_output.invoice(invoice) if invoice else None,
        "collects_at": invoice["automatically_finalizes_at"] if invoice else None,
        "older_open": [json_output.invoice(one) for one in payable.older],
        "confirmation_url": payable.invoice["hosted_invoice_url"] if payable.invoice and attempt.trouble else None,
        "payment_error": trouble(attempt.trouble),
        "subscription": json_output.subscription(subscription),
    }


def resumption(subscription: Object, decided: Resumption, cost: Cost | None, owes: Owed | None) -> dict[str, Any]:
    """`result` is one of `resumed`, `unchanged`, `payment_needed`.

    `taken_back` names what was: `cancellation`, `collection`, `pause`. `cost` is that of the period that begins after
    a pause of the service, or of time that the cancellation had credited.
    """
    paused = subscription["status"] == "paused"
    return {
        "id": subscription["id"],
        "result": "payment_needed" if paused else "resumed" if decided.steps else "unchanged",
        "taken_back": list(decided.steps),
        "cost": None if cost is None else cost_record(cost),
        **owing(owes),
        "subscription": json_output.subscription(subscription),
    }


def pausing(subscription: Object, decided: Pause, cost: Cost | None) -> dict[str, Any]:
    """`result` is one of `paused`, `unchanged`. `cost` is what the unused time credits, to be settled later."""
    pause = subscription["pause_collection"]
    return {
        "id": subscription["id"],
        "result": "unchanged" if decided.params is None else "paused",
        "pause_collection": None
        if pause is None
        else {"behavior": pause["behavior"], "resumes_at": pause["resumes_at"]},
        "cost": None if cost is None else cost_record(cost),
        "subscription": json_output.subscription(subscription),
    }


def clock(source: Object) -> dict[str, Any]:
    """Return a clock's fields. `frozen_time` is what it shows, `deletes_after` when Stripe deletes it by itself."""
    return {
        "id": source["id"],
        "name": source["name"],
        "status": source["status"],
        "frozen_time": source["frozen_time"],
        "deletes_after": source["deletes_after"],
        "created": source["created"],
    }
