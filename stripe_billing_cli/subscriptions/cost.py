"""The cost of a change of a subscription, read off Stripe's own previews of its invoices.

Amounts are ints in the currency's smallest unit, times Unix seconds; what is credited is negative.
https://docs.stripe.com/billing/subscriptions/prorations#preview-proration
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

from stripe_billing_cli.stripe_api.money import smallest_charge
from stripe_billing_cli.stripe_api.objects.invoices import Invoice, InvoiceItem, InvoiceLine
from stripe_billing_cli.stripe_api.references import id_of
from stripe_billing_cli.subscriptions.invoice_lines import details_of

Kind = Literal["line", "discount", "tax", "balance"]


@dataclass(frozen=True)
class CostLine:
    """A line of a cost. `kind`: a line of the invoice, or what lies between its lines and what is due."""

    description: str
    amount: int
    kind: Kind = "line"


@dataclass(frozen=True)
class NextInvoice:
    """The next invoice. `amount` is what will be asked for, after credits; None where Stripe previews none."""

    amount: int
    at: int


@dataclass(frozen=True)
class Cost:
    """The cost of a change. `lines` are what is credited and charged for the change itself, `due_now` what is charged
    at once.

    `to_balance` is what is left for later invoices: a credit is negative, and a charge too small to be made positive.
    `waits` is what no invoice of the subscription takes in. `next_invoice` is None where none follows, and where it
    cannot be known beforehand: then `next_is_known` is false.
    """

    currency: str
    lines: tuple[CostLine, ...] = ()
    due_now: int = 0
    to_balance: int = 0
    next_invoice: NextInvoice | None = None
    waits: int = 0
    next_is_known: bool = True
    balance_before: int = 0
    """The customer's balance before the next invoice, where credits wait for that one."""

    @property
    def credited(self) -> int:
        return sum(line.amount for line in self.lines if line.kind in ("line", "tax") and line.amount < 0)

    @property
    def charged(self) -> int:
        return sum(line.amount for line in self.lines if line.kind in ("line", "tax") and line.amount > 0)

    @property
    def used_by_next(self) -> int:
        """Return how much of a credit that waits the next invoice uses up, where some of it is left after that; 0 where
        the customer's balance has a part in it too."""
        if self.balance_before or self.due_now or self.to_balance >= 0:
            return 0
        return max(self.to_balance - sum(line.amount for line in self.lines), 0)

    @property
    def total(self) -> int:
        """Return the total of the invoice before the customer's balance."""
        return sum(line.amount for line in self.lines if line.kind != "balance")

    @property
    def starting_balance(self) -> int:
        """Return the customer's balance before an invoice that is made at once; a debt is positive."""
        return self.due_now + self.to_balance - self.total

    @property
    def discounted(self) -> int:
        return sum(line.amount for line in self.lines if line.kind == "discount")

    def record(self) -> dict[str, Any]:
        """Return the cost as it is printed (docs/output.md): `credited` and `discounted` are negative or 0; a credit is
        negative in `to_balance` and `waits` too."""
        return {
            "currency": self.currency,
            "credited": self.credited,
            "charged": self.charged,
            "discounted": self.discounted,
            "due_now": self.due_now,
            "to_balance": self.to_balance,
            "waits": self.waits,
            "lines": [asdict(line) for line in self.lines],
            "next_invoice": None if self.next_invoice is None else asdict(self.next_invoice),
            "next_is_known": self.next_is_known,
        }


def billed_at_once(invoice: Invoice) -> Cost:
    """Return the cost where `invoice` is made at once."""
    to_balance = left_on_balance(invoice)
    return Cost(
        invoice["currency"], (*_lines(invoice), *_beside(invoice, to_balance)), invoice["amount_due"], to_balance
    )


def left_on_balance(invoice: Invoice) -> int:
    """Return the amount that stays on the balance: a credit that is not used up, or a charge below what Stripe charges,
    which it carries over (`ending_balance` in `stripe/_invoice.py`; recorded 2026-08-26.dahlia for 1 and 4 cents)."""
    rest = invoice["starting_balance"] + invoice["total"]
    return rest if rest < 0 or not invoice["amount_due"] else 0


def billed_later(invoice: Invoice, pending_items: Iterable[InvoiceItem]) -> Cost:
    """Return the cost where credits and charges wait for the next invoice, which is `invoice`.

    `pending_items` are the invoice items that wait for it already, and are of no part of this change.
    """
    lines = tuple(
        CostLine(line["description"] or "", line["amount"])
        for line in without_waiting(pending_items, filter(_may_wait, invoice["lines"]["data"]))
        if line["amount"] and not is_of_next_period(line, invoice)
    )
    to_balance = left_on_balance(invoice)
    next_invoice = NextInvoice(invoice["amount_due"], invoice["period_end"])
    return Cost(
        invoice["currency"],
        lines,
        to_balance=to_balance,
        next_invoice=next_invoice,
        balance_before=invoice["starting_balance"],
    )


def cost_with_waiting(invoice: Invoice) -> Cost | None:
    """Return the cost where credits and charges wait for another invoice of the customer's, and use is not billed at
    all."""
    lines = tuple(
        CostLine(line["description"] or "", line["amount"])
        for line in invoice["lines"]["data"]
        if is_proration(line) and line["amount"]
    )
    return Cost(invoice["currency"], lines, waits=sum(line.amount for line in lines)) if lines else None


def costs_more(invoice: Invoice, pending_items: Iterable[InvoiceItem], proration_date: int) -> bool:
    """Return whether the change by itself, billed at once, asks for money: an upgrade. `pending_items` as in
    `billed_later`."""
    lines = without_waiting(pending_items, filter(is_proration, invoice["lines"]["data"]))
    lines += [
        line
        for line in invoice["lines"]["data"]
        if line["period"]["start"] >= proration_date and not is_proration(line) and not is_invoice_item(line)
    ]
    return sum(line["amount"] for line in lines) > 0


def _may_wait(line: InvoiceLine) -> bool:
    """Return whether a line of a preview is of what waits for that invoice: prorations, use of a price that is
    replaced, what somebody added."""
    return is_proration(line) or is_invoice_item(line)


def without_waiting(pending_items: Iterable[InvoiceItem], lines: Iterable[InvoiceLine]) -> list[InvoiceLine]:
    """Return the lines of a preview without those that wait already, which are in it too: of lines that are alike, as
    many are taken away as wait."""
    rest = list(lines)
    for item in pending_items:
        similar_lines = [line for line in rest if _is_alike(line, item)]
        if similar_lines:
            rest.remove(min(similar_lines, key=lambda line: line["description"] != item["description"]))
    return rest


def _is_alike(line: InvoiceLine, item: InvoiceItem) -> bool:
    period, item_period = line["period"], item["period"]
    return line["amount"] == item["amount"] and (period["start"], period["end"]) == (
        item_period["start"],
        item_period["end"],
    )


MINUTE = 60


def is_next(invoice: Invoice, at: int, metered_ids: Collection[str]) -> bool:
    """Return whether a preview is of the invoice with which the next period begins, and not of one made at `at`: where
    nothing is to be billed at once, Stripe shows that one.

    The lines say so by the periods that they bill, use after its period and all else before. Where there are none of
    the subscription's own, what is left is that the period of an invoice made now has ended now, by Stripe's clock:
    so have those of invoices (recorded 2026-08-26.dahlia), of previews nobody says it. `metered_ids` are the ids of
    metered prices.
    """
    lines = [line for line in invoice["lines"]["data"] if not is_proration(line) and not is_invoice_item(line)]
    before = [line for line in lines if price_of(line) not in metered_ids]
    if before:
        return all(line["period"]["start"] > at + MINUTE for line in before)
    if lines:
        return any(line["period"]["end"] > at + MINUTE for line in lines)
    return invoice["period_end"] > at + MINUTE


def price_of(line: InvoiceLine) -> str | None:
    """Return the id of the price that a line bills."""
    details = line["pricing"]["price_details"] if line["pricing"] else None
    return id_of(details["price"]) if details else None


def is_proration(line: InvoiceLine) -> bool:
    details = details_of(line)
    return bool(details and details["proration"])


def _lines(invoice: Invoice) -> tuple[CostLine, ...]:
    return tuple(
        CostLine(line["description"] or "", line["amount"]) for line in invoice["lines"]["data"] if line["amount"]
    )


def _beside(invoice: Invoice, to_balance: int) -> list[CostLine]:
    """Return the amounts between the sum of the lines and the amount due: discounts, taxes on top, the customer's
    balance."""
    discounts = sum(discount["amount"] for discount in invoice["total_discount_amounts"] or ())
    taxes = sum(tax["amount"] for tax in invoice["total_taxes"] or () if tax["tax_behavior"] == "exclusive")
    balance = invoice["amount_due"] - invoice["total"] if invoice["total"] > 0 and to_balance <= 0 else 0
    amounts: tuple[tuple[str, int, Kind], ...] = (
        ("Discount", -discounts, "discount"),
        ("Tax", taxes, "tax"),
        ("The customer's balance", balance, "balance"),
    )
    return [CostLine(name, amount, kind) for name, amount, kind in amounts if amount]


def paid_for(line: InvoiceLine) -> int:
    """Return the amount of a line after its discounts and with taxes on top."""
    discount = sum(discount_amount["amount"] for discount_amount in line["discount_amounts"] or ())
    taxes = sum(tax["amount"] for tax in line["taxes"] or () if tax["tax_behavior"] == "exclusive")
    return line["amount"] - discount + taxes


def amount_asked(total: int, currency: str) -> int:
    """Return the amount due of an invoice that comes to `total` with the customer's balance: nothing where it is a
    credit, or so little that it is carried over."""
    return total if total >= smallest_charge(currency) else 0


def balance_left(balance: int, total: int, currency: str) -> int:
    """Return the customer's balance after an invoice of `total`: what it does not ask for. A debt is positive."""
    rest = balance + total
    return 0 if amount_asked(rest, currency) else rest


def is_of_next_period(line: InvoiceLine, next_invoice: Invoice) -> bool:
    """Return whether a line of the next invoice bills the period that begins with it, or use, and nothing that waited.
    Of a period that is cut short by an end that line may be called a proration too."""
    if is_invoice_item(line):
        return False
    return not is_proration(line) or line["period"]["start"] >= next_invoice["period_end"]


def is_invoice_item(line: InvoiceLine) -> bool:
    details = details_of(line)
    return bool(details and details["invoice_item"])


def due_again(invoice: Invoice, began: int) -> list[InvoiceLine]:
    """Return the lines, of an invoice with which new periods begin, of the periods that end first: the next invoice has
    them again."""
    lines = [line for line in invoice["lines"]["data"] if not is_proration(line) and not is_invoice_item(line)]
    new_lines = [line for line in lines if line["period"]["start"] >= began]
    first = min((line["period"]["end"] for line in new_lines), default=0)
    return [line for line in new_lines if line["period"]["end"] == first]
