"""`billing sub create`: what Stripe holds afterwards, what the customer is to do, and that nothing is made twice."""

from __future__ import annotations

import json
from typing import Any

import pytest

from stripe_billing_cli.cli.errors import explain
from stripe_billing_cli.stripe_api.errors import InvalidRequestError
from tests.conftest import Billing, Ran
from tests.faults import crash_at_every_call, failing, meanwhile
from tests.subscriptions.conftest import Shop

CREATE = ("sub", "create", "--local")
ADA = ("--customer", "ada@example.com", "--price", "pro.monthly")


def subscriptions(shop: Shop) -> list[Any]:
    """Return all of the account, newest first."""
    return [one for page in shop.api.pages("/v1/subscriptions", {"status": "all"}) for one in page]


def pay(shop: Shop, subscription: str) -> None:
    """As the customer does on the invoice's page."""
    held = shop.api.get(f"/v1/subscriptions/{subscription}", {"expand": ["latest_invoice.confirmation_secret"]})
    secret = held["latest_invoice"]["confirmation_secret"]["client_secret"]
    intent = secret.partition("_secret_")[0]
    shop.post(f"/v1/payment_intents/{intent}/confirm", payment_method="pm_card_visa")


class TestWhatIsPrinted:
    def test_a_first_payment_waits_for_its_confirmation(self, billing: Billing, shop: Shop, ada: Any) -> None:
        made = billing.ok(*CREATE, *ADA, "--output", "json").json

        [held] = subscriptions(shop)
        assert (made["id"], made["status"], made["existing"]) == (held["id"], "incomplete", False)
        assert held["payment_settings"]["save_default_payment_method"] == "on_subscription"
        assert made["due_now"] == {"amount_due": 1500, "currency": "usd"}
        assert (made["due_next"]["amount_due"], made["due_next"]["currency"]) == (1500, "usd")
        assert made["due_next"]["at"] >= made["current_period_end"]
        assert made["client_secret"].startswith("pi_")
        assert made["confirmation_url"].startswith("http://127.0.0.1:12111/i/")
        assert made["confirmation_expires_at"] == held["created"] + 23 * 3600
        assert made["metadata"] == held["metadata"] == {}, "the mark of the intent is gone"

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

        [held] = subscriptions(shop)
        assert (held["status"], held["collection_method"], held["days_until_due"]) == ("active", "send_invoice", 30)
        assert made["due_now"]["amount_due"] == 1500
        assert made["client_secret"] is None
        assert made["confirmation_expires_at"] is None


class TestOptions:
    def test_prices_by_id_and_key_with_quantities(self, billing: Billing, shop: Shop, ada: Any) -> None:
        seat = shop.price(unit_amount=900)["id"]
        billing.ok(*CREATE, *ADA, "--price", f"{seat}:12")

        [held] = subscriptions(shop)
        items = {item["price"]["id"]: item["quantity"] for item in held["items"]["data"]}
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

        [held] = subscriptions(shop)
        assert held["description"] == "For the team"
        assert held["metadata"] == {"team": "blue", "seat": "4"}
        assert held["automatic_tax"]["enabled"] is True

    def test_discounts(self, billing: Billing, shop: Shop, ada: Any) -> None:
        shop.post("/v1/coupons", id="FIFTH", percent_off=20, duration="forever", name="A fifth")
        shop.post("/v1/promotion_codes", promotion={"type": "coupon", "coupon": "FIFTH"}, code="SPRING")

        by_coupon = billing.ok(*CREATE, *ADA, "--coupon", "FIFTH", "--output", "json").json
        by_code = billing.ok(*CREATE, *ADA, "--promotion-code", "SPRING", "--output", "json").json

        assert by_coupon["due_now"]["amount_due"] == by_code["due_now"]["amount_due"] == 1200
        assert "20% off by FIFTH (A fifth)" in billing.ok("sub", "show", "--local", by_code["id"]).out

    def test_a_promotion_code_that_is_not_there(self, billing: Billing, shop: Shop, ada: Any) -> None:
        ran = billing(*CREATE, *ADA, "--promotion-code", "AUTUMN")

        assert ran.code == 1
        assert "there is no active promotion code AUTUMN" in ran.err
        assert subscriptions(shop) == []

    def test_what_holds_another_currency_is_named_with_the_ways_on(
        self, billing: Billing, shop: Shop, ada: Any
    ) -> None:
        holder = shop.subscription(ada["id"], shop.price()["id"], payment_behavior="default_incomplete")
        shop.price(lookup_key="pro.euro", currency="eur")
        order = ("--customer", "ada@example.com", "--price", "pro.euro")

        ran = billing(*CREATE, *order)

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


class TestOpen:
    @pytest.fixture
    def opened(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        urls: list[str] = []
        monkeypatch.setattr("typer.launch", urls.append)
        return urls

    def test_the_link_is_opened(self, billing: Billing, ada: Any, opened: list[str]) -> None:
        made = billing.ok(*CREATE, *ADA, "--open", "--output", "json").json

        assert opened == [made["confirmation_url"]]

    def test_where_nothing_is_to_be_confirmed_nothing_is_opened(
        self, billing: Billing, shop: Shop, opened: list[str]
    ) -> None:
        shop.price(lookup_key="pro.monthly")
        bob = shop.with_card()["id"]
        billing.ok(*CREATE, "--customer", bob, "--price", "pro.monthly", "--trial-days", "7", "--open")

        assert opened == []


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

        told = json.loads(ran.err.splitlines()[-1])["error"]
        assert (told["kind"], told["exit_code"]) == ("timeout", 4)
        assert (
            told["hint"] == f"wait on with: billing --local sub watch {ran.json['id']} --until active --until trialing"
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
