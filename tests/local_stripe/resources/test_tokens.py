"""Tokens and payment methods made of test card numbers (https://docs.stripe.com/testing)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_stripe.conftest import Local

VISA = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2034, "cvc": "123"}


def test_a_token_of_a_card_makes_one_payment_method(local: Local) -> None:
    token = local.post("/v1/tokens", card={**VISA, "name": "Jenny Rosen"})
    assert (token["type"], token["used"]) == ("card", False)
    assert (token["card"]["last4"], token["card"]["brand"], token["card"]["name"]) == ("4242", "Visa", "Jenny Rosen")
    method = local.post("/v1/payment_methods", type="card", card={"token": token["id"]})
    assert (method["card"]["last4"], method["card"]["exp_year"]) == ("4242", 2034)
    assert local.get(f"/v1/tokens/{token['id']}")["used"] is True
    refusal = local.refused("post", "/v1/payment_methods", type="card", card={"token": token["id"]})
    assert (refusal.code, refusal.param) == ("token_already_used", "card[token]")


def test_a_payment_method_is_made_of_a_card_number_or_a_test_token(local: Local) -> None:
    by_number = local.post("/v1/payment_methods", type="card", card={**VISA, "number": "5555 5555 5555 4444"})
    assert (by_number["card"]["brand"], by_number["card"]["exp_month"]) == ("mastercard", 12)
    by_token = local.post("/v1/payment_methods", type="card", card={"token": "tok_visa"})
    assert by_token["card"]["brand"] == "visa"


@pytest.mark.parametrize(
    ("wrong", "code", "param"),
    [
        ({"number": "4242424242424241"}, "incorrect_number", "number"),
        ({"number": "4111111111111111"}, "card_declined", None),
        ({"exp_year": 2020}, "invalid_expiry_year", "exp_year"),
        ({"cvc": "12"}, "invalid_cvc", "cvc"),
    ],
)
def test_cards_that_are_none(local: Local, wrong: dict[str, Any], code: str, param: str | None) -> None:
    for path, params in (
        ("/v1/tokens", {"card": {**VISA, **wrong}}),
        ("/v1/payment_methods", {"type": "card", "card": {**VISA, **wrong}}),
    ):
        refusal = local.refused("post", path, **params)
        assert (refusal.status, refusal.type, refusal.code) == (402, "card_error", code)
        assert refusal.param in (param, None if param is None else f"card[{param}]")


def test_a_token_that_is_none(local: Local) -> None:
    assert local.refused("post", "/v1/tokens").param == "card"
    assert local.refused("get", "/v1/tokens/tok_none").status == 404
    refusal = local.refused("post", "/v1/payment_methods", type="card", card={"token": "tok_none"})
    assert refusal.code == "resource_missing"
