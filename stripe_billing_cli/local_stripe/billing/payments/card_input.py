"""Cards as a call gives them, by number or by token, and what is wrong with some of them
(https://docs.stripe.com/testing#declined-payments, https://docs.stripe.com/error-codes)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from stripe_billing_cli.local_stripe.billing.payments.cards import Card
from stripe_billing_cli.local_stripe.billing.payments.test_cards import BY_KEY, BY_NUMBER, BY_TOKEN
from stripe_billing_cli.local_stripe.core import objects
from stripe_billing_cli.local_stripe.core.errors import ApiError, invalid, no_such
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object

TOKEN = "token"


def by_number(call: Call, params: Mapping[str, Any]) -> Card:
    """Return the test card of that number. Raises a card error for one that is mistyped, expired or no test card."""
    number = re.sub("[ -]", "", params["number"])
    if not re.fullmatch("[0-9]{12,19}", number) or not _adds_up(number):
        raise _card_error("Your card number is incorrect.", "incorrect_number", "number")
    check_expiry(call, in_full(params))
    if "cvc" in params:
        recheck_security_code(params["cvc"])
    if number not in BY_NUMBER:
        raise ApiError(
            402,
            "Your card was declined. Your request was in test mode, but used a non test card. For a list of valid "
            "test cards, visit: https://stripe.com/docs/testing.",
            "card_declined",
            type="card_error",
            decline_code="test_mode_live_card",
        )
    return BY_NUMBER[number]


def recheck_security_code(cvc: str) -> None:
    """Raise the card error for a security code that no card has."""
    if not re.fullmatch("[0-9]{3,4}", cvc):
        raise _card_error("Your card's security code is invalid.", "invalid_cvc", "cvc")


def check_expiry(call: Call, params: Mapping[str, Any]) -> None:
    """Raise the card error for a month or a year that a valid card does not have
    (https://docs.stripe.com/testing#invalid-data)."""
    today = datetime.fromtimestamp(call.real_now, UTC)
    year, month = params.get("exp_year", today.year + 1), params.get("exp_month", 12)
    if not 1 <= month <= 12 or (year == today.year and month < today.month):
        raise _card_error("Your card's expiration month is invalid.", "invalid_expiry_month", "exp_month")
    if not today.year <= year <= today.year + 50:
        raise _card_error("Your card's expiration year is invalid.", "invalid_expiry_year", "exp_year")


def in_full(params: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a card's parameters with the year in four digits, which may be written with two."""
    year = params.get("exp_year")
    return params if year is None or year >= 100 else {**params, "exp_year": 2000 + year}


def _card_error(message: str, code: str, param: str) -> ApiError:
    return ApiError(402, message, code, param, type="card_error")


def _adds_up(number: str) -> bool:
    """Return whether the check digit of a card number is right: from the right, every second digit counts double
    (ISO/IEC 7812)."""
    values = [int(digit) * (2 if at % 2 else 1) for at, digit in enumerate(reversed(number))]
    return sum(value - 9 if value > 9 else value for value in values) % 10 == 0


def read_card(call: Call, params: Mapping[str, Any], param: str = "card[token]") -> tuple[Card, Mapping[str, Any]]:
    """Return the card that `card` in a call means, and what it says of its expiry. A token can be used once."""
    if "token" not in params:
        return by_number(call, params), in_full(params)
    if params["token"] in BY_TOKEN:
        return BY_TOKEN[params["token"]], params
    token = use_token(call, "card", params["token"], param)
    return BY_KEY[token["_card"]], token["card"]


def use_token(call: Call, type: str, id: str, param: str) -> Object:
    """Return a token of a type, which cannot be used again. Raises for one that was used, and for one of another type
    as if it were not there."""
    if "tok_" not in id:
        raise invalid(f"Invalid token id: {id}", TOKEN)
    token = objects.find(call, TOKEN, id, param)
    if token["type"] != type:
        raise no_such(TOKEN, id, param)
    if token["used"]:
        raise invalid(f"You cannot use a Stripe token more than once: {id}.", param, "token_already_used")
    call.store.replace(TOKEN, {**token, "used": True})
    return token
