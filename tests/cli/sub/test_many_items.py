"""A subscription has up to twenty items, of which an answer has the first ten in it: commands know all of them."""

from __future__ import annotations

import json
from typing import Any

import pytest
import stripe

from tests.cli.sub.history import History
from tests.conftest import Billing
from tests.local_stripe.life import moment
from tests.subscriptions.conftest import Shop

KEYS = [f"p{number:02}" for number in range(1, 14)]


@pytest.fixture
def it(billing: Billing, shop: Shop) -> History:
    """Thirteen items, $1.00 to $13.00 a month; the last is yearly."""
    it = History.begin(billing, shop, "2026-04-01")
    for number, key in enumerate(KEYS, 1):
        it.price(key, number, "year" if key == KEYS[-1] else "month")
    it.start(*KEYS)
    return it


def test_show_and_list_have_all(it: History) -> None:
    shown = it.billing.ok("sub", "show", it.id, "--local", "--output", "json").json
    listed = it.billing.ok("sub", "list", "--customer", it.customer, "--local", "--output", "json").json

    assert [one["lookup_key"] for one in shown["items"]] == [one["lookup_key"] for one in listed["items"]] == KEYS


def test_an_item_beyond_the_tenth_is_changed_in_place(it: History) -> None:
    it.to("2026-04-16")

    record = it.json("change", "--item", "p11", "--quantity", "2")

    assert (record["from"]["quantity"], record["to"]["quantity"]) == (1, 2)
    assert it.paid()[-1] == record["cost"]["due_now"] == 1100 // 2
    assert it.subscription["items"]["total_count"] == len(KEYS)


def test_a_later_change_keeps_all_items(it: History) -> None:
    it.price("p14", 20)

    cost = it.json("change", "--item", "p12", "--price", "p14", "--at", "period-end")["cost"]
    it.to("2026-05-01 02:00")

    assert cost["next_invoice"]["amount"] == it.paid()[-1] == sum(range(1, 12)) * 100 + 2000
    assert it.subscription["items"]["total_count"] == len(KEYS)


def test_the_end_of_the_longest_period_is_that_of_all_items(it: History) -> None:
    record = it.json("cancel", "--at", "last-period-end")

    assert record["ends"] == moment("2027-04-01")


def test_an_item_beyond_the_tenth_is_added_once(it: History) -> None:
    assert it.json("change", "--add", "p12")["result"] == "unchanged"
    it.ok("change", "--remove", "p12")
    assert it.subscription["items"]["total_count"] == len(KEYS) - 1


class FirstLines(stripe.HTTPClient):
    """Stripe gives the first ten lines of a preview in it, and the others where it `has_lines` of previews."""

    name = "first-lines"

    def __init__(self, inner: stripe.HTTPClient, *, has_lines: bool) -> None:
        super().__init__()
        self._inner = inner
        self._has_lines = has_lines
        self._lines: dict[str, Any] = {}

    def request(self, method: str, url: str, headers: Any, post_data: Any = None, **_: Any) -> Any:
        id = url.partition("/v1/invoices/")[2].partition("/")[0]
        if id in self._lines and self._has_lines:
            return json.dumps(self._lines[id]), 200, {}
        body, status, answer_headers = self._inner.request(method, url, headers, post_data)
        if id == "create_preview" and status == 200:
            preview = json.loads(body)
            listed = ("object", "data", "has_more", "url")
            self._lines[preview["id"]] = {name: preview["lines"][name] for name in listed}
            preview["lines"] |= {"data": preview["lines"]["data"][:10], "has_more": True}
            body = json.dumps(preview)
        return body, status, answer_headers


@pytest.mark.parametrize("has_lines", [True, False])
def test_a_preview_of_which_lines_are_missing_decides_on_no_money(it: History, has_lines: bool) -> None:
    it.to("2026-04-16")
    ends = ("sub", "cancel", it.id, "--now", "--refund", "prorated", "--preview", "--local", "--output", "json")
    whole = it.billing.ok(*ends).json["refund"]["amount"]
    it.billing.wrap[:] = [lambda inner: FirstLines(inner, has_lines=has_lines)]

    ran = it.billing(*ends)

    if has_lines:
        assert ran.json["refund"]["amount"] == whole
    else:
        assert (ran.code, ran.error["kind"]) == (1, "refused")
