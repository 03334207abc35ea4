"""`billing customer portal`: a link, and where it leads."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Billing
from tests.subscriptions.conftest import Shop

PORTAL = ("customer", "portal", "--local")


@pytest.fixture
def ada(shop: Shop) -> Any:
    return shop.with_card(email="ada@example.com")


def test_a_link_for_people_and_its_validity(billing: Billing, ada: Any) -> None:
    link, validity = billing.ok(*PORTAL, "ada@example.com").out.splitlines()

    assert "/p/session/test_" in link
    assert "for a few minutes" in validity


def test_as_json(billing: Billing, ada: Any) -> None:
    made = billing.ok(*PORTAL, ada["id"], "--return-url", "https://example.com/account", "--output", "json").json

    assert (made["customer"], made["flow"]) == (ada["id"], None)
    assert made["return_url"] == "https://example.com/account"
    assert made["expires_at"] is None


def test_a_link_that_works_longer(billing: Billing, ada: Any) -> None:
    argv = (*PORTAL, ada["id"], "--valid-until", "2100-01-01")

    assert billing.ok(*argv, "--output", "json").json["expires_at"] == 4_102_444_800
    assert "until 1 Jan 2100 00:00 UTC" in billing.ok(*argv).out


def test_straight_to_another_payment_method(billing: Billing, ada: Any) -> None:
    made = billing.ok(*PORTAL, ada["id"], "--flow", "payment-method", "--output", "json").json

    assert made["flow"] == "payment_method_update"


def test_straight_to_canceling_the_only_subscription(billing: Billing, shop: Shop, ada: Any) -> None:
    subscription = shop.subscription(ada["id"], shop.price()["id"])

    made = billing.ok(*PORTAL, ada["id"], "--flow", "cancel", "--output", "json").json

    assert (made["flow"], made["subscription"]) == ("subscription_cancel", subscription["id"])


def test_of_two_subscriptions_the_one_to_cancel_is_named(billing: Billing, shop: Shop, ada: Any) -> None:
    price = shop.price()["id"]
    _, second = (shop.subscription(ada["id"], price)["id"] for _ in range(2))

    assert billing(*PORTAL, ada["id"], "--flow", "cancel", "--output", "json").error["kind"] == "ambiguous"
    made = billing.ok(*PORTAL, ada["id"], "--flow", "cancel", "--subscription", second, "--output", "json").json
    assert made["subscription"] == second


def test_of_somebody_else_or_ended_it_is_refused(billing: Billing, shop: Shop, ada: Any) -> None:
    price = shop.price()["id"]
    others = shop.subscription(shop.with_card()["id"], price)["id"]
    ran = billing(*PORTAL, ada["id"], "--flow", "cancel", "--subscription", others)
    assert ran.code == 2
    assert f"not of {ada['id']}" in ran.err

    own = shop.subscription(ada["id"], price)["id"]
    shop.api.delete(f"/v1/subscriptions/{own}")
    ran = billing(*PORTAL, ada["id"], "--flow", "cancel", "--subscription", own)
    assert ran.code == 1
    assert "has ended already" in ran.err


def test_a_subscription_goes_with_canceling_only(billing: Billing) -> None:
    assert billing(*PORTAL, "cus_1", "--subscription", "sub_1").code == 2
