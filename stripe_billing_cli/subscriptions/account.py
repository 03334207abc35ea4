"""The account of a subscription: what was billed, what cards paid of it, and what went back.

Amounts are ints in the currency's smallest unit, times Unix seconds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.objects.invoices import CreditNote, Invoice
from stripe_billing_cli.stripe_api.objects.payments import Charge
from stripe_billing_cli.stripe_api.objects.subscriptions import Subscription
from stripe_billing_cli.stripe_api.references import id_of
from stripe_billing_cli.subscriptions import cost, invoice_lines
from stripe_billing_cli.subscriptions.cost import Cost


@dataclass(frozen=True)
class Bill:
    """A bill that is made final at an end: its total, what it `asks` the card for, 0 where it is sent to the customer,
    and the customer's balance before and after it, where a debt is positive."""

    total: int
    asks: int
    before: int
    after: int


@dataclass(frozen=True)
class Billing:
    """The billing at an end, which is paid before anything goes back: `drafts` that there are already, and the `last`
    invoice, by its preview. `sends_last`: the customer is sent that one, and the card is not charged."""

    drafts: Sequence[Invoice] = ()
    last: Cost | None = None
    sends_last: bool = False

    def list_bills(self) -> list[Bill]:
        """Return the bills of the drafts, and then of the last invoice, which the balance pays in this order."""
        balance = self.drafts[0]["starting_balance"] if self.drafts else self.last.starting_balance if self.last else 0
        totals = [(draft["total"], draft["currency"], not is_charged(draft)) for draft in self.drafts]
        if self.last:
            totals.append((self.last.total, self.last.currency, self.sends_last))
        bills = []
        for total, currency, is_sent in totals:
            asks, after = cost.amount_asked(balance + total, currency), cost.balance_left(balance, total, currency)
            bills.append(Bill(total, 0 if is_sent else asks, balance, after))
            balance = bills[-1].after
        return bills

    def of_drafts(self) -> dict[str, Bill]:
        """Return the bills of the drafts, by their ids."""
        return dict(zip((draft["id"] for draft in self.drafts), self.list_bills(), strict=False))


@dataclass
class BalanceParts:
    """The parts of the customer's balance that are of a subscription: the `credit` and the `debt` that its invoices
    left there and its later ones have not taken up. `others_debt` is what they paid of a debt that came otherwise."""

    credit: int = 0
    debt: int = 0
    others_debt: int = 0

    def take(self, starting_balance: int, ending_balance: int) -> int:
        """Take an invoice in, with the customer's balance before and after it, where a debt is positive. Return what of
        its total and its payment went to the balance, or came from there: a credit is positive."""
        before = self.credit - self.debt + self.others_debt
        if ending_balance > starting_balance:
            of_credit = min(ending_balance - starting_balance, max(0, -starting_balance))
            self.credit -= min(self.credit, of_credit)
            self.debt += ending_balance - starting_balance - of_credit
        else:
            of_debt = min(starting_balance - ending_balance, max(0, starting_balance))
            own_part = min(self.debt, of_debt)
            self.debt -= own_part
            self.others_debt += of_debt - own_part
            self.credit += starting_balance - ending_balance - of_debt
        return self.credit - self.debt + self.others_debt - before


@dataclass(frozen=True)
class Account:
    """The invoices of a subscription, newest first, the charges that paid them, by their intents, and what credit notes
    gave back of each beside refunds: to the balance, or outside of Stripe."""

    invoices: Sequence[Invoice]
    charges: Mapping[str, Charge]
    credits_by_invoice: Mapping[str, int]

    @property
    def billed(self) -> list[Invoice]:
        """Return the invoices without those of changes that were dropped unpaid. What asked for money counts, unpaid
        and voided ones too: that time was used or is to be credited."""
        return [invoice for invoice in self.invoices if not _is_dropped_change(invoice)]

    def charges_of(self, invoice: Invoice) -> list[Charge]:
        return [self.charges[intent] for intent in paid_by(invoice) if intent in self.charges]

    def given_back(self, invoice: Invoice) -> int:
        """Return the amount that went back of an invoice: to a card, to the balance, or outside of Stripe."""
        card_refunds = sum(one["amount_refunded"] for one in self.charges_of(invoice))
        return card_refunds + self.credits_by_invoice.get(invoice["id"], 0)

    def invoice_of(self, intent: str) -> Invoice:
        return next(invoice for invoice in self.invoices if intent in paid_by(invoice))

    def left_on_balance(self, billing: Billing) -> int:
        """Return the credit that its invoices left on the customer's balance, with those of `billing`, which are yet to
        come."""
        parts = BalanceParts()
        for starting_balance, ending_balance in filter(None, map(_balances, reversed(self.invoices))):
            parts.take(starting_balance, ending_balance)
        for bill in billing.list_bills():
            parts.take(bill.before, bill.after)
        return max(0, parts.credit - parts.debt)

    def sum_covered(
        self, shortage_invoices: Sequence[Invoice], not_refunded: Mapping[str, int], billing: Billing
    ) -> int:
        """Return the amount that cards paid beyond the price of what was billed; negative where something was paid in
        another way, not at all, or went back before. The drafts of `billing` count as paid as far as they ask the card,
        and a last invoice that is sent as not paid.

        Of other invoices than `shortage_invoices` a shortage does not count. `not_refunded` are refunds that count as
        not made, by the intents of their payments.
        """
        parts, drafts = BalanceParts(), billing.of_drafts()
        shortage_ids = {one["id"] for one in shortage_invoices}
        total = 0
        for invoice in reversed(self.invoices):
            draft = drafts.get(invoice["id"])
            balances = (draft.before, draft.after) if draft else _balances(invoice)
            to_balance = parts.take(*balances) if balances else 0
            card_amount = (draft.asks if draft else 0) + sum(one["amount_captured"] for one in self.charges_of(invoice))
            given_back = self.given_back(invoice) - sum(not_refunded.get(intent, 0) for intent in paid_by(invoice))
            invoice_total = 0 if _is_dropped_change(invoice) else invoice["total"]
            surplus = card_amount - given_back - to_balance - invoice_total
            total += surplus if invoice["id"] in shortage_ids else max(0, surplus)
        if billing.last and billing.sends_last:
            sent_bill = billing.list_bills()[-1]
            total -= parts.take(sent_bill.before, sent_bill.after) + sent_bill.total
        return total


def load_account(api: StripeApi, subscription: Subscription) -> Account:
    """Read the account of a subscription. Raises `StripeCallError`."""
    filters = {"subscription": subscription["id"], "expand": ["data.payments"]}
    invoices = [invoice for page in api.pages("/v1/invoices", filters, kind=Invoice) for invoice in page]
    intents = {one for invoice in invoices for one in paid_by(invoice)}
    customer = id_of(subscription["customer"])
    charges = {}
    for page in api.pages("/v1/charges", {"customer": customer}, kind=Charge) if intents else ():
        for charge in page:
            intent = id_of(charge["payment_intent"])
            if intent in intents and charge["paid"] and charge["amount_captured"]:
                charges[intent] = charge
    invoices_with_credit_notes = [invoice for invoice in invoices if invoice["post_payment_credit_notes_amount"]]
    return Account(
        invoices, charges, {invoice["id"]: _sum_credits(api, invoice) for invoice in invoices_with_credit_notes}
    )


def paid_by(invoice: Invoice) -> Iterator[str]:
    """Yield the payment intents that paid an invoice, whose `payments` are expanded."""
    for payment in (invoice["payments"] or {"data": ()})["data"]:
        if payment["status"] == "paid" and payment["payment"]["type"] == "payment_intent":
            yield str(id_of(payment["payment"]["payment_intent"]))


def is_charged(invoice: Invoice) -> bool:
    """Return whether the customer's card is charged for an invoice, rather than the invoice sent."""
    return invoice["collection_method"] == "charge_automatically"


def is_paid_otherwise(invoice: Invoice) -> bool:
    """Return whether an invoice was paid from the customer's balance, or outside of Stripe."""
    if invoice["status"] != "paid" or invoice["total"] <= 0:
        return False
    return invoice["starting_balance"] < 0 or not any(paid_by(invoice))


def counting_invoices(api: StripeApi, account: Account, ends: int) -> list[Invoice]:
    """Return the invoices of which a shortage counts where what is unused after `ends` is given back: those that bill
    time after it, and those that are still owed.

    How the time before was paid for, whether it was forgiven, and what went back of it, is no matter of that time.
    Raises `StripeCallError`.
    """
    owed_statuses = ("open", "uncollectible", "draft")
    return [one for one in account.billed if one["status"] in owed_statuses or _bills_time_after(api, one, ends)]


def _bills_time_after(api: StripeApi, invoice: Invoice, ends: int) -> bool:
    return any(line["period"]["end"] > ends for line in invoice_lines.all_lines(api, invoice))


def _is_dropped_change(invoice: Invoice) -> bool:
    return invoice["status"] == "void" and invoice["billing_reason"] == "subscription_update"


def _balances(invoice: Invoice) -> tuple[int, int] | None:
    """Return the customer's balance before and after an invoice; None of one that changed nothing there."""
    ending = invoice["ending_balance"]
    return None if ending is None or invoice["status"] == "void" else (invoice["starting_balance"], ending)


def _sum_credits(api: StripeApi, invoice: Invoice) -> int:
    notes = [one for page in api.pages("/v1/credit_notes", {"invoice": invoice["id"]}, kind=CreditNote) for one in page]
    return sum(
        int(note["post_payment_amount"]) - sum(int(refund["amount_refunded"]) for refund in note["refunds"])
        for note in notes
        if note["status"] == "issued"
    )
