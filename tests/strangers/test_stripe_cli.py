"""Stripe's own CLI, unchanged, pointed at the local Stripe by `--api-base`."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from tests.soak import Soak
from tests.strangers.conftest import LocalServer
from tests.strangers.programs import API_KEY, Ended, run, stripe_cli
from tests.strangers.triggers import (
    MOMENTS_LATER,
    NOT_TRIGGERED,
    OTHER_EVENT,
    OVERRIDDEN,
    REFUSED_BY_STRIPE,
    WITHOUT_EVENT,
    reason,
)

TRIED = 8
"""Events in `make test`; each takes a fifth of a second."""


class Cli:
    """Stripe's CLI as one types it."""

    def __init__(self, url: str, home: Path) -> None:
        self._options = ["--api-base", url, "--api-key", API_KEY]
        self._home = home

    def __call__(self, *argv: str) -> Ended:
        return run([stripe_cli(), *argv, *self._options], self._home)

    def ok(self, *argv: str) -> Ended:
        ended = self(*argv)
        assert ended.code == 0, ended.out
        return ended


@pytest.fixture
def cli(server: LocalServer, home: Path) -> Cli:
    return Cli(server.url, home)


def events_that_can_be_triggered(home: Path) -> list[str]:
    return re.findall(r"^  ([a-z_0-9]+(?:\.[a-z_0-9]+)+)$", run([stripe_cli(), "trigger", "--help"], home).out, re.M)


@pytest.mark.soak
def test_each_event_is_triggered_or_it_is_listed_why_not(server: LocalServer, cli: Cli, home: Path, soak: Soak) -> None:
    """`stripe trigger` makes what an event needs; the event is then there, as an application would get it."""
    events = events_that_can_be_triggered(home)
    reasons = {event: reason(event) for event in events}
    assert set(NOT_TRIGGERED) == {each for each in reasons.values() if each}
    for event in soak.part([event for event in events if reasons[event] is None], TRIED):
        before = Counter(server.event_types())
        assert "Trigger succeeded" in cli("trigger", event).out, event
        if event in MOMENTS_LATER:
            server.client.v1.products.create({"name": "What follows a write by moments has happened by the next one"})
        if event not in WITHOUT_EVENT:
            assert OTHER_EVENT.get(event, event) in Counter(server.event_types()) - before, event
    for event in [event for event in events if reasons[event]] if soak.whole else []:
        ended = cli("trigger", event)
        assert re.search(r"Trigger failed: Request failed, status=4\d\d", ended.out), (
            f"{event} works: list it no longer"
        )
        is_unknown = "parameter_unknown" in ended.out
        assert is_unknown is (event in " ".join(REFUSED_BY_STRIPE.values()).split()), f"{event}: {ended.out}"


@pytest.mark.parametrize("event", OVERRIDDEN)
def test_options_of_the_cli_make_what_it_does_not_make_by_itself(server: LocalServer, cli: Cli, event: str) -> None:
    assert "Trigger succeeded" in cli("trigger", event, *OVERRIDDEN[event].split()).out
    assert event in server.event_types()


def test_a_request_is_made_read_changed_and_taken_back(server: LocalServer, cli: Cli) -> None:
    made = cli.ok("post", "/v1/customers", "-d", "email=ada@example.com", "-d", "metadata[plan]=pro").json
    assert cli.ok("get", f"/v1/customers/{made['id']}").json == made
    assert [each["id"] for each in cli.ok("get", "/v1/customers", "--limit", "1").json["data"]] == [made["id"]]
    assert cli.ok("customers", "update", made["id"], "--name", "Ada").json["name"] == "Ada"
    assert cli.ok("delete", f"/v1/customers/{made['id']}", "--confirm").json["deleted"] is True
    assert server.event_types() == ["customer.created", "customer.updated", "customer.deleted"]


def test_a_refusal_is_shown_in_stripe_s_words(cli: Cli) -> None:
    error = cli("get", "/v1/prices/price_none").json["error"]
    assert (error["code"], error["message"]) == ("resource_missing", "No such price: 'price_none'")


def test_fixtures_of_one_s_own_refer_to_each_other(server: LocalServer, cli: Cli, home: Path) -> None:
    steps = [
        {"name": "customer", "path": "/v1/customers", "params": {"name": "Ada", "source": "tok_visa"}},
        {"name": "product", "path": "/v1/products", "params": {"name": "Pro"}},
        {
            "name": "price",
            "path": "/v1/prices",
            "params": {
                "currency": "usd",
                "unit_amount": 1500,
                "product": "${product:id}",
                "recurring": {"interval": "month"},
            },
        },
        {
            "name": "subscription",
            "path": "/v1/subscriptions",
            "params": {"customer": "${customer:id}", "items": [{"price": "${price:id}"}]},
        },
    ]
    fixtures = {"_meta": {"template_version": 0}, "fixtures": [{"method": "post", **step} for step in steps]}
    (home / "fixtures.json").write_text(json.dumps(fixtures), encoding="utf-8")
    cli.ok("fixtures", "fixtures.json")
    [subscription] = server.client.v1.subscriptions.list().data
    assert (subscription.status, server.client.v1.invoices.list().data[0].amount_paid) == ("active", 1500)


def test_listen_ends_at_once_since_it_is_stripe_s_servers_that_it_listens_to(cli: Cli) -> None:
    ended = cli("listen")
    assert ended.code == 1
    assert "Unrecognized request URL (POST: /v1/stripecli/sessions)" in ended.out
