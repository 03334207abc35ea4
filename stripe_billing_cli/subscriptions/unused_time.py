"""The refund of unused time of a subscription that ends at once, as far as cards paid for it.

It is what Stripe's own prorations would credit at that moment, new ones and those that wait, by its preview. Stripe
never refunds a negative proration by itself; its way is to refund the paid invoices from the newest back
(https://docs.stripe.com/billing/subscriptions/cancel). The amount is written to the subscription's metadata before it
ends, since no preview tells it afterwards: so a run that is cut off is completed by the next, to the same amount.

Amounts are ints in the currency's smallest unit, times Unix seconds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.objects.invoices import CreditNote, Invoice, InvoiceItem
from stripe_billing_cli.stripe_api.objects.payments import Charge
from stripe_billing_cli.stripe_api.objects.subscriptions import Subscription
from stripe_billing_cli.stripe_api.references import id_of, whole
from stripe_billing_cli.subscriptions import cost, invoice_lines, pending_invoice_items, quote, refund, refund_note
from stripe_billing_cli.subscriptions.cancellation import ENDED, period_end
from stripe_billing_cli.subscriptions.cost import Cost, is_proration, paid_for
from stripe_billing_cli.subscriptions.refund import Payment, RefundPlan

FOREIGN_PAYMENT = "was paid from the customer's balance, or outside of Stripe"
REFUNDED = "was refunded or credited before"
UNPAID = "was never paid"
DISPUTED = "is disputed"


@dataclass(frozen=True)
class Billing:
    """The billing at an end, which is paid before anything goes back: `drafts` that there are already, and the `last`
    invoice, by its preview."""

    drafts: Sequence[Invoice] = ()
    last: Cost | None = None

    @property
    def due(self) -> int:
        return self.last.due_now if self.last else 0

    @property
    def of_drafts(self) -> int:
        return sum(max(0, one["total"]) for one in self.drafts)

    def balances(self) -> list[tuple[int, int]]:
        """Return the customer's balance before and after each of these invoices, the oldest first."""
        totals = [one["total"] for one in self.drafts]
        if self.last:
            balance, currency = self.last.starting_balance, self.last.currency
            totals.append(self.last.total)
        elif self.drafts:
            balance, currency = self.drafts[0]["starting_balance"], self.drafts[0]["currency"]
        balances = []
        for total in totals:
            rest = balance + total
            balances.append((balance, 0 if cost.amount_asked(rest, currency) else rest))
            balance = balances[-1][1]
        return balances


@dataclass(frozen=True)
class Account:
    """The account of a subscription: what was billed and paid. `charges` are those that paid its invoices, by their
    intents."""

    invoices: Sequence[Invoice]
    charges: dict[str, Charge]
    credit_notes: int

    @property
    def billed(self) -> int:
        """Return all that invoices asked for, unpaid and voided ones too: that time was used or is to be credited. A
        change that was dropped unpaid is none of it."""
        return sum(one["total"] for one in self.invoices if not _is_dropped_change(one))

    @property
    def paid(self) -> int:
        return sum(charge["amount_captured"] for charge in self.charges.values())

    @property
    def refunded(self) -> int:
        return sum(charge["amount_refunded"] for charge in self.charges.values())

    def on_balance(self, billing: Billing | None = None) -> int:
        """Return what its invoices left on the customer's balance and its later ones have not taken up; a debt is
        negative. With those of `billing`, which are yet to come."""
        credit = debt = 0
        balances = [
            (int(invoice["starting_balance"]), int(invoice["ending_balance"]))
            for invoice in reversed(self.invoices)
            if invoice["ending_balance"] is not None and invoice["status"] != "void"
        ]
        for starting, ending in (*balances, *(billing.balances() if billing else ())):
            change = ending - starting
            of_credit = _taken_from(change, -starting) if change > 0 else _taken_from(-change, starting)
            if change > 0:
                credit -= min(credit, of_credit)
                debt += change - of_credit
            else:
                debt -= of_credit
                credit += -change - of_credit
        return credit - debt


def _taken_from(change: int, balance: int) -> int:
    return min(change, max(0, balance))


def _is_dropped_change(invoice: Invoice) -> bool:
    return invoice["status"] == "void" and invoice["billing_reason"] == "subscription_update"


def plan(api: StripeApi, subscription: Subscription, ends: int, billing: Billing | None) -> RefundPlan:
    """Return how much of which payments goes back if the subscription ends, or ended, at `ends`.

    `billing`: what waits is billed on a last invoice; None: it is not. Raises `OperationError` where no payment was
    made, `StripeCallError`.
    """
    id = subscription["id"]
    account = _account(api, subscription)
    to_come = billing.of_drafts + billing.due if billing else 0
    known = _written(subscription)
    if known is None and not account.charges and not to_come:
        raise refund.nothing_paid(id)
    items = pending_invoice_items.for_subscription(api, subscription)
    net = known[0] if known else _unused(api, subscription, account, items, ends, invoiced=billing is not None)
    unused, net_charge = max(0, net), max(0, -net)
    covered = _covered(api, account, id) + (billing.of_drafts if billing else 0)
    total = max(0, unused + min(0, covered))
    if known is not None:
        total = min(total, known[1])
    of_last_invoice = min(total, to_come)
    payments = tuple(_payments(api, account, id, total - of_last_invoice))
    parts = refund.spread("prorated", id, payments, total - of_last_invoice)
    refund_plan = RefundPlan(
        "prorated",
        id,
        subscription["currency"],
        parts,
        unused,
        net_charge=net_charge,
        of_last_invoice=of_last_invoice,
    )
    return _explained(refund_plan, account, billing)


def note(api: StripeApi, plan: RefundPlan, ends: int) -> None:
    """Write down what is to be given back, before the end at `ends`. Raises `StripeCallError`."""
    refund_note.write(api, plan.subscription, "prorated", f"{plan.unused}:{plan.amount}", ends)


def _written(subscription: Subscription) -> tuple[int, int] | None:
    """Return what an earlier run has written down: what was unused, and what of it goes back."""
    unused, _, total = (refund_note.read(subscription, "prorated") or "").partition(":")
    return (int(unused), int(total)) if unused.isdecimal() and total.isdecimal() else None


def _account(api: StripeApi, subscription: Subscription) -> Account:
    wanted = {"subscription": subscription["id"], "expand": ["data.payments"]}
    invoices = [invoice for page in api.pages("/v1/invoices", wanted, kind=Invoice) for invoice in page]
    paying = {paid for invoice in invoices for paid in _paid_by(invoice)}
    customer = id_of(subscription["customer"])
    charges = {}
    for page in api.pages("/v1/charges", {"customer": customer}, kind=Charge) if paying else ():
        for charge in page:
            intent = id_of(charge["payment_intent"])
            if intent in paying and charge["paid"] and charge["amount_captured"]:
                charges[intent] = charge
    credited = [invoice for invoice in invoices if invoice["post_payment_credit_notes_amount"]]
    return Account(invoices, charges, sum(_credited(api, invoice) for invoice in credited))


def _paid_by(invoice: Invoice) -> Iterator[str]:
    for one in (invoice["payments"] or {"data": ()})["data"]:
        if one["status"] == "paid" and one["payment"]["type"] == "payment_intent":
            yield str(id_of(one["payment"]["payment_intent"]))


def _credited(api: StripeApi, invoice: Invoice) -> int:
    """Return what credit notes gave back of an invoice, beside refunds: to the balance, or outside of Stripe."""
    notes = [one for page in api.pages("/v1/credit_notes", {"invoice": invoice["id"]}, kind=CreditNote) for one in page]
    return sum(
        int(note["post_payment_amount"]) - sum(int(one["amount_refunded"]) for one in note["refunds"])
        for note in notes
        if note["status"] == "issued"
    )


def _covered(api: StripeApi, account: Account, subscription: str) -> int:
    """Return what cards paid beyond the price of all that was billed; negative where something was paid in another way,
    not at all, or went back before. A refund that this very command made counts as not made."""
    ours = 0
    for intent, charge in account.charges.items():
        if charge["amount_refunded"]:
            made = refund.made_before("prorated", subscription, _payment(api, account, intent))
            ours += made.amount if made else 0
    returned = account.refunded - ours + account.credit_notes + account.on_balance()
    return account.paid - returned - account.billed


def _unused(
    api: StripeApi,
    subscription: Subscription,
    account: Account,
    items: Sequence[InvoiceItem],
    ends: int,
    *,
    invoiced: bool,
) -> int:
    """Return what the prorations of an end at `ends` come to. What waits is among them, unless a last invoice bills it;
    so it is negative where more waits to be charged than is unused."""
    if subscription["status"] in ENDED:
        return _unused_of_ended(api, subscription, account, ends)
    details: dict[str, Any] = {"cancel_now": True, "proration_behavior": "create_prorations", "proration_date": ends}
    invoice = quote.preview_if_any(api, subscription, details)
    if invoice is None:
        return 0
    id = subscription["id"]
    lines = [
        line for line in invoice["lines"]["data"] if invoice_lines.subscription_of(line) == id and is_proration(line)
    ]
    if not invoiced:
        return -sum(map(paid_for, lines))
    waiting = [item for item in items if item["proration"]]
    return max(0, -sum(map(paid_for, cost.without_waiting(waiting, lines))))


def _unused_of_ended(api: StripeApi, subscription: Subscription, account: Account, ended: int) -> int:
    """Return what was billed for the time after the end, less what the end itself credited as an item of no
    subscription.

    Nothing is unused once the period has ended; a pause ends it, and credits what was left of it.
    """
    if period_end(subscription) <= ended:
        return 0
    id = subscription["id"]
    lines = [
        line
        for invoice in account.invoices
        if not _is_dropped_change(invoice)
        for line in invoice_lines.all_lines(api, invoice)
        if invoice_lines.subscription_of(line) == id
    ]
    pages = api.pages("/v1/invoiceitems", {"customer": id_of(subscription["customer"])}, kind=InvoiceItem)
    credited = sum(
        _with_taxes(item)
        for page in pages
        for item in page
        if item["proration"] and item["parent"] is None and item["date"] == ended
    )
    return max(0, refund.unused_part(lines, ended) + credited)


def _with_taxes(item: InvoiceItem) -> int:
    """Return what an item of no subscription comes to on an invoice, with the taxes of its own on top."""
    rates = [rate for rate in map(whole, item["tax_rates"] or ()) if rate is not None]
    percents = [(rate["inclusive"], Decimal(str(rate["percentage"])) / 100) for rate in rates]
    included = sum(percent for is_inclusive, percent in percents if is_inclusive)
    base = Decimal(item["amount"]) / (1 + included)
    taxes = (base * percent for is_inclusive, percent in percents if not is_inclusive)
    return item["amount"] + sum(int(tax.quantize(Decimal(1), ROUND_HALF_UP)) for tax in taxes)


def _payments(api: StripeApi, account: Account, subscription: str, total: int) -> Iterator[Payment]:
    """Return the payments, newest first, until they cover `total`, and those that went back in part: one may be of this
    refund."""
    covered = 0
    for intent, charge in sorted(account.charges.items(), key=lambda one: -one[1]["created"]):
        if covered < total or charge["amount_refunded"]:
            payment = _payment(api, account, intent)
            made = refund.made_before("prorated", subscription, payment)
            covered += made.amount if made else payment.left
            yield payment


def _payment(api: StripeApi, account: Account, intent: str) -> Payment:
    charge = account.charges[intent]
    invoice = next(one for one in account.invoices if intent in _paid_by(one))
    return refund.payment_by(api, invoice, intent, charge)


def _explained(plan: RefundPlan, account: Account, billing: Billing | None) -> RefundPlan:
    """Return the plan with what stays on the balance, and why something does not go back to a card."""
    reasons = []
    if plan.not_to_card:
        made = sum(part.amount for part in plan.parts if part.made)
        if account.refunded > made or account.credit_notes:
            reasons.append(REFUNDED)
        if any(one["status"] in ("open", "uncollectible", "draft", "void") for one in account.invoices):
            reasons.append(UNPAID)
        if any(charge["disputed"] for charge in account.charges.values()):
            reasons.append(DISPUTED)
        if any(_paid_otherwise(one) for one in account.invoices) or not reasons:
            reasons.append(FOREIGN_PAYMENT)
    balance = max(0, account.on_balance(billing))
    return replace(plan, on_balance=balance, shortage=tuple(reasons))


def _paid_otherwise(invoice: Invoice) -> bool:
    if invoice["status"] != "paid" or invoice["total"] <= 0:
        return False
    return invoice["starting_balance"] < 0 or not any(_paid_by(invoice))
