"""Cards in the form of sources of a customer (https://docs.stripe.com/api/cards)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_stripe.conftest import Local
from tests.local_stripe.life import set_in_dashboard

REFUSED = "Card Token usage on the Customers API and Charges API has reached end of life."


@pytest.fixture
def local(local: Local) -> Local:
    """Return a local Stripe whose account takes card tokens."""
    set_in_dashboard(local, card_tokens="accept")
    return local


def test_a_card_is_a_source_and_a_payment_method(local: Local) -> None:
    customer = local.post("/v1/customers")["id"]
    path = f"/v1/customers/{customer}/sources"
    card = local.post(path, source="tok_visa", metadata={"seat": "1"})
    assert (card["object"], card["brand"], card["last4"], card["metadata"]) == ("card", "Visa", "4242", {"seat": "1"})
    assert local.get(path)["data"] == [local.get(f"{path}/{card['id']}")] == [card]
    assert local.get(path, object="bank_account")["data"] == []
    assert local.get(f"/v1/payment_methods/{card['id']}")["customer"] == customer
    whole = local.get(f"/v1/customers/{customer}", expand=["default_source", "sources"])
    assert (whole["default_source"], whole["sources"]["data"], whole["sources"]["total_count"]) == (card, [card], 1)
    price = local.post("/v1/prices", currency="usd", unit_amount=500, product_data={"name": "Seat"})["id"]
    invoice = local.post("/v1/invoices", customer=customer)["id"]
    local.post("/v1/invoiceitems", customer=customer, invoice=invoice, pricing={"price": price})
    assert local.post(f"/v1/invoices/{invoice}/pay")["status"] == "paid"


def test_cards_have_their_older_address_too(local: Local) -> None:
    """No SDK calls it any more; Stripe's document has it."""
    customer = f"/v1/customers/{local.post('/v1/customers')['id']}"
    card = local.send("post", f"{customer}/cards", "source=tok_visa").json
    path = f"{customer}/cards/{card['id']}"
    listed = local.send("get", f"{customer}/cards").json
    assert (listed["data"], listed["url"]) == ([card], f"{customer}/cards")
    assert local.get(f"{customer}/sources/{card['id']}") == local.send("get", path).json == card
    assert local.send("post", path, "name=Ada").json["name"] == "Ada"
    assert local.send("delete", path).json["deleted"] is True
    assert local.send("get", f"{customer}/bank_accounts").json["data"] == []
    refusal = local.refused("get", f"{customer}/bank_accounts/ba_nope")
    assert (refusal.status, refusal.message) == (404, "No such source: 'ba_nope'")


def test_a_card_pays_that_is_the_default_source(local: Local) -> None:
    """The order is that of
    https://docs.stripe.com/billing/subscriptions/payment-methods-setting#payment-method-priority."""
    customer = local.post("/v1/customers", source="tok_visa")
    path = f"/v1/customers/{customer['id']}"
    mastercard, amex = (local.post(f"{path}/sources", source=f"tok_{name}")["id"] for name in ("mastercard", "amex"))
    assert local.post(path, default_source=mastercard)["default_source"] == mastercard
    foreign = local.refused("post", path, default_source="card_nope")
    assert (foreign.message, foreign.param) == ("No such source: 'card_nope'", "default_source")

    def brand_of(invoice: str, **params: Any) -> str:
        local.post(f"/v1/invoices/{invoice}/pay", **params)
        charge = local.get("/v1/charges", customer=customer["id"], limit=1)["data"][0]
        return str(charge["payment_method_details"]["card"]["brand"])

    def draft(**params: Any) -> str:
        id = local.post("/v1/invoices", customer=customer["id"], **params)["id"]
        local.post("/v1/invoiceitems", customer=customer["id"], invoice=id, amount=1000, currency="usd")
        return str(id)

    assert brand_of(draft()) == "mastercard"
    assert brand_of(draft(default_source=amex)) == "amex"
    assert brand_of(draft(default_source=amex), source=customer["default_source"]) == "visa"
    items = [{"price": local.price(recurring={"interval": "month"})["id"]}]
    subscription = local.post("/v1/subscriptions", customer=customer["id"], items=items, default_source=amex)
    assert (subscription["status"], subscription["default_source"]) == ("active", amex)
    after = local.post(f"/v1/subscriptions/{subscription['id']}", default_source=mastercard, expand=["default_source"])
    assert after["default_source"] == local.get(f"{path}/sources/{mastercard}")
    assert local.post(f"/v1/subscriptions/{subscription['id']}", default_source="")["default_source"] is None


def test_a_card_changes_and_goes_and_events_tell_of_it(local: Local) -> None:
    customer = local.post("/v1/customers", source="tok_visa")
    path = f"/v1/customers/{customer['id']}/sources"
    second = local.post(path, source="tok_mastercard")["id"]
    after = local.post(f"{path}/{second}", name="Ada", exp_year=2040, address_city="Paris", metadata={"a": "1"})
    assert (after["name"], after["exp_year"], after["address_city"]) == ("Ada", 2040, "Paris")
    assert local.get(f"/v1/customers/{customer['id']}")["default_source"] == customer["default_source"]
    assert local.delete(f"{path}/{customer['default_source']}")["deleted"] is True
    assert local.get(f"/v1/customers/{customer['id']}")["default_source"] == second
    assert [event["type"] for event in local.events(type="customer.source.*")] == [
        "customer.source.deleted",
        "customer.source.updated",
        "customer.source.created",
    ]
    refusal = local.refused("get", f"{path}/{customer['default_source']}")
    assert (refusal.status, refusal.code) == (404, "resource_missing")


def test_a_declined_card_is_not_saved_and_a_bank_account_is_not_had(local: Local) -> None:
    path = f"/v1/customers/{local.post('/v1/customers')['id']}/sources"
    refusal = local.refused("post", path, source="tok_chargeDeclined")
    assert (refusal.status, refusal.code) == (402, "card_declined")
    assert "its sources are cards" in local.refused("post", path, source="tok_visa", validate=False).message
    assert local.get(path)["data"] == []


def test_a_token_is_a_source_only_where_the_account_takes_tokens(local: Local) -> None:
    """Recorded 2026-08-26.dahlia of a charge; the message is of customers, too."""
    customer = f"/v1/customers/{local.post('/v1/customers')['id']}"
    set_in_dashboard(local, card_tokens="refuse")
    for path in ("/v1/customers", customer, f"{customer}/sources"):
        refusal = local.refused("post", path, source="tok_visa")
        assert (refusal.status, refusal.code, refusal.message[: len(REFUSED)]) == (400, None, REFUSED), path
    assert local.send("post", f"{customer}/cards", "source=tok_visa").refusal == refusal
    assert local.get(f"{customer}/sources")["data"] == []
    assert len(local.get("/v1/customers")["data"]) == 1


def test_no_bank_warns_of_fraud(local: Local) -> None:
    assert local.get("/v1/radar/early_fraud_warnings")["data"] == []
