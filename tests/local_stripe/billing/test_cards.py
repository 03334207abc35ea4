"""Payment methods (https://docs.stripe.com/api/payment_methods), and which of them is charged."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.local_stripe.conftest import Local, Refusal
from tests.local_stripe.life import Life, price

PATH = "/v1/payment_methods"


def customer(local: Local, **params: Any) -> str:
    return str(local.post("/v1/customers", **params)["id"])


def attach(local: Local, card: str, owner: str) -> Any:
    return local.post(f"{PATH}/{card}/attach", customer=owner)


@pytest.mark.parametrize(
    ("card", "brand", "last4"),
    [
        ("pm_card_visa", "visa", "4242"),
        ("pm_card_mastercard", "mastercard", "4444"),
        ("pm_card_amex", "amex", "8431"),
        ("pm_card_chargeCustomerFail", "visa", "0341"),
        ("pm_card_authenticationRequired", "visa", "3184"),
    ],
)
def test_a_test_id_stands_for_a_new_card_of_its_brand(local: Local, card: str, brand: str, last4: str) -> None:
    owner = customer(local)
    first, second = attach(local, card, owner), attach(local, card, owner)
    assert (first["card"]["brand"], first["card"]["last4"], first["customer"]) == (brand, last4, owner)
    assert first["id"] != second["id"]
    assert first["card"]["fingerprint"] == second["card"]["fingerprint"]


@pytest.mark.parametrize("card", [{"number": "4242424242424242"}, {"token": "tok_visa"}])
def test_a_card_is_made_of_a_test_number_or_a_test_token(local: Local, card: Any) -> None:
    payment_method = local.post(
        PATH, type="card", card={**card, "exp_month": 3, "exp_year": 2031} if "number" in card else card
    )
    assert (payment_method["card"]["last4"], payment_method["customer"]) == ("4242", None)


def test_any_other_number_is_declined(local: Local) -> None:
    refusal = local.refused(
        "post", PATH, type="card", card={"number": "4539148803436467", "exp_month": 3, "exp_year": 2031}
    )
    assert (refusal.status, refusal.code) == (402, "card_declined")
    assert "used a non test card" in refusal.message


@pytest.mark.parametrize("card", ["pm_card_chargeDeclined", "pm_card_chargeDeclinedInsufficientFunds"])
def test_a_card_that_declines_everything_is_not_attached(local: Local, card: str) -> None:
    refusal = local.refused("post", f"{PATH}/{card}/attach", customer=customer(local))
    assert (refusal.status, refusal.code) == (402, "card_declined")


def test_a_card_belongs_to_one_customer(local: Local) -> None:
    owner, other = customer(local), customer(local)
    card = attach(local, "pm_card_visa", owner)
    assert attach(local, card["id"], owner) == card
    refusal = local.refused("post", f"{PATH}/{card['id']}/attach", customer=other)
    assert refusal.message == "The payment method you provided has already been attached to a customer."
    belongs = local.refused("post", f"/v1/customers/{other}", invoice_settings={"default_payment_method": card["id"]})
    assert (belongs.code, belongs.param) == ("resource_missing", "invoice_settings[default_payment_method]")


def test_detached_it_is_of_no_more_use(local: Local) -> None:
    owner = customer(local)
    card = attach(local, "pm_card_visa", owner)
    local.post(f"/v1/customers/{owner}", invoice_settings={"default_payment_method": card["id"]})
    assert local.post(f"{PATH}/{card['id']}/detach")["customer"] is None
    assert local.get(f"/v1/customers/{owner}")["invoice_settings"]["default_payment_method"] is None
    assert "may not be used again" in local.refused("post", f"{PATH}/{card['id']}/attach", customer=owner).message
    form = {"amount": 900, "currency": "usd", "payment_method": card["id"], "confirm": True}
    assert local.refused("post", "/v1/payment_intents", **form).param == "payment_method"
    items = [{"price": price(local)}]
    refusal = local.refused("post", "/v1/subscriptions", customer=owner, items=items, default_payment_method=card["id"])
    assert (refusal.code, refusal.param) == ("resource_missing", "default_payment_method")
    assert "not attached" in local.refused("post", f"{PATH}/{card['id']}/detach").message


def test_a_card_is_renewed_and_named(local: Local) -> None:
    card = attach(local, "pm_card_visa", customer(local))
    after = local.post(
        f"{PATH}/{card['id']}", card={"exp_year": 2040}, billing_details={"name": "Ada"}, metadata={"a": "b"}
    )
    assert (after["card"]["exp_year"], after["card"]["exp_month"]) == (2040, 1)
    assert (after["billing_details"]["name"], after["metadata"]) == ("Ada", {"a": "b"})
    assert local.events(type="payment_method.updated")[0]["data"]["previous_attributes"]["card"] == {"exp_year": 2028}


def test_cards_are_listed_by_their_customer(local: Local) -> None:
    owner = customer(local)
    first, second = attach(local, "pm_card_visa", owner), attach(local, "pm_card_mastercard", owner)
    attach(local, "pm_card_visa", customer(local))
    assert local.get(PATH, customer=owner)["data"] == [second, first]
    assert local.get(f"/v1/customers/{owner}/payment_methods", limit=1)["data"] == [second]


def test_the_subscription_s_card_comes_before_the_customer_s(local: Local) -> None:
    """https://docs.stripe.com/billing/subscriptions/payment-methods-setting#payment-method-priority"""
    life = Life.begin(local, "2026-01-01", "pm_card_chargeCustomerFail")
    own = attach(local, "pm_card_mastercard", life.customer)["id"]
    subscription = life.subscribe(price(local), default_payment_method=own)
    assert subscription["status"] == "active"
    [intent] = local.get("/v1/payment_intents", customer=life.customer)["data"]
    assert intent["payment_method"] == own
    local.post(f"{PATH}/{own}/detach")
    life.advance("2026-02-02")
    assert life.subscription(subscription["id"])["status"] == "past_due"


@pytest.mark.parametrize(
    ("method", "path", "param"),
    [
        ("get", f"{PATH}/pm_nothing", "payment_method"),
        ("post", f"{PATH}/pm_nothing/detach", "payment_method"),
        ("get", "/v1/payment_intents/pi_nothing", "intent"),
        ("get", "/v1/setup_intents/seti_nothing", "intent"),
        ("get", "/v1/invoices/in_nothing", "invoice"),
        ("get", "/v1/subscriptions/sub_nothing", "id"),
        ("get", "/v1/customers/cus_nothing", "id"),
        ("get", "/v1/test_helpers/test_clocks/clock_nothing", "id"),
        ("get", "/v1/subscriptions/in_of_another_kind", "id"),
    ],
)
def test_what_there_is_not_is_404(local: Local, method: str, path: str, param: str) -> None:
    refusal = local.refused(method, path)
    assert (refusal.status, refusal.code, refusal.param) == (404, "resource_missing", param)


def test_a_deleted_customer_is_of_no_more_use(local: Local) -> None:
    owner = customer(local)
    local.delete(f"/v1/customers/{owner}")
    gone = Refusal(f"No such customer: '{owner}'", "resource_missing", "customer")
    items = [{"price": price(local)}]
    assert local.refused("post", "/v1/subscriptions", customer=owner, items=items) == replace(gone, status=404)
    assert local.refused("post", f"{PATH}/pm_card_visa/attach", customer=owner) == gone
    assert local.refused("post", f"/v1/customers/{owner}", name="Ada").status == 404
