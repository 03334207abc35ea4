"""Checks that payment intents and setup intents share."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing.payments import payment_methods
from stripe_billing_cli.local_stripe.core.answers import as_answered
from stripe_billing_cli.local_stripe.core.errors import ApiError, invalid
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object


def configuration(account: Object) -> str:
    """Return the id of the account's payment method configuration, which says what may pay where no call does."""
    return f"pmc_{account['id'].removeprefix('acct_')}00000001"


def usable_method(call: Call, id: str | None, customer: Object | None) -> Object | None:
    if id is None:
        return None
    method = payment_methods.find_chargeable(call, id, "payment_method")
    owner = customer["id"] if customer else None
    if method["customer"] not in (None, owner):
        raise invalid(
            "The payment method you provided belongs to a customer; please include that customer in the "
            "`customer` parameter of the intent.",
            "payment_method",
        )
    if method.get("_detached"):
        raise invalid(
            "The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, shared "
            "with a connected account without Customer attachment, or was detached from a Customer. It may not be "
            "used again. To use a PaymentMethod multiple times, you must attach it to a Customer first.",
            "payment_method",
        )
    return method


def unexpected_state(kind: str, noun: str, action: str, intent: Object, call: Call) -> ApiError:
    return ApiError(
        400,
        f"You cannot {action} this {noun} because it has a status of {intent['status']}.",
        f"{kind}_unexpected_state",
        objects={kind: as_answered(call.store, kind, intent)},
    )
