"""What phases of schedules say of their items besides prices: taxes, discounts, what is billed once, invoices' texts."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_stripe.conftest import Local
from tests.local_stripe.life import Life, moment, price
from tests.local_stripe.making import coupon

SCHEDULES = "/v1/subscription_schedules"


@pytest.fixture
def life(local: Local) -> Life:
    return Life.begin(local)


def scheduled(life: Life, *phases: Any, **params: Any) -> Any:
    return life.local.post(
        SCHEDULES, **{"customer": life.customer, "start_date": "now", "phases": list(phases), **params}
    )


def month(**phase: Any) -> Any:
    return {"duration": {"interval": "month", "interval_count": 1}, **phase}


def test_each_phase_has_its_taxes_discounts_and_what_it_bills_once(life: Life) -> None:
    local = life.local
    vat, reduced = (
        local.post("/v1/tax_rates", display_name="VAT", percentage=each, inclusive=False)["id"] for each in (20, 10)
    )
    half = coupon(local, percent_off=50, duration="forever")
    setup = local.price(product=local.product(name="Setup")["id"], unit_amount=1000)["id"]
    one, other = price(local, 1000), price(local, 2000)
    subscription_schedule = scheduled(
        life,
        month(items=[{"price": one, "tax_rates": [vat]}], add_invoice_items=[{"price": setup}]),
        month(
            items=[{"price": other, "discounts": [{"coupon": half}]}],
            default_tax_rates=[reduced],
            add_invoice_items=[{"price": setup, "quantity": 2, "tax_rates": [vat]}],
        ),
    )
    first, second = subscription_schedule["phases"]
    assert [rate["id"] for rate in first["items"][0]["tax_rates"]] == [vat]
    assert [rate["id"] for rate in second["default_tax_rates"]] == [reduced]
    assert second["items"][0]["discounts"][0]["coupon"] == half
    [once] = second["add_invoice_items"]
    assert (once["price"], once["quantity"], [rate["id"] for rate in once["tax_rates"]]) == (setup, 2, [vat])
    assert life.totals(subscription_schedule["subscription"]) == [2200]

    life.advance("2026-02-01 02:00")
    assert life.totals(subscription_schedule["subscription"]) == [2200, 3500]
    renewal = life.invoices(subscription_schedule["subscription"])[-1]
    [added] = [line for line in renewal["lines"]["data"] if line["description"] == "Setup"]
    assert added["period"] == {"start": moment("2026-02-01"), "end": moment("2026-03-01")}
    subscription = life.subscription(subscription_schedule["subscription"])
    assert [rate["id"] for rate in subscription["default_tax_rates"]] == [reduced]
    assert local.get(f"/v1/coupons/{half}")["times_redeemed"] == 1

    life.advance("2026-03-01 02:00")
    assert life.totals(subscription_schedule["subscription"])[2:] == [1100]


def test_a_coupon_for_one_invoice_does_not_come_back_with_an_update(life: Life) -> None:
    once = coupon(life.local, percent_off=50, duration="once")
    subscription_schedule = scheduled(
        life,
        {"items": [{"price": price(life.local), "discounts": [{"coupon": once}]}], "end_date": moment("2026-06-01")},
    )
    assert life.totals(subscription_schedule["subscription"]) == [750]
    life.local.post(f"{SCHEDULES}/{subscription_schedule['id']}", end_behavior="cancel")
    life.advance("2026-02-01 02:00")
    assert life.totals(subscription_schedule["subscription"]) == [750, 1500]


def test_the_price_of_a_phase_can_be_described(life: Life) -> None:
    product = life.local.product(name="Gold")["id"]
    data = {"currency": "usd", "product": product, "recurring": {"interval": "month"}, "unit_amount": 700}
    subscription_schedule = scheduled(
        life, month(items=[{"price_data": data}]), month(items=[{"price_data": {**data, "unit_amount": 900}}])
    )
    life.advance("2026-02-01 02:00")
    assert life.totals(subscription_schedule["subscription"]) == [700, 900]


def test_the_default_settings_are_those_of_every_phase(life: Life) -> None:
    settings = {
        "collection_method": "send_invoice",
        "description": "Gold",
        "invoice_settings": {
            "days_until_due": 14,
            "footer": "Thanks",
            "custom_fields": [{"name": "PO", "value": "7"}],
            "issuer": {"type": "self"},
        },
    }
    subscription_schedule = scheduled(
        life,
        month(items=[{"price": price(life.local)}]),
        month(items=[{"price": price(life.local)}], invoice_settings={"footer": "Soon over"}),
        default_settings=settings,
    )
    assert subscription_schedule["default_settings"]["invoice_settings"]["footer"] == "Thanks"
    life.advance("2026-02-01 02:00")
    first, second = life.invoices(subscription_schedule["subscription"])
    assert (first["footer"], first["collection_method"]) == ("Thanks", "send_invoice")
    assert (second["footer"], second["custom_fields"]) == ("Soon over", [{"name": "PO", "value": "7"}])
    assert life.subscription(subscription_schedule["subscription"])["description"] == "Gold"


def test_an_update_of_the_subscription_keeps_a_phase_with_a_discounted_item(life: Life) -> None:
    half = coupon(life.local, percent_off=50, duration="forever")
    subscription_schedule = scheduled(
        life, month(items=[{"price": price(life.local), "discounts": [{"coupon": half}]}])
    )
    life.local.post(f"/v1/subscriptions/{subscription_schedule['subscription']}", metadata={"a": "1"})
    assert len(life.local.get(f"{SCHEDULES}/{subscription_schedule['id']}")["phases"]) == 1


def test_what_is_not_there_is_refused_where_it_stands(life: Life) -> None:
    local = life.local
    items = [{"price": price(local)}]

    def param(**phase: Any) -> str | None:
        return local.refused(
            "post", SCHEDULES, customer=life.customer, start_date="now", phases=[month(items=items, **phase)]
        ).param

    assert param(default_tax_rates=["txr_nope"]) == "phases[0][default_tax_rates][0]"
    assert param(add_invoice_items=[{"price": "price_nope"}]) == "phases[0][add_invoice_items][0][price]"
    assert param(add_invoice_items=[{"quantity": 1}]) == "phases[0][add_invoice_items][0][price]"
    assert param(invoice_settings={"issuer": {"type": "account", "account": "acct_1"}}) is not None
