"""Giving money back for a subscription that ends: how much, and exactly once.

A refund carries what it was made for in its metadata, and an idempotency key made of the same. So a run that was cut
off, retried or raced by another finds the refund, by its key within a day and by its mark ever after.
https://docs.stripe.com/refunds
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from stripe_billing_cli.stripe_api.client import Object, StripeApi
from stripe_billing_cli.stripe_api.errors import StripeFailure
from stripe_billing_cli.subscriptions.cancel import RefundKind, period_end
from stripe_billing_cli.subscriptions.refusals import Refused

STAMP = "billing_refund"
"""Metadata of a refund: what it was made for."""
ATTEMPTS = 4
"""How often a refund is asked for under a new key, after a remembered failure."""
GIVEN = ("succeeded", "pending", "requires_action")
"""The statuses of a refund that has not failed (`stripe/_refund.py`)."""


@dataclass(frozen=True)
class Payment:
    """The payment of an invoice: what was paid by it, and what of that is left to give back, in minor units."""

    invoice: Object
    intent: str
    left: int
    refunds: tuple[Object, ...]


@dataclass(frozen=True)
class Refund:
    """`made` is the refund that was given for the same reason before, None where it is yet to be made.

    `amount` in minor units, 0 where nothing is left to give back.
    """

    kind: RefundKind
    subscription: str
    payment: Payment
    amount: int
    made: Object | None = None

    @property
    def mark(self) -> str:
        return f"{self.kind}:{self.subscription}"

    def idempotency_key(self, again: int) -> str:
        """The same for every run that means this refund; another one after a refund that failed at the bank."""
        failed = sum(refund["status"] not in GIVEN for refund in self.payment.refunds)
        meant = (self.mark, self.payment.intent, self.amount, failed, again)
        return f"billing-refund-{hashlib.sha256(repr(meant).encode()).hexdigest()[:32]}"


def decide(subscription: Object, payment: Payment, kind: RefundKind, ended: int) -> Refund:
    """How much of the payment goes back: all that is left of it, or what was unused when the subscription ended.

    Nothing is unused once the period has ended; a pause ends it, and credits what was left of it.
    """
    mark = f"{kind}:{subscription['id']}"
    for refund in payment.refunds:
        if refund["status"] in GIVEN and refund["metadata"].get(STAMP) == mark:
            return Refund(kind, subscription["id"], payment, int(refund["amount"]), refund)
    if kind == "last":
        unused = payment.left
    elif period_end(subscription) <= ended:
        unused = 0
    else:
        unused = unused_part(payment.invoice["lines"]["data"], ended)
    return Refund(kind, subscription["id"], payment, max(0, min(unused, payment.left)))


def unused_part(lines: Sequence[Object], ended: int) -> int:
    """What was paid for the time after `ended`, to the second, taxes and discounts included."""
    unused = Decimal(0)
    for line in lines:
        start, end = line["period"]["start"], line["period"]["end"]
        if start < end and ended < end:
            after = Decimal(end - max(start, ended)) / Decimal(end - start)
            unused += _paid_for(line) * after
    return int(unused.quantize(Decimal(1), ROUND_HALF_UP))


def _paid_for(line: Object) -> int:
    discounts = sum(one["amount"] for one in line["discount_amounts"] or ())
    taxes = sum(one["amount"] for one in line["taxes"] or () if one["tax_behavior"] == "exclusive")
    return int(line["amount"] - discounts + taxes)


def last_payment(api: StripeApi, subscription: str) -> Payment:
    """The payment of the newest invoice that was paid by card or the like. Raises `Refused`, `StripeFailure`."""
    wanted = {"subscription": subscription, "status": "paid", "expand": ["data.payments"]}
    for page in api.pages("/v1/invoices", wanted):
        for invoice in page:
            intent = _paid_by(invoice)
            if intent and invoice["amount_paid"] > 0:
                return _payment(api, invoice, intent)
    raise Refused(
        f"nothing was ever paid through Stripe for the subscription {subscription}: there is nothing to refund",
        "leave out --refund",
    )


def _paid_by(invoice: Object) -> str | None:
    """The payment intent that paid an invoice."""
    for payment in (invoice["payments"] or {"data": ()})["data"]:
        if payment["status"] == "paid" and payment["payment"]["type"] == "payment_intent":
            intent = payment["payment"]["payment_intent"]
            return intent if isinstance(intent, str) else str(intent["id"])
    return None


def _payment(api: StripeApi, invoice: Object, intent: str) -> Payment:
    charge = api.get(f"/v1/payment_intents/{intent}", {"expand": ["latest_charge"]})["latest_charge"]
    refunds = [refund for page in api.pages("/v1/refunds", {"payment_intent": intent}) for refund in page]
    left = charge["amount_captured"] - charge["amount_refunded"] if charge else 0
    return Payment(invoice, intent, int(left), tuple(refunds))


def give_back(api: StripeApi, refund: Refund) -> Object:
    """Make the refund, once however often it is asked for. Raises `StripeFailure`."""
    if refund.made is not None:
        return refund.made
    params = {
        "payment_intent": refund.payment.intent,
        "amount": refund.amount,
        "reason": "requested_by_customer",
        "metadata": {STAMP: refund.mark},
    }
    for again in range(ATTEMPTS):
        try:
            return api.post("/v1/refunds", params, refund.idempotency_key(again)).body
        except StripeFailure as failure:
            there = _made_all_the_same(api, refund) if failure.outcome_unknown or failure.replayed else None
            if there is not None:
                return there
            if not failure.replayed or again == ATTEMPTS - 1:
                raise
    raise AssertionError("the last attempt returns or raises")


def _made_all_the_same(api: StripeApi, refund: Refund) -> Object | None:
    """The refund, where a call that seemed to fail has made it."""
    for page in api.pages("/v1/refunds", {"payment_intent": refund.payment.intent}):
        for one in page:
            if one["status"] in GIVEN and one["metadata"].get(STAMP) == refund.mark:
                return one
    return None
