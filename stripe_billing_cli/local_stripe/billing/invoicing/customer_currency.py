"""The currency that a customer is bound to: "a customer is billed in one currency" while anything of theirs is active
(https://docs.stripe.com/billing/customer#currency)."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.core.errors import invalid
from stripe_billing_cli.local_stripe.core.lists import equal, json_field, one_of
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Condition, Object

ENDED = ("canceled", "incomplete_expired")


def bound_to(call: Call, customer: Object) -> str | None:
    """Return the currency of "an active subscription, subscription schedule, discount, quote, or invoice item"."""
    of_customer = equal(json_field("customer"), customer["id"])
    status_condition = Condition(f"{json_field('status')} NOT IN (?, ?)", ENDED)
    for kind, condition in (
        ("subscription", [*of_customer, status_condition]),
        ("invoiceitem", [*of_customer, Condition(f"{json_field('invoice')} IS NULL")]),
    ):
        for object in call.store.select(kind, condition, newest_first=False, limit=1):
            return str(object["currency"])
    not_ended = one_of(json_field("status"), ["not_started", "active"])
    for schedule in call.store.select("subscription_schedule", [*of_customer, *not_ended], newest_first=False, limit=1):
        return str(schedule["phases"][0]["currency"])
    return None


def check(call: Call, customer: Object, currency: str) -> None:
    """Refuse, in Stripe's words, another currency than the one that the customer is bound to."""
    own_currency = bound_to(call, customer)
    if own_currency not in (None, currency):
        raise invalid(
            "You cannot combine currencies on a single customer. This customer has an active subscription, "
            f"subscription schedule, discount, quote, or invoice item with currency {own_currency}."
        )
