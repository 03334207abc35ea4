"""`billing sub create`: what Stripe answers afterwards, what the customer is to do, and what is refused."""

from __future__ import annotations

import re
from typing import Any

import pytest

from stripe_billing_cli.cli.errors import explain
from stripe_billing_cli.stripe_api.errors import InvalidRequestError
from tests.cli.sub.creating import ADA, CREATE, subscriptions
from tests.conftest import Billing
from tests.faults import failing
from tests.subscriptions.conftest import Shop


class TestWhatIsPrinted:
    def test_a_first_payment_waits_for_its_confirmation(self, billing: Billing, shop: Shop, ada: Any) -> None:
        made = billing.ok(*CREATE, *ADA, "--output", "json").json

        [subscription] = subscriptions(shop)
        assert (made["id"], made["status"], made["existing"]) == (subscription["id"], "incomplete", False)
        assert subscription["payment_settings"]["save_default_payment_method"] == "on_subscription"
        assert made["due_now"] == {"amount_due": 1500, "currency": "usd"}
        assert (made["due_next"]["amount_due"], made["due_next"]["currency"]) == (1500, "usd")
        assert made["due_next"]["at"] >= made["current_period_end"]
        assert made["client_secret"].startswith("pi_")
        assert made["confirmation_url"].startswith("http://127.0.0.1:12111/i/")
        assert made["confirmation_expires_at"] == subscription["created"] + 23 * 3600
        assert made["metadata"] == subscription["metadata"] == {}, "the mark of the intent is gone"

    def test_people_are_told_the_same(self, billing: Billing, shop: Shop, ada: Any) -> None:
        said = billing.ok(*CREATE, *ADA).out

        assert f"{subscriptions(shop)[0]['id']}  incomplete" in said
        assert f"ada@example.com ({ada['id']})" in said
        assert "pro.monthly  $15.00 / month" in said
        assert "due now    $15.00" in said
        assert "due next   $15.00 on " in said
        assert "secret     pi_" in said
        assert "pay at     http://127.0.0.1:12111/i/" in said
        assert "unpaid by then, the subscription expires" in said

    def test_the_price_of_a_package_says_what_it_is_for(self, billing: Billing, shop: Shop, ada: Any) -> None:
        package = {"divide_by": 1000, "round": "up"}
        shop.price(lookup_key="api.calls", unit_amount=400, transform_quantity=package)
        order = ("--customer", "ada@example.com", "--price", "api.calls:2500")

        said = billing.ok(*CREATE, *order)

        assert "api.calls ×2,500  $4.00 per 1,000 / month" in said.out
        assert "due now    $12.00" in said.out
        [item] = billing.ok("sub", "show", "--local", "ada@example.com", "--output", "json").json["items"]
        assert (item["divide_by"], item["unit_amount"]) == (1000, 400)

    def test_a_price_is_told_in_the_currency_that_is_paid(self, billing: Billing, shop: Shop) -> None:
        shop.price(lookup_key="pro.both", currency_options={"eur": {"unit_amount": 1400}})
        euro = shop.price(lookup_key="old.euro", currency="eur")
        eve = shop.with_card(email="eve@example.com")["id"]
        shop.subscription(eve, euro["id"])

        said = billing.ok(*CREATE, "--customer", eve, "--price", "pro.both", "--output", "id").out.strip()

        assert "pro.both  €14.00 / month" in billing.ok("sub", "show", "--local", said).out
        again = billing.ok(
            *CREATE, "--customer", eve, "--price", "pro.both", "--if-not-exists", "--output", "json"
        ).json
        [item] = again["items"]
        assert (item["unit_amount"], item["currency"], again["due_now"]["amount_due"]) == (1400, "eur", 1400)

    def test_the_secret_is_on_stdout_only(self, billing: Billing, ada: Any) -> None:
        ran = billing.ok(*CREATE, *ADA, "--verbose")

        assert "_secret_" in ran.out
        assert "_secret_" not in ran.err

    def test_an_id_is_enough_for_a_script(self, billing: Billing, shop: Shop, ada: Any) -> None:
        made = billing.ok(*CREATE, *ADA, "--output", "id").out.strip()

        assert made == subscriptions(shop)[0]["id"]

    def test_a_trial_of_a_customer_with_a_card_needs_nothing(self, billing: Billing, shop: Shop) -> None:
        shop.price(lookup_key="pro.monthly")
        bob = shop.with_card()

        made = billing.ok(
            *CREATE, "--customer", bob["id"], "--price", "pro.monthly", "--trial-days", "14", "--output", "json"
        ).json

        assert made["status"] == "trialing"
        assert made["trial_end"] == made["created"] + 14 * 86400
        assert made["due_now"]["amount_due"] == 0
        assert made["due_next"]["amount_due"] == 1500
        assert (made["client_secret"], made["confirmation_url"]) == (None, None)

    def test_a_trial_without_a_card_asks_for_one_until_it_is_needed(
        self, billing: Billing, shop: Shop, ada: Any
    ) -> None:
        made = billing.ok(*CREATE, *ADA, "--trial-days", "14", "--output", "json").json

        assert (made["status"], made["due_now"]["amount_due"]) == ("trialing", 0)
        assert made["client_secret"].startswith("seti_")
        assert "/p/session/test_" in made["confirmation_url"]
        assert made["confirmation_expires_at"] == made["trial_end"]
        said = billing.ok(*CREATE, *ADA, "--if-not-exists").out
        assert "/p/session/test_" in said
        assert "asks the customer to log in by email" in said

    def test_who_has_no_email_cannot_log_in_later(self, billing: Billing, shop: Shop) -> None:
        shop.price(lookup_key="pro.monthly")
        argv = (*CREATE, "--customer", shop.customer()["id"], "--price", "pro.monthly", "--trial-days", "7")

        made = billing.ok(*argv, "--output", "json").json

        assert "/p/session/test_" in made["confirmation_url"]
        assert made["confirmation_expires_at"] is None
        assert (
            "for a few minutes; then: billing --local customer portal cus_" in billing.ok(*argv, "--if-not-exists").out
        )

    def test_a_key_that_may_make_no_links_still_makes_subscriptions(
        self, billing: Billing, shop: Shop, ada: Any
    ) -> None:
        with failing(billing, "403 before * POST /v1/billing_portal/sessions"):
            ran = billing.ok(*CREATE, *ADA, "--trial-days", "14", "--output", "json")

        assert ran.json["confirmation_url"] is None
        assert ran.json["client_secret"].startswith("seti_")
        assert "No link to collect a card: " in ran.err

    def test_a_coupon_for_everything_asks_for_a_card_until_the_next_period(
        self, billing: Billing, shop: Shop, ada: Any
    ) -> None:
        shop.post("/v1/coupons", id="FREE", percent_off=100, duration="once")

        made = billing.ok(*CREATE, *ADA, "--coupon", "FREE", "--output", "json").json

        assert (made["status"], made["due_now"]["amount_due"]) == ("active", 0)
        assert made["due_next"]["amount_due"] == 1500
        assert made["client_secret"].startswith("seti_")
        assert made["confirmation_expires_at"] == made["current_period_end"]

    def test_invoices_by_email_are_active_at_once(self, billing: Billing, shop: Shop, ada: Any) -> None:
        by_invoice = ("--collection-method", "send_invoice", "--days-until-due", "30")
        made = billing.ok(*CREATE, *ADA, *by_invoice, "--output", "json").json

        [subscription] = subscriptions(shop)
        assert (subscription["status"], subscription["collection_method"], subscription["days_until_due"]) == (
            "active",
            "send_invoice",
            30,
        )
        assert made["due_now"]["amount_due"] == 1500
        assert made["client_secret"] is None
        assert made["confirmation_expires_at"] is None


class TestOptions:
    def test_prices_by_id_and_key_with_quantities(self, billing: Billing, shop: Shop, ada: Any) -> None:
        seat = shop.price(unit_amount=900)["id"]
        billing.ok(*CREATE, *ADA, "--price", f"{seat}:12")

        [subscription] = subscriptions(shop)
        items = {item["price"]["id"]: item["quantity"] for item in subscription["items"]["data"]}
        assert items[seat] == 12
        assert sorted(items.values()) == [1, 12]

    def test_one_quantity_for_one_price(self, billing: Billing, shop: Shop, ada: Any) -> None:
        billing.ok(*CREATE, *ADA, "--quantity", "7")

        assert subscriptions(shop)[0]["items"]["data"][0]["quantity"] == 7

    def test_a_lookup_key_may_have_a_colon(self, billing: Billing, shop: Shop, ada: Any) -> None:
        shop.price(lookup_key="team:seats")
        billing.ok(*CREATE, "--customer", ada["id"], "--price", "team:seats:3")
        billing.ok(*CREATE, "--customer", ada["id"], "--price", "team:seats")

        assert [one["items"]["data"][0]["quantity"] for one in subscriptions(shop)] == [1, 3]

    def test_the_rest_arrives(self, billing: Billing, shop: Shop, ada: Any) -> None:
        shop.post(f"/v1/customers/{ada['id']}", address={"country": "DE"})
        billing.ok(
            *(*CREATE, *ADA, "--description", "For the team", "--metadata", "team=blue", "--metadata", "seat=4"),
            "--automatic-tax",
        )

        [subscription] = subscriptions(shop)
        assert subscription["description"] == "For the team"
        assert subscription["metadata"] == {"team": "blue", "seat": "4"}
        assert subscription["automatic_tax"]["enabled"] is True

    def test_discounts(self, billing: Billing, shop: Shop, ada: Any) -> None:
        shop.post("/v1/coupons", id="FIFTH", percent_off=20, duration="forever", name="A fifth")
        shop.post("/v1/promotion_codes", promotion={"type": "coupon", "coupon": "FIFTH"}, code="SPRING")

        by_coupon = billing.ok(*CREATE, *ADA, "--coupon", "FIFTH", "--output", "json").json
        by_code = billing.ok(*CREATE, *ADA, "--promotion-code", "SPRING", "--output", "json").json

        assert by_coupon["due_now"]["amount_due"] == by_code["due_now"]["amount_due"] == 1200
        assert "20% off by FIFTH (A fifth)" in billing.ok("sub", "show", "--local", by_code["id"]).out

    def test_a_discount_for_another_product_is_noted(self, billing: Billing, shop: Shop, ada: Any) -> None:
        other = shop.post("/v1/products", id="other", name="Other")["id"]
        shop.post("/v1/coupons", id="OTHERS", percent_off=20, duration="forever", applies_to={"products": [other]})
        shop.post("/v1/promotion_codes", promotion={"type": "coupon", "coupon": "OTHERS"}, code="SPRING")

        for option in (("--coupon", "OTHERS"), ("--promotion-code", "SPRING", "--preview")):
            ran = billing.ok(*CREATE, *ADA, *option)
            assert "Note: The discount takes nothing off: it is for other only." in ran.err
            assert re.search(r"due now +\$15\.00", ran.out)

    def test_a_promotion_code_that_is_not_there(self, billing: Billing, shop: Shop, ada: Any) -> None:
        ran = billing(*CREATE, *ADA, "--promotion-code", "AUTUMN")

        assert ran.code == 1
        assert "there is no active promotion code AUTUMN" in ran.err
        assert subscriptions(shop) == []

    @pytest.mark.parametrize("preview", [(), ("--preview",)])
    def test_what_holds_another_currency_is_named_with_the_ways_on(
        self, preview: tuple[str, ...], billing: Billing, shop: Shop, ada: Any
    ) -> None:
        holder = shop.subscription(ada["id"], shop.price()["id"], payment_behavior="default_incomplete")
        shop.price(lookup_key="pro.euro", currency="eur")
        order = ("--customer", "ada@example.com", "--price", "pro.euro")

        ran = billing(*CREATE, *order, *preview)

        assert ran.code == 1
        assert f"{ada['id']} has {holder['id']} (incomplete) in USD, and this is ordered in EUR" in ran.err
        assert f"`currency_options` in the catalog), cancel {holder['id']} first, or use another customer" in ran.err
        shop.api.delete(f"/v1/subscriptions/{holder['id']}")
        assert billing.ok(*CREATE, *order, "--output", "json").json["due_now"]["currency"] == "eur"

    def test_a_pending_item_in_another_currency_is_told_in_stripe_s_words(
        self, billing: Billing, shop: Shop, ada: Any
    ) -> None:
        shop.post("/v1/invoiceitems", customer=ada["id"], amount=500, currency="eur")

        ran = billing(*CREATE, *ADA)

        assert ran.code == 1
        assert "with currency eur." in ran.err
        assert "use another customer" in ran.err

    def test_a_customer_without_an_address_cannot_be_taxed_and_the_way_out_is_told(self) -> None:
        refused = InvalidRequestError("The customer's location isn't recognized.", code="customer_tax_location_invalid")

        assert "billing customer update CUSTOMER --address-country" in (explain(refused).hint or "")

    def test_an_anchor_makes_a_short_first_period(self, billing: Billing, shop: Shop, ada: Any) -> None:
        clock = shop.post("/v1/test_helpers/test_clocks", frozen_time=1_800_000_000)["id"]
        bob = shop.customer(email="bob@example.com", test_clock=clock)
        made = billing.ok(
            *CREATE,
            *("--customer", "bob@example.com", "--price", "pro.monthly", "--anchor", "2027-02-01", "--output", "json"),
        ).json

        assert made["customer"] == bob["id"]
        assert made["current_period_end"] == 1_801_440_000
        assert 0 < made["due_now"]["amount_due"] < 1500

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            (("--quantity", "2", "--price", "other"), "--quantity"),
            (("--price", "pro.monthly:2", "--quantity", "3"), "--quantity"),
            (("--price", "pro.monthly:2"), "write --price pro.monthly:QUANTITY, once"),
            (("--collection-method", "send_invoice"), "--days-until-due"),
            (("--days-until-due", "30"), "--collection-method"),
            (("--timeout", "10m"), "--wait"),
            (("--wait", "--timeout", "soon"), "--timeout"),
            (("--anchor", "tomorrow"), "--anchor"),
            (("--trial-days", "731"), "--trial-days"),
            (("--metadata", "x"), "--metadata"),
        ],
    )
    def test_what_cannot_be_meant_is_told_before_any_call(
        self, billing: Billing, wrong: tuple[str, ...], said: str
    ) -> None:
        ran = billing(*CREATE, *ADA, *wrong, "--verbose")

        assert ran.code == 2
        assert said in ran.err
        assert "/v1/" not in ran.err

    @pytest.mark.parametrize(
        "names",
        [
            ("--customer", "sub_1MowQVLkdIwHu7ix", "--price", "pro"),
            ("--customer", "ada@example.com", "--price", "prod_NffrFeUfNV2Hib"),
        ],
    )
    def test_an_id_of_the_wrong_kind_is_told_before_any_call(self, billing: Billing, names: tuple[str, ...]) -> None:
        ran = billing(*CREATE, *names, "--output", "json", "--verbose")

        assert (ran.code, ran.error["kind"]) == (2, "wrong_kind")
        assert "/v1/" not in ran.err.replace(ran.error["message"], "")

    def test_a_price_to_pay_once_is_refused(self, billing: Billing, shop: Shop, ada: Any) -> None:
        setup = shop.post("/v1/prices", product=shop.product(), currency="usd", unit_amount=25000)["id"]

        ran = billing(*CREATE, "--customer", ada["id"], "--price", setup)

        assert ran.code == 1
        assert "is charged once, and a subscription needs a recurring one" in ran.err

    def test_an_archived_price_is_refused(self, billing: Billing, shop: Shop, ada: Any) -> None:
        old = shop.price()["id"]
        shop.post(f"/v1/prices/{old}", active=False)

        ran = billing(*CREATE, "--customer", ada["id"], "--price", old, "--output", "json")

        assert (ran.code, ran.error["kind"]) == (1, "archived")
        assert subscriptions(shop) == []
