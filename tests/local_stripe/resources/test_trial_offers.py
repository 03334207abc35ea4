"""Trial offers, and the subscriptions that begin with them (https://docs.stripe.com/billing/subscriptions/trials)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_stripe.conftest import Local, Refusal
from tests.local_stripe.life import DAY, Life, moment
from tests.local_stripe.life import price as new_price

PATH = "/v1/product_catalog/trial_offers"


@pytest.fixture
def life(local: Local) -> Life:
    return Life.begin(local)


def price(life: Life, amount: int, interval: str = "month", **more: Any) -> str:
    return new_price(life.local, amount, interval, **more)


def offer(life: Life, during: str, after: str, iterations: int = 1) -> str:
    duration = {"type": "relative", "relative": {"iterations": iterations}}
    trial_offer = life.local.post(PATH, price=during, duration=duration, end_behavior={"transition": {"price": after}})
    return str(trial_offer["id"])


def begin(life: Life, *offers: str, **more: Any) -> Any:
    items = [{"current_trial": {"trial_offer": one}} for one in offers]
    return life.local.post("/v1/subscriptions", **{"customer": life.customer, "items": items, **more})


def test_an_offer_is_made_read_changed_and_listed(life: Life) -> None:
    during, after = price(life, 400), price(life, 2000)
    id = offer(life, during, after, iterations=2)
    made = life.local.get(f"{PATH}/{id}", expand=["price", "end_behavior.transition.price"])
    assert made["id"].startswith("to_")
    assert (made["object"], made["active"], made["nickname"]) == ("product_catalog.trial_offer", True, None)
    assert made["duration"] == {"relative": {"iterations": 2}, "type": "relative"}
    assert (made["price"]["unit_amount"], made["end_behavior"]["transition"]["price"]["unit_amount"]) == (400, 2000)
    other = offer(life, after, after)
    assert life.local.post(f"{PATH}/{other}", active=False)["active"] is False
    assert [one["id"] for one in life.local.get(PATH)["data"]] == [other, id]
    assert [one["id"] for one in life.local.get(PATH, active=True)["data"]] == [id]
    assert [one["id"] for one in life.local.get(PATH, prices=[after])["data"]] == [other]
    assert life.local.refused("get", f"{PATH}/to_none") == Refusal(
        "No such trial offer: 'to_none'", "resource_missing", "id", 404
    )


def test_a_paid_trial_costs_its_price_and_then_the_next_one(life: Life) -> None:
    """The guide's example: a week for 1 dollar, then 20 a month, from the day on which the trial ends."""
    subscription = begin(life, offer(life, price(life, 100, "week"), price(life, 2000)))
    [item] = subscription["items"]["data"]
    assert (subscription["status"], subscription["trial_end"], item["price"]["unit_amount"]) == ("active", None, 100)
    trial, start = item["current_trial"], subscription["start_date"]
    assert (trial["start_date"], trial["end_date"]) == (start, start + 7 * DAY)
    life.advance("2026-01-09")
    after = life.subscription(subscription["id"])
    [item] = after["items"]["data"]
    assert (after["status"], item["price"]["unit_amount"], item["current_trial"]) == ("active", 2000, None)
    assert (after["billing_cycle_anchor"], item["current_period_start"]) == (start + 7 * DAY, start + 7 * DAY)
    assert life.totals(subscription["id"]) == [100, 2000]


def test_a_trial_lasts_as_many_periods_as_the_offer_says(life: Life) -> None:
    subscription = begin(life, offer(life, price(life, 100, "week"), price(life, 500, "week"), iterations=3))
    life.advance("2026-01-30", days=14)
    assert life.totals(subscription["id"]) == [100, 100, 100, 500, 500]


def test_the_anchor_may_stay_where_it_was(life: Life) -> None:
    unchanged = {"end_behavior": {"billing_cycle_anchor": "unchanged"}}
    month = price(life, 3100)
    subscription = begin(life, offer(life, price(life, 100, "week"), month), trial_settings=unchanged)
    start = subscription["start_date"]
    life.advance("2026-01-09")
    after = life.subscription(subscription["id"])
    assert after["billing_cycle_anchor"] == start
    [first, part] = life.totals(subscription["id"])
    assert first == 100
    assert 0 < part < 3100
    assert after["items"]["data"][0]["current_period_end"] == moment("2026-02-01")


def test_a_free_trial_is_a_trial_as_ever(life: Life) -> None:
    subscription = begin(life, offer(life, price(life, 0, "week"), price(life, 2000)))
    start = subscription["start_date"]
    assert (subscription["status"], subscription["trial_end"]) == ("trialing", start + 7 * DAY)
    life.advance("2026-01-06")
    assert len(life.local.events(types=["customer.subscription.trial_will_end"])) == 1
    life.advance("2026-01-09")
    after = life.subscription(subscription["id"])
    assert (after["status"], after["items"]["data"][0]["price"]["unit_amount"]) == ("active", 2000)
    assert life.totals(subscription["id"]) == [0, 2000]


def test_a_price_of_one_s_own_ends_the_trial(life: Life) -> None:
    subscription = begin(life, offer(life, price(life, 100), price(life, 2000)))
    item = {"id": subscription["items"]["data"][0]["id"], "price": price(life, 700)}
    path = f"/v1/subscriptions/{subscription['id']}"
    after = life.local.post(path, items=[item], proration_behavior="none")
    assert after["items"]["data"][0]["current_trial"] is None
    life.advance("2026-02-02")
    assert life.totals(subscription["id"]) == [100, 700]


def test_what_does_not_go_with_trial_offers_is_refused(life: Life) -> None:
    week, month = price(life, 100, "week"), price(life, 2000)
    one = offer(life, week, month)

    def refused(**more: Any) -> str | None:
        items = [{"current_trial": {"trial_offer": one}}]
        params = {"customer": life.customer, "items": items, **more}
        return life.local.refused("post", "/v1/subscriptions", **params).param

    assert refused(trial_period_days=7) == "trial_period_days"
    assert refused(billing_mode={"type": "classic"}) == "billing_mode[type]"
    assert refused(billing_cycle_anchor=moment("2026-01-02")) == "billing_cycle_anchor"
    assert refused(items=[{"current_trial": {"trial_offer": "to_none"}}]) == "items[0][current_trial][trial_offer]"
    anchor = {"end_behavior": {"billing_cycle_anchor": "unchanged"}}
    at = "trial_settings[end_behavior][billing_cycle_anchor]"
    assert refused(items=[{"price": month}], trial_settings=anchor) == at
    life.local.post(f"{PATH}/{one}", active=False)
    assert refused() == "items[0][current_trial][trial_offer]"
    duration = {"type": "relative", "relative": {"iterations": 1}}
    end = {"transition": {"price": month}}
    euros = price(life, 100, currency="eur")
    once = life.local.price(unit_amount=5)["id"]
    for wrong, param in [
        ({"price": euros}, "end_behavior[transition][price]"),
        ({"price": once}, "price"),
        ({"duration": {"type": "relative"}}, "duration[relative]"),
        ({"duration": {"type": "relative", "relative": {"iterations": 0}}}, "duration[relative][iterations]"),
    ]:
        params = {"price": week, "duration": duration, "end_behavior": end, **wrong}
        assert life.local.refused("post", PATH, **params).param == param
