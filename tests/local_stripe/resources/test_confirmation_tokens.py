"""Confirmation tokens (https://docs.stripe.com/payments/finalize-payments-on-the-server): an intent is confirmed with one."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_stripe.conftest import Clock, Local

HELPER, INTENTS, SETUPS = "/v1/test_helpers/confirmation_tokens", "/v1/payment_intents", "/v1/setup_intents"
PAYING: dict[str, Any] = {"amount": 1099, "currency": "usd"}
BACK = "https://example.com/back"
JENNY: dict[str, Any] = {"name": "Jenny", "address": {"line1": "1 Main Street", "country": "US"}}


def test_a_payment_is_confirmed_with_what_the_customer_has_entered(local: Local) -> None:
    customer = local.post("/v1/customers")["id"]
    entered = {"return_url": BACK, "setup_future_usage": "off_session", "shipping": JENNY}
    token = local.post(HELPER, payment_method="pm_card_visa", **entered)
    preview = token["payment_method_preview"]
    assert (preview["type"], preview["card"]["last4"], preview["customer"]) == ("card", "4242", None)
    paid = local.post(INTENTS, **PAYING, customer=customer, confirmation_token=token["id"], confirm=True)
    assert (paid["status"], paid["setup_future_usage"]) == ("succeeded", "off_session")
    assert paid["shipping"]["address"]["line1"] == "1 Main Street"
    assert local.get(f"/v1/payment_methods/{paid['payment_method']}")["customer"] == customer
    assert local.get(f"/v1/confirmation_tokens/{token['id']}")["payment_intent"] == paid["id"]


def test_the_call_says_what_it_says_itself(local: Local) -> None:
    token = local.post(HELPER, payment_method="pm_card_visa", shipping=JENNY, return_url=BACK)["id"]
    payment_intent_id = local.post(INTENTS, **PAYING)["id"]
    other = {**JENNY, "name": "Ada"}
    assert (
        local.post(f"{INTENTS}/{payment_intent_id}/confirm", confirmation_token=token, shipping=other)["shipping"][
            "name"
        ]
        == "Ada"
    )


def test_a_setup_is_confirmed_with_a_token(local: Local) -> None:
    described = {"type": "sepa_debit", "sepa_debit": {"iban": "DE89370400440532013000"}}
    holder = {"billing_details": {"name": "Jenny", "email": "jenny@example.com"}}
    account = local.post(HELPER, payment_method_data={**described, **holder})["id"]
    setup = local.post(SETUPS, allowed_payment_method_types=["sepa_debit"])["id"]
    assert local.post(f"{SETUPS}/{setup}/confirm", confirmation_token=account)["status"] == "succeeded"
    assert local.get(f"/v1/confirmation_tokens/{account}")["setup_intent"] == setup


@pytest.mark.parametrize("card", ["pm_card_visa", "pm_card_chargeDeclined"])
def test_a_token_is_used_once(local: Local, card: str) -> None:
    token = local.post(HELPER, payment_method=card, return_url=BACK)["id"]
    local.send("post", INTENTS, f"amount=1099&currency=usd&confirm=true&confirmation_token={token}")
    refusal = local.refused("post", INTENTS, **PAYING, confirm=True, confirmation_token=token)
    assert refusal.message == f"The ConfirmationToken {token} has already been used."


def test_a_token_is_refused_that_is_old_unknown_or_early(local: Local, clock: Clock) -> None:
    token = local.post(HELPER, payment_method="pm_card_visa")["id"]
    for path, params in ((INTENTS, PAYING), (SETUPS, {})):
        early = local.refused("post", path, **params, confirmation_token=token)
        assert early.message == "The parameter `confirmation_token` can only be used with `confirm=true`."
    confirming = {**PAYING, "confirm": True}
    assert local.refused("post", INTENTS, **confirming, confirmation_token="ctoken_none").code == "resource_missing"
    clock.now += 12 * 60 * 60
    assert local.refused("post", INTENTS, **confirming, confirmation_token=token).message.endswith("has expired.")
    assert local.refused("post", HELPER).param == "payment_method"
