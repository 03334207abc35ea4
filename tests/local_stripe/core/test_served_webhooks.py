"""A served local Stripe delivers events to webhook endpoints: those of other processes and of servers before it, too."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stripe_billing_cli.local_stripe.core.store import Store
from stripe_billing_cli.local_stripe.core.webhooks import deliveries
from stripe_billing_cli.local_stripe.core.webhooks.sender import DeliverySettings, Sender
from stripe_billing_cli.local_stripe.server import running
from stripe_billing_cli.local_stripe.transport import LocalTransport
from tests.local_stripe.conftest import Local, serving
from tests.receiving import Receiver, receiving


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def endpoint(local: Local, receiver: Receiver, **params: Any) -> Any:
    return local.post("/v1/webhook_endpoints", **{"url": receiver.url + "/webhook", "enabled_events": ["*"], **params})


def test_the_pages_that_a_payload_names_are_this_server_s(database: Path, receiver: Receiver) -> None:
    with serving(database) as own:
        for local, connect in ((own, False), (own.connected(), True)):
            endpoint(own, receiver, connect=connect, enabled_events=["payment_link.created"])
            link = local.post("/v1/payment_links", line_items=[{"price": local.price()["id"], "quantity": 1}])
            assert link["url"].startswith(local.pages)
            assert receiver.next().json["data"]["object"]["url"] == link["url"]


def test_what_another_process_records_is_delivered_too(database: Path, receiver: Receiver) -> None:
    """`billing … --local` beside `billing local serve`, on the same file."""
    beside = LocalTransport(database)
    other = Local(beside)
    webhook_endpoint = endpoint(other, receiver)
    before = other.product()
    with running(database):
        first = receiver.next().verified(webhook_endpoint["secret"])
        after = other.product()
        second = receiver.next().verified(webhook_endpoint["secret"])
    beside.close()

    assert [first["data"]["object"]["id"], second["data"]["object"]["id"]] == [before["id"], after["id"]]


def test_a_failed_delivery_is_made_by_the_next_server(database: Path, receiver: Receiver) -> None:
    local = Local(transport := LocalTransport(database))
    endpoint(local, receiver)
    receiver.answers = [500]
    with running(database, delivery_settings=DeliverySettings(pauses=(0.0, 0.0))):
        local.product()
        first, second = receiver.next(), receiver.next()
    transport.close()

    assert first.json["id"] == second.json["id"]


def test_what_is_left_of_connected_accounts_is_sent_by_the_next_server(database: Path, receiver: Receiver) -> None:
    local = Local(transport := LocalTransport(database))
    endpoint(local, receiver, connect=True)
    connected, idle = local.connected(), local.connected()
    product = connected.product()
    idle.get("/v1/products")
    transport.close()

    with running(database):
        heard = receiver.next().json

    assert (heard["data"]["object"]["id"], heard["account"]) == (product["id"], connected.account)


def test_one_endpoint_that_hangs_does_not_hold_up_another(database: Path, receiver: Receiver) -> None:
    local = Local(transport := LocalTransport(database))
    with receiving() as hanging:
        hanging.holding.set()
        endpoint(local, hanging)
        endpoint(local, receiver)
        with running(database):
            for _ in range(20):
                local.product()
            ids = {receiver.next().json["id"] for _ in range(20)}
            hanging.released.set()
    transport.close()

    assert len(ids) == 20


def test_an_endpoint_that_hangs_does_not_keep_the_server_from_ending(database: Path, receiver: Receiver) -> None:
    """What is cut off stays to be done."""
    local = Local(transport := LocalTransport(database))
    endpoint(local, receiver)
    local.product()
    receiver.holding.set()
    store = Store(database)
    sender = Sender(store, DeliverySettings())
    running = threading.Thread(target=sender.run)
    running.start()
    receiver.next()
    sender.stop(grace_seconds=0.05)
    running.join(5)

    assert not running.is_alive()
    assert deliveries.next_due(store) is not None
    transport.close()
    store.close()
