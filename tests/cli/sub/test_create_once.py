"""`billing sub create` with what is billed once, a currency, and trials."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cli.sub.creating import ADA, CREATE, subscriptions
from tests.conftest import Billing, Ran
from tests.faults import crash_at_every_call
from tests.subscriptions.conftest import Shop


class TestOnceAndTrials:
    FEE = ("--add-once", "setup")

    @pytest.fixture
    def fee(self, shop: Shop, ada: Any) -> Any:
        """A setup fee of $250.00."""
        product = shop.product("Setup")
        return shop.post("/v1/prices", product=product, currency="usd", unit_amount=25000, lookup_key="setup")

    def test_a_setup_fee_is_billed_with_the_first_invoice(self, billing: Billing, shop: Shop, fee: Any) -> None:
        made = billing.ok(*CREATE, *ADA, "--add-once", "setup:2", "--output", "json").json

        assert made["due_now"]["amount_due"] == 51500
        assert made["due_next"]["amount_due"] == 1500

    def test_the_same_within_a_day_gives_back_the_first(self, billing: Billing, shop: Shop, fee: Any) -> None:
        first = billing.ok(*CREATE, *ADA, *self.FEE, "--output", "json").json
        second = billing.ok(*CREATE, *ADA, *self.FEE, "--output", "json").json

        assert (second["id"], second["existing"]) == (first["id"], True)
        assert first["metadata"] == {}
        assert len(subscriptions(shop)) == 1

    def test_again_makes_another_each_time(self, billing: Billing, shop: Shop, fee: Any) -> None:
        billing.ok(*CREATE, *ADA, *self.FEE)
        billing.ok(*CREATE, *ADA, *self.FEE, "--again")
        billing.ok(*CREATE, *ADA, *self.FEE, "--again")

        assert len(subscriptions(shop)) == 3

    @pytest.mark.parametrize(
        "options", [FEE, ("--trial-from-price",), ("--currency", "eur"), (*FEE, "--trial-days", "7")]
    )
    def test_cut_off_at_any_call_there_is_one(
        self, options: tuple[str, ...], billing: Billing, shop: Shop, fee: Any
    ) -> None:
        shop.price(
            lookup_key="trial",
            recurring={"interval": "month", "trial_period_days": 7},
            currency_options={"eur": {"unit_amount": 1400}},
        )
        customers = (shop.customer(email=f"eve{number}@example.com")["email"] for number in range(20))
        email = ""

        def first() -> Ran:
            nonlocal email
            email = next(customers)
            return run()

        def run() -> Ran:
            price = "pro.monthly" if options[0] == "--add-once" else "trial"
            return billing(*CREATE, "--customer", email, "--price", price, *options)

        for place in crash_at_every_call(billing, first):
            assert run().code == 0
            ids = billing.ok("sub", "list", "--local", "--customer", email, "--output", "id").out.split()
            # Without a fee a run that was finished but for its mark is followed by another.
            finished = options[0] != "--add-once" and place.startswith("after") and len(ids) == 2
            assert len(ids) == 1 or finished, place

    def test_a_recurring_price_is_not_billed_once(self, billing: Billing, shop: Shop, ada: Any) -> None:
        ran = billing(*CREATE, *ADA, "--add-once", "pro.monthly", "--output", "json")

        assert (ran.code, ran.error["kind"]) == (1, "refused")
        assert "--price pro.monthly" in ran.error["hint"]

    def test_a_one_time_price_is_not_subscribed_to(self, billing: Billing, shop: Shop, fee: Any) -> None:
        ran = billing(*CREATE, "--customer", "ada@example.com", "--price", "setup", "--output", "json")

        assert "--add-once setup" in ran.error["hint"]

    def test_again_is_for_add_once(self, billing: Billing, ada: Any) -> None:
        assert billing(*CREATE, *ADA, "--again").code == 2

    def test_the_currency_is_chosen(self, billing: Billing, shop: Shop, ada: Any) -> None:
        shop.price(lookup_key="both", currency_options={"eur": {"unit_amount": 1400}})
        order = ("--customer", "ada@example.com", "--price", "both", "--currency", "EUR")
        made = billing.ok(*CREATE, *order, "--output", "json").json

        assert (made["currency"], made["due_now"]["amount_due"]) == ("eur", 1400)

    def test_a_customer_has_one_currency(self, billing: Billing, shop: Shop, ada: Any) -> None:
        billing.ok(*CREATE, *ADA)
        ran = billing(*CREATE, *ADA, "--currency", "eur", "--output", "json")

        assert (ran.code, ran.error["kind"]) == (1, "refused")
        assert "USD" in ran.error["message"]
        assert billing(*CREATE, *ADA, "--currency", "dollars").code == 2

    @pytest.fixture
    def trial(self, shop: Shop, ada: Any) -> Any:
        """A price with trial days of its own."""
        recurring = {"interval": "month", "trial_period_days": 14}
        return shop.price(lookup_key="tried", recurring=recurring)

    TRIED = ("--customer", "ada@example.com", "--price", "tried")

    def test_a_prices_own_trial_is_not_used_and_that_is_said(self, billing: Billing, shop: Shop, trial: Any) -> None:
        ran = billing.ok(*CREATE, *self.TRIED)

        assert "tried has a trial of 14 days of its own, which is not used; --trial-from-price would use it" in ran.err
        assert subscriptions(shop)[0]["trial_end"] is None

    def test_it_is_used_when_it_is_asked_for(self, billing: Billing, shop: Shop, trial: Any) -> None:
        ran = billing.ok(*CREATE, *self.TRIED, "--trial-from-price")

        [subscription] = subscriptions(shop)
        assert subscription["trial_end"] - subscription["created"] == 14 * 86400
        assert "not used" not in ran.err

    def test_another_trial_leaves_it_unused(self, billing: Billing, shop: Shop, trial: Any) -> None:
        assert "which is not used." in billing.ok(*CREATE, *self.TRIED, "--trial-days", "30").err

    def test_a_price_without_one_is_refused(self, billing: Billing, ada: Any) -> None:
        ran = billing(*CREATE, *ADA, "--trial-from-price", "--output", "json")

        assert (ran.code, ran.error["kind"]) == (1, "refused")
        assert "--trial-days" in ran.error["hint"]

    def test_a_second_trial_of_the_product_is_said(self, billing: Billing, shop: Shop, trial: Any) -> None:
        first = billing.ok(*CREATE, *self.TRIED, "--trial-days", "7", "--output", "json").json["id"]
        billing.ok("sub", "cancel", "--local", first, "--now", "--yes")
        ran = billing.ok(*CREATE, *self.TRIED, "--trial-days", "7")

        assert f"{ada_of(shop)} had a trial of this product before: {first}" in ran.err


def ada_of(shop: Shop) -> str:
    return str(shop.api.page("/v1/customers", {"email": "ada@example.com"})[0][0]["id"])
