"""`billing customer show`, `list`, `update`."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.conftest import Billing, Ran
from tests.faults import crash_at_every_call
from tests.subscriptions.conftest import Shop


class TestShow:
    def test_subscriptions_balance_and_card(self, billing: Billing, shop: Shop) -> None:
        ada = shop.with_card("pm_card_mastercard", email="ada@example.com", name="Ada", balance=-500)
        made = shop.subscription(ada["id"], shop.price(lookup_key="pro.monthly")["id"])

        said = billing.ok("customer", "show", "--local", "ada@example.com").out

        assert "Mastercard ending in 4444" in said
        assert made["id"] in said
        assert "active" in said
        assert "pro.monthly" in said

    def test_a_credit_is_told_from_a_debt(self, billing: Billing, shop: Shop) -> None:
        credit, debt = (shop.customer(balance=balance)["id"] for balance in (-500, 500))

        assert "$5.00 credit" in billing.ok("customer", "show", "--local", credit).out
        assert "$5.00 owed" in billing.ok("customer", "show", "--local", debt).out

    def test_ended_subscriptions_are_among_them(self, billing: Billing, shop: Shop) -> None:
        ada = shop.with_card()
        gone = shop.subscription(ada["id"], shop.price()["id"])
        shop.api.delete(f"/v1/subscriptions/{gone['id']}")

        shown = billing.ok("customer", "show", "--local", ada["id"], "--output", "json").json

        assert [(one["id"], one["status"]) for one in shown["subscriptions"]] == [(gone["id"], "canceled")]

    def test_one_that_is_not_there(self, billing: Billing) -> None:
        ran = billing("customer", "show", "--local", "cus_None", "--output", "json")

        assert (ran.code, ran.error["kind"]) == (1, "not_found")

    def test_the_id_of_something_else(self, billing: Billing) -> None:
        ran = billing("customer", "show", "--local", "sub_1MowQVLkdIwHu7ix", "--output", "json")

        assert (ran.code, ran.error["kind"]) == (2, "wrong_kind")


class TestList:
    def test_a_table_for_people(self, billing: Billing, shop: Shop) -> None:
        shop.customer(email="ada@example.com", name="Ada")
        shop.customer()

        rows = billing.ok("customer", "list", "--local").out.splitlines()

        assert rows[0].split() == ["CUSTOMER", "EMAIL", "NAME", "BALANCE", "CREATED"]
        assert rows[2].split()[1:4] == ["ada@example.com", "Ada", "-"]
        assert len(rows) == 3

    def test_all_pages_when_asked_and_a_hundred_otherwise(self, billing: Billing, shop: Shop) -> None:
        made = [shop.customer()["id"] for _ in range(103)]

        ran = billing.ok("customer", "list", "--local", "--output", "json")
        lines = [json.loads(line) for line in ran.out.splitlines()]
        assert [line["id"] for line in lines] == made[:2:-1]
        assert "There are more than these 100: --all lists all." in ran.err
        assert "There are more" not in billing.ok("customer", "list", "--local", "--limit", "103").err

        ran = billing.ok("customer", "list", "--local", "--output", "id", "--all")
        assert ran.out.split() == made[::-1]
        assert ran.err == ""

    def test_pages_are_asked_for_only_as_far_as_needed(self, billing: Billing, shop: Shop) -> None:
        for _ in range(3):
            shop.customer()

        ran = billing.ok("customer", "list", "--local", "--limit", "2", "--output", "id", "--verbose")

        assert len(ran.out.split()) == 2
        assert ran.err.count("GET /v1/customers ") == 1

    def test_by_email(self, billing: Billing, shop: Shop) -> None:
        ada = shop.customer(email="ada@example.com")
        shop.customer(email="bob@example.com")

        ran = billing.ok("customer", "list", "--local", "--email", "ada@example.com", "--output", "id")

        assert ran.out.split() == [ada["id"]]

    def test_none_is_said_on_stderr(self, billing: Billing) -> None:
        ran = billing.ok("customer", "list", "--local")

        assert (ran.out, ran.err) == ("", "No customers.\n")


class TestUpdate:
    def test_what_is_given_changes_and_the_rest_stays(self, billing: Billing, shop: Shop) -> None:
        address = {"city": "London", "country": "GB", "line1": "12 St James's Square"}
        ada = shop.customer(
            email="ada@example.com", name="Ada", phone="1", address=address, metadata={"a": "1", "b": "2"}
        )

        billing.ok(
            *("customer", "update", "--local", "ada@example.com", "--email", "ada@king.example", "--phone", ""),
            *("--address-city", "Ockham", "--address-line1", "", "--metadata", "a=", "--metadata", "c=3"),
        )

        after = shop.api.get(f"/v1/customers/{ada['id']}")
        assert (after["email"], after["name"], after["phone"]) == ("ada@king.example", "Ada", None)
        assert (after["address"]["city"], after["address"]["country"]) == ("Ockham", "GB")
        assert not after["address"]["line1"]
        assert after["metadata"] == {"b": "2", "c": "3"}

    def test_a_payment_method_becomes_the_default(self, billing: Billing, shop: Shop) -> None:
        ada = shop.with_card()

        said = billing.ok("customer", "update", "--local", ada["id"], "--payment-method", "pm_card_mastercard").out

        assert "Mastercard ending in 4444" in said
        after = shop.api.get(f"/v1/customers/{ada['id']}", {"expand": ["invoice_settings.default_payment_method"]})
        assert after["invoice_settings"]["default_payment_method"]["card"]["last4"] == "4444"

    def test_a_payment_method_is_what_all_subscriptions_are_paid_by(self, billing: Billing, shop: Shop) -> None:
        ada = shop.customer(email="ada@example.com")
        method = shop.post("/v1/payment_methods/pm_card_visa/attach", customer=ada["id"])["id"]
        own = shop.subscription(ada["id"], shop.price()["id"], default_payment_method=method)["id"]

        billing.ok("customer", "update", "--local", ada["id"], "--payment-method", "pm_card_mastercard")

        assert shop.api.get(f"/v1/subscriptions/{own}")["default_payment_method"] is None

    @pytest.mark.parametrize("card", ["pm_card_visa", "one of one's own"])
    def test_cut_off_at_any_call_and_run_again_it_arrives(self, billing: Billing, shop: Shop, card: str) -> None:
        ada: Any = None
        method = card

        def first() -> Ran:
            nonlocal ada, method
            ada = shop.customer(email="ada@example.com")
            if card != "pm_card_visa":
                method = shop.post("/v1/payment_methods", type="card", card={"token": "tok_visa"})["id"]
            return run()

        def run() -> Ran:
            argv = (
                "customer",
                "update",
                "--local",
                ada["id"],
                "--payment-method",
                method,
                "--tax-id",
                "gb_vat:GB123456789",
            )
            return billing.ok(*argv)

        for place in crash_at_every_call(billing, first):
            run()
            after = shop.api.get(f"/v1/customers/{ada['id']}")
            cards = [one["id"] for one in shop.api.page(f"/v1/customers/{ada['id']}/payment_methods", {})[0]]
            became_default = place in ("after call 5", "before call 6", "after call 6")
            assert len(cards) == (2 if became_default and card == "pm_card_visa" else 1), place
            assert after["invoice_settings"]["default_payment_method"] in cards, place
            assert len(shop.api.page(f"/v1/customers/{ada['id']}/tax_ids", {})[0]) == 1, place

    def test_a_card_that_was_taken_away_meanwhile_is_attached_anew(self, billing: Billing, shop: Shop) -> None:
        ada = shop.customer()["id"]
        argv = ("customer", "update", "--local", ada, "--payment-method", "pm_card_visa", "--output", "json")
        first = billing.ok(*argv).json["default_payment_method"]
        shop.post(f"/v1/payment_methods/{first}/detach")

        again = billing.ok(*argv).json["default_payment_method"]

        assert again not in (None, first)

    def test_nothing_to_change_is_a_mistake(self, billing: Billing, shop: Shop) -> None:
        assert billing("customer", "update", "--local", shop.customer()["id"]).code == 2
