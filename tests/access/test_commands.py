"""`billing access`: what the store knows, what Stripe says, and the two brought together."""

from __future__ import annotations

import json
from typing import Any

import pytest

from stripe_billing_cli.events.actions.spec import Action, remember
from stripe_billing_cli.events.store import Access, open_store
from tests.conftest import Account, Billing
from tests.subscriptions.conftest import Shop


@pytest.fixture
def shop(account: Account) -> Shop:
    return Shop(account)


def lines(text: str) -> list[Any]:
    return [json.loads(line) for line in text.splitlines()]


def subscribed(shop: Shop, email: str = "ada@example.com", **params: Any) -> tuple[str, Any]:
    """Return a customer with access to a product of their own."""
    customer = shop.with_card(email=email)["id"]
    price = shop.price(shop.product())
    return customer, shop.subscription(customer, price["id"], **params)


def product_of(subscription: Any) -> str:
    return str(subscription["items"]["data"][0]["price"]["product"])


class TestShow:
    def test_what_the_store_knows(self, billing: Billing, shop: Shop) -> None:
        open_store().close()
        customer, subscription = subscribed(shop)
        unknown = billing("access", "show", customer)
        billing.ok("access", "reconcile", "--local")

        shown = billing.ok("access", "show", customer, "--output", "json").json

        assert unknown.code == 4
        assert "has no access" in unknown.out
        assert "The store has no record of it. --fresh asks Stripe now" in unknown.out
        assert (shown["id"], shown["access"], shown["features"]) == (customer, True, [])
        [row] = shown["products"]
        assert row["key"] == product_of(subscription)
        assert row["since"] == subscription["start_date"]
        assert (row["until"], row["reason"], row["subscription"]) == (None, "active", subscription["id"])

    def test_exit_code_4_once_there_is_none_any_more(self, billing: Billing, shop: Shop) -> None:
        customer, subscription = subscribed(shop)
        shop.api.delete(f"/v1/subscriptions/{subscription['id']}")
        billing.ok("access", "reconcile", "--local")

        ran = billing("access", "show", customer)

        assert ran.code == 4
        assert "canceled" in ran.out

    def test_a_disputed_payment_where_the_rules_say_so(self, billing: Billing, shop: Shop) -> None:
        customer = shop.with_card("pm_card_createDispute", email="ada@example.com")["id"]
        shop.subscription(customer, shop.price(shop.product())["id"])
        billing.write("disputed: deny\n", "strict.yaml")

        strict = billing("access", "show", customer, "--local", "--fresh", "--rules", "strict.yaml")

        assert billing("access", "show", customer, "--local", "--fresh").code == 0
        assert strict.code == 4
        assert "a payment is disputed" in strict.out

    def test_one_product_or_feature(self, billing: Billing, shop: Shop) -> None:
        customer, subscription = subscribed(shop)
        billing.ok("access", "reconcile", "--local")

        assert billing("access", "show", customer, "--product", product_of(subscription)).code == 0
        assert billing("access", "show", customer, "--product", "other").code == 4
        assert billing("access", "show", customer, "--feature", "sso").code == 4
        assert billing("access", "show", customer, "--feature", "sso", "--product", "other").code == 2

    def test_fresh_asks_stripe_and_writes_nothing(self, billing: Billing, shop: Shop) -> None:
        open_store().close()
        customer, _ = subscribed(shop)

        by_id = billing("access", "show", customer, "--local", "--fresh")
        by_email = billing("access", "show", "ada@example.com", "--local", "--fresh")

        assert (by_id.code, by_email.code) == (0, 0)
        assert billing("access", "show", customer).code == 4

    def test_by_email_the_store_is_asked_for_whom_stripe_names(self, billing: Billing, shop: Shop) -> None:
        open_store().close()
        customer, _ = subscribed(shop)
        before = billing("access", "show", "ada@example.com", "--local")
        billing.ok("access", "reconcile", "--local")

        shown = billing.ok("access", "show", "ada@example.com", "--local", "--output", "json").json

        assert before.code == 4
        assert (shown["customer"], shown["access"]) == (customer, True)

    def test_where_there_is_no_store_nothing_is_claimed(self, billing: Billing) -> None:
        for command in (("show", "cus_1"), ("list",)):
            ran = billing("access", *command)

            assert ran.code == 1
            assert "there is no store at .billing/events.db" in ran.err
        assert not (billing.directory / ".billing" / "events.db").exists()

    def test_what_is_no_customers_id(self, billing: Billing) -> None:
        no_id = billing("access", "show", "sub_1")
        no_key = billing("access", "show", "ada@example.com")

        assert (no_id.code, no_key.code) == (2, 2)
        assert "or an email" in no_id.err
        assert "no Stripe API key" in no_key.err

    def test_what_was_granted_until_a_time_that_has_passed(self, billing: Billing) -> None:
        row = Access("cus_1", "product", "pro", True, 1_000_000_000, 1_100_000_000, "past_due, in its grace period")
        with open_store() as store:
            store.access.replace("cus_1", [row])

        ran = billing("access", "show", "cus_1", "--output", "json")

        assert ran.code == 4
        [shown] = ran.json["products"]
        assert (shown["access"], shown["since"], shown["until"]) == (False, 1_100_000_000, None)
        assert shown["reason"] == "past_due, in its grace period; its end is reached"


class TestList:
    @pytest.fixture
    def filled_store(self, billing: Billing) -> None:
        rows = [
            ("cus_1", "product", "pro", True),
            ("cus_1", "feature", "sso", True),
            ("cus_2", "product", "pro", False),
        ]
        with open_store() as store:
            for name in ("cus_1", "cus_2"):
                store.access.replace(name, [Access(*row, 1, None, "why") for row in rows if row[0] == name])  # type: ignore[arg-type]

    @pytest.mark.parametrize(
        ("options", "expected"),
        [
            ((), ["cus_1/feature/sso", "cus_1/product/pro", "cus_2/product/pro"]),
            (("--granted",), ["cus_1/feature/sso", "cus_1/product/pro"]),
            (("--revoked",), ["cus_2/product/pro"]),
            (("--product", "pro"), ["cus_1/product/pro", "cus_2/product/pro"]),
            (("--feature", "sso"), ["cus_1/feature/sso"]),
            (("--feature", "pro"), []),
            (("--limit", "1"), ["cus_1/feature/sso"]),
            (("--limit", "1", "--all"), ["cus_1/feature/sso", "cus_1/product/pro", "cus_2/product/pro"]),
        ],
    )
    def test_filters(self, billing: Billing, filled_store: None, options: tuple[str, ...], expected: list[str]) -> None:
        assert billing.ok("access", "list", "--output", "id", *options).out.splitlines() == expected

    def test_for_people(self, billing: Billing, filled_store: None) -> None:
        shown = billing.ok("access", "list").out.splitlines()

        assert shown[0].split() == ["CUSTOMER", "KIND", "KEY", "ACCESS", "SINCE", "UNTIL", "REASON"]
        assert shown[1].split()[:4] == ["cus_1", "feature", "sso", "yes"]

    def test_nobody(self, billing: Billing) -> None:
        open_store().close()
        assert "billing access reconcile" in billing.ok("access", "list").err

    @pytest.mark.parametrize(
        ("options", "text"),
        [
            (("--product", "team"), "Nothing is known of anybody's access to team."),
            (("--product", "team", "--granted"), "Nobody is known to have access to team."),
            (("--feature", "sso", "--revoked"), "Nobody is known to have lost access to sso."),
        ],
    )
    def test_nobody_of_those_asked_for(
        self, billing: Billing, filled_store: None, options: tuple[str, ...], text: str
    ) -> None:
        assert text in billing.ok("access", "list", *options).err

    def test_options_that_contradict_each_other(self, billing: Billing) -> None:
        assert billing("access", "list", "--granted", "--revoked").code == 2


class TestReconcile:
    def test_check_tells_and_changes_nothing(self, billing: Billing, shop: Shop) -> None:
        customer, subscription = subscribed(shop)

        ran = billing("access", "reconcile", "--local", "--check", "--output", "json")

        assert ran.code == 3
        [difference] = lines(ran.out)
        assert difference["id"] == f"{customer}/product/{product_of(subscription)}"
        assert (difference["before"], difference["after"]["access"], difference["mended"]) == (None, True, False)
        assert billing("access", "show", customer).code == 4

    def test_what_differs_is_mended_once(self, billing: Billing, shop: Shop) -> None:
        customer, subscription = subscribed(shop)
        first = billing.ok("access", "reconcile", "--local")
        again = billing.ok("access", "reconcile", "--local")
        checked = billing.ok("access", "reconcile", "--local", "--check")

        assert f"{customer}  product {product_of(subscription)}: nothing → access (active)" in first.out
        assert "1 customer compared with Stripe, 1 brought up to date." in first.err
        assert again.out == checked.out == ""

    def test_a_customer_is_named_by_email_or_id(self, billing: Billing, shop: Shop) -> None:
        customer, subscription = subscribed(shop)

        mended = billing.ok("access", "reconcile", "--local", "ada@example.com")
        refused = billing("access", "reconcile", "--local", subscription["id"])

        assert f"{customer}  product {product_of(subscription)}: nothing → access (active)" in mended.out
        assert refused.code == 2
        assert "is the id of a subscription, and a customer is needed" in refused.err

    def test_who_is_gone_from_stripe_loses_access(self, billing: Billing, shop: Shop) -> None:
        with open_store() as store:
            store.access.replace("cus_gone", [Access("cus_gone", "product", "pro", True, 1, None, "active")])

        ran = billing.ok("access", "reconcile", "--local")

        assert "cus_gone  product pro: access (active) → nothing" in ran.out
        assert billing("access", "show", "cus_gone").code == 4

    def test_only_those_that_are_named(self, billing: Billing, shop: Shop) -> None:
        one, _ = subscribed(shop)
        other, _ = subscribed(shop, "bob@example.com")

        billing.ok("access", "reconcile", "--local", one)

        assert billing("access", "show", one).code == 0
        assert billing("access", "show", other).code == 4

    def test_it_reads_subscriptions_by_the_hundred(self, billing: Billing, shop: Shop) -> None:
        for number in range(3):
            subscribed(shop, f"{number}@example.com")

        checked = billing("access", "reconcile", "--local", "--check", "--verbose")

        assert checked.err.count("/v1/subscriptions") == 1
        assert "active_entitlements" not in checked.err, "the account has no features"

    def test_handlers_of_a_listener_are_told(self, billing: Billing, shop: Shop) -> None:
        customer, _ = subscribed(shop)
        action = Action("exec", "./provision.sh", ("access.*",))
        with open_store() as store:
            remember(store, [action])

        billing.ok("access", "reconcile", "--local")

        with open_store() as store:
            [event] = store.events.page()
            assert (event.event.type, event.event.customer) == ("access.granted", customer)
            assert [(one.handler, one.status) for one in event.deliveries] == [(action.name, "pending")]

    def test_with_other_rules(self, billing: Billing, shop: Shop) -> None:
        customer, _ = subscribed(shop)
        rules = billing.write("active: deny\n", "rules.yaml")

        billing.ok("access", "reconcile", "--local", "--rules", str(rules))

        assert billing("access", "show", customer).code == 4

    def test_rules_that_make_no_sense(self, billing: Billing) -> None:
        rules = billing.write("activ: deny\n", "rules.yaml")

        ran = billing("access", "reconcile", "--local", "--rules", str(rules))

        assert ran.code == 2
        assert "did you mean active?" in ran.err


def test_a_store_that_cannot_be_used_is_told(billing: Billing) -> None:
    billing.write("this is no database", "events.db")

    ran = billing("access", "list", "--store", "events.db", "--output", "json")

    assert ran.code == 1
    assert ran.error["kind"] == "store"
    assert "events.db" in ran.error["message"]
