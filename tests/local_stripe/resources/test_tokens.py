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


@pytest.mark.parametrize(
    ("wanted", "preferred", "shown"),
    [("cartes_bancaires", "cartes_bancaires", "cartes_bancaires"), ("mastercard", "invalid_preference", "visa")],
)
def test_a_token_keeps_the_network_that_the_customer_prefers(
    local: Local, wanted: str, preferred: str, shown: str
) -> None:
    """ "Selection of a network that does not apply to the card will be stored as `invalid_preference` on the card"
    (`stripe/params/_token_create_params.py`)."""
    token = local.post("/v1/tokens", card={**VISA, "number": "4000002500001001", "networks": {"preferred": wanted}})
    assert token["card"]["networks"] == {"preferred": preferred}
    card = local.post("/v1/payment_methods", type="card", card={"token": token["id"]})["card"]
    assert (card["networks"]["preferred"], card["display_brand"]) == (preferred, shown)


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


def test_a_security_code_that_is_entered_again_is_checked_as_the_card_pays(local: Local) -> None:
    """`payment_method_options[card][cvc_token]`: "A single-use `cvc_update` Token that represents a card CVC value"."""
    token = local.post("/v1/tokens", cvc_update={"cvc": "123"})
    assert (token["type"], token["used"], token["id"].startswith("cvctok_")) == ("cvc_update", False, True)
    assert local.refused("post", "/v1/tokens", cvc_update={"cvc": "1"}).code == "invalid_cvc"
    customer = local.post("/v1/customers")["id"]
    card = {**VISA, "number": "4000000000000101"}
    del card["cvc"]
    saved = local.post("/v1/payment_methods", type="card", card=card)["id"]
    local.post(f"/v1/payment_methods/{saved}/attach", customer=customer)
    params = {
        "amount": 500,
        "currency": "usd",
        "customer": customer,
        "payment_method": saved,
        "allowed_payment_method_types": ["card"],
    }
    options = {"payment_method_options": {"card": {"cvc_token": token["id"]}}}
    param = "payment_method_options[card][cvc_token]"
    assert local.refused("post", "/v1/payment_intents", **params, **options).param == param
    intent = f"/v1/payment_intents/{local.post('/v1/payment_intents', **params)['id']}"
    assert local.refused("post", intent, **options).param == param
    before = local.get(f"/v1/payment_methods/{saved}")["card"]["checks"]["cvc_check"]
    paid = local.post(f"{intent}/confirm", **options)
    assert (paid["status"], "cvc_token" in paid["payment_method_options"]["card"]) == ("succeeded", False)
    assert (before, local.get(f"/v1/payment_methods/{saved}")["card"]["checks"]["cvc_check"]) == (None, "fail")
    again = local.refused("post", "/v1/payment_intents", **params, confirm=True, **options)
    assert (again.code, again.param) == ("token_already_used", param)
    other = {"payment_method_options": {"card": {"cvc_token": "tok_visa"}}}
    assert local.refused("post", "/v1/payment_intents", **params, confirm=True, **other).code == "resource_missing"
    made_of_code = local.post("/v1/tokens", cvc_update={"cvc": "123"})["id"]
    refusal = local.refused("post", "/v1/payment_methods", type="card", card={"token": made_of_code})
    assert refusal.code == "resource_missing"
