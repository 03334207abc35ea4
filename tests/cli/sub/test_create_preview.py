"""`billing sub create --preview` says what the created subscription then is due, and creates nothing."""

from __future__ import annotations

import pytest

from tests.cli.sub.history import History
from tests.conftest import Billing
from tests.soak import Soak
from tests.subscriptions.conftest import Shop

ORDERS = {
    "a price": "--price pro",
    "a quantity": "--price pro:7",
    "a trial": "--price pro --trial-days 14",
    "a trial with a lasting discount": "--price pro:2 --trial-days 14 --coupon HALF",
    "a discount for ever": "--price pro --coupon HALF",
    "a discount for one invoice": "--price pro --coupon ONCE",
    "a discount of three months": "--price pro --coupon TEN",
    "a discount that ends before the next invoice": "--price yearly --coupon TEN",
    "a promotion code": "--price pro --promotion-code SPRING",
    "an amount off several intervals": "--price pro --price yearly --coupon TEN",
    "a setup fee": "--price pro --add-once setup",
    "a setup fee with an amount off": "--price pro --add-once setup:2 --coupon TEN",
    "a setup fee with a trial": "--price pro --add-once setup --trial-days 3",
    "a billing date": "--price pro:3 --anchor 2026-04-16",
    "a billing date of a week": "--price weekly --anchor 2026-04-05",
    "a billing date of a year": "--price yearly --anchor 2026-12-24",
    "use": "--price calls",
    "use beside a year": "--price yearly --price calls",
    "use after a trial": "--price pro --price calls --trial-days 5",
    "yen": "--price yen:3",
    "another currency": "--price pro --currency eur",
    "less than Stripe charges": "--price cheap",
    "an invoice that is sent": "--price pro --collection-method send_invoice --days-until-due 30",
    "automatic tax": "--price pro --automatic-tax",
}

FEW = 10
"""Orders that `make test` tries."""


@pytest.fixture
def history(billing: Billing, shop: Shop) -> History:
    it = History.begin(billing, shop, "2026-04-01")
    it.price("pro", 20, currency_options={"eur": {"unit_amount": 1800}})
    it.price("yearly", 100, "year")
    it.price("weekly", 7.01, "week")
    it.price("cheap", 0.30)
    it.price("yen", 15, currency="jpy")
    it.metered("calls", "0.5")
    shop.post("/v1/prices", product=shop.product("setup"), currency="usd", unit_amount=2500, lookup_key="setup")
    shop.post("/v1/coupons", id="HALF", percent_off=50, duration="forever")
    shop.post("/v1/coupons", id="ONCE", percent_off=20, duration="once")
    shop.post("/v1/coupons", id="TEN", amount_off=1000, currency="usd", duration="repeating", duration_in_months=3)
    shop.post("/v1/promotion_codes", code="SPRING", promotion={"type": "coupon", "coupon": "HALF"})
    return it


@pytest.mark.soak
def test_what_the_preview_says_is_due_is_due(history: History, soak: Soak) -> None:
    shop, billing = history.shop, history.billing
    for name in soak.part(list(ORDERS), FEW):
        order = ORDERS[name]
        customer = shop.with_card(
            email="ada@example.com", test_clock=_clock(shop), address={"country": "DE", "postal_code": "10115"}
        )["id"]
        command = ("sub", "create", "--customer", customer, *order.split(), "--local", "--yes", "--output", "json")
        shown = billing.ok(*command, "--preview").json
        assert shop.api.page("/v1/subscriptions", {"customer": customer, "status": "all"})[0] == [], name
        made = billing.ok(*command).json
        assert (shown["due_now"], shown["due_next"]) == (made["due_now"], made["due_next"]), name
        assert shown["trial_end"] == shop.api.get(f"/v1/subscriptions/{made['id']}")["trial_end"], name


def _clock(shop: Shop) -> str:
    return str(shop.post("/v1/test_helpers/test_clocks", frozen_time=1775001600)["id"])


def test_people_read_what_is_due_now_and_next(history: History) -> None:
    order = ("--customer", history.customer, "--price", "pro:2", "--price", "calls", "--coupon", "ONCE")
    text = history.billing.ok("sub", "create", *order, "--preview", "--local").out
    assert "due now    $32.00, charged when the customer confirms it" in text
    assert "next       $40.00 on 1 May 2026 UTC" in text
    assert "What is used of calls is billed on top" in text


@pytest.mark.parametrize("order", ["--trial-days 14 --coupon ONCE", "--trial-days 3 --anchor 2026-04-16"])
def test_what_no_preview_can_tell_is_said_to_be_unknown(history: History, order: str) -> None:
    command = ("sub", "create", "--customer", history.customer, "--price", "pro", *order.split(), "--preview")
    assert history.billing.ok(*command, "--local", "--output", "json").json["due_next"] is None
    assert "not known beforehand" in history.billing.ok(*command, "--local").out


def test_what_is_not_created_has_no_id(history: History) -> None:
    order = ("sub", "create", "--customer", history.customer, "--price", "pro", "--preview", "--local")
    assert history.billing.ok(*order, "--output", "id").out == ""


def test_a_subscription_that_is_there_is_shown_instead(history: History) -> None:
    order = ("sub", "create", "--customer", history.customer, "--price", "pro", "--local", "--output", "json")
    made = history.billing.ok(*order).json
    shown = history.billing.ok(*order, "--if-not-exists", "--preview").json
    assert (shown["id"], shown["existing"]) == (made["id"], True)


@pytest.mark.parametrize("preview", [(), ("--preview",)])
def test_a_quantity_of_a_metered_price_is_refused(history: History, preview: tuple[str, ...]) -> None:
    order = ("sub", "create", "--customer", history.customer, "--price", "calls:5", "--local", *preview)
    refused = history.billing(*order)
    assert refused.code
    assert "the price calls is metered: its quantity is what is used" in refused.err
