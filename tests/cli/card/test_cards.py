"""`billing card list | default | remove`: which is charged, which expires, which fails."""

from __future__ import annotations

from typing import Any

import pytest

from stripe_billing_cli.cards.load import expiry, last_failure
from tests.cli.sub.conftest import DAY, EMAIL, FIRST_OF_APRIL, FIRST_OF_MARCH, Life


def attach(life: Life, card: str) -> str:
    return str(life.shop.post(f"/v1/payment_methods/{card}/attach", customer=life.customer)["id"])


def default(life: Life) -> Any:
    return life.shop.api.get(f"/v1/customers/{life.customer}")["invoice_settings"]["default_payment_method"]


def cards(life: Life) -> list[str]:
    """Return the last four digits of each, newest first."""
    found, _ = life.shop.api.page(f"/v1/customers/{life.customer}/payment_methods", {})
    return [one["card"]["last4"] for one in found]


class TestList:
    def test_marks_the_default_and_what_was_declined(self, life: Life) -> None:
        life.use_card("pm_card_chargeCustomerFail")
        life.advance(FIRST_OF_APRIL + 2 * DAY)
        ran = life.ok("card", "list", EMAIL)

        lines = {line.split()[4].rstrip(","): line for line in ran.out.splitlines()[1:]}
        assert "declined last: " in lines["0341"] and "default" in lines["0341"]
        assert "declined" not in lines["4242"]

    def test_json_is_a_line_a_card(self, life: Life) -> None:
        record = life.json("card", "list", EMAIL)

        assert (record["last4"], record["default"], record["expires"], record["failing"]) == ("4242", True, None, False)

    def test_says_which_subscription_has_one_of_its_own(self, life: Life) -> None:
        other = attach(life, "pm_card_mastercard")
        life.shop.post(f"/v1/subscriptions/{life.id}", default_payment_method=other)
        ran = life.ok("card", "list", EMAIL)

        assert f"pays {life.id}" in next(line for line in ran.out.splitlines() if other in line)

    def test_a_customer_without_a_card(self, life: Life) -> None:
        bare = life.shop.customer()["id"]

        assert "has no saved card" in life.ok("card", "list", bare).err

    @pytest.mark.parametrize(
        ("month", "year", "expected"),
        [(2, 2026, "expired"), (12, 2025, "expired"), (3, 2026, "soon"), (4, 2026, "soon"), (5, 2026, None)],
    )
    def test_a_card_is_good_to_the_end_of_its_month(self, month: int, year: int, expected: str | None) -> None:
        assert expiry({"card": {"exp_month": month, "exp_year": year}}, FIRST_OF_MARCH + 30 * DAY) == expected

    def test_what_is_no_card_does_not_expire(self) -> None:
        assert expiry({"card": None}, FIRST_OF_MARCH) is None

    def test_failing_is_the_newest_charge(self) -> None:
        good = {"payment_method": "pm_1", "paid": True, "failure_message": None}
        bad = {"payment_method": "pm_1", "paid": False, "failure_message": "No money."}

        assert last_failure("pm_1", [good, bad]) is None
        assert last_failure("pm_1", [bad, good]) == "No money."
        assert last_failure("pm_2", [bad]) is None


class TestDefault:
    def test_by_its_last_four_digits(self, life: Life) -> None:
        other = attach(life, "pm_card_mastercard")
        record = life.json("card", "default", EMAIL, "4444")

        assert (record["result"], record["id"], record["default"]) == ("made_default", other, True)
        assert default(life) == other

    def test_subscriptions_with_a_card_of_their_own_are_charged_to_it_too(self, life: Life) -> None:
        own, other = attach(life, "pm_card_amex"), attach(life, "pm_card_mastercard")
        life.shop.post(f"/v1/subscriptions/{life.id}", default_payment_method=own)
        ran = life.ok("card", "default", EMAIL, other)

        assert f"{life.id} is charged to it too" in ran.err
        assert life.subscription["default_payment_method"] is None

    def test_a_second_time_is_nothing(self, life: Life) -> None:
        assert life.json("card", "default", EMAIL, "4242")["result"] == "unchanged"

    def test_a_card_of_another_is_not_found(self, life: Life) -> None:
        ran = life("card", "default", EMAIL, "1111", "--output", "json")

        assert (ran.code, ran.error["kind"]) == (1, "not_found")
        assert "4242" in ran.error["message"]

    def test_two_with_the_same_digits_are_ambiguous(self, life: Life) -> None:
        attach(life, "pm_card_visa")
        ran = life("card", "default", EMAIL, "4242", "--output", "json")

        assert (ran.code, ran.error["kind"]) == (1, "ambiguous")

    def test_what_is_no_card_is_refused(self, life: Life) -> None:
        ran = life("card", "default", EMAIL, "visa", "--output", "json")

        assert (ran.code, ran.error["kind"]) == (2, "wrong_kind")


class TestRemove:
    def test_says_what_is_left_without_a_card_and_asks(self, life: Life) -> None:
        ran = life("card", "remove", EMAIL, "4242")

        assert ran.code == 2
        assert f"{life.id} is left without a card" in ran.err
        assert cards(life) == ["4242"]
        life.ok("card", "remove", EMAIL, "4242", "--yes")
        assert cards(life) == []

    def test_one_that_pays_nothing_goes_without_a_question_in_test_mode(self, life: Life) -> None:
        attach(life, "pm_card_mastercard")
        record = life.json("card", "remove", EMAIL, "4444")

        assert (record["result"], record["last4"]) == ("removed", "4444")
        assert cards(life) == ["4242"]

    def test_a_subscription_falls_back_to_the_default(self, life: Life) -> None:
        own = attach(life, "pm_card_mastercard")
        life.shop.post(f"/v1/subscriptions/{life.id}", default_payment_method=own)
        ran = life.ok("card", "remove", EMAIL, own)

        assert f"{life.id} is charged to the customer's default card instead" in ran.err

    def test_a_second_time_is_a_success(self, life: Life) -> None:
        id = attach(life, "pm_card_mastercard")
        life.ok("card", "remove", EMAIL, id)

        again = life.json("card", "remove", EMAIL, id)

        assert (again["id"], again["result"], again["customer"]) == (id, "unchanged", life.customer)
        assert f"{id} is removed already" in life.ok("card", "remove", EMAIL, "4444").out

    def test_what_was_never_this_customers_is_not_found(self, life: Life) -> None:
        id = attach(life, "pm_card_mastercard")
        life.ok("card", "remove", EMAIL, id)
        never = life.shop.post("/v1/payment_methods", type="card", card={"token": "tok_visa"})["id"]

        assert life("card", "remove", life.shop.customer()["id"], id).code == 1
        assert life("card", "remove", EMAIL, never).code == 1
