"""In live mode nothing is written before a yes. Stripe's answers are those of the local Stripe, from another address."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import responses

from tests.conftest import Billing
from tests.subscriptions.conftest import Shop

STRIPE = "https://api.stripe.com"
KEY = ("--api-key", "sk_live_x")


@pytest.fixture
def live(shop: Shop) -> Iterator[tuple[responses.RequestsMock, Any]]:
    """Stripe with a customer and a price; a write is an error of the test's. The mock, and the customer."""
    price = shop.account.answered(f"/v1/prices/{shop.price(lookup_key='pro.monthly')['id']}")
    ada = shop.account.answered(f"/v1/customers/{shop.with_card(email='ada@example.com')['id']}")
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:

        def answers(path: str, *objects: Any) -> None:
            body = {"object": "list", "data": list(objects), "has_more": False, "url": path}
            mock.get(f"{STRIPE}{path}", json=body)

        answers("/v1/customers", ada)
        answers("/v1/prices", price)
        answers("/v1/subscriptions")
        mock.get(f"{STRIPE}/v1/account", json=shop.api.account())
        mock.get(f"{STRIPE}/v1/customers/{ada['id']}", json=ada)
        yield mock, ada


@pytest.mark.parametrize(
    "argv",
    [
        ("sub", "create", "--customer", "ada@example.com", "--price", "pro.monthly"),
        ("customer", "create", "--email", "ada@example.com"),
        ("customer", "update", "ada@example.com", "--phone", "1"),
    ],
)
def test_without_a_terminal_and_without_yes_nothing_is_written(
    billing: Billing, live: tuple[responses.RequestsMock, Any], argv: tuple[str, ...]
) -> None:
    mock, _ = live

    ran = billing(*argv, *KEY, "--output", "json")

    assert (ran.code, ran.error["kind"]) == (2, "confirmation")
    assert "--yes" in ran.error["hint"]
    assert "LIVE MODE: account Local Stripe" in ran.err
    assert {call.request.method for call in mock.calls} == {"GET"}


def test_what_is_there_already_is_given_back_without_a_question(
    billing: Billing, live: tuple[responses.RequestsMock, Any]
) -> None:
    _, ada = live

    ran = billing.ok("customer", "create", "--email", "ada@example.com", "--if-not-exists", *KEY, "--output", "id")

    assert ran.out.strip() == ada["id"]


def test_with_yes_it_is_written_and_live_mode_is_named(
    billing: Billing, live: tuple[responses.RequestsMock, Any]
) -> None:
    mock, ada = live
    mock.post(f"{STRIPE}/v1/customers/{ada['id']}", json={**ada, "phone": "1"})

    ran = billing.ok("customer", "update", "ada@example.com", "--phone", "1", *KEY, "--yes")

    assert "LIVE MODE: account Local Stripe" in ran.err
    assert "phone        1" in ran.out
