"""Billing thresholds (https://docs.stripe.com/billing/subscriptions/usage-based/thresholds)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_stripe.conftest import Local
from tests.local_stripe.life import Life, moment, price
from tests.local_stripe.making import coupon, meter

TIERS = [{"up_to": 10_000, "unit_amount": 50}, {"up_to": "inf", "unit_amount": 40}]
"""The prices of the document's examples, in cents."""


def metered(local: Local, amount: int = 50, **params: Any) -> str:
    recurring = {"interval": "month", "usage_type": "metered", "meter": meter(local)}
    pricing = params or {"unit_amount": amount}
    return str(local.price(recurring=recurring, product_data={"name": "Usage"}, **pricing)["id"])


def tiered(local: Local, mode: str) -> str:
    return metered(local, billing_scheme="tiered", tiers_mode=mode, tiers=TIERS)


def use(life: Life, units: int) -> None:
    payload = {"stripe_customer_id": life.customer, "value": str(units)}
    life.local.post("/v1/billing/meter_events", event_name="calls", payload=payload)


def begin(local: Local, *prices: str, **thresholds: Any) -> tuple[Life, str]:
    """Return a customer who has a subscription with these thresholds since the new year."""
    life = Life.begin(local)
    return life, str(life.subscribe(*prices, billing_thresholds=thresholds)["id"])


def lines(invoice: Any) -> list[tuple[str, int]]:
    return [(line["description"], line["amount"]) for line in invoice["lines"]["data"]]


def test_a_threshold_is_shown_changed_and_removed(local: Local) -> None:
    """The calls are the document's: the anchor is reset by `reset_billing_cycle_anchor` alone."""
    life, id = begin(local, metered(local), amount_gte=10_000)
    path = f"/v1/subscriptions/{id}"
    assert life.subscription(id)["billing_thresholds"] == {"amount_gte": 10_000, "reset_billing_cycle_anchor": False}
    after = local.post(path, billing_thresholds={"reset_billing_cycle_anchor": True})
    assert after["billing_thresholds"] == {"amount_gte": 10_000, "reset_billing_cycle_anchor": True}
    assert local.post(path, billing_thresholds="")["billing_thresholds"] is None
    [item] = after["items"]["data"]
    item = local.post(f"/v1/subscription_items/{item['id']}", billing_thresholds={"usage_gte": 2000})
    assert item["billing_thresholds"] == {"usage_gte": 2000}
    cleared = local.post(path, items=[{"id": item["id"], "billing_thresholds": ""}])
    assert cleared["items"]["data"][0]["billing_thresholds"] is None


def test_graduated_tiers_go_on_from_invoice_to_invoice(local: Local) -> None:
    """ "you bill your customer every 200 impressions for the first 10,000 impressions (200 × 0.50 USD = 100 USD). When
    the customer exceeds 10,000 impressions, they're billed every 250 impressions"."""
    life, id = begin(local, tiered(local, "graduated"), amount_gte=10_000)
    use(life, 199)
    assert life.totals(id) == []
    use(life, 1)
    assert life.totals(id) == [10_000]
    use(life, 9_800)
    use(life, 249)
    assert life.totals(id) == [10_000, 490_000]
    use(life, 1)
    assert life.totals(id) == [10_000, 490_000, 10_000]
    assert lines(life.invoices(id)[-1]) == [
        ("10000 × Usage (Tier 1 at $0.50 / month)", 500_000),
        ("250 × Usage (Tier 2 at $0.40 / month)", 10_000),
        ("Amount previously billed (Tier 1 at $0.50 / month)", -500_000),
    ]
    use(life, 10)
    life.advance("2026-02-01 02:00")
    assert life.totals(id)[3:] == [400]
    use(life, 199)
    life.advance("2026-03-01 02:00")
    assert life.totals(id)[4:] == [9_950]


def test_volume_tiers_take_off_what_was_billed_before(local: Local) -> None:
    """The document's two invoices: 10,000 units, then 25,000 with -5,000 USD; nothing between them, since "the
    previous payment of 5,000 USD covers all of this usage"."""
    life, id = begin(local, tiered(local, "volume"), amount_gte=500_000)
    use(life, 10_000)
    assert [lines(one) for one in life.invoices(id)] == [[("10000 × Usage (Tier 1 at $0.50 / month)", 500_000)]]
    use(life, 2_500)
    use(life, 12_499)
    assert life.totals(id) == [500_000]
    use(life, 1)
    assert lines(life.invoices(id)[-1]) == [
        ("25000 × Usage (Tier 2 at $0.40 / month)", 1_000_000),
        ("Amount previously billed (Tier 1 at $0.50 / month)", -500_000),
    ]
    assert life.totals(id) == [500_000, 500_000]


def test_what_volume_tiers_make_cheaper_is_credited_at_the_end_of_the_period(local: Local) -> None:
    """ "they're owed 999.60 USD … At the end of the billing period, Stripe credits this amount to the customer's
    balance"."""
    life, id = begin(local, tiered(local, "volume"), amount_gte=500_000)
    use(life, 10_000)
    use(life, 1)
    assert life.totals(id) == [500_000]
    preview = local.post("/v1/invoices/create_preview", subscription=id)
    life.advance("2026-02-01 02:00")
    assert life.totals(id) == [500_000, -99_960]
    assert preview["total"] == -99_960
    assert local.get(f"/v1/customers/{life.customer}")["balance"] == -99_960


def test_the_invoice_says_why_it_was_made_and_is_charged_an_hour_later(local: Local) -> None:
    life, id = begin(local, metered(local), amount_gte=10_000)
    life.advance("2026-01-10")
    before = len(life.events())
    use(life, 210)
    [invoice] = life.invoices(id)
    assert (invoice["billing_reason"], invoice["status"], invoice["amount_due"]) == (
        "subscription_threshold",
        "draft",
        10_500,
    )
    assert invoice["threshold_reason"] == {"amount_gte": 10_000, "item_reasons": []}
    assert (invoice["period_start"], invoice["period_end"]) == (moment("2026-01-01"), moment("2026-01-10"))
    assert life.events()[before:] == ["customer.subscription.updated", "invoice.created"]
    after = life.subscription(id)
    assert (after["latest_invoice"], after["billing_cycle_anchor"]) == (invoice["id"], moment("2026-01-01"))
    assert after["items"]["data"][0]["current_period_end"] == moment("2026-02-01")
    life.advance("2026-01-10 02:00")
    assert life.invoices(id)[0]["status"] == "paid"
    life.advance("2026-02-01 02:00")
    assert life.totals(id) == [10_500, 0]
    assert "threshold_reason" not in life.invoices(id)[1]


def test_a_number_of_units_bills_all_that_was_used(local: Local) -> None:
    """ "Number of units that meets the billing threshold" (`usage_gte` in `stripe/params`); counted anew after it."""
    life = Life.begin(local)
    items = [{"price": metered(local), "billing_thresholds": {"usage_gte": 2000}}]
    subscription = life.subscribe(items=items)
    id = subscription["id"]
    use(life, 1999)
    assert life.totals(id) == []
    use(life, 1)
    [invoice] = life.invoices(id)
    [line] = invoice["lines"]["data"]
    assert invoice["threshold_reason"] == {
        "amount_gte": None,
        "item_reasons": [{"line_item_ids": [line["id"]], "usage_gte": 2000}],
    }
    use(life, 1999)
    assert life.totals(id) == [100_000]
    use(life, 1)
    assert life.totals(id) == [100_000, 100_000]


def test_a_reset_begins_a_period_and_bills_it(local: Local) -> None:
    """ "as if the subscription naturally arrived at its rollover point"; the tiers begin anew, too."""
    calls = tiered(local, "graduated")
    life, id = begin(local, calls, price(local, 1500), amount_gte=400_000, reset_billing_cycle_anchor=True)
    life.advance("2026-01-10")
    use(life, 9_000)
    after = life.subscription(id)
    assert after["billing_cycle_anchor"] == moment("2026-01-10")
    periods = {(item["current_period_start"], item["current_period_end"]) for item in after["items"]["data"]}
    assert periods == {(moment("2026-01-10"), moment("2026-02-10"))}
    assert life.totals(id) == [1500, 450_000 + 1500]
    use(life, 2_000)
    life.advance("2026-02-10 02:00")
    assert life.totals(id)[2:] == [100_000 + 1500]


@pytest.mark.parametrize(("duration", "totals"), [("forever", [5_000, 5_000, 500]), ("once", [5_000, 10_000, 1_000])])
def test_discounts_count_and_are_not_taken_off_twice(local: Local, duration: str, totals: list[int]) -> None:
    """ "the value used excludes taxes but includes discounts"."""
    half = coupon(local, percent_off=50, duration=duration)
    life = Life.begin(local)
    params = {"billing_thresholds": {"amount_gte": 5_000}, "discounts": [{"coupon": half}]}
    id = life.subscribe(metered(local), **params)["id"]
    use(life, 199)
    assert life.totals(id) == []
    use(life, 1)
    use(life, 200)
    use(life, 20)
    life.advance("2026-02-01 02:00")
    assert life.totals(id) == totals


def test_what_was_billed_at_a_discount_is_credited_at_it(local: Local) -> None:
    """10,000 units were paid at half their price: 10,001 at 0.40 USD leave half of 999.60 USD, and the tax on it."""
    half = coupon(local, percent_off=50, duration="forever")
    rate = local.post("/v1/tax_rates", display_name="VAT", percentage=20, inclusive=False)["id"]
    life = Life.begin(local)
    params = {
        "billing_thresholds": {"amount_gte": 250_000},
        "discounts": [{"coupon": half}],
        "default_tax_rates": [rate],
    }
    id = life.subscribe(tiered(local, "volume"), **params)["id"]
    use(life, 10_000)
    use(life, 1)
    preview = local.post("/v1/invoices/create_preview", subscription=id)
    life.advance("2026-02-01 02:00")
    assert life.totals(id) == [300_000, -59_976]
    assert preview["total"] == -59_976
    assert lines(life.invoices(id)[-1])[1] == ("Amount previously billed (Tier 1 at $0.50 / month)", -450_020)
    use(life, 10_000)
    life.advance("2026-03-01 02:00")
    assert life.totals(id)[2:] == [300_000, 0]


def test_taxes_do_not_count(local: Local) -> None:
    rate = local.post("/v1/tax_rates", display_name="VAT", percentage=20, inclusive=False)["id"]
    life = Life.begin(local)
    params = {"billing_thresholds": {"amount_gte": 10_000}, "default_tax_rates": [rate]}
    id = life.subscribe(metered(local), **params)["id"]
    use(life, 190)
    assert life.totals(id) == []
    use(life, 10)
    use(life, 200)
    assert life.totals(id) == [12_000, 12_000]


def test_neither_trials_nor_the_last_day_of_a_period_are_looked_at(local: Local) -> None:
    life = Life.begin(local)
    threshold = {"billing_thresholds": {"amount_gte": 1_000}}
    id = life.subscribe(metered(local), trial_end=moment("2026-01-05"), **threshold)["id"]
    use(life, 1000)
    assert life.totals(id) == []
    life.advance("2026-02-04 00:01")
    use(life, 30)
    assert 1500 not in life.totals(id)
    life.advance("2026-02-05 02:00")
    assert life.totals(id)[-1] == 1500
    use(life, 30)
    assert [one["billing_reason"] for one in life.invoices(id)][-1] == "subscription_threshold"


def test_a_canceled_subscription_bills_what_is_left(local: Local) -> None:
    life, id = begin(local, metered(local), amount_gte=10_000)
    use(life, 200)
    local.send("delete", f"/v1/subscriptions/{id}", "invoice_now=true")
    assert life.totals(id) == [10_000]
    life, id = begin(local, local.get("/v1/prices")["data"][0]["id"], amount_gte=10_000)
    use(life, 200)
    use(life, 2)
    local.send("delete", f"/v1/subscriptions/{id}", "invoice_now=true")
    assert life.totals(id) == [10_000, 100]


def test_a_phase_sets_the_thresholds(local: Local) -> None:
    life = Life.begin(local)
    calls = metered(local)
    own = {"amount_gte": 20_000, "reset_billing_cycle_anchor": True}
    subscription_schedule = local.post(
        "/v1/subscription_schedules",
        customer=life.customer,
        start_date="now",
        default_settings={"billing_thresholds": {"amount_gte": 10_000}},
        phases=[
            {"items": [{"price": calls}], "duration": {"interval": "month"}},
            {
                "items": [{"price": calls, "billing_thresholds": {"usage_gte": 9}}],
                "duration": {"interval": "month"},
                "billing_thresholds": own,
            },
        ],
    )
    assert subscription_schedule["default_settings"]["billing_thresholds"]["amount_gte"] == 10_000
    assert [one["billing_thresholds"] for one in subscription_schedule["phases"]] == [None, own]
    id = subscription_schedule["subscription"]
    assert life.subscription(id)["billing_thresholds"]["amount_gte"] == 10_000
    life.advance("2026-02-01 02:00")
    after = life.subscription(id)
    assert after["billing_thresholds"] == own
    assert after["items"]["data"][0]["billing_thresholds"] == {"usage_gte": 9}


def test_thresholds_that_are_refused(local: Local) -> None:
    """ "Set the value to at least 50 currency units"; "Monetary thresholds must be greater than the sum of any flat fees
    on metered subscription items". The words of the refusals are not recorded."""
    life = Life.begin(local)
    fee = metered(
        local,
        billing_scheme="tiered",
        tiers_mode="graduated",
        tiers=[{"up_to": "inf", "unit_amount": 1, "flat_amount": 1000}],
    )
    form: Any = {"customer": life.customer, "items": [{"price": fee}]}
    for amount in (49, 1000):
        refusal = local.refused("post", "/v1/subscriptions", **form, billing_thresholds={"amount_gte": amount})
        assert refusal.param == "billing_thresholds[amount_gte]"
    missing = local.refused(
        "post", "/v1/subscriptions", **form | {"items": [{"price": fee, "billing_thresholds": {"usage_gte": 0}}]}
    )
    assert missing.param == "items[0][billing_thresholds][usage_gte]"
