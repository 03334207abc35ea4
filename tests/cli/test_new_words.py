"""Words that Stripe may add at any time are shown as they are, and nobody is harmed by them."""

from __future__ import annotations

import json
from typing import Any

import pytest
import stripe

from stripe_billing_cli.subscriptions import clocks
from tests.conftest import Account, Billing

WORDS: dict[str, dict[str, Any]] = {
    "subscription": {"status": "hibernating", "collection_method": "by_pigeon"},
    "invoice": {"status": "disowned", "billing_reason": "full_moon"},
    "price": {"billing_scheme": "by_weight", "tax_behavior": "negotiable"},
    "payment_method": {"type": "seashells"},
    "coupon": {"duration": "now_and_then"},
    "test_helpers.test_clock": {"status": "dreaming"},
    "webhook_endpoint": {"status": "resting"},
    "refund": {"status": "travelling", "reason": "remorse"},
}
"""Values of fields that are read."""
RECURRING = {"interval": "decade", "usage_type": "shared"}


class NewWordsTransport(stripe.HTTPClient):
    """A transport that reads new words into answers, in place of what is read from them."""

    name = "new-words"

    def __init__(self, inner: stripe.HTTPClient) -> None:
        super().__init__()
        self._inner = inner

    def request(self, method: str, url: str, headers: Any, post_data: Any = None, **_: Any) -> Any:
        body, status, answer_headers = self._inner.request(method, url, headers, post_data)
        if method == "get" and status == 200:
            body = json.dumps(_reworded(json.loads(body)))
        return body, status, answer_headers


def _reworded(answer: Any) -> Any:
    if isinstance(answer, list):
        return [_reworded(element) for element in answer]
    if not isinstance(answer, dict):
        return answer
    held = {name: _reworded(value) for name, value in answer.items()}
    held |= {name: word for name, word in WORDS.get(str(held.get("object")), {}).items() if held[name] is not None}
    if held.get("object") == "price" and held["recurring"]:
        held["recurring"] |= RECURRING
    return held


@pytest.fixture
def reworded(billing: Billing, account: Account, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """An account with one of each, whose answers are full of new words from here on. Ids by name."""
    billing.apply(
        "version: 1\ncatalog: c\ncurrency: usd\nproducts:\n  pro:\n    name: Pro\n    prices: {monthly: {unit_amount: 1500, recurring: month}}\n"
    )
    clock = billing.ok("clock", "create", "--local", "--output", "id").out.strip()
    customer = billing.ok(
        "customer",
        "create",
        "--local",
        "--email",
        "ada@example.com",
        "--test-clock",
        clock,
        "--payment-method",
        "pm_card_visa",
        "--output",
        "id",
    ).out.strip()
    coupon = account.post("/v1/coupons", percent_off=10, duration="once")
    created = ("sub", "create", "--local", "--yes", "--output", "id", "--customer", customer, "--price", "pro.monthly")
    subscription = billing.ok(*created, "--coupon", coupon["id"]).out.strip()
    account.post("/v1/webhook_endpoints", url="https://example.com/hook", enabled_events=["*"])
    [invoice] = account.api.page("/v1/invoices", {})[0]
    monkeypatch.setattr("tests.conftest.ContractTransport", NewWordsTransport)
    return {"customer": customer, "subscription": subscription, "clock": clock, "invoice": invoice["id"]}


SHOWN = [
    "catalog plan",
    "customer show {customer}",
    "customer list",
    "customer balance {customer}",
    "card list {customer}",
    "sub show {subscription}",
    "sub list",
    "sub watch {subscription} --timeout 1s",
    "clock list",
    "invoice list",
    "invoice show {invoice}",
    "refund list",
    "webhook list",
    "access reconcile",
    "doctor",
]


@pytest.mark.parametrize("output", ["table", "json"])
@pytest.mark.parametrize("command", SHOWN)
def test_what_shows_shows_them(billing: Billing, reworded: dict[str, str], command: str, output: str) -> None:
    ran = billing(*command.format(**reworded).split(), "--local", "--output", output)

    assert "mistake in billing" not in ran.err, ran.err
    assert "bug" not in ran.err
    assert ran.code in (0, 1) if command == "doctor" else ran.code in (0, 4), ran.err


ACTING = [
    "sub change {subscription} --quantity 3",
    "sub cancel {subscription}",
    "sub cancel {subscription} --now --refund last",
    "sub pause {subscription}",
    "sub resume {subscription}",
    "sub pay {subscription}",
    "invoice pay {invoice}",
    "invoice void {invoice}",
    "invoice credit {invoice} --amount 1.00",
    "refund create {invoice}",
    "clock advance {clock} 1d --timeout 1s",
    "clock advance {clock} period-end --timeout 1s",
    "customer update {customer} --name Ada",
    "catalog apply",
]


@pytest.mark.parametrize("command", ACTING)
def test_what_acts_works_or_says_why_not(billing: Billing, reworded: dict[str, str], command: str) -> None:
    ran = billing(*command.format(**reworded).split(), "--local", "--yes", "--output", "json")

    assert ran.code == 0 or ran.error["kind"] not in ("bug", "system"), ran.err


def test_a_clock_moves_in_the_shortest_steps_where_an_interval_is_new() -> None:
    price = {"recurring": {"interval": "decade", "interval_count": 1}}

    assert clocks.furthest_step([{"items": {"data": [{"price": price}]}}]) == 2 * 86_400
