"""The lines of a cost: credits and charges as people read them."""

from __future__ import annotations

from collections.abc import Iterator

from stripe_billing_cli.cli import formatting
from stripe_billing_cli.cli.output import Line
from stripe_billing_cli.stripe_api.objects.invoices import Invoice
from stripe_billing_cli.subscriptions.cost import Cost


def entry(label: str, text: str) -> Line:
    """Return a line under what is going to happen: `  due now    $15.00`."""
    return Line(f"  {label:<9}  {text}", hang=13)


def all_lines(cost: Cost, due_now: str) -> Iterator[Line]:
    """Yield each credit and charge, what of it is due now, and what is left for the next invoices."""
    yield from lines(cost)
    yield entry("due now", due_now)
    yield from balance(cost)
    yield from upcoming_lines(cost)


def lines(cost: Cost) -> Iterator[Line]:
    """Yield each credit and charge, the amounts one under the other."""
    width = max((len(formatting.money(line.amount, cost.currency)) for line in cost.lines), default=0)
    for line in cost.lines:
        amount = formatting.money(line.amount, cost.currency).rjust(width)
        label = line.kind if line.kind != "line" else "credited" if line.amount < 0 else "charged"
        yield entry(label, f"{amount}  {line.description}")


def balance(cost: Cost) -> Iterator[Line]:
    """Yield the credit or the debt that is left for the next invoices."""
    amount = formatting.money(abs(cost.to_balance), cost.currency)
    if cost.used_by_next and cost.next_invoice:
        use_by_next, day = formatting.money(cost.used_by_next, cost.currency), formatting.date(cost.next_invoice.at)
        credit = formatting.money(cost.used_by_next - cost.to_balance, cost.currency)
        yield entry("credit", f"{credit}: {use_by_next} pays the invoice of {day}, {amount} stays for later ones")
    elif cost.to_balance < 0:
        yield entry("balance", f"{amount} is credited to the next invoices")
    elif cost.to_balance > 0:
        yield entry("balance", f"{amount} is less than Stripe charges: it is carried over to the next invoice")


def upcoming_lines(cost: Cost) -> Iterator[Line]:
    """Yield the lines of the next invoice, as far as it is known."""
    if cost.next_invoice:
        amount = formatting.money(cost.next_invoice.amount, cost.currency)
        yield entry("next", f"{amount} on {formatting.date(cost.next_invoice.at)}")
    elif not cost.next_is_known:
        yield entry("next", "not known beforehand: billing sub show says it afterwards")


def unpaid_text(invoice: Invoice) -> str:
    """Return `invoice in_1MtHbE is open`, or what became of the invoice instead of being paid."""
    became = {"draft": "a draft", "uncollectible": "written off"}
    status = str(invoice["status"])
    return f"invoice {invoice['id']} is {became.get(status, status)}"
