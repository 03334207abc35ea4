"""`billing sub create --open` and `--wait`."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cli.sub.creating import ADA, CREATE, pay, subscriptions
from tests.conftest import Billing
from tests.faults import meanwhile
from tests.subscriptions.conftest import Shop


class TestOpen:
    @pytest.fixture
    def opened_pages(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        urls: list[str] = []
        monkeypatch.setattr("typer.launch", urls.append)
        return urls

    def test_the_link_is_opened(self, billing: Billing, ada: Any, opened_pages: list[str]) -> None:
        made = billing.ok(*CREATE, *ADA, "--open", "--output", "json").json

        assert opened_pages == [made["confirmation_url"]]

    def test_where_nothing_is_to_be_confirmed_nothing_is_opened(
        self, billing: Billing, shop: Shop, opened_pages: list[str]
    ) -> None:
        shop.price(lookup_key="pro.monthly")
        bob = shop.with_card()["id"]
        billing.ok(*CREATE, "--customer", bob, "--price", "pro.monthly", "--trial-days", "7", "--open")

        assert opened_pages == []


class TestWait:
    def test_it_ends_when_the_customer_has_paid(self, billing: Billing, shop: Shop, ada: Any) -> None:
        def customer_pays() -> None:
            pay(shop, subscriptions(shop)[0]["id"])

        with meanwhile(billing, "GET /v1/subscriptions/{id}", 1, customer_pays):
            ran = billing.ok(*CREATE, *ADA, "--wait", "--timeout", "1m", "--output", "json")

        assert ran.json["status"] == "active"
        assert ran.json["confirmation_url"] in ran.err
        assert "_secret_" not in ran.err

    def test_it_ends_with_4_when_the_time_is_up(self, billing: Billing, ada: Any) -> None:
        ran = billing(*CREATE, *ADA, "--wait", "--timeout", "0s")

        assert ran.code == 4
        assert "is still incomplete" in ran.err
        assert "pay at" in ran.out

    def test_with_json_that_is_an_error_like_others(self, billing: Billing, ada: Any) -> None:
        ran = billing(*CREATE, *ADA, "--wait", "--timeout", "0s", "--output", "json")

        error = json.loads(ran.err.splitlines()[-1])["error"]
        assert (error["kind"], error["exit_code"]) == ("timeout", 4)
        assert (
            error["hint"] == f"wait on with: billing --local sub watch {ran.json['id']} --until active --until trialing"
        )

    def test_it_ends_with_4_when_it_can_come_to_nothing(self, billing: Billing, shop: Shop, ada: Any) -> None:
        def is_canceled() -> None:
            shop.api.delete(f"/v1/subscriptions/{subscriptions(shop)[0]['id']}")

        with meanwhile(billing, "GET /v1/subscriptions/{id}", 1, is_canceled):
            ran = billing(*CREATE, *ADA, "--wait", "--timeout", "1m")

        assert ran.code == 4
        assert "cannot become active or trialing any more" in ran.err

    def test_a_trial_has_started_at_once(self, billing: Billing, shop: Shop) -> None:
        shop.price(lookup_key="pro.monthly")
        bob = shop.with_card()
        billing.ok(*CREATE, "--customer", bob["id"], "--price", "pro.monthly", "--trial-days", "7", "--wait")
