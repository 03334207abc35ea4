"""Each event arrives, signed, at each endpoint that wants it; what fails is sent again on Stripe's schedule."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import stripe

from stripe_billing_cli.local_stripe.core.store import Store
from stripe_billing_cli.local_stripe.core.webhooks import retries
from stripe_billing_cli.local_stripe.core.webhooks.chaos import Chaos
from stripe_billing_cli.local_stripe.core.webhooks.sender import USER_AGENT, DeliverySettings, Sender
from tests.local_stripe.conftest import NOW, Clock, Local
from tests.receiving import Receiver, receiving

PATH = "/v1/webhook_endpoints"
HOUR = 3600.0


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def store(database: Path) -> Iterator[Store]:
    """The file, opened once more, as another process would."""
    store = Store(database)
    yield store
    store.close()


@pytest.fixture
def sender(store: Store, clock: Clock) -> Sender:
    return Sender(store, DeliverySettings(), clock=clock)


def endpoint(local: Local, receiver: Receiver, path: str = "/webhook", **params: Any) -> Any:
    return local.post(PATH, **{"url": receiver.url + path, "enabled_events": ["*"], **params})


def pending(local: Local) -> int:
    """Return the webhooks that the newest event waits for."""
    count: int = local.events()[0]["pending_webhooks"]
    return count


def test_an_event_arrives_signed_and_whole(local: Local, receiver: Receiver, sender: Sender) -> None:
    webhook_endpoint = endpoint(local, receiver)
    product = local.product()

    assert sender.deliver_due() == 1

    received = receiver.next()
    event = received.verified(webhook_endpoint["secret"])
    assert (received.path, received.headers["User-Agent"]) == ("/webhook", USER_AGENT)
    assert received.headers["Content-Type"] == "application/json; charset=utf-8"
    assert received.headers["Stripe-Signature"].startswith(f"t={NOW},v1=")
    assert (event["type"], event["data"]["object"], event["pending_webhooks"]) == ("product.created", product, 1)
    with pytest.raises(stripe.SignatureVerificationError):
        received.verified("whsec_other")
    assert pending(local) == 0
    assert sender.deliver_due() == 0


def test_an_event_waits_for_each_endpoint_that_wants_it(local: Local, receiver: Receiver, sender: Sender) -> None:
    endpoint(local, receiver, "/all")
    endpoint(local, receiver, "/products", enabled_events=["product.created", "product.updated"])
    endpoint(local, receiver, "/prices", enabled_events=["price.created"])
    disabled = endpoint(local, receiver, "/disabled")
    local.post(f"{PATH}/{disabled['id']}", disabled=True)
    receiver.answers = [200, 500]

    local.product()

    assert pending(local) == 2
    sender.deliver_due()
    assert sorted(received.path for received in receiver.all()) == ["/all", "/products"]
    assert pending(local) == 1
    assert local.events(delivery_success=False) == local.events()


def test_the_payload_says_the_version_of_its_endpoint(local: Local, receiver: Receiver, sender: Sender) -> None:
    endpoint(local, receiver, api_version="2025-03-31.basil")
    endpoint(local, receiver)
    local.product()

    sender.deliver_due()

    assert [one.json["api_version"] for one in receiver.all()] == ["2025-03-31.basil", "2026-10-28.endive"]


@pytest.mark.parametrize("status", [301, 302, 307, 400, 404, 500, 503])
def test_anything_but_a_2xx_is_a_failure_and_redirects_are_not_followed(
    local: Local, receiver: Receiver, sender: Sender, status: int
) -> None:
    endpoint(local, receiver)
    receiver.answers = [status]
    local.product()

    sender.deliver_due()

    assert [one.path for one in receiver.all()] == ["/webhook"]
    assert pending(local) == 1


@pytest.mark.parametrize("status", [201, 202, 204])
def test_every_2xx_is_a_success(local: Local, receiver: Receiver, sender: Sender, status: int) -> None:
    endpoint(local, receiver)
    receiver.answers = [status]
    local.product()

    sender.deliver_due()

    assert pending(local) == 0


def test_in_test_mode_it_is_tried_three_more_times_over_a_few_hours(
    local: Local, receiver: Receiver, sender: Sender, clock: Clock
) -> None:
    webhook_endpoint = endpoint(local, receiver)
    receiver.answers = [500] * 9
    local.product()
    times = []
    for minute in range(24 * 60):
        clock.now = NOW + minute * 60
        times += [minute] * sender.deliver_due()

    assert times == [0, 10, 70, 250]
    received = receiver.all()
    assert {one.json["id"] for one in received} == {local.events()[0]["id"]}
    assert len({one.headers["Stripe-Signature"] for one in received}) == 4
    received[-1].verified(webhook_endpoint["secret"])
    assert pending(local) == 1


def test_in_live_mode_it_is_tried_for_three_days() -> None:
    assert len(retries.LIVE) == 9
    assert 2.5 * 24 * HOUR < sum(retries.LIVE) < 3 * 24 * HOUR
    assert list(retries.LIVE) == sorted(retries.LIVE)


def test_the_schedule_can_be_compressed(local: Local, receiver: Receiver, store: Store, clock: Clock) -> None:
    sender = Sender(store, DeliverySettings(retries.scaled_pauses(retries.TEST, 0.001)), clock=clock)
    endpoint(local, receiver)
    receiver.answers = [500, 500]
    local.product()

    for seconds in (0, 0.7, 5):
        clock.now = NOW + seconds
        assert sender.deliver_due() == 1
    assert pending(local) == 0


def test_an_endpoint_that_nobody_serves_is_a_failure(local: Local, sender: Sender, receiver: Receiver) -> None:
    local.post(PATH, url="http://127.0.0.1:9/webhook", enabled_events=["*"])
    endpoint(local, receiver)
    local.product()

    assert sender.deliver_due() == 2
    assert pending(local) == 1


def test_an_answer_that_takes_too_long_is_a_failure(
    local: Local, receiver: Receiver, store: Store, clock: Clock
) -> None:
    sender = Sender(store, DeliverySettings(timeout=0.05), clock=clock)
    endpoint(local, receiver)
    receiver.holding.set()
    local.product()

    sender.deliver_due()

    assert receiver.next().json["type"] == "product.created"
    assert pending(local) == 1


def test_an_endpoint_deleted_or_disabled_gets_no_more_attempts(
    local: Local, receiver: Receiver, sender: Sender, clock: Clock
) -> None:
    deleted, disabled = endpoint(local, receiver), endpoint(local, receiver)
    receiver.answers = [500, 500]
    local.product()
    sender.deliver_due()
    receiver.all()

    local.delete(f"{PATH}/{deleted['id']}")
    local.post(f"{PATH}/{disabled['id']}", disabled=True)
    clock.now += HOUR
    assert sender.deliver_due() == 0
    local.post(f"{PATH}/{disabled['id']}", disabled=False)
    clock.now += HOUR

    assert sender.deliver_due() == 0
    assert receiver.all() == []


def test_an_endpoint_enabled_again_before_the_next_attempt_gets_it(
    local: Local, receiver: Receiver, sender: Sender, clock: Clock
) -> None:
    webhook_endpoint = endpoint(local, receiver)
    receiver.answers = [500]
    local.product()
    sender.deliver_due()
    for disabled in (True, False):
        local.post(f"{PATH}/{webhook_endpoint['id']}", disabled=disabled)
    clock.now += HOUR

    assert sender.deliver_due() == 1
    assert pending(local) == 0


def test_a_sender_that_died_while_sending_leaves_its_work_to_the_next(
    local: Local, receiver: Receiver, store: Store, clock: Clock
) -> None:
    endpoint(local, receiver)
    local.product()
    dead = Sender(store, DeliverySettings(), clock=clock)
    assert len(dead._claim()) == 1
    other = Sender(store, DeliverySettings(), clock=clock)

    assert other.deliver_due() == 0
    clock.now += 31
    assert other.deliver_due() == 1
    assert pending(local) == 0


def test_two_senders_on_one_file_send_each_event_once(
    local: Local, receiver: Receiver, database: Path, clock: Clock
) -> None:
    endpoint(local, receiver)
    for _ in range(20):
        local.product()
    stores = [Store(database) for _ in range(2)]
    senders = [threading.Thread(target=Sender(store, DeliverySettings(), clock=clock).deliver_due) for store in stores]
    for one in senders:
        one.start()
    for one in senders:
        one.join()
    for store in stores:
        store.close()

    ids = [received.json["id"] for received in receiver.all()]
    assert len(ids) == 20
    assert len(set(ids)) == 20


def test_duplicates_do_not_count_down_twice(local: Local, receiver: Receiver, store: Store, clock: Clock) -> None:
    sender = Sender(store, DeliverySettings(chaos=Chaos.parse("duplicate")), clock=clock)
    endpoint(local, receiver)
    endpoint(local, receiver)
    local.product()

    assert sender.deliver_due() == 4

    assert len({one.json["id"] for one in receiver.all()}) == 1
    assert pending(local) == 0


def test_delayed_and_out_of_order(local: Local, receiver: Receiver, store: Store, clock: Clock) -> None:
    chaos = replace(Chaos.parse("reorder,delay=2"), random=random.Random(1))
    sender = Sender(store, DeliverySettings(chaos=chaos), clock=clock)
    endpoint(local, receiver)
    names = [local.product(name=f"Product {number}")["name"] for number in range(8)]

    assert sender.deliver_due() == 0
    clock.now += 1.9
    assert sender.deliver_due() == 0
    clock.now += 1.2
    assert sender.deliver_due() == 8

    arrived = [one.json["data"]["object"]["name"] for one in receiver.all()]
    assert arrived != names
    assert sorted(arrived) == names


@pytest.mark.parametrize(
    "text", ["", "duplicat", "delay", "delay=x", "delay=-1", "delay=inf", "reorder=2", "duplicate,"]
)
def test_chaos_that_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"duplicate, reorder, delay|number of seconds"):
        Chaos.parse(text)


def test_an_endpoint_of_connected_accounts_hears_of_theirs_alone(local: Local, receiver: Receiver) -> None:
    """ "You can identify … by the `account` attribute" (https://docs.stripe.com/connect/webhooks)."""
    router = local.transport.router  # type: ignore[attr-defined]
    sender = Sender(router.store, DeliverySettings(), clock=lambda: NOW, connected_accounts=router.connected_accounts)
    account = local.post("/v1/accounts")["id"]
    webhook_endpoint = endpoint(local, receiver, "/connect", connect=True)
    own = endpoint(local, receiver, "/own")
    theirs = f"url={receiver.url}/theirs&enabled_events[]=*"
    secret = local.send("post", PATH, theirs, headers={"Stripe-Account": account}).json["secret"]
    local.send("post", "/v1/products", "name=Theirs", headers={"Stripe-Account": account})
    local.product(name="Ours")

    assert sender.deliver_due() == 3

    received = {found.path: found for found in (receiver.next() for _ in range(3))}
    secrets = {"/connect": webhook_endpoint["secret"], "/own": own["secret"], "/theirs": secret}
    events = {path: found.verified(secrets[path]) for path, found in received.items()}
    assert {path: event["data"]["object"]["name"] for path, event in events.items()} == {
        "/connect": "Theirs",
        "/own": "Ours",
        "/theirs": "Theirs",
    }
    assert {path: event.get("account") for path, event in events.items()} == {
        "/connect": account,
        "/own": None,
        "/theirs": None,
    }
    listed = local.send("get", "/v1/events", headers={"Stripe-Account": account}).json["data"]
    assert [event["pending_webhooks"] for event in listed] == [0]
    assert sender.deliver_due() == 0
