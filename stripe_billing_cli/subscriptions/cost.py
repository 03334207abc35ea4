"""What a change of a subscription costs, read off Stripe's own previews of its invoices.

Amounts are ints in the currency's smallest unit, times Unix seconds; what is credited is negative.
https://docs.stripe.com/billing/subscriptions/prorations#preview-proration
"""

from __future__ import annotations

from dataclasses import dataclass

from stripe_billing_cli.stripe_api.client import Object


@dataclass(frozen=True)
class CostLine:
    description: str
    amount: int


@dataclass(frozen=True)
class NextInvoice:
    """`amount` is what will be asked for, after credits; None where Stripe previews none."""

    amount: int
    at: int


@dataclass(frozen=True)
class Cost:
    """`lines` are what is credited and charged for the change itself, `due_now` what is charged at once.

    `to_balance` is the credit that is left for later invoices, negative or 0.
    """

    currency: str
    lines: tuple[CostLine, ...] = ()
    due_now: int = 0
    to_balance: int = 0
    next_invoice: NextInvoice | None = None

    @property
    def credited(self) -> int:
        return sum(line.amount for line in self.lines if line.amount < 0)

    @property
    def charged(self) -> int:
        return sum(line.amount for line in self.lines if line.amount > 0)


def billed_at_once(invoice: Object, following: Object | None) -> Cost:
    """The cost where `invoice` is made at once; `following` is the next one, if Stripe could preview it."""
    left = min(0, invoice["starting_balance"] + invoice["total"])
    after = _next_after(following, left) if following else _next_of_new_period(invoice, left)
    return Cost(invoice["currency"], (*_lines(invoice), *_beside(invoice)), invoice["amount_due"], left, after)


def billed_later(invoice: Object, proration_date: int) -> Cost:
    """The cost where credits and charges wait for the next invoice, which is `invoice`."""
    lines = tuple(
        CostLine(line["description"] or "", line["amount"])
        for line in invoice["lines"]["data"]
        if is_proration(line) and line["period"]["start"] == proration_date
    )
    left = min(0, invoice["starting_balance"] + invoice["total"])
    upcoming = NextInvoice(invoice["amount_due"], int(invoice["period_end"]))
    return Cost(invoice["currency"], lines, to_balance=left, next_invoice=upcoming)


def waiting(invoice: Object) -> Cost | None:
    """The cost where credits and charges wait for another invoice of the customer's, and use is not billed at all."""
    lines = tuple(
        CostLine(line["description"] or "", line["amount"]) for line in invoice["lines"]["data"] if is_proration(line)
    )
    return Cost(invoice["currency"], lines) if lines else None


def costs_more(invoice: Object, proration_date: int) -> bool:
    """Whether the change, billed at once, asks for money: an upgrade."""
    changed = [
        int(line["amount"])
        for line in invoice["lines"]["data"]
        if line["period"]["start"] >= proration_date or is_proration(line)
    ]
    return sum(changed) > 0


def is_proration(line: Object) -> bool:
    parent = line["parent"] or {}
    details = parent.get("subscription_item_details") or parent.get("invoice_item_details") or {}
    return bool(details.get("proration"))


def _lines(invoice: Object) -> tuple[CostLine, ...]:
    return tuple(CostLine(line["description"] or "", line["amount"]) for line in invoice["lines"]["data"])


def _beside(invoice: Object) -> list[CostLine]:
    """What lies between the lines and what is due: discounts, taxes on top, the customer's balance."""
    discounts = sum(one["amount"] for one in invoice["total_discount_amounts"] or ())
    taxes = sum(one["amount"] for one in invoice["total_taxes"] or () if one["tax_behavior"] == "exclusive")
    balance = invoice["amount_due"] - invoice["total"] if invoice["total"] > 0 else 0
    beside = {"Discount": -discounts, "Tax": taxes, "The customer's balance": balance}
    return [CostLine(name, int(amount)) for name, amount in beside.items() if amount]


def _next_after(invoice: Object, balance: int) -> NextInvoice:
    """The invoice after one that leaves this balance, which a preview made now cannot know."""
    return NextInvoice(max(0, invoice["total"] + balance), int(invoice["period_end"]))


def _next_of_new_period(invoice: Object, credit: int) -> NextInvoice | None:
    """After a period that begins now, the same again: what of the invoice is no proration."""
    whole = [line for line in invoice["lines"]["data"] if not is_proration(line)]
    if not whole:
        return None
    again = sum(line["amount"] for line in whole)
    return NextInvoice(max(0, again + credit), max(line["period"]["end"] for line in whole))
