"""Mandates (https://docs.stripe.com/api/mandates): what `mandate_data` leaves behind."""

from __future__ import annotations

from typing import Any

from tests.local_stripe.checkout import paid, selling
from tests.local_stripe.conftest import NOW, Local

SETUPS, INTENTS = "/v1/setup_intents", "/v1/payment_intents"
ONLINE = {"type": "online", "online": {"ip_address": "127.0.0.1", "user_agent": "Mozilla/5.0"}}


def account(local: Local) -> dict[str, Any]:
    holder = {"name": "Ada", "email": "ada@example.com"}
    payment_method = local.post(
        "/v1/payment_methods", type="sepa_debit", sepa_debit={"iban": "DE89370400440532013000"}, billing_details=holder
    )
    return {"payment_method": payment_method["id"], "allowed_payment_method_types": ["sepa_debit"]}


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
    payment_intent = local.post(
        INTENTS, amount=2000, currency="eur", **debiting, off_session=True, confirm=True, expand=["latest_charge"]
    )
    assert payment_intent["latest_charge"]["payment_method_details"]["sepa_debit"]["mandate"] == mandate["id"]


def test_a_single_payment_has_a_mandate_of_its_own(local: Local) -> None:
    agreed = {"mandate_data": {"customer_acceptance": {"type": "offline", "accepted_at": NOW - 60}}}
    payment_params = {"amount": 2000, "currency": "eur", **account(local), **agreed, "confirm": True}
    payment_intent = local.post(INTENTS, **payment_params, expand=["latest_charge"])
    mandate = local.get(
        f"/v1/mandates/{payment_intent['latest_charge']['payment_method_details']['sepa_debit']['mandate']}"
    )
    assert (mandate["type"], mandate["single_use"]) == ("single_use", {"amount": 2000, "currency": "eur"})
    assert mandate["customer_acceptance"] == {"accepted_at": NOW - 60, "offline": {}, "type": "offline"}


def test_a_card_needs_no_mandate(local: Local) -> None:
    form = {"payment_method": "pm_card_visa", "confirm": True, "mandate_data": {"customer_acceptance": ONLINE}}
    setup = local.post(SETUPS, **form, allowed_payment_method_types=["card"])
    assert (setup["status"], setup["mandate"]) == ("succeeded", None)


def test_a_mandate_says_how_the_customer_agreed(local: Local) -> None:
    half: dict[str, Any] = {"customer_acceptance": {"type": "online", "online": {"ip_address": "127.0.0.1"}}}
    refusal = local.refused("post", SETUPS, mandate_data=half)
    assert refusal.message == "Missing required param: mandate_data[customer_acceptance][online][user_agent]."
    missing = local.refused("get", "/v1/mandates/mandate_none")
    assert (missing.status, missing.message) == (404, "No such mandate: 'mandate_none'")


def test_a_payment_names_the_mandate_that_it_is_by(local: Local) -> None:
    form = {**account(local), "mandate_data": {"customer_acceptance": ONLINE}, "confirm": True}
    setup, other = (local.post(SETUPS, **form), local.post(SETUPS, **{**form, **account(local)}))
    by = {"payment_method": setup["payment_method"], "mandate": setup["mandate"]}
    payment_params = {
        "amount": 2000,
        "currency": "eur",
        "allowed_payment_method_types": ["sepa_debit"],
        "confirm": True,
    }
    refusal = local.refused("post", INTENTS, **payment_params, **{**by, "mandate": other["mandate"]})
    assert refusal.param == "mandate"
    assert (
        local.refused("post", INTENTS, **payment_params, **{**by, "mandate": "mandate_none"}).code == "resource_missing"
    )
    payment_intent = local.post(INTENTS, **payment_params, **by, expand=["latest_charge"])
    assert payment_intent["latest_charge"]["payment_method_details"]["sepa_debit"]["mandate"] == setup["mandate"]


def test_an_invoice_names_the_mandate_that_it_is_paid_by(local: Local) -> None:
    """`default_mandate` "must correspond to the payment method used to pay the invoice"
    (`stripe/params/_invoice_create_params.py`)."""
    customer = local.post("/v1/customers")["id"]
    agreed = {"customer": customer, "mandate_data": {"customer_acceptance": ONLINE}, "confirm": True}
    own, other = (local.post(SETUPS, **account(local), **agreed) for _ in range(2))
    items = {"pending_invoice_items_behavior": "include", "default_payment_method": own["payment_method"]}

    def invoice(**settings: Any) -> Any:
        local.post("/v1/invoiceitems", customer=customer, amount=2000, currency="eur")
        return local.post("/v1/invoices", customer=customer, **items, payment_settings=settings)["id"]

    def mandate() -> str:
        details = local.get("/v1/charges")["data"][0]["payment_method_details"]
        return str(details["sepa_debit"]["mandate"])

    first = invoice(default_mandate=own["mandate"])
    assert local.get(f"/v1/invoices/{first}")["payment_settings"]["default_mandate"] == own["mandate"]
    local.post(f"/v1/invoices/{first}/pay")
    assert mandate() == own["mandate"]
    second = invoice(default_mandate=own["mandate"])
    by = {"payment_method": other["payment_method"], "mandate": other["mandate"]}
    local.post(f"/v1/invoices/{second}/pay", **by)
    assert mandate() == other["mandate"]
    third = invoice(default_mandate=other["mandate"])
    assert local.refused("post", f"/v1/invoices/{third}/pay").param == "mandate"
    assert local.post(f"/v1/invoices/{third}", payment_settings={"default_mandate": ""})["payment_settings"] == {
        "default_mandate": None,
        "payment_method_options": None,
        "payment_method_types": None,
    }
    local.post(f"/v1/invoices/{third}/pay")
    missing = {"payment_settings": {"default_mandate": "mandate_none"}, "customer": customer}
    assert local.refused("post", "/v1/invoices", **missing).param == "payment_settings[default_mandate]"


def test_a_customer_agrees_at_the_page_of_checkout(local: Local) -> None:
    debits: dict[str, Any] = {"currency": "eur", "allowed_payment_method_types": ["sepa_debit"]}
    setup = local.post("/v1/checkout/sessions", mode="setup", success_url="https://example.com", **debits)
    once, monthly = (local.price(currency="eur", **kind)["id"] for kind in ({}, {"recurring": {"interval": "month"}}))
    for session in (
        setup,
        selling(local, once, **debits),
        selling(local, monthly, mode="subscription", **debits),
    ):
        done = paid(local, session, payment_method="pm_sepaDebit_success_de", expand=("setup_intent",))
        if session is setup:
            assert local.get(f"/v1/mandates/{done['setup_intent']['mandate']}")["type"] == "multi_use"
    charges = local.get("/v1/charges")["data"]
    assert len(charges) == 2
    for charge in charges:
        assert charge["payment_method_details"]["sepa_debit"]["mandate"].startswith("mandate_")
