"""What stands on a customer's statement (https://docs.stripe.com/get-started/account/statement-descriptors)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_stripe.conftest import Local
from tests.local_stripe.debits import GOOD, account
from tests.local_stripe.life import set_in_dashboard

INTENTS = "/v1/payment_intents"
BY_CARD: dict[str, Any] = {"amount": 2000, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True}
CARD_ONLY: dict[str, Any] = {"allowed_payment_method_types": ["card"]}
REFUSED = (
    "The statement_descriptor parameter is not supported for the payment_method_type `card`. To continue supporting "
    "payment_method_type `card`, please pass in `statement_descriptor_suffix` or remove the `statement_descriptor` "
    "parameter altogether. Please see https://support.stripe.com/questions/use-of-the-statement-descriptor-parameter-on-"
    "paymentintents-for-card-charges for additional details."
)
"""Seen by a user: https://github.com/fluentform/fluentform/issues/384."""


def test_a_payment_by_card_has_a_suffix_only(local: Local) -> None:
    """ "Setting this value for a card charge returns an error" (`stripe/params/_payment_intent_create_params.py`)."""
    named = {"statement_descriptor": "HAT SHOP"}
    assert local.refused("post", INTENTS, amount=2000, currency="usd", **CARD_ONLY, **named).message == REFUSED
    returning = {"return_url": "https://example.com"}
    assert local.refused("post", INTENTS, **BY_CARD, **returning, **named).message == REFUSED
    payment_intent_id = local.post(INTENTS, **BY_CARD, **CARD_ONLY, capture_method="manual")["id"]
    refusal = local.refused("post", f"{INTENTS}/{payment_intent_id}/capture", **named)
    assert (refusal.message, refusal.param) == (REFUSED, "statement_descriptor")


def test_another_payment_has_a_descriptor_of_its_own(local: Local) -> None:
    by_debit = {"payment_method": account(local, GOOD), "allowed_payment_method_types": ["sepa_debit"], "confirm": True}
    agreed = {"mandate_data": {"customer_acceptance": {"type": "offline"}}}
    named = {"statement_descriptor": "HAT SHOP"}
    payment_intent = local.post(
        INTENTS, amount=2000, currency="eur", **by_debit, **agreed, **named, expand=["latest_charge"]
    )
    assert payment_intent["latest_charge"]["calculated_statement_descriptor"] == "HAT SHOP"


@pytest.mark.parametrize("name", ["statement_descriptor", "statement_descriptor_suffix"])
@pytest.mark.parametrize("text", ["12345", "HAT <1>", "JOE'S", 'THE "HAT"', "A\\B"])
def test_what_cannot_stand_on_a_statement_is_refused(local: Local, name: str, text: str) -> None:
    assert local.refused("post", INTENTS, amount=2000, currency="usd", **{name: text}).param == name


def test_a_charge_s_descriptor_is_a_suffix_where_it_has_none(local: Local) -> None:
    """ "For a card charge, this value is ignored unless you don't specify a `statement_descriptor_suffix`, in which case
    this value is used as the suffix" (`stripe/params/_charge_create_params.py`)."""
    set_in_dashboard(local, card_tokens="accept")
    form = {"amount": 2000, "currency": "usd", "source": "tok_visa", "statement_descriptor": "HAT SHOP"}
    assert local.post("/v1/charges", **form)["calculated_statement_descriptor"] == "Stripe* HAT SHOP"
    both = local.post("/v1/charges", **form, statement_descriptor_suffix="RED")
    assert both["calculated_statement_descriptor"] == "Stripe* RED"
    assert (
        local.refused("post", "/v1/charges", **{**form, "statement_descriptor": "123"}).param == "statement_descriptor"
    )
