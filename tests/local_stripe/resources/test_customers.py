"""Customers (https://docs.stripe.com/api/customers), as recorded of 2026-08-26.dahlia."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_stripe.conftest import Local, Refusal

PATH = "/v1/customers"


@pytest.mark.parametrize("prefix", ["a", "abc", "AB_1", "ABCDEFGHIJKLM"])
def test_an_invoice_prefix_is_of_capitals_and_digits(local: Local, prefix: str) -> None:
    refusal = Refusal("Invoice number prefix must be 1–12 uppercase letters or numbers.")
    customer_id = local.post(PATH)["id"]
    assert local.refused("post", PATH, invoice_prefix=prefix) == refusal
    assert local.refused("post", f"{PATH}/{customer_id}", invoice_prefix=prefix) == refusal


def test_an_invoice_prefix_is_of_one_customer(local: Local) -> None:
    holder, other = local.post(PATH, invoice_prefix="P626092001"), local.post(PATH)
    taken = Refusal(
        f"This invoice number prefix is taken by customer: {holder['id']}. Please enter a different prefix.",
        param="invoice_prefix",
    )
    assert local.refused("post", PATH, invoice_prefix="P626092001") == taken
    assert local.refused("post", f"{PATH}/{other['id']}", invoice_prefix="P626092001") == taken
    assert local.post(f"{PATH}/{holder['id']}", invoice_prefix="P626092001") == holder
    local.delete(f"{PATH}/{holder['id']}")
    assert local.post(PATH, invoice_prefix="P626092001")["invoice_prefix"] == "P626092001"


def test_a_deleted_customer_is_a_cursor_and_not_listed(local: Local) -> None:
    oldest, middle, newest = (local.post(PATH, email="a@example.com", description=age) for age in "123")
    gone = {"id": middle["id"], "object": "customer", "deleted": True}
    assert local.delete(f"{PATH}/{middle['id']}") == gone == local.get(f"{PATH}/{middle['id']}")
    assert local.get(PATH, email="a@example.com")["data"] == [newest, oldest]
    assert local.get(PATH, email="a@example.com", starting_after=middle["id"])["data"] == [oldest]
    assert local.get(PATH, email="a@example.com", ending_before=middle["id"])["data"] == [newest]


def test_events_tell_what_changed_and_what_was_deleted(local: Local) -> None:
    customer = local.post(PATH, email="a@example.com", name="Before", metadata={"a": "1"})
    after = local.post(f"{PATH}/{customer['id']}", email="b@example.com", name="After")
    local.delete(f"{PATH}/{customer['id']}")
    deleted, updated, created = local.events(type="customer.*")
    assert created["data"] == {"object": customer}
    assert updated["data"] == {
        "object": after,
        "previous_attributes": {"email": "a@example.com", "name": "Before"},
    }
    assert deleted["data"] == {"object": after}


def test_where_a_customer_is_taxed(local: Local) -> None:
    """`tax` is shown when it is asked for (`stripe/_customer.py`); the address for shipping goes first
    (https://docs.stripe.com/tax/customer-locations). The account collects no taxes anywhere."""
    form: Any = {"expand": ["tax"]}
    nowhere = {"automatic_tax": "unrecognized_location", "ip_address": None, "location": None, "provider": "stripe"}
    customer = local.post("/v1/customers", **form)
    assert customer["tax"] == nowhere
    path = f"/v1/customers/{customer['id']}"
    assert "tax" not in local.post(path, tax={"ip_address": "203.0.113.9"})
    assert local.get(path, **form)["tax"] == {**nowhere, "ip_address": "203.0.113.9"}
    assert local.post(path, tax={"ip_address": ""}, **form)["tax"] == nowhere
    refusal = local.refused("post", path, tax={"validate_location": "immediately"})
    assert refusal.code == "customer_tax_location_invalid"
    address = {"country": "US", "postal_code": "94107", "state": "CA"}
    known = local.post(path, address=address, tax={"validate_location": "immediately"}, **form)["tax"]
    location = {"country": "US", "source": "billing_address", "state": "CA"}
    assert (known["automatic_tax"], known["location"]) == ("not_collecting", location)
    shipped = local.post(path, shipping={"name": "Jenny", "address": {"country": "DE"}}, **form)["tax"]
    assert shipped["location"] == {"country": "DE", "source": "shipping_destination", "state": None}


def test_an_ip_address_is_enough_for_automatic_tax(local: Local) -> None:
    customer = local.post("/v1/customers", tax={"ip_address": "203.0.113.9"})["id"]
    draft = local.post("/v1/invoices", customer=customer, automatic_tax={"enabled": True})
    assert draft["automatic_tax"]["enabled"] is True


def test_a_customer_asks_for_the_check_of_a_card_that_is_made_anyway(local: Local) -> None:
    assert local.post("/v1/customers", validate=True)["id"]
    refusal = local.refused("post", "/v1/customers", validate=False)
    assert (refusal.param, "does not have the parameter `validate`" in refusal.message) == ("validate", True)
