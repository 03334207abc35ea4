"""A file that an earlier version of billing wrote is read, in today's shape, and gone on with.

`data/format_3.db.xz` was written by the version whose files are of format 3, by calls alone: of each object that it
had, one in each state that differs in its fields, and one event of each type.
"""

from __future__ import annotations

import lzma
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from stripe_billing_cli.local_stripe.api import API
from stripe_billing_cli.local_stripe.core import documented
from stripe_billing_cli.local_stripe.core.schema import SCHEMA_VERSION
from stripe_billing_cli.local_stripe.transport import LocalTransport
from tests.local_stripe.conftest import Clock, Local

FORMAT_3 = Path(__file__).parent / "data" / "format_3.db.xz"
WRITTEN = 1_790_864_100
"""Unix seconds of a moment after the last call to that file."""

LISTS = {
    "/v1/products": 2,
    "/v1/prices": 6,
    "/v1/customers": 3,
    "/v1/payment_intents": 20,
    "/v1/setup_intents": 4,
    "/v1/refunds": 1,
    "/v1/charges": 13,
    "/v1/invoices": 17,
    "/v1/invoice_payments": 15,
    "/v1/invoiceitems": 11,
    "/v1/subscriptions": 10,
    "/v1/coupons": 1,
    "/v1/promotion_codes": 1,
    "/v1/checkout/sessions": 1,
    "/v1/entitlements/features": 1,
    "/v1/billing/meters": 1,
    "/v1/billing_portal/configurations": 2,
    "/v1/subscription_schedules": 1,
    "/v1/test_helpers/test_clocks": 1,
    "/v1/webhook_endpoints": 1,
}
"""How many objects of each kind the file has."""


RENEWED = "sub_1xYyKQeYDHtexDsmnLouYLVE"
"""A subscription whose renewal is planned in that file."""


@pytest.fixture
def clock() -> Clock:
    return Clock(WRITTEN)


@pytest.fixture
def older(database: Path, clock: Clock) -> Iterator[Local]:
    database.write_bytes(lzma.decompress(FORMAT_3.read_bytes()))
    transport = LocalTransport(database, clock=clock)
    yield Local(transport)
    transport.close()


@pytest.mark.parametrize("path", LISTS)
def test_all_objects_of_an_older_file_are_read_in_todays_shape(older: Local, path: str) -> None:
    every = {"status": "all"} if path == "/v1/subscriptions" else {}
    listed = older.get(path, limit=100, **every)["data"]

    assert len(listed) == LISTS[path]
    for object in listed:
        assert older.get(f"{path}/{object['id']}") == object


@pytest.mark.parametrize("path", LISTS)
def test_all_that_is_documented_can_be_expanded_in_a_list(older: Local, path: str) -> None:
    """One step and two, over objects in all their states; each answer is object against the contract."""
    kind = {route.path: route.kind for route in API.whole().routes}[path]
    steps = documented.expandable(kind)
    asked = [f"data.{field}" for field in steps]
    asked += [
        f"data.{field}.{inner}"
        for field, kinds in steps.items()
        for inner in dict.fromkeys(name for kind in kinds for name in documented.expandable(kind))
        if inner != documented.ANY_KEY
    ]

    for expand in asked:
        reply = older.send("get", path, f"limit=30&expand[]={expand}")
        if reply.status != 200:
            assert reply.refusal.message.startswith("The local Stripe does not have "), reply.text


def test_the_events_of_an_older_file_stay_as_they_were(older: Local) -> None:
    listed = older.send("get", "/v1/events", "limit=100").json["data"]

    assert len(listed) == 52
    assert {event["data"]["object"]["object"] for event in listed} > {"product", "customer", "subscription", "invoice"}


def test_an_older_file_is_gone_on_with(older: Local) -> None:
    running = older.get("/v1/subscriptions", status="active")["data"]
    for subscription in running:
        item = subscription["items"]["data"][0]
        if subscription["schedule"] is None and item["price"]["recurring"]["usage_type"] == "licensed":
            older.post(
                f"/v1/subscriptions/{subscription['id']}",
                items=[{"id": item["id"], "quantity": 3}],
                payment_behavior="allow_incomplete",
            )
            older.delete(f"/v1/subscriptions/{subscription['id']}")
    assert len(running) > 3
    for price in older.get("/v1/prices")["data"]:
        older.post(f"/v1/prices/{price['id']}", nickname="renamed")
    for customer in older.get("/v1/customers")["data"]:
        older.post(f"/v1/customers/{customer['id']}", name="Renamed")
    for invoice in older.get("/v1/invoices", status="draft")["data"]:
        older.post(f"/v1/invoices/{invoice['id']}/finalize")


def test_the_jobs_of_an_older_file_are_done_when_they_are_due(older: Local, clock: Clock) -> None:
    """Up to format 6 they were in a table of another name."""
    before = older.get(f"/v1/subscriptions/{RENEWED}")["items"]["data"][0]
    clock.now = before["current_period_end"] + 1

    after = older.get(f"/v1/subscriptions/{RENEWED}")

    assert after["items"]["data"][0]["current_period_start"] == before["current_period_end"]
    assert older.get(f"/v1/invoices/{after['latest_invoice']}")["billing_reason"] == "subscription_cycle"


def test_the_card_of_a_charge_of_an_older_file_has_the_keys_of_todays(older: Local) -> None:
    """As recorded 2026-08-26.dahlia; `capture_before` is of charges captured by hand."""
    customer = older.post("/v1/customers", payment_method="pm_card_visa")["id"]
    methods = older.get("/v1/payment_methods", customer=customer)["data"]
    older.post(
        "/v1/payment_intents",
        amount=1000,
        currency="usd",
        customer=customer,
        payment_method=methods[0]["id"],
        confirm=True,
        return_url="https://example.com",
    )

    [newest, *earlier] = older.get("/v1/charges", limit=100)["data"]
    keys = list(newest["payment_method_details"]["card"])

    assert "overcapture" in keys
    for charge in earlier:
        card = charge["payment_method_details"]["card"]
        assert [name for name in card if name != "capture_before"] == keys
        assert card["overcapture"]["maximum_amount_capturable"] == charge["amount"]


def test_a_charge_of_an_older_file_is_refunded(older: Local) -> None:
    paid = [one for one in older.get("/v1/charges", limit=100)["data"] if one["paid"] and not one["refunded"]]
    for charge in paid:
        older.post("/v1/refunds", charge=charge["id"])
        after = older.get(f"/v1/charges/{charge['id']}")
        assert (after["refunded"], after["dispute"]) == (True, None)
        assert after["balance_transaction"] is not None
    assert paid


def test_an_older_file_takes_todays_format(older: Local, database: Path) -> None:
    with sqlite3.connect(database) as connection:
        [version] = connection.execute("PRAGMA user_version").fetchone()
    connection.close()

    assert version == SCHEMA_VERSION > 3
