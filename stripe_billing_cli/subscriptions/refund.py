"""Giving money back for a subscription that ends: how much, and exactly once.

A refund carries what it was made for in its metadata, and an idempotency key made of the same. So a run that was cut
off, retried or raced by another finds the refund, by its key within a day and by its mark ever after.
https://docs.stripe.com/refunds
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from stripe_billing_cli.errors import OperationError
from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.create_once import other_parameters
from stripe_billing_cli.stripe_api.errors import StripeCallError
from stripe_billing_cli.stripe_api.json_output import REFUND
from stripe_billing_cli.stripe_api.objects.customers import Customer
from stripe_billing_cli.stripe_api.objects.invoices import Invoice, InvoiceLine
from stripe_billing_cli.stripe_api.objects.payments import Charge, Dispute, PaymentIntent
from stripe_billing_cli.stripe_api.objects.payments import Refund as StripeRefund
from stripe_billing_cli.stripe_api.objects.subscriptions import Subscription
from stripe_billing_cli.stripe_api.references import id_of, require_expanded
from stripe_billing_cli.stripe_api.remembered_answers import ask_until_current
from stripe_billing_cli.subscriptions import invoice_lines, refund_note
from stripe_billing_cli.subscriptions.cancellation import RefundKind
from stripe_billing_cli.subscriptions.cost import paid_for

BANK_TRANSFER = "customer_balance"
"""The type of a payment from a customer's cash balance, which bank transfers fill."""
GIVEN = ("succeeded", "pending", "requires_action")
"""The statuses of a refund that has not failed (`stripe/_refund.py`)."""


@dataclass(frozen=True)
class Payment:
    """A payment of an invoice, which may have others: the amount that it brought, and what of that can be given back,
    in minor units.

    `refunds` are all that were made of it, failed ones too. `charged_back`: nothing is left because of a dispute.
    `by_transfer`: a bank transfer has paid, and Stripe does not know from which account.
    """

    invoice: Invoice
    intent: str
    amount_captured: int
    refundable_amount: int
    refunds: tuple[StripeRefund, ...]
    charged_back: bool = False
    by_transfer: bool = False


@dataclass(frozen=True)
class Refund:
    """The refund of one payment. `stripe_refund` is the refund that was given for the same reason before, None where it
    is yet to be made. `amount` in minor units, 0 where nothing is left to give back."""

    kind: RefundKind
    subscription: str
    payment: Payment
    amount: int
    stripe_refund: StripeRefund | None = None

    @property
    def mark(self) -> str:
        return f"{self.kind}:{self.subscription}"

    def idempotency_key(self, again: int) -> str:
        """Return the idempotency key, which is the same for every run that means this refund, whatever amount it has
        reckoned: a second later less is unused. Another one after a refund that failed at the bank."""
        failures = sum(refund["status"] not in GIVEN for refund in self.payment.refunds)
        content = (self.mark, self.payment.intent, failures, again)
        return f"billing-refund-{hashlib.sha256(repr(content).encode()).hexdigest()[:32]}"


@dataclass(frozen=True)
class RefundPlan:
    """The refunds that are going to be made, payment by payment, the newest first; parts that were made before among
    them.

    `unused_amount`: what the customer has paid for, or was to pay for, and does not use; 0 of a refund of the last
    payment. `used_amount`: what of the last payment was used by now. `on_balance`: what changes of the subscription
    left on the customer's balance, where it stays. `shortage`: why not all that is unused goes back to a card.
    `of_last_invoice`: what goes back of payments that are made when the end is billed. `net_charge`: what is still to
    be charged for time that was used beyond what is unused; nothing goes back then.
    """

    kind: RefundKind
    subscription: str
    currency: str
    parts: tuple[Refund, ...]
    unused_amount: int = 0
    used_amount: int = 0
    on_balance: int = 0
    shortage: tuple[str, ...] = ()
    net_charge: int = 0
    of_last_invoice: int = 0

    @property
    def amount(self) -> int:
        """Return the amount that goes back in all, or has gone back."""
        return sum(part.amount for part in self.parts) + self.of_last_invoice

    @property
    def to_make(self) -> tuple[Refund, ...]:
        return tuple(part for part in self.parts if part.stripe_refund is None and part.amount > 0)

    @property
    def not_to_card(self) -> int:
        """Return the part of the unused amount that does not go back to a card."""
        return max(0, self.unused_amount - self.amount)


def made_before(kind: RefundKind, subscription: str, payment: Payment) -> Refund | None:
    """Return the refund of this payment that was given for the same reason before."""
    mark = f"{kind}:{subscription}"
    for refund in payment.refunds:
        if refund["status"] in GIVEN and (refund["metadata"] or {}).get(REFUND) == mark:
            return Refund(kind, subscription, payment, refund["amount"], refund)
    return None


def decide_last(subscription: str, payment: Payment, now: int) -> RefundPlan:
    """Return the refund of all that is left of the last payment, whatever of it is used."""
    earlier_refund = made_before("last", subscription, payment)
    part = earlier_refund or Refund("last", subscription, payment, max(0, payment.refundable_amount))
    used_amount = max(0, payment.amount_captured - unused_part(payment.invoice["lines"]["data"], now))
    return RefundPlan("last", subscription, payment.invoice["currency"], (part,), used_amount=used_amount)


def spread(kind: RefundKind, subscription: str, payments: Iterable[Payment], total: int) -> tuple[Refund, ...]:
    """Return so much of each payment, from the newest back, until `total` is reached; what was given before counts."""
    payments = list(payments)
    earlier_refunds = {one.intent: made_before(kind, subscription, one) for one in payments}
    rest = total - sum(part.amount for part in earlier_refunds.values() if part)
    parts = []
    for payment in payments:
        before = earlier_refunds[payment.intent]
        if before is not None:
            parts.append(before)
        elif rest > 0 and payment.refundable_amount > 0:
            amount = min(payment.refundable_amount, rest)
            parts.append(Refund(kind, subscription, payment, amount))
            rest -= amount
    return tuple(parts)


def unused_part(lines: Iterable[InvoiceLine], end_time: int) -> int:
    """Return the amount that was paid for the time after `end_time`, to the second, taxes and discounts included."""
    unused_amount = Decimal(0)
    for line in lines:
        start, end = line["period"]["start"], line["period"]["end"]
        if start < end and end_time < end:
            after = Decimal(end - max(start, end_time)) / Decimal(end - start)
            unused_amount += paid_for(line) * after
    return int(unused_amount.quantize(Decimal(1), ROUND_HALF_UP))


def note_last(api: StripeApi, plan: RefundPlan, ends: int) -> None:
    """Write down which payment goes back, before the end at `ends` is billed: the bill is the last payment from then
    on. Raises `StripeCallError`."""
    refund_note.write(api, plan.subscription, "last", plan.parts[0].payment.intent, ends)


def last_payment(api: StripeApi, subscription: Subscription) -> Payment:
    """Return the last payment of the newest invoice that was paid by card or the like, with all its lines; of a
    subscription whose end was billed, the payment that was written down before.

    Raises `OperationError`, `StripeCallError`.
    """
    noted_intent = refund_note.read(subscription, "last")
    filters = {"subscription": subscription["id"], "status": "paid", "expand": ["data.payments"]}
    for page in api.pages("/v1/invoices", filters, kind=Invoice):
        for invoice in page:
            intent = _last_intent(invoice)
            if intent and invoice["amount_paid"] > 0 and noted_intent in (None, intent):
                return _payment(api, invoice_lines.with_all_lines(api, invoice), intent)
    raise nothing_paid(subscription["id"])


def _last_intent(invoice: Invoice) -> str | None:
    """Return the payment intent by which an invoice was paid, of several (partial payments) the one that paid last."""
    intents = [
        (payment["status_transitions"]["paid_at"] or 0, id_of(payment["payment"]["payment_intent"]))
        for payment in (invoice["payments"] or {"data": ()})["data"]
        if payment["status"] == "paid" and payment["payment"]["type"] == "payment_intent"
    ]
    return max(intents, key=lambda intent: intent[0])[1] if intents else None


def nothing_paid(subscription: str) -> OperationError:
    return OperationError(
        f"nothing was ever paid through Stripe for the subscription {subscription}: there is nothing to refund",
        "leave out --refund",
    )


def _payment(api: StripeApi, invoice: Invoice, intent: str) -> Payment:
    payment_intent = api.get(f"/v1/payment_intents/{intent}", {"expand": ["latest_charge"]}, kind=PaymentIntent)
    charge = require_expanded(payment_intent["latest_charge"])
    if charge is None:
        return Payment(invoice, intent, 0, 0, refunds_of(api, intent))
    return payment_by(api, invoice, intent, charge)


def payment_by(api: StripeApi, invoice: Invoice, intent: str, charge: Charge) -> Payment:
    """Return the payment of an invoice by a charge. Of one that was charged back nothing can be refunded; of an
    inquiry, which took no money, it can (recorded 2026-08-26.dahlia). Raises `StripeCallError`."""
    refundable_amount = charge["amount_captured"] - charge["amount_refunded"]
    disputes = api.page("/v1/disputes", {"charge": charge["id"]}, kind=Dispute)[0] if charge["disputed"] else []
    charged_back = any(not dispute["is_charge_refundable"] for dispute in disputes)
    refundable_amount = 0 if charged_back else refundable_amount
    amount_captured, details = charge["amount_captured"], charge["payment_method_details"]
    by_transfer = details is not None and details["type"] == BANK_TRANSFER
    return Payment(
        invoice, intent, amount_captured, refundable_amount, refunds_of(api, intent), charged_back, by_transfer
    )


def check_customer_can_be_asked(api: StripeApi, plan: RefundPlan, customer: str) -> None:
    """Raise, before anything ends, for a refund that Stripe will refuse: it asks the customer by mail for the bank
    account that takes back what a transfer has paid (https://docs.stripe.com/payments/customer-balance/refunding).

    Raises `OperationError`, `StripeCallError`.
    """
    if not any(part.payment.by_transfer for part in plan.to_make):
        return
    if not api.get(f"/v1/customers/{customer}", kind=Customer)["email"]:
        raise OperationError(
            f"the customer {customer} has paid by bank transfer, and has no email address by which Stripe could ask "
            "for the account that takes the refund",
            f"billing customer update {customer} --email ada@example.com, then run this again",
        )


def refunds_of(api: StripeApi, intent: str) -> tuple[StripeRefund, ...]:
    """Return all refunds of a payment, newest first."""
    return tuple(
        refund for page in api.pages("/v1/refunds", {"payment_intent": intent}, kind=StripeRefund) for refund in page
    )


def give_back(api: StripeApi, refund: Refund) -> StripeRefund:
    """Make the refund, once however often it is asked for. Raises `StripeCallError`."""
    if refund.stripe_refund is not None:
        return refund.stripe_refund
    params = {
        "payment_intent": refund.payment.intent,
        "amount": refund.amount,
        "reason": "requested_by_customer",
        "metadata": {REFUND: refund.mark},
    }
    return ask_until_current(
        lambda again: api.post("/v1/refunds", params, refund.idempotency_key(again), kind=StripeRefund),
        lambda answer: answer.body,
        made_by_failed=lambda failure: _made_all_the_same(api, refund, failure),
        is_passed_by=_has_used_key,
    )


def _has_used_key(failure: StripeCallError) -> bool:
    """Return whether the key led to a failure that Stripe remembers, or to a refund of another amount."""
    return failure.is_replay or other_parameters(failure)


def _made_all_the_same(api: StripeApi, refund: Refund, failure: StripeCallError) -> StripeRefund | None:
    """Return the refund, where a call that seemed to fail has made it."""
    if not (failure.outcome_unknown or _has_used_key(failure)):
        return None
    for page in api.pages("/v1/refunds", {"payment_intent": refund.payment.intent}, kind=StripeRefund):
        for one in page:
            if one["status"] in GIVEN and (one["metadata"] or {}).get(REFUND) == refund.mark:
                return one
    return None
