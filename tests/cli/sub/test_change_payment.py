"""`billing sub change`: payments that fail, and what is due after balance and discount."""

from __future__ import annotations

import pytest

from tests.cli.sub.conftest import CHARGE, CREDIT, FIRST_OF_APRIL, Life


class TestPayment:
    """A change that costs something happens only if it is paid."""

    @pytest.fixture(params=["pm_card_chargeCustomerFail", "pm_card_authenticationRequired"])
    def life_of_failing_card(self, life: Life, request: pytest.FixtureRequest) -> Life:
        life.use_card(request.param)
        return life

    def test_that_fails_leaves_the_plan_and_gives_a_link(self, life_of_failing_card: Life) -> None:
        ran = life_of_failing_card(
            "sub", "change", life_of_failing_card.id, "--price", "team", "--yes", "--output", "json"
        )

        assert ran.code == 4
        assert ran.json["result"] == "payment_needed"
        assert ran.json["payment_error"]["code"] in ("card_declined", "authentication_required")
        assert "/test_in_" in ran.json["confirmation_url"]
        assert ran.json["confirmation_url"] in ran.error["hint"]
        assert (life_of_failing_card.plan, life_of_failing_card.subscription["status"]) == ("pro", "active")
        assert life_of_failing_card.invoices()[-1] == ("open", CHARGE + CREDIT)

    def test_that_failed_is_not_tried_again_by_the_same_command(self, life_of_failing_card: Life) -> None:
        command = ("sub", "change", life_of_failing_card.id, "--price", "team", "--output", "json")
        first = life_of_failing_card(*command, "--yes")

        again = life_of_failing_card(*command)

        assert again.code == 4
        assert again.json["confirmation_url"] == first.json["confirmation_url"]
        assert len(life_of_failing_card.invoices()) == 2

    def test_that_is_made_up_for_changes_the_plan(self, life_of_failing_card: Life) -> None:
        life_of_failing_card("sub", "change", life_of_failing_card.id, "--price", "team", "--yes")

        life_of_failing_card.ok("sub", "pay", life_of_failing_card.id, "--payment-method", "pm_card_visa")

        assert life_of_failing_card.plan == "team"
        assert life_of_failing_card.invoices()[-1] == ("paid", CHARGE + CREDIT)
        assert (
            life_of_failing_card.json("sub", "change", life_of_failing_card.id, "--price", "team")["result"]
            == "unchanged"
        )

    def test_another_change_takes_the_place_of_one_that_waits(self, life_of_failing_card: Life) -> None:
        life_of_failing_card("sub", "change", life_of_failing_card.id, "--price", "team", "--yes")

        ran = life_of_failing_card("sub", "change", life_of_failing_card.id, "--price", "pro-yearly", "--yes")

        assert ran.code == 4
        assert "The change that waits for its payment is dropped" in ran.err
        assert [status for status, _ in life_of_failing_card.invoices()] == ["paid", "void", "open"]
        life_of_failing_card.ok("sub", "pay", life_of_failing_card.id, "--payment-method", "pm_card_visa")
        assert life_of_failing_card.plan == "pro-yearly"

    def test_the_current_price_drops_one_that_waits(self, life_of_failing_card: Life) -> None:
        life_of_failing_card("sub", "change", life_of_failing_card.id, "--price", "team", "--yes")

        record = life_of_failing_card.json("sub", "change", life_of_failing_card.id, "--price", "pro", "--yes")

        assert record["result"] == "taken_back"
        assert life_of_failing_card.subscription["pending_update"] is None
        assert life_of_failing_card.invoices()[-1][0] == "void"

    def test_a_cancellation_drops_one_that_waits(self, life_of_failing_card: Life) -> None:
        life_of_failing_card("sub", "change", life_of_failing_card.id, "--price", "team", "--yes")

        life_of_failing_card.ok("sub", "cancel", life_of_failing_card.id, "--now", "--yes")

        assert (life_of_failing_card.subscription["status"], life_of_failing_card.invoices()[-1][0]) == (
            "canceled",
            "void",
        )

    def test_without_any_card_gives_a_link_too(self, life: Life) -> None:
        customer = life.shop.customer(test_clock=life.clock)["id"]
        settings = {"save_default_payment_method": "off"}
        new = life.shop.subscription(
            customer, life.prices["pro"], payment_behavior="default_incomplete", payment_settings=settings
        )["id"]
        life.ok("sub", "pay", new)

        ran = life("sub", "change", new, "--price", "team", "--yes")

        assert ran.code == 4
        assert "no card is saved: the customer pays on a page" in ran.err
        assert "No card was there to charge." in ran.err


class TestWhatIsDue:
    """Between what is charged and what is due stand discounts and the customer's balance."""

    def test_uses_up_the_customers_balance(self, life: Life) -> None:
        life.shop.post(f"/v1/customers/{life.customer}", balance=-1000)

        record = life.json("sub", "change", life.id, "--price", "team", "--yes")

        assert record["cost"]["lines"][-1] == {
            "description": "The customer's balance",
            "amount": -1000,
            "kind": "balance",
        }
        assert record["cost"]["due_now"] == CHARGE + CREDIT - 1000
        assert record["cost"]["next_invoice"]["amount"] == 5000, "the balance is gone by then"
        life.advance(FIRST_OF_APRIL + 2 * 3600)
        found, _ = life.shop.api.page("/v1/invoices", {"subscription": life.id})
        assert [invoice["amount_paid"] for invoice in found] == [5000, CHARGE + CREDIT - 1000, 1500]

    def test_is_after_the_discount(self, life: Life) -> None:
        life.shop.post("/v1/coupons", id="HALF", percent_off=50, duration="forever")
        new = life.shop.subscription(life.customer, life.prices["pro"], discounts=[{"coupon": "HALF"}])["id"]

        record = life.json("sub", "change", new, "--price", "pro-yearly", "--yes")

        cost = record["cost"]
        assert cost["due_now"] == 7500 - 750
        assert sum(line["amount"] for line in cost["lines"]) == cost["due_now"]
        [invoice], _ = life.shop.api.page("/v1/invoices", {"subscription": new, "limit": 1})
        assert invoice["amount_paid"] == cost["due_now"]
