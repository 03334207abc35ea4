"""A new subscription on the screen: what is due, and what the customer is to do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from stripe_billing_cli.cli import formatting
from stripe_billing_cli.cli.output import Line, Record

if TYPE_CHECKING:
    from stripe_billing_cli.stripe_api.client import Object
    from stripe_billing_cli.subscriptions.confirmation import Confirmation

PURPOSE = {"payment": "pay at", "card": "card at", "invoice": "invoice"}


def lines(record: Record, customer: Object, confirmation: Confirmation) -> Iterator[Line]:
    yield Line(f"{record['id']}  {formatting.status(record['status'])}", {"bold": True})
    who = customer["email"] or customer["name"]
    yield _fact("customer", f"{who} ({customer['id']})" if who else customer["id"])
    for item in record["items"]:
        yield _fact("item", f"{formatting.item(item)}  {formatting.price(item)}")
    yield _fact("due now", formatting.money(record["due_now"]["amount_due"], record["currency"]))
    following = record["due_next"]
    if following:
        yield _fact(
            "due next",
            f"{formatting.money(following['amount_due'], following['currency'])} on {formatting.date(following['at'])}",
        )
    yield from _confirmation_lines(record, confirmation)


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
    return Line(f"  {label:<10} {value}")
