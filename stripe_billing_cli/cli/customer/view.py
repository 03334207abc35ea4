"""A customer on the screen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from stripe_billing_cli.cli import formatting
from stripe_billing_cli.cli.output import Line, Record, fact
from stripe_billing_cli.errors import NOT_REACHED, BillingError


def lines(record: Record) -> Iterator[Line]:
    """Yield the customer's own fields; those that are empty are left out."""
    name = "  ".join(part for part in (record["id"], record["name"], record["email"]) if part)
    yield Line(name, {"bold": True})
    address, card = record["address"] or {}, record["default_card"]
    facts = {
        "phone": record["phone"],
        "description": record["description"],
        "address": ", ".join(value for value in address.values() if value),
        "pays by": formatting.card(card) if card else "no default card",
        "balance": _balance(record),
        "test clock": record["test_clock"],
        "metadata": ", ".join(f"{key}={value}" for key, value in record["metadata"].items()),
        "created": formatting.date(record["created"]),
    }
    for label, value in facts.items():
        if value:
            yield fact(label, value)


def _balance(record: Record) -> str:
    """Return the balance and whose it is: negative is in the customer's favour, as in Stripe
    (https://docs.stripe.com/billing/customer/balance)."""
    balance = record["balance"]
    if not balance:
        return ""
    meaning = "credit, used for the next invoices" if balance < 0 else "owed, added to the next invoice"
    return f"{formatting.money(abs(balance), record['currency'] or 'usd')} {meaning}"


@contextmanager
def card_may_be_refused(hint: str) -> Iterator[None]:
    """Report a card that cannot be saved as that; `hint` says how things stand then."""
    from stripe_billing_cli.stripe_api.errors import PaymentFailedError

    try:
        yield
    except PaymentFailedError as failure:
        message = f"the card cannot be saved: {failure.message}"
        raise BillingError(
            failure.kind, message, hint, NOT_REACHED, param=failure.param, request_id=failure.request_id
        ) from failure
