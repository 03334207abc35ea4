"""Every list of the local Stripe: its envelope, its pages in both directions, its limits, its cursors, its address."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

import pytest

from stripe_billing_cli.local_stripe.api import API
from stripe_billing_cli.local_stripe.core.requests import Route
from tests.sweep import examples
from tests.sweep.refusals import check_answer
from tests.sweep.world import World

LISTS = [
    route
    for route in API.whole().routes
    if route.lists and route.path.startswith("/v1/") and not route.path.endswith("/search")
]
"""What is searched has pages of its own (tests/local_stripe/core/test_search.py)."""


def named(route: Route) -> str:
    return route.path


def page(world: World, route: Route, **params: Any) -> Any:
    path, needed = examples.path(route, world), examples.params(route, world)
    answer, _ = world.outcome(route.method, path, {**needed, **params})
    check_answer(answer, f"{path} {params}")
    return json.loads(answer.body)


@pytest.mark.parametrize("route", LISTS, ids=named)
def test_a_list_is_its_objects_and_whether_there_are_more(world: World, route: Route) -> None:
    listed = page(world, route)

    assert list(listed) == ["object", "data", "has_more", "url"]
    address = examples.path(route, world).replace("/v1/balance/history", "/v1/balance_transactions")
    assert (listed["object"], listed["url"].partition("?")[0]) == ("list", address)
    assert len(listed["data"]) <= 10
    assert listed["has_more"] is (len(page(world, route, limit=11)["data"]) == 11)


@pytest.mark.parametrize("route", LISTS, ids=named)
def test_pages_of_one_lead_through_a_list_and_back(world: World, route: Route) -> None:
    if "starting_after" not in route.form.fields:
        assert route.path == "/v1/balance/history"
        return
    ids = [one["id"] for one in page(world, route, limit=100)["data"]][:30]
    more = page(world, route, limit=1, starting_after=ids[-1])["data"] if ids else []
    forth, back = [], []
    cursor: dict[str, str] = {}
    for place in range(len(ids)):
        listed = page(world, route, limit=1, **cursor)
        assert listed["has_more"] is (place < len(ids) - 1 or bool(more))
        [one] = listed["data"]
        forth.append(one["id"])
        cursor = {"starting_after": one["id"]}
    for place in range(len(ids) - 1, 0, -1):
        listed = page(world, route, limit=1, ending_before=ids[place])
        assert listed["has_more"] is (place > 1)
        back += [one["id"] for one in listed["data"]]

    assert forth == ids
    assert back == ids[:-1][::-1]
    if ids:
        assert page(world, route, ending_before=ids[0])["data"] == []


@pytest.mark.parametrize("route", LISTS, ids=named)
@pytest.mark.parametrize(("limit", "most"), [("0", 1), ("-1", 1), ("1", 1), ("101", 100), ("200", 100)])
def test_limits_are_brought_into_their_bounds(world: World, route: Route, limit: str, most: int) -> None:
    there = len(page(world, route, limit=100)["data"])

    assert len(page(world, route, limit=limit)["data"]) == min(there, most)


@pytest.mark.parametrize("route", LISTS, ids=named)
@pytest.mark.parametrize("cursor", ["starting_after", "ending_before"])
def test_a_cursor_that_is_nothing_is_refused(world: World, route: Route, cursor: str) -> None:
    error = page(world, route, **{cursor: "nothing"})["error"]

    assert (error["code"], error["param"]) == ("resource_missing", cursor)
    assert error["message"].startswith("No such ")
    assert error["message"].endswith(": 'nothing'")


@pytest.mark.parametrize("route", LISTS, ids=named)
def test_both_cursors_are_one_too_many(world: World, route: Route) -> None:
    """Recorded, and that one which is nothing is reported first."""
    both = page(world, route, starting_after="nothing", ending_before="nothing")["error"]
    assert both["param"] in ("starting_after", "ending_before")
    ids = [one["id"] for one in page(world, route, limit=1)["data"]]
    if not ids:
        return
    error = page(world, route, starting_after=ids[0], ending_before=ids[0])["error"]

    assert error["message"] == "Received both starting_after and ending_before parameters. Please pass in only one."
    assert not {"code", "param"} & error.keys()


@pytest.mark.parametrize(
    ("path", "expand"),
    [
        ("/v1/customers/{customer}", "subscriptions sources tax_ids"),
        ("/v1/subscriptions/{subscription}", "items"),
        ("/v1/invoices/{invoice}", "lines"),  # that of `payments` leads nowhere at Stripe either (recorded)
        ("/v1/charges/{charge}", "refunds"),
        ("/v1/credit_notes/{credit_note}", "lines"),
        ("/v1/checkout/sessions/{checkout_session}", "line_items"),
        ("/v1/quotes/{quote}", "line_items"),
    ],
)
def test_the_address_of_a_list_within_an_object_leads_to_its_objects(world: World, path: str, expand: str) -> None:
    answer = world.answer("GET", path.format(**world.ids), {"expand": expand.split()})
    whole = json.loads(answer.body)
    for name in expand.split():
        within = whole[name]
        address = urlsplit(within["url"])
        listed = json.loads(world.answer("GET", address.path, address.query).body)
        assert [one["id"] for one in listed["data"]] == [one["id"] for one in within["data"]], name
        assert listed["has_more"] is within["has_more"], name
