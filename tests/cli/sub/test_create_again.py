"""`billing sub create` run again: nothing is made twice."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cli.sub.creating import ADA, CREATE, pay, subscriptions
from tests.conftest import Billing, Ran
from tests.faults import crash_at_every_call, failing, meanwhile
from tests.subscriptions.conftest import Shop


class TestIfNotExists:
    def test_one_that_can_still_be_paid_comes_back_with_its_secret(
        self, billing: Billing, shop: Shop, ada: Any
    ) -> None:
        first = billing.ok(*CREATE, *ADA, "--output", "json").json
        ran = billing.ok(*CREATE, *ADA, "--if-not-exists", "--output", "json")

        assert ran.json == {**first, "existing": True}
        assert "was there already" in ran.err
        assert len(subscriptions(shop)) == 1

    def test_one_that_runs_comes_back_and_needs_nothing(self, billing: Billing, shop: Shop, ada: Any) -> None:
        first = billing.ok(*CREATE, *ADA, "--output", "id").out.strip()
        pay(shop, first)

        again = billing.ok(*CREATE, *ADA, "--if-not-exists", "--output", "json").json

        assert (again["id"], again["status"], again["client_secret"]) == (first, "active", None)
        assert again["due_now"]["amount_due"] == 0

    def test_one_whose_renewal_failed_comes_back_with_the_link_to_pay_it(self, billing: Billing, shop: Shop) -> None:
        shop.price(lookup_key="pro.monthly")
        clock = shop.post("/v1/test_helpers/test_clocks", frozen_time=1_800_000_000)["id"]
        shop.with_card("pm_card_chargeCustomerFail", email="bob@example.com", test_clock=clock)
        argv = (*CREATE, "--customer", "bob@example.com", "--price", "pro.monthly")
        first = billing.ok(*argv, "--output", "id").out.strip()
        pay(shop, first)
        method = shop.api.get(f"/v1/subscriptions/{first}")["default_payment_method"]
        assert method, "the card that pays is kept"
        shop.post(f"/v1/payment_methods/{method}/detach")
        shop.post(f"/v1/test_helpers/test_clocks/{clock}/advance", frozen_time=1_800_000_000 + 32 * 86400)

        again = billing.ok(*argv, "--if-not-exists", "--output", "json").json

        assert (again["id"], again["status"], again["due_now"]["amount_due"]) == (first, "past_due", 1500)
        assert again["confirmation_url"].startswith("http://127.0.0.1:12111/i/")
        assert again["confirmation_expires_at"] is None

    def test_one_that_has_ended_does_not_come_back(self, billing: Billing, shop: Shop, ada: Any) -> None:
        first = billing.ok(*CREATE, *ADA, "--output", "id").out.strip()
        shop.api.delete(f"/v1/subscriptions/{first}")

        again = billing.ok(*CREATE, *ADA, "--if-not-exists", "--output", "json").json

        assert again["id"] != first
        assert again["existing"] is False

    def test_to_another_price_it_is_another(self, billing: Billing, shop: Shop, ada: Any) -> None:
        shop.price(lookup_key="team.monthly")
        billing.ok(*CREATE, *ADA)
        billing.ok(*CREATE, "--customer", ada["id"], "--price", "team.monthly", "--if-not-exists")

        assert len(subscriptions(shop)) == 2

    def test_one_that_runs_goes_before_one_that_waits(self, billing: Billing, shop: Shop, ada: Any) -> None:
        first = billing.ok(*CREATE, *ADA, "--output", "id").out.strip()
        pay(shop, first)
        billing.ok(*CREATE, *ADA)

        assert billing.ok(*CREATE, *ADA, "--if-not-exists", "--output", "id").out.strip() == first

    def test_between_two_it_does_not_guess(self, billing: Billing, shop: Shop, ada: Any) -> None:
        billing.ok(*CREATE, *ADA)
        billing.ok(*CREATE, *ADA)

        ran = billing(*CREATE, *ADA, "--if-not-exists", "--output", "json")

        assert (ran.code, ran.error["kind"]) == (1, "ambiguous")
        assert all(one["id"] in ran.error["message"] for one in subscriptions(shop))
        assert len(subscriptions(shop)) == 2


class TestOnce:
    def test_a_run_after_a_finished_one_makes_another_and_says_so(self, billing: Billing, shop: Shop, ada: Any) -> None:
        first = billing.ok(*CREATE, *ADA, "--output", "id").out.strip()
        ran = billing.ok(*CREATE, *ADA)

        assert len(subscriptions(shop)) == 2
        assert f"has a subscription to pro.monthly already: {first} (incomplete)" in ran.err

    def test_one_idempotency_key_makes_one_subscription(self, billing: Billing, shop: Shop, ada: Any) -> None:
        key = ("--idempotency-key", "order-1234")
        first = billing.ok(*CREATE, *ADA, *key, "--output", "id").out
        pay(shop, first.strip())

        assert billing.ok(*CREATE, *ADA, *key, "--output", "id").out == first
        assert len(subscriptions(shop)) == 1

        ran = billing(*CREATE, *ADA, *key, "--quantity", "2", "--output", "json")
        assert (ran.code, ran.error["kind"]) == (2, "idempotency")
        assert first.strip() in ran.error["message"]

    def test_a_key_used_for_another_customer_is_refused(self, billing: Billing, shop: Shop, ada: Any) -> None:
        bob = shop.customer(email="bob@example.com")["id"]
        key = ("--idempotency-key", "order-1234", "--output", "json")
        billing.ok(*CREATE, *ADA, *key)

        ran = billing(*CREATE, "--customer", bob, "--price", "pro.monthly", *key)

        assert (ran.code, ran.error["kind"]) == (2, "idempotency")
        assert "order-1234 has made something else" in ran.error["message"]

    def test_a_key_outlasts_the_end_of_its_subscription(self, billing: Billing, shop: Shop, ada: Any) -> None:
        key = ("--idempotency-key", "order-1234")
        first = billing.ok(*CREATE, *ADA, *key, "--output", "id").out.strip()
        shop.api.delete(f"/v1/subscriptions/{first}")

        again = billing.ok(*CREATE, *ADA, *key, "--output", "json").json

        assert (again["id"], again["client_secret"], again["confirmation_url"]) == (first, None, None)
        assert len(subscriptions(shop)) == 1

    @pytest.mark.parametrize("options", [(), ("--trial-days", "7"), ("--idempotency-key", "order-1")])
    def test_cut_off_at_any_call_and_run_again_there_is_one(
        self, billing: Billing, shop: Shop, options: tuple[str, ...]
    ) -> None:
        shop.price(lookup_key="pro.monthly")
        emails = (f"ada{number}@example.com" for number in range(30))
        customer: Any = None

        def first() -> Ran:
            nonlocal customer
            customer = shop.with_card(email=next(emails))
            return run()

        def run() -> Ran:
            argv = [*CREATE, "--customer", customer["email"], "--price", "pro.monthly", *options, "--output", "json"]
            if "--idempotency-key" in options:
                argv[argv.index("order-1")] = customer["id"]
            return billing(*argv)

        places = []
        for place in crash_at_every_call(billing, first):
            places.append(place)
            again = run()
            assert again.code == 0, again.err
            made = [one for one in subscriptions(shop) if one["customer"] == customer["id"]]
            finished = "--idempotency-key" not in options and place.startswith("after") and len(made) == 2
            assert len(made) == 1 or finished, place
            assert again.json["id"] == made[0]["id"]
            if finished:
                assert place == f"after call {len(places) // 2}", "only the last call, which ends the first run"
        assert len(places) >= 10

    @pytest.mark.parametrize("how", ["500 after 1", "drop after 1", "half after 1", "timeout before 1", "409 before 1"])
    def test_a_create_that_is_lost_is_found_again(self, billing: Billing, shop: Shop, ada: Any, how: str) -> None:
        with failing(billing, f"{how} POST /v1/subscriptions"):
            billing.ok(*CREATE, *ADA)

        assert len(subscriptions(shop)) == 1

    def test_a_run_at_the_same_time_makes_the_same_one(self, billing: Billing, shop: Shop, ada: Any) -> None:
        """The other run goes through between this one's last look and its create."""
        seen: list[str] = []

        def other() -> None:
            wrapped, billing.wrap[:] = billing.wrap[:], []
            seen.append(billing.ok(*CREATE, *ADA, "--output", "id").out.strip())
            billing.wrap[:] = wrapped

        with meanwhile(billing, "POST /v1/subscriptions", 1, other):
            mine = billing.ok(*CREATE, *ADA, "--output", "id").out.strip()

        assert [mine] == seen
        assert len(subscriptions(shop)) == 1

    def test_a_mark_that_cannot_be_removed_is_told_and_harmless(self, billing: Billing, shop: Shop, ada: Any) -> None:
        with failing(billing, "403 before 1 POST /v1/subscriptions/{id}"):
            ran = billing.ok(*CREATE, *ADA, "--output", "id")

        assert "could not be marked as finished" in ran.err
        assert billing.ok(*CREATE, *ADA, "--output", "id").out == ran.out
        assert len(subscriptions(shop)) == 1
