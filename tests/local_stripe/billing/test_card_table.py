"""The documented test cards (https://docs.stripe.com/testing)."""

from __future__ import annotations

from typing import Any

import pytest

from stripe_billing_cli.local_stripe.billing.payments import test_cards
from tests.local_stripe.conftest import Local

PATH = "/v1/payment_methods"


def made_of(local: Local, card: Any) -> Any:
    return local.post(PATH, type="card", card=card)["card"]


@pytest.mark.parametrize("number", sorted(test_cards.BY_NUMBER))
def test_a_documented_number_makes_a_payment_method(local: Local, number: str) -> None:
    made = made_of(local, {"number": number, "exp_month": 3, "exp_year": 2031})
    assert (made["last4"], made["country"]) == (number[-4:], test_cards.BY_NUMBER[number].country)


def test_a_documented_name_is_a_token_and_a_payment_method(local: Local) -> None:
    owner = local.post("/v1/customers")["id"]
    for id, card in test_cards.BY_ID.items():
        token = made_of(local, {"token": id.replace("pm_card_", "tok_", 1)})
        assert (token["last4"], token["country"]) == (card.last4, card.country)
        if card.declines_setup is None:
            assert local.post(f"{PATH}/{id}/attach", customer=owner)["card"]["fingerprint"] == token["fingerprint"]


@pytest.mark.parametrize(
    ("token", "shown"),
    [
        # Recorded 2026-08-26.dahlia and 2026-03-25.dahlia.
        ("tok_visa", {"last4": "4242", "country": "US", "display_brand": "visa", "funding": "credit"}),
        ("tok_visa_chargeDeclined", {"last4": "0002", "country": "US"}),
        ("tok_chargeDeclinedExpiredCard", {"last4": "0069"}),
        ("tok_visa_createDispute", {"last4": "0259"}),
        ("tok_visa_createDisputeInquiry", {"last4": "1976"}),
        ("tok_threeDSecure2Required", {"last4": "3220", "country": "IE"}),
        ("tok_amex", {"last4": "8431", "brand": "amex", "display_brand": "american_express"}),
        ("tok_discover", {"last4": "9424", "brand": "discover"}),
        # Documented.
        ("tok_unionpay", {"brand": "unionpay", "display_brand": "union_pay"}),
        ("tok_mastercard_prepaid", {"brand": "mastercard", "funding": "prepaid"}),
        ("tok_visa_cartesBancaires", {"networks": {"available": ["cartes_bancaires", "visa"], "preferred": None}}),
        ("tok_amex_threeDSecureNotSupported", {"three_d_secure_usage": {"supported": False}}),
    ],
)
def test_a_token_s_card_is_shown_as_stripe_shows_it(local: Local, token: str, shown: dict[str, Any]) -> None:
    made = made_of(local, {"token": token})
    assert {name: made[name] for name in shown} == shown


def paid(local: Local, owner: str, card: str, **more: Any) -> Any:
    return local.post(
        "/v1/payment_intents",
        amount=900,
        currency="usd",
        customer=owner,
        payment_method=card,
        allowed_payment_method_types=["card"],
        confirm=True,
        **more,
    )


def test_a_card_that_authenticates_until_set_up_is_paid_with_off_session_once_set_up(local: Local) -> None:
    owner = local.post("/v1/customers")["id"]
    card = {"payment_method": "pm_card_authenticationRequiredOnSetup", "allowed_payment_method_types": ["card"]}
    setup = local.post("/v1/setup_intents", customer=owner, **card, confirm=True)
    assert setup["status"] == "requires_action"
    done = local.send("post", f"/local/setup_intents/{setup['id']}/authenticate", "succeeds=true").json
    assert paid(local, owner, done["payment_method"], off_session=True)["status"] == "succeeded"
    assert paid(local, owner, done["payment_method"])["status"] == "requires_action"


def test_a_card_already_set_up_asks_only_on_session(local: Local) -> None:
    owner = local.post("/v1/customers")["id"]
    card = "pm_card_authenticationRequiredSetupForOffSession"
    assert paid(local, owner, card, off_session=True)["status"] == "succeeded"
    assert paid(local, owner, card)["status"] == "requires_action"
