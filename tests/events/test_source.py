"""Events from Stripe's Events API: each once, in order, however long the gap."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import responses

from stripe_billing_cli.events import source
from stripe_billing_cli.events.event import Event, parse
from stripe_billing_cli.events.fetch import fetch_handler
from stripe_billing_cli.events.handlers import FETCH, HandlerError, route_to
from stripe_billing_cli.events.retention import forget_old
from stripe_billing_cli.events.source import CatchUp, thin_oldest_first
from stripe_billing_cli.events.store import Store, open_store
from stripe_billing_cli.stripe_api import client
from stripe_billing_cli.stripe_api.client import StripeApi
from tests.conftest import Account, Billing
from tests.event_bodies import event_body, thin
from tests.stores import Clock


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Under the real time, which is the local Stripe's too."""
    with open_store(str(tmp_path / "events.db")) as opened:
        yield opened


@pytest.fixture
def reader(account: Account, store: Store) -> CatchUp:
    return CatchUp(account.api, store, lambda event: ["exec"])


def types(store: Store) -> list[tuple[str, str | None]]:
    """Oldest first, with what they are about."""
    found = [stored.event for page in store.events.pages(limit=1000) for stored in page]
    return [(event.type, event.object_id) for event in reversed(found)]


def test_the_first_time_there_is_nothing_to_catch_up_with(account: Account, tmp_path: Path) -> None:
    account.post("/v1/customers", name="before")

    with open_store(str(tmp_path / "events.db"), clock=lambda: time.time() + 1) as store:
        assert CatchUp(account.api, store, lambda event: ()).read_on() == 0


def test_what_happened_meanwhile_is_read_in_order_and_once(account: Account, reader: CatchUp, store: Store) -> None:
    reader.read_on()
    ids = [account.post("/v1/customers", name=f"customer {number}")["id"] for number in range(5)]

    assert reader.read_on() == 5
    assert reader.read_on() == 0

    assert types(store)[-5:] == [("customer.created", id) for id in ids]
    assert [one.event for one in store.work.claim("w", ["exec"], limit=9)] == [
        stored.event.id for page in store.events.pages() for stored in page
    ][::-1]


def test_a_gap_of_many_pages_is_read_oldest_first(
    account: Account, reader: CatchUp, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With two pages held at once, the newer ones are read again on the way up."""
    monkeypatch.setattr(client, "PAGE", 5)
    monkeypatch.setattr(source, "MOST_PAGES", 2)
    ids = [account.post("/v1/customers", name=f"customer {number}")["id"] for number in range(33)]

    assert reader.read(0) == 33
    assert types(store) == [("customer.created", id) for id in ids]


def test_a_read_that_is_broken_off_is_done_again_from_where_it_began(
    account: Account, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "PAGE", 5)
    seen: list[Event] = []
    reader = CatchUp(account.api, store, lambda event: (), seen.extend, lambda: bool(seen))
    reader.read_on()
    read = store.settings.get(source.READ)
    for number in range(12):
        account.post("/v1/customers", name=f"customer {number}")

    assert reader.read_on() == 2  # the oldest page
    assert store.settings.get(source.READ) == read
    reader.is_stopping = lambda: False
    assert reader.read_on() == 10


def test_both_sources_together_mean_once(account: Account, reader: CatchUp, store: Store) -> None:
    reader.read_on()
    account.post("/v1/customers", name="Ada")
    listed, _ = account.api.page("/v1/events", {})
    store.events.record([parse(json.dumps(listed[0]))], lambda event: ["exec"])

    assert reader.read_on() == 0
    assert len(types(store)) == 1
    assert store.work.counts() == {("exec", "pending"): 1}


@pytest.mark.literal
def test_an_event_of_no_known_shape_is_named_and_passed_over(store: Store) -> None:
    odd = {"id": "evt_odd", "object": "event", "created": 1, "type": "x", "data": {}}
    good = json.loads(event_body())
    with responses.RequestsMock() as stripe:
        page = {"object": "list", "data": [odd, good], "has_more": False, "url": "/v1/events"}
        stripe.get("https://api.stripe.com/v1/events", json=page)
        stripe.get("https://api.stripe.com/v1/events", json={**page, "data": []})
        reader = CatchUp(client.connect("sk_test_x"), store, lambda event: ())
        assert reader.read(0) == 1

    assert reader.unreadable == ["evt_odd"]


class TestThinEvents:
    @pytest.fixture
    def api(self) -> StripeApi:
        return client.connect("sk_test_x", patience=client.Patience(retries=0))

    def fetched(self, api: StripeApi, store: Store, **answer: Any) -> str | None:
        event = parse(thin())
        store.events.record([event], route_to([]))
        [delivery] = store.work.claim("w", [FETCH])
        with responses.RequestsMock() as stripe:
            stripe.get("https://api.stripe.com/v2/core/events/evt_65S", **answer)
            return fetch_handler(api, store, lambda event: ["exec"]).handle(event, delivery)

    @pytest.mark.literal
    def test_one_is_fetched_whole_and_handed_on(self, api: StripeApi, store: Store) -> None:
        whole = json.loads(thin(data={"reason": {"error_count": 3}}))

        assert self.fetched(api, store, json=whole) == "fetched"

        stored = store.events.get("evt_65S")
        assert stored is not None
        assert stored.event.body() == whole
        assert [one.handler for one in stored.deliveries] == ["fetch", "exec"]

    def test_one_without_details_is_whole_all_the_same(self, api: StripeApi, store: Store) -> None:
        self.fetched(api, store, json=json.loads(thin()))

        stored = store.events.get("evt_65S")
        assert stored is not None
        assert not stored.event.thin

    def test_one_that_stripe_does_not_have_is_given_up(self, api: StripeApi, store: Store) -> None:
        error = {"error": {"type": "invalid_request_error", "code": "not_found", "message": "no"}}
        with pytest.raises(HandlerError) as failed:
            self.fetched(api, store, json=error, status=404)
        assert failed.value.final


def test_thin_events_that_were_missed_are_fetched_as_if_they_had_come(store: Store) -> None:
    came, missed, older = (
        json.loads(thin(id=f"evt_{name}", created=f"2026-11-0{day}T12:00:00.000Z"))
        for name, day in (("came", 1), ("missed", 3), ("older", 2))
    )
    list_url, second = "https://api.stripe.com/v2/core/events", "/v2/core/events?page=second"
    with responses.RequestsMock() as stripe:
        nothing = {"object": "list", "data": [], "has_more": False, "url": "/v1/events"}
        stripe.get("https://api.stripe.com/v1/events", json=nothing)
        asked = {"limit": "100", "created[gte]": "2026-11-01T00:00:00Z"}
        here = [responses.matchers.query_param_matcher(asked)]
        stripe.get(list_url, json={"data": [missed], "next_page_url": second}, match=here)
        there = [responses.matchers.query_param_matcher({"page": "second"})]
        last = {"data": [{**older, "data": None}, came], "next_page_url": None}
        stripe.get(list_url, json=last, match=there)
        reader = CatchUp(client.connect("sk_test_x"), store, route_to([]))
        since = 1_793_491_200

        assert reader.read(since) == 0  # of no thin events so far, none are asked for
        store.events.record([parse(json.dumps(came))], route_to([]))
        assert reader.read(since) == 2

    found = [stored for page in store.events.pages() for stored in page]
    assert [(one.event.id, [each.handler for each in one.deliveries]) for one in found] == [
        ("evt_missed", [FETCH]),
        ("evt_older", [FETCH]),
        ("evt_came", [FETCH]),
    ]


def test_a_server_without_thin_events_has_none(account: Account) -> None:
    assert thin_oldest_first(account.api, 0) == []


def test_retention(store: Store, make_event: Callable[..., Event], clock: Clock) -> None:
    day = 86_400
    now = int(store.clock())
    store.events.record([make_event(created=now - age * day) for age in (5, 20, 34, 36, 100)])

    assert forget_old(store, 15 * day) == (4, 2)
    kept = [stored.event.id for page in store.events.pages() for stored in page]
    assert kept == ["evt_1", "evt_2", "evt_3"]
    assert [store.events.load(["evt_1", "evt_2"])[id].payload is None for id in ("evt_1", "evt_2")] == [False, True]


@pytest.mark.literal
def test_events_backfill(billing: Billing, account: Account) -> None:
    ids = [account.post("/v1/customers", name=f"customer {number}")["id"] for number in range(3)]

    assert billing.ok("events", "backfill", "--local", "--output", "json").json["new"] == 3
    assert billing.ok("events", "backfill", "--local").out == "0 new events.\n"
    listed = billing.ok("events", "list", "--type", "customer.*", "--output", "json").out.splitlines()
    assert [json.loads(line)["customer"] for line in listed] == ids[::-1]


@pytest.mark.literal
def test_events_backfill_knows_how_far_stripe_remembers(billing: Billing) -> None:
    assert "30 days" in billing("events", "backfill", "--local", "--since", "2020-01-01").err
