"""The refund of unused time of a subscription that ends at once, as far as cards paid for it.

It is what Stripe's own prorations would credit at that moment, new ones and those that wait, by its preview. Stripe
never refunds a negative proration by itself; its way is to refund the paid invoices from the newest back
(https://docs.stripe.com/billing/subscriptions/cancel). The amount is written to the subscription's metadata before it
ends, since no preview tells it afterwards: so a run that is cut off is completed by the next, to the same amount.

Amounts are ints in the currency's smallest unit, times Unix seconds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.objects.invoices import Invoice, InvoiceItem
from stripe_billing_cli.stripe_api.objects.subscriptions import Subscription
from stripe_billing_cli.stripe_api.references import id_of, whole
from stripe_billing_cli.subscriptions import cost, invoice_lines, pending_invoice_items, quote, refund, refund_note
from stripe_billing_cli.subscriptions.account import (
    Account,
    Billing,
    counting_invoices,
    is_charged,
    is_paid_otherwise,
    load_account,
)
from stripe_billing_cli.subscriptions.cancellation import ENDED, period_end
from stripe_billing_cli.subscriptions.cost import is_proration, paid_for
from stripe_billing_cli.subscriptions.refund import Payment, RefundPlan

FOREIGN_PAYMENT = "was paid from the customer's balance, or outside of Stripe"
REFUNDED = "was refunded or credited before"
UNPAID = "was never paid"
DISPUTED = "is disputed"
NOT_PAID = ("open", "uncollectible", "draft", "void")
"""The statuses of invoices that nobody has paid."""


def plan(api: StripeApi, subscription: Subscription, ends: int, billing: Billing | None) -> RefundPlan:
    """Return how much of which payments goes back if the subscription ends, or ended, at `ends`.

    `billing`: what waits is billed on a last invoice; None: it is not. Raises `OperationError` where no payment was
    made, `StripeCallError`.
    """
    id = subscription["id"]
    account = load_account(api, subscription)
    shortage_invoices = counting_invoices(api, account, ends)
    to_come = sum(bill.asks for bill in billing.list_bills()) if billing else 0
    note = _read_note(subscription)
    if note is None and not account.charges and not to_come:
        raise refund.nothing_paid(id)
    items = pending_invoice_items.for_subscription(api, subscription)
    net = (
        note[0] if note else _sum_unused(api, subscription, account, items, ends, has_last_invoice=billing is not None)
    )
    unused_amount, net_charge = max(0, net), max(0, -net)
    covered_amount = _sum_covered(api, account, shortage_invoices, billing or Billing(), id)
    total = max(0, unused_amount + min(0, covered_amount))
    if note is not None:
        total = min(total, note[1])
    of_last_invoice = min(total, to_come)
    payments = tuple(_payments(api, account, id, total - of_last_invoice))
    parts = refund.spread("prorated", id, payments, total - of_last_invoice)
    refund_plan = RefundPlan(
        "prorated",
        id,
        subscription["currency"],
        parts,
        unused_amount,
        net_charge=net_charge,
        of_last_invoice=of_last_invoice,
    )
    return _explain(refund_plan, account, shortage_invoices, billing or Billing())


def note(api: StripeApi, plan: RefundPlan, ends: int) -> None:
    """Write down what is to be given back, before the end at `ends`. Raises `StripeCallError`."""
    refund_note.write(api, plan.subscription, "prorated", f"{plan.unused_amount}:{plan.amount}", ends)


def _read_note(subscription: Subscription) -> tuple[int, int] | None:
    """Return the two amounts that an earlier run has written down: what was unused, and what of it goes back."""
    unused_amount, _, total = (refund_note.read(subscription, "prorated") or "").partition(":")
    return (int(unused_amount), int(total)) if unused_amount.isdecimal() and total.isdecimal() else None


def _sum_covered(
    api: StripeApi, account: Account, shortage_invoices: Sequence[Invoice], billing: Billing, subscription: str
) -> int:
    """Return the amount that cards paid beyond the price of all that was billed, where a refund that this very command
    made counts as not made."""
    own_refunds = {}
    for intent, charge in account.charges.items():
        if charge["amount_refunded"]:
            earlier_refund = refund.made_before("prorated", subscription, _payment(api, account, intent))
            own_refunds[intent] = earlier_refund.amount if earlier_refund else 0
    return account.sum_covered(shortage_invoices, own_refunds, billing)


def _sum_unused(
    api: StripeApi,
    subscription: Subscription,
    account: Account,
    items: Sequence[InvoiceItem],
    ends: int,
    *,
    has_last_invoice: bool,
) -> int:
    """Return the sum of the prorations of an end at `ends`. What waits is among them, unless a last invoice bills it;
    so it is negative where more waits to be charged than is unused."""
    if subscription["status"] in ENDED:
        return _sum_unused_after_end(api, subscription, account, ends)
    details: dict[str, Any] = {"cancel_now": True, "proration_behavior": "create_prorations", "proration_date": ends}
    invoice = quote.preview_if_any(api, subscription, details)
    if invoice is None:
        return 0
    id = subscription["id"]
    lines = [
        line for line in invoice["lines"]["data"] if invoice_lines.subscription_of(line) == id and is_proration(line)
    ]
    if not has_last_invoice:
        return -sum(map(paid_for, lines))
    pending_prorations = [item for item in items if item["proration"]]
    return max(0, -sum(map(paid_for, cost.without_waiting(pending_prorations, lines))))


def _sum_unused_after_end(api: StripeApi, subscription: Subscription, account: Account, end: int) -> int:
    """Return the amount that was billed for the time after the end, less what the end itself credited as an item of no
    subscription.

    Nothing is unused once the period has ended; a pause ends it, and credits what was left of it.
    """
    if period_end(subscription) <= end:
        return 0
    id = subscription["id"]
    lines = [
        line
        for invoice in account.billed
        for line in invoice_lines.all_lines(api, invoice)
        if invoice_lines.subscription_of(line) == id
    ]
    pages = api.pages("/v1/invoiceitems", {"customer": id_of(subscription["customer"])}, kind=InvoiceItem)
    credit = sum(
        _with_taxes(item)
        for page in pages
        for item in page
        if item["proration"] and item["parent"] is None and item["date"] == end
    )
    return max(0, refund.unused_part(lines, end) + credit)


def _with_taxes(item: InvoiceItem) -> int:
    """Return the amount of an item of no subscription on an invoice, with the taxes of its own on top."""
    rates = [rate for rate in map(whole, item["tax_rates"] or ()) if rate is not None]
    percents = [(rate["inclusive"], Decimal(str(rate["percentage"])) / 100) for rate in rates]
    inclusive_rate = sum(percent for is_inclusive, percent in percents if is_inclusive)
    base = Decimal(item["amount"]) / (1 + inclusive_rate)
    taxes = (base * percent for is_inclusive, percent in percents if not is_inclusive)
    return item["amount"] + sum(int(tax.quantize(Decimal(1), ROUND_HALF_UP)) for tax in taxes)


def _payments(api: StripeApi, account: Account, subscription: str, total: int) -> Iterator[Payment]:
    """Return the payments, newest first, until they cover `total`, and those that went back in part: one may be of this
    refund."""
    covered_amount = 0
    for intent, charge in sorted(account.charges.items(), key=lambda one: -one[1]["created"]):
        if covered_amount < total or charge["amount_refunded"]:
            payment = _payment(api, account, intent)
            earlier_refund = refund.made_before("prorated", subscription, payment)
            covered_amount += earlier_refund.amount if earlier_refund else payment.refundable_amount
            yield payment


def _payment(api: StripeApi, account: Account, intent: str) -> Payment:
    return refund.payment_by(api, account.invoice_of(intent), intent, account.charges[intent])


def _explain(plan: RefundPlan, account: Account, shortage_invoices: Sequence[Invoice], billing: Billing) -> RefundPlan:
    """Return the plan with what stays on the balance, and why something does not go back to a card."""
    reasons = []
    if plan.not_to_card:
        refund_total = sum(part.amount for part in plan.parts if part.stripe_refund)
        if sum(map(account.given_back, shortage_invoices)) > refund_total:
            reasons.append(REFUNDED)
        drafts = billing.of_drafts()
        paid_now = {draft["id"] for draft in billing.drafts if is_charged(draft)}
        unpaid_invoices = [
            invoice for invoice in shortage_invoices if invoice["status"] in NOT_PAID and invoice["id"] not in paid_now
        ]
        if unpaid_invoices or (billing.sends_last and billing.last and billing.last.total > 0):
            reasons.append(UNPAID)
        if any(charge["disputed"] for charge in account.charges.values()):
            reasons.append(DISPUTED)
        if (
            any(map(is_paid_otherwise, shortage_invoices))
            or any(draft.before < 0 for draft in drafts.values())
            or not reasons
        ):
            reasons.append(FOREIGN_PAYMENT)
    return replace(plan, on_balance=account.left_on_balance(billing), shortage=tuple(reasons))
