"""Events stored → access decided and the user's actions carried out, by workers of their own."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from stripe_billing_cli.cli.events.move import BUILT_IN
from stripe_billing_cli.events.actions.spec import Action
from stripe_billing_cli.events.event import Event, from_body
from stripe_billing_cli.events.handlers import FETCH, Handler
from stripe_billing_cli.events.retries import Retries
from stripe_billing_cli.events.store import Store, open_store
from stripe_billing_cli.listener.dispatcher import Dispatcher
from stripe_billing_cli.local_stripe.transport import LocalTransport
from stripe_billing_cli.stripe_api import client
from tests.access.conftest import connected
from tests.listener.dispatching import dispatcher, event_of, subscribed
from tests.local_stripe.conftest import Local
from tests.receiving import Receiver, receiving
from tests.stores import Clock

Make = Callable[..., Event]


@pytest.fixture
def store(tmp_path: Path, made_file: Path) -> Iterator[Store]:
    shutil.copy(made_file, tmp_path / "events.db")
    with open_store(str(tmp_path / "events.db")) as store:
        yield store


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def test_a_command_is_told_of_access_granted_and_revoked(
    local: Local, api: client.StripeApi, store: Store, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    command = f'echo "$BILLING_EVENT_TYPE $BILLING_EVENT_CUSTOMER $BILLING_EVENT_ACCESS_KEY" >> {log}'
    customer, subscription = subscribed(local)
    with dispatcher(store, api, Action("exec", command, ("access.*",))) as running:
        running.arrive(event_of(local, "customer.subscription.created"))
        first = running.ended(2)
        local.delete(f"/v1/subscriptions/{subscription['id']}")
        running.arrive(event_of(local, "customer.subscription.deleted"))
        running.ended(2)

    assert log.read_text().splitlines() == [f"access.granted {customer} pro", f"access.revoked {customer} pro"]
    said = {one.delivery.handler.split("-")[0]: one.text for one in first}
    assert said == {"access": "granted product pro", "exec": ""}, "in any order: each worker says it for itself"


def test_a_handler_of_a_program_is_called_for_what_it_wants(local: Local, api: client.StripeApi, store: Store) -> None:
    handler = Handler("ledger", lambda event, delivery: f"booked {event.object_id}", lambda event: event.type == "x.y")
    with dispatcher(store, api, more=[handler]) as running:
        running.arrive(Event("evt_1", "x.y", 1, False, "{}", object_id="x_1"), Event("evt_2", "x.z", 1, False, "{}"))
        [outcome] = running.ended(1)

    assert (outcome.delivery.handler, outcome.event.id, outcome.text) == ("ledger", "evt_1", "booked x_1")


def test_every_handler_that_wants_announcements_is_called_for_them(
    local: Local, api: client.StripeApi, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The program's own, and those that it is given."""

    def noting(name: str) -> Handler:
        return Handler(name, lambda event, delivery: event.type, lambda event: event.type.startswith("access."))

    own_handlers = Dispatcher._own_handlers
    monkeypatch.setattr(Dispatcher, "_own_handlers", lambda self: [*own_handlers(self), noting("own")])
    subscribed(local)
    with dispatcher(store, api, more=[noting("given")]) as running:
        running.arrive(event_of(local, "customer.subscription.created"))
        said = {one.delivery.handler: one.text for one in running.ended(3)}

    assert said == {"access": "granted product pro", "own": "access.granted", "given": "access.granted"}


def test_nothing_is_moved_to_the_programs_own_handlers(api: client.StripeApi, store: Store) -> None:
    with dispatcher(store, api) as running:
        own = {handler.name for worker in running.dispatcher.workers for handler in worker.handlers}

    assert own | {FETCH} == BUILT_IN


def test_an_announcement_is_forwarded_with_all_that_there_is_to_know(
    local: Local, api: client.StripeApi, store: Store, receiver: Receiver
) -> None:
    customer, _ = subscribed(local)
    with dispatcher(store, api, Action("forward", receiver.url, ("access.granted",))) as running:
        running.arrive(event_of(local, "customer.subscription.created"))
        event = receiver.next().verified("whsec_forward")

    assert event["type"] == "access.granted"
    assert event["data"]["object"]["customer"] == customer


def test_each_action_gets_its_own_events(
    api: client.StripeApi, store: Store, receiver: Receiver, make_event: Make
) -> None:
    actions = [
        Action("forward", f"{receiver.url}/paid", ("invoice.paid",)),
        Action("forward", f"{receiver.url}/all"),
        Action("forward", f"{receiver.url}/access", ("access.*",)),
    ]
    with dispatcher(store, api, *actions) as running:
        running.arrive(make_event(type="invoice.paid", customer=None), make_event(type="price.created", customer=None))
        running.ended(4)

    assert sorted((one.path, one.json["id"]) for one in receiver.all()) == [
        ("/all", "evt_1"),
        ("/all", "evt_2"),
        ("/paid", "evt_1"),
    ]


def test_a_failure_is_tried_again_and_then_it_is_dead(
    api: client.StripeApi, store: Store, receiver: Receiver, make_event: Make
) -> None:
    receiver.answers = [500, 500, 500]
    with dispatcher(store, api, Action("forward", receiver.url)) as running:
        running.arrive(make_event(type="price.created"))
        statuses = [(one.status, one.text) for one in running.ended(3)]

    assert statuses == [("failed", "answered 500"), ("failed", "answered 500"), ("dead", "answered 500")]
    assert [one.headers["Billing-Attempt"] for one in receiver.all()] == ["1", "2", "3"]


def test_events_of_a_customer_come_in_order_and_wait_for_one_that_fails(
    api: client.StripeApi, store: Store, receiver: Receiver, make_event: Make
) -> None:
    events = [make_event(type="price.created", customer="cus_1") for _ in range(4)]
    receiver.answers = [500]
    with dispatcher(store, api, Action("forward", receiver.url)) as running:
        running.arrive(*reversed(events))
        running.ended(5)

    assert [one.json["id"] for one in receiver.all()] == ["evt_1", "evt_1", "evt_2", "evt_3", "evt_4"]


def test_one_who_hangs_holds_up_neither_access_nor_other_actions(
    local: Local, api: client.StripeApi, store: Store, receiver: Receiver, make_event: Make
) -> None:
    with receiving() as hanging:
        hanging.holding.set()
        slow = Action("forward", hanging.url, ("price.created",), timeout=20)
        quick = Action("forward", receiver.url, ("product.created", "access.*"))
        subscribed(local)
        with dispatcher(store, api, slow, quick) as running:
            running.arrive(*(make_event(type="price.created", customer=f"cus_{number}") for number in range(30)))
            for _ in range(16):
                hanging.next()
            running.arrive(make_event(type="product.created", customer="cus_1"))
            running.arrive(event_of(local, "customer.subscription.created"))
            types = {receiver.next().json.get("type") for _ in range(2)}
            hanging.released.set()
            running.ended(33)

    assert "access.granted" in types


def test_a_command_that_fails_leaves_its_reason(api: client.StripeApi, store: Store, make_event: Make) -> None:
    action = Action("exec", "echo 'no such user' >&2; exit 9")
    with dispatcher(store, api, action, retries=Retries(attempts=1)) as running:
        running.arrive(make_event(type="price.created"))
        running.ended(1)

    stored = store.events.get("evt_1")
    assert stored is not None
    [delivery] = stored.deliveries
    assert (delivery.handler, delivery.status, delivery.error) == (action.name, "dead", "exit code 9: no such user")


def test_trouble_with_stripe_is_tried_again(
    local: Local, api: client.StripeApi, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    from stripe_billing_cli.stripe_api.errors import StripeServerError

    customer, _ = subscribed(local)
    original, failures = api.pages, [StripeServerError("HTTP 500: oh")]

    def troubled(path: str, params: Any, **kind: Any) -> Any:
        if failures:
            raise failures.pop()
        return original(path, params, **kind)

    monkeypatch.setattr(api, "pages", troubled)
    with dispatcher(store, api) as running:
        running.arrive(event_of(local, "customer.subscription.created"))
        statuses = [(one.status, one.text) for one in running.ended(2)]

    assert statuses == [("failed", "stripe_server: HTTP 500: oh"), ("done", "granted product pro")]
    assert store.access.for_customer(customer)[0].granted


def test_time_alone_revokes_while_it_runs(tmp_path: Path, made_file: Path, receiver: Receiver, clock: Clock) -> None:
    """Nothing arrives but the end."""
    shutil.copy(made_file, tmp_path / "events.db")
    transport = LocalTransport(tmp_path / "local.db", clock=clock)
    local = Local(transport)
    customer, subscription = subscribed(local)
    local.post(f"/v1/subscriptions/{subscription['id']}", cancel_at=int(clock.now) + 3600)
    action = Action("forward", receiver.url, ("access.*",))
    with (
        open_store(str(tmp_path / "events.db"), clock=clock) as store,
        dispatcher(store, connected(transport), action) as running,
    ):
        running.arrive(event_of(local, "customer.subscription.updated"))
        granted = receiver.next()
        clock.now += 3600
        running.dispatcher.expiry_scheduler.reschedule()  # instead of the wait for it
        revoked = receiver.next()
    transport.close()

    assert [one.json["type"] for one in (granted, revoked)] == ["access.granted", "access.revoked"]
    assert json.loads(revoked.body)["data"]["object"]["customer"] == customer


def test_each_event_has_its_outcome_though_one_reading_does_for_all(
    local: Local, api: client.StripeApi, store: Store
) -> None:
    subscribed(local)
    with dispatcher(store, api) as running:
        events = [from_body(body) for body in local.events()]
        running.arrive(*events)
        about = [event.id for event in events if "access" in running.dispatcher.route(event)]
        outcomes = running.ended(len(about))

    assert sorted(one.event.id for one in outcomes) == sorted(about)
    assert {one.status for one in outcomes} == {"done"}
    assert [one.text for one in outcomes].count("granted product pro") == 1
