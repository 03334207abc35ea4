"""Tax ids of customers (https://docs.stripe.com/billing/customer/tax-ids)."""

from __future__ import annotations

import pytest

from tests.local_stripe.conftest import NOW, Clock, Local, Refusal
from tests.local_stripe.life import Life, price


def test_a_customer_has_tax_ids_from_the_start_or_later(local: Local) -> None:
    customer = local.post("/v1/customers", tax_id_data=[{"type": "eu_vat", "value": "DE123456789"}])["id"]
    path = f"/v1/customers/{customer}/tax_ids"
    second = local.post(path, type="us_ein", value="12-3456789")
    assert (second["country"], second["verification"]["status"]) == ("US", "unavailable")
    first = local.get(path)["data"][1]
    assert (first["country"], first["value"], first["verification"]["status"]) == ("DE", "DE123456789", "pending")
    assert local.get(f"{path}/{first['id']}", expand=["customer"])["customer"]["id"] == customer
    local.delete(f"{path}/{first['id']}")
    assert [one["id"] for one in local.get(path)["data"]] == [second["id"]]
    assert local.refused("get", f"{path}/{first['id']}").status == 404
    assert [event["type"] for event in local.events(type="customer.tax_id.*")] == [
        "customer.tax_id.deleted",
        "customer.tax_id.created",
        "customer.tax_id.created",
    ]


@pytest.mark.parametrize(
    ("type", "value"),
    [
        ("eu_vat", "DE123"),
        ("eu_vat", "US123456789"),
        ("gb_vat", "123456789"),
        ("us_ein", "123"),
        ("ch_vat", "CHE-123.456.789"),
        ("au_abn", "1234567890A"),
    ],
)
def test_a_value_that_cannot_be_of_its_type_is_refused(local: Local, type: str, value: str) -> None:
    customer = local.post("/v1/customers")["id"]
    refusal = Refusal(f"Invalid value for {type}.", "tax_id_invalid", "value")
    assert local.refused("post", f"/v1/customers/{customer}/tax_ids", type=type, value=value) == refusal
    within = local.refused("post", "/v1/customers", tax_id_data=[{"type": type, "value": value}])
    assert (within.code, within.param) == ("tax_id_invalid", "tax_id_data[0][value]")


@pytest.mark.parametrize(
    ("type", "value"),
    [
        ("eu_vat", "ATU12345678"),
        ("eu_vat", "NL123456789B12"),
        ("eu_vat", "IE1234567FA"),
        ("gb_vat", "GB123456789"),
        ("ch_vat", "CHE-123.456.789 MWST"),
        ("no_vat", "123456789MVA"),
        ("in_gst", "12ABCDE3456FGZH"),
        ("br_cnpj", "01.234.456/5432-10"),
        ("ve_rif", "A-12345678-9"),
    ],
)
def test_the_examples_of_stripes_table_are_taken(local: Local, type: str, value: str) -> None:
    customer = local.post("/v1/customers")["id"]
    assert local.post(f"/v1/customers/{customer}/tax_ids", type=type, value=value)["value"] == value


@pytest.mark.parametrize(("value", "status"), [("DE000000000", "verified"), ("DE111111111", "unverified")])
def test_what_the_register_says_comes_a_moment_later(local: Local, clock: Clock, value: str, status: str) -> None:
    customer = local.post("/v1/customers", tax_id_data=[{"type": "eu_vat", "value": value}])["id"]
    clock.now = NOW + 2
    [tax_id] = local.get(f"/v1/customers/{customer}/tax_ids")["data"]
    assert tax_id["verification"]["status"] == status
    assert local.events()[0]["type"] == "customer.tax_id.updated"


def test_invoices_name_the_tax_ids_of_their_customer(local: Local) -> None:
    life = Life.begin(local, tax_id_data=[{"type": "gb_vat", "value": "GB123456789"}])
    [invoice] = life.invoices(life.subscribe(price(local))["id"])
    assert invoice["customer_tax_ids"] == [{"type": "gb_vat", "value": "GB123456789"}]


def test_automatic_tax_needs_to_know_where_the_customer_is(local: Local) -> None:
    life = Life.begin(local)
    params = {"customer": life.customer, "items": [{"price": price(local)}], "automatic_tax": {"enabled": "true"}}
    nowhere = Refusal(
        "The customer's location isn't recognized. Set a valid customer address in order to automatically calculate "
        "tax.",
        "customer_tax_location_invalid",
    )
    assert local.refused("post", "/v1/subscriptions", **params) == nowhere
    plain = life.subscribe(price(local))
    path = f"/v1/subscriptions/{plain['id']}"
    assert local.refused("post", path, automatic_tax={"enabled": "true"}) == nowhere
    local.post(f"/v1/customers/{life.customer}", address={"country": "US"})
    assert local.refused("post", path, automatic_tax={"enabled": "true"}) == nowhere
    local.post(f"/v1/customers/{life.customer}", address={"postal_code": "94111"})
    after = local.post(path, automatic_tax={"enabled": True})
    assert after["automatic_tax"] == {
        "disabled_reason": None,
        "enabled": True,
        "liability": {"type": "self"},
    }


def test_without_registrations_the_tax_is_nothing(local: Local) -> None:
    life = Life.begin(local, address={"country": "DE", "line1": "Unter den Linden 1"})
    subscription = life.subscribe(price(local, 1000), automatic_tax={"enabled": True})
    [invoice] = life.invoices(subscription["id"])
    assert invoice["automatic_tax"]["enabled"] is True
    assert (invoice["automatic_tax"]["status"], invoice["automatic_tax"]["provider"]) == ("complete", "stripe")
    assert (invoice["total"], invoice["total_taxes"], invoice["total_excluding_tax"]) == (1000, [], 1000)


def test_the_account_has_tax_ids_of_its_own_which_no_event_tells_of(local: Local) -> None:
    customer = local.post("/v1/customers", tax_id_data=[{"type": "eu_vat", "value": "DE123456789"}])["id"]
    own = local.post("/v1/tax_ids", type="gb_vat", value="GB123456789")
    assert (own["owner"]["type"], own["customer"], own["verification"]) == ("self", None, None)
    assert local.get("/v1/tax_ids")["data"] == [own]
    [theirs] = local.get("/v1/tax_ids", owner={"type": "customer", "customer": customer})["data"]
    assert (theirs["value"], theirs) == ("DE123456789", local.get(f"/v1/tax_ids/{theirs['id']}"))
    local.delete(f"/v1/tax_ids/{own['id']}")
    assert local.get("/v1/tax_ids")["data"] == []
    assert len(local.events(type="customer.tax_id.*")) == 1


def test_a_customer_gets_a_tax_id_at_either_address(local: Local) -> None:
    customer = local.post("/v1/customers")["id"]
    owner = {"type": "customer", "customer": customer}
    tax_id = local.post("/v1/tax_ids", type="eu_vat", value="DE000000000", owner=owner)
    assert local.get(f"/v1/customers/{customer}/tax_ids")["data"] == [tax_id]
    local.delete(f"/v1/tax_ids/{tax_id['id']}")
    assert [event["type"] for event in local.events(type="customer.tax_id.*")] == [
        "customer.tax_id.deleted",
        "customer.tax_id.created",
    ]
    nobody = {"type": "customer", "customer": "cus_none"}
    refusal = local.refused("post", "/v1/tax_ids", type="eu_vat", value="DE000000000", owner=nobody)
    assert (refusal.code, refusal.param) == ("resource_missing", "owner[customer]")
