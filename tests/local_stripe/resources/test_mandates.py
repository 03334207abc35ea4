"""Mandates (https://docs.stripe.com/api/mandates): what `mandate_data` leaves behind."""

from __future__ import annotations

from typing import Any

from tests.local_stripe.conftest import NOW, Local

SETUPS, INTENTS = "/v1/setup_intents", "/v1/payment_intents"
ONLINE = {"type": "online", "online": {"ip_address": "127.0.0.1", "user_agent": "Mozilla/5.0"}}


def account(local: Local) -> dict[str, Any]:
    holder = {"name": "Ada", "email": "ada@example.com"}
    made = local.post(
        "/v1/payment_methods", type="sepa_debit", sepa_debit={"iban": "DE89370400440532013000"}, billing_details=holder
    )
    return {"payment_method": made["id"], "allowed_payment_method_types": ["sepa_debit"]}


def test_a_bank_account_is_set_up_and_debited_by_its_mandate(local: Local) -> None:
    customer = local.post("/v1/customers")["id"]
    agreed = {"customer": customer, "mandate_data": {"customer_acceptance": ONLINE}, "confirm": True}
    form = {**account(local), **agreed}
    setup = local.post(SETUPS, **form, expand=["latest_attempt"])
    assert (setup["status"], setup["latest_attempt"]["payment_method_details"]["type"]) == ("succeeded", "sepa_debit")
    mandate = local.get(f"/v1/mandates/{setup['mandate']}")
    assert (mandate["type"], mandate["status"], mandate["payment_method"]) == (
        "multi_use",
        "active",
        setup["payment_method"],
    )
    assert mandate["customer_acceptance"] == {"accepted_at": NOW, **ONLINE}
    debiting = {
        "customer": customer,
        "payment_method": setup["payment_method"],
        "allowed_payment_method_types": ["sepa_debit"],
    }
    paid = local.post(
        INTENTS, amount=2000, currency="eur", **debiting, off_session=True, confirm=True, expand=["latest_charge"]
    )
    assert paid["latest_charge"]["payment_method_details"]["sepa_debit"]["mandate"] == mandate["id"]


def test_a_single_payment_has_a_mandate_of_its_own(local: Local) -> None:
    agreed = {"mandate_data": {"customer_acceptance": {"type": "offline", "accepted_at": NOW - 60}}}
    paying = {"amount": 2000, "currency": "eur", **account(local), **agreed, "confirm": True}
    paid = local.post(INTENTS, **paying, expand=["latest_charge"])
    mandate = local.get(f"/v1/mandates/{paid['latest_charge']['payment_method_details']['sepa_debit']['mandate']}")
    assert (mandate["type"], mandate["single_use"]) == ("single_use", {"amount": 2000, "currency": "eur"})
    assert mandate["customer_acceptance"] == {"accepted_at": NOW - 60, "offline": {}, "type": "offline"}


def test_a_card_needs_no_mandate(local: Local) -> None:
    form = {"payment_method": "pm_card_visa", "confirm": True, "mandate_data": {"customer_acceptance": ONLINE}}
    setup = local.post(SETUPS, **form)
    assert (setup["status"], setup["mandate"]) == ("succeeded", None)


def test_a_mandate_says_how_the_customer_agreed(local: Local) -> None:
    half: dict[str, Any] = {"customer_acceptance": {"type": "online", "online": {"ip_address": "127.0.0.1"}}}
    refused = local.refused("post", SETUPS, mandate_data=half)
    assert refused.message == "Missing required param: mandate_data[customer_acceptance][online][user_agent]."
    missing = local.refused("get", "/v1/mandates/mandate_none")
    assert (missing.status, missing.message) == (404, "No such mandate: 'mandate_none'")
