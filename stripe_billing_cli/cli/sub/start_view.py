"""A new subscription on the screen: what is due, and what the customer is to do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from stripe_billing_cli.cli import formatting
from stripe_billing_cli.cli.output import Line, Record, fact
from stripe_billing_cli.cli.sub import cost_view
from stripe_billing_cli.subscriptions.terms import is_metered

if TYPE_CHECKING:
    from stripe_billing_cli.stripe_api.objects.customers import Customer
    from stripe_billing_cli.subscriptions.confirmation import Confirmation
    from stripe_billing_cli.subscriptions.cost import Cost
    from stripe_billing_cli.subscriptions.start import Order, Situation
    from stripe_billing_cli.subscriptions.start_quote import StartQuote

PURPOSE = {"payment": "pay at", "card": "card at", "invoice": "invoice"}


def lines(record: Record, customer: Customer, confirmation: Confirmation) -> Iterator[Line]:
    yield Line(f"{record['id']}  {formatting.status(record['status'])}", {"bold": True})
    customer_name = customer["email"] or customer["name"]
    yield _fact("customer", f"{customer_name} ({customer['id']})" if customer_name else customer["id"])
    for item in record["items"]:
        yield _fact("item", f"{formatting.item(item)}  {formatting.price(item)}")
    yield _fact("due now", formatting.money(record["due_now"]["amount_due"], record["currency"]))
    due_next = record["due_next"]
    if due_next:
        yield _fact(
            "due next",
            f"{formatting.money(due_next['amount_due'], due_next['currency'])} on {formatting.date(due_next['at'])}",
        )
    yield from _confirmation_lines(record, confirmation)


def preview_lines(quote: StartQuote, order: Order, situation: Situation) -> Iterator[Line]:
    """Yield the cost of a subscription that is only previewed."""
    cost, customer = quote.cost, situation.customer
    customer_name = f"{customer['email']} ({customer['id']})" if customer["email"] else customer["id"]
    yield Line(f"{customer_name}: {', '.join(line.price + formatting.times(line.quantity) for line in order.lines)}")
    yield from cost_view.all_lines(cost, _due_now(cost, order))
    if quote.trial_end:
        yield Line(f"  The trial ends on {formatting.date(quote.trial_end)}.")
    metered_names = [line.price for line, price in zip(order.lines, situation.prices, strict=True) if is_metered(price)]
    if metered_names:
        yield Line(f"  What is used of {', '.join(metered_names)} is billed on top, after each of its periods.")


def _due_now(cost: Cost, order: Order) -> str:
    if not cost.due_now:
        return "nothing"
    amount = formatting.money(cost.due_now, cost.currency)
    if order.days_until_due is not None:
        return f"{amount}, by an invoice that the customer is sent"
    return f"{amount}, charged when the customer confirms it"


def _confirmation_lines(record: Record, confirmation: Confirmation) -> Iterator[Line]:
    if confirmation.secret:
        yield _fact("secret", confirmation.secret)
    if confirmation.url and confirmation.collects:
        yield _fact(PURPOSE[confirmation.collects], confirmation.url)
    until = formatting.moment(confirmation.expires_at)
    match confirmation.collects:
        case "payment" if confirmation.expires_at:
            yield _fact("", f"until {until}; unpaid by then, the subscription expires")
        case "card" if confirmation.expires_at:
            yield _fact("", f"until {until}; after a few minutes it asks the customer to log in by email")
        case "card" if confirmation.url:
            yield _fact(
                "", f"for a few minutes; then: billing customer portal {record['customer']} --flow payment-method"
            )
        case "invoice" if not confirmation.url:
            yield _fact("", "Stripe finalizes the invoice within an hour or so, and sends it by email")


def _fact(label: str, value: str) -> Line:
    return fact(label, value, 10)
