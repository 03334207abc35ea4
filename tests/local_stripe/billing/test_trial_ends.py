"""Trials that end without a card, and the notice before a renewal."""

from __future__ import annotations

import pytest

from tests.local_stripe.conftest import Local
from tests.local_stripe.life import Life, moment, price, set_in_dashboard


@pytest.mark.parametrize(("behavior", "status"), [("pause", "paused"), ("cancel", "canceled")])
@pytest.mark.parametrize("now", [True, False])
def test_a_trial_without_a_card_ends_as_its_settings_say(local: Local, behavior: str, status: str, now: bool) -> None:
    life = Life.begin(local, card=None)
    settings = {"end_behavior": {"missing_payment_method": behavior}}
    subscription = life.subscribe(price(local), trial_period_days=7, trial_settings=settings)
    if now:
        local.post(f"/v1/subscriptions/{subscription['id']}", trial_end="now", metadata={"a": "1"})
    else:
        life.advance("2026-01-08 02:00")
    after = life.subscription(subscription["id"])
    assert after["status"] == status
    assert life.totals(subscription["id"]) == [0]
    type = {"paused": "customer.subscription.paused", "canceled": "customer.subscription.deleted"}[status]
    assert type in life.events("customer.subscription")


def test_a_renewal_is_told_of_a_week_before(local: Local) -> None:
    life = Life.begin(local)
    half = local.post("/v1/coupons", percent_off=50, duration="forever")["id"]
    subscription = life.subscribe(price(local, 1000), discounts=[{"coupon": half}])
    life.advance("2026-01-24")
    assert life.events("invoice.upcoming") == []
    life.advance("2026-01-25")
    [event] = local.events(type="invoice.upcoming")
    upcoming = event["data"]["object"]
    assert (upcoming["total"], upcoming["period_end"]) == (500, moment("2026-02-01"))
    local.post(f"/v1/subscriptions/{subscription['id']}", cancel_at_period_end=True)
    life.advance("2026-03-01")
    assert len(local.events(type="invoice.upcoming")) == 1


def test_a_customer_made_with_a_token_pays_by_that_card(local: Local) -> None:
    set_in_dashboard(local, card_tokens="accept")
    life = Life.begin(local, card=None, source="tok_mastercard")
    customer = local.get(f"/v1/customers/{life.customer}")
    assert customer["default_source"].startswith("card_")
    subscription = life.subscribe(price(local))
    assert (subscription["status"], life.invoices(subscription["id"])[0]["status"]) == ("active", "paid")
    local.post(f"/v1/payment_methods/{customer['default_source']}/detach")
    assert local.get(f"/v1/customers/{life.customer}")["default_source"] is None
    refusal = local.refused("post", f"/v1/customers/{life.customer}", source="tok_chargeDeclined")
    assert (refusal.status, refusal.code) == (402, "card_declined")
