"""Refusals of Stripe by their cause: what is to be done depends on it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import responses

from stripe_billing_cli.stripe_api import client, errors

URL = "https://api.stripe.com/v1/prices/price_1"


@pytest.fixture
def stripe_itself() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as stripe_itself:
        yield stripe_itself


def failed(stripe_itself: responses.RequestsMock, status: int, **error: Any) -> errors.StripeCallError:
    stripe_itself.get(URL, json={"error": {"type": "invalid_request_error", **error}}, status=status)
    with pytest.raises(errors.StripeCallError) as raised:
        client.connect("sk_test_x").get("/v1/prices/price_1")
    return raised.value


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (404, "Unrecognized request URL (GET: /v1/account). Please see https://stripe.com/docs or we can help."),
        (400, "The local Stripe does not have GET /v1/quotes."),
    ],
)
def test_a_call_that_the_server_lacks(stripe_itself: responses.RequestsMock, status: int, message: str) -> None:
    failure = failed(stripe_itself, status, message=message)

    assert type(failure) is errors.UnsupportedCallError
    assert "check the id" not in str(failure.hint)
    assert "billing doctor" in str(failure.hint)


@pytest.mark.parametrize(
    ("status", "message", "hint"),
    [
        (404, "No such price: 'price_1'", "check the id, and that the key is of the same account and mode"),
        (400, "No such PaymentMethod: 'pm_1'", "billing card list CUSTOMER shows the cards that a customer has"),
        (
            400,
            "This customer has no attached payment source or default payment method. Please consider adding one.",
            "give the customer a card: billing customer update CUSTOMER --payment-method pm_…",
        ),
        (
            400,
            "The promotion code is not there for this customer.",
            "look at the object as it is now: this call changed nothing, and what was done before it stays done",
        ),
    ],
)
def test_what_is_missing(stripe_itself: responses.RequestsMock, status: int, message: str, hint: str) -> None:
    failure = failed(stripe_itself, status, code="resource_missing", message=message)

    assert type(failure) is errors.NotFoundError
    assert failure.hint == hint


def test_what_the_local_stripe_does_not_have_as_a_parameter_is_no_missing_call(
    stripe_itself: responses.RequestsMock,
) -> None:
    message = "The local Stripe does not have the parameter on_behalf_of."
    assert type(failed(stripe_itself, 400, message=message)) is errors.InvalidRequestError
