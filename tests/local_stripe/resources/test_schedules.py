"""Subscription schedules (https://docs.stripe.com/billing/subscriptions/subscription-schedules)."""

from __future__ import annotations

from typing import Any

from tests.local_stripe.conftest import Clock, Local
from tests.local_stripe.life import Life, moment, price, price_of, scheduled

PATH = "/v1/subscription_schedules"


def downgrade(life: Life, subscription: Any, to: str, **rest: Any) -> Any:
    """Return a schedule with the subscription's period as it is, then `to`."""
    subscription_schedule = life.local.post(PATH, from_subscription=subscription["id"])
    now = subscription_schedule["phases"][0]
    kept = {
        "items": [{"price": item["price"], "quantity": item["quantity"]} for item in now["items"]],
        "start_date": now["start_date"],
        "end_date": now["end_date"],
    }
    return life.local.post(
        f"{PATH}/{subscription_schedule['id']}",
        phases=[kept, {"items": [{"price": to}]}],
        **{"end_behavior": "release", **rest},
    )


def test_a_schedule_from_a_subscription_has_its_current_period_as_its_phase(local: Local) -> None:
    life = Life.begin(local)
    basic = price(local, 1500)
    subscription = life.subscribe(basic)
    subscription_schedule = local.post(PATH, from_subscription=subscription["id"])
    assert subscription_schedule["status"] == "active"
    assert subscription_schedule["end_behavior"] == "release"
    assert subscription_schedule["current_phase"] == {
        "start_date": moment("2026-01-01"),
        "end_date": moment("2026-02-01"),
    }
    [phase] = subscription_schedule["phases"]
    assert [(item["price"], item["quantity"]) for item in phase["items"]] == [(basic, 1)]
    assert life.subscription(subscription["id"])["schedule"] == subscription_schedule["id"]


def test_a_downgrade_at_the_period_end_bills_the_new_price_and_nothing_else(local: Local) -> None:
    life = Life.begin(local)
    pro, basic = price(local, 3000), price(local, 1000)
    subscription = life.subscribe(pro)
    schedule = downgrade(life, subscription, basic)
    assert price_of(life.subscription(subscription["id"])) == pro
    life.advance("2026-02-01 02:00")
    after = life.subscription(subscription["id"])
    assert price_of(after) == basic
    assert after["status"] == "active"
    assert life.totals(subscription["id"]) == [3000, 1000]
    assert life.invoices(subscription["id"])[-1]["status"] == "paid"
    now = local.get(f"{PATH}/{schedule['id']}")
    assert now["current_phase"] == {"start_date": moment("2026-02-01"), "end_date": moment("2026-03-01")}


def test_after_its_last_phase_the_subscription_is_released_and_goes_on(local: Local) -> None:
    life = Life.begin(local)
    pro, basic = price(local, 3000), price(local, 1000)
    subscription = life.subscribe(pro)
    schedule = downgrade(life, subscription, basic)
    life.advance("2026-04-01 02:00")
    done = local.get(f"{PATH}/{schedule['id']}")
    assert (done["status"], done["released_at"]) == ("released", moment("2026-03-01"))
    assert (done["subscription"], done["released_subscription"]) == (None, subscription["id"])
    after = life.subscription(subscription["id"])
    assert (after["schedule"], after["status"]) == (None, "active")
    assert life.totals(subscription["id"]) == [3000, 1000, 1000, 1000]


def test_the_preview_of_the_next_invoice_knows_the_next_phase(local: Local) -> None:
    life = Life.begin(local)
    pro, basic = price(local, 3000), price(local, 1000)
    subscription = life.subscribe(pro)
    downgrade(life, subscription, basic)
    preview = local.post("/v1/invoices/create_preview", subscription=subscription["id"])
    assert preview["total"] == 1000


def test_a_phase_of_another_interval_begins_a_period_of_that_interval(local: Local) -> None:
    life = Life.begin(local)
    monthly, yearly = price(local, 1000), price(local, 10_000, "year")
    subscription = life.subscribe(monthly)
    downgrade(life, subscription, yearly)
    life.advance("2026-02-01 02:00")
    [item] = life.subscription(subscription["id"])["items"]["data"]
    assert (item["current_period_start"], item["current_period_end"]) == (moment("2026-02-01"), moment("2027-02-01"))
    assert life.totals(subscription["id"]) == [1000, 10_000]


def test_a_phase_in_the_middle_of_a_period_is_prorated_as_it_says(local: Local) -> None:
    totals = {}
    for proration in ("create_prorations", "always_invoice", "none"):
        life = Life.begin(local, "2026-04-01")
        basic, pro = price(local, 3000), price(local, 6000)
        subscription = life.subscribe(basic)
        subscription_schedule = local.post(PATH, from_subscription=subscription["id"])
        kept = {"items": [{"price": basic}], "start_date": subscription_schedule["phases"][0]["start_date"]}
        following = {
            "items": [{"price": pro}],
            "proration_behavior": proration,
            "duration": {"interval": "month", "interval_count": 2},
        }
        local.post(
            f"{PATH}/{subscription_schedule['id']}", phases=[{**kept, "end_date": moment("2026-04-16")}, following]
        )
        life.advance("2026-05-01 02:00")
        totals[proration] = life.totals(subscription["id"])
    assert totals == {
        "create_prorations": [3000, 6000 + 3000 - 1500],
        "always_invoice": [3000, 3000 - 1500, 6000],
        "none": [3000, 6000],
    }


def test_a_schedule_to_come_starts_its_subscription_at_its_time(local: Local) -> None:
    life = Life.begin(local)
    basic, pro = price(local, 1000), price(local, 2000)
    subscription_schedule = local.post(
        PATH,
        customer=life.customer,
        start_date=moment("2026-01-15"),
        phases=[
            {"items": [{"price": basic, "quantity": 2}], "duration": {"interval": "month", "interval_count": 2}},
            {"items": [{"price": pro}], "duration": {"interval": "month"}},
        ],
        end_behavior="cancel",
    )
    assert (
        subscription_schedule["status"],
        subscription_schedule["subscription"],
        subscription_schedule["current_phase"],
    ) == ("not_started", None, None)
    assert [(phase["start_date"], phase["end_date"]) for phase in subscription_schedule["phases"]] == [
        (moment("2026-01-15"), moment("2026-03-15")),
        (moment("2026-03-15"), moment("2026-04-15")),
    ]
    life.advance("2026-01-15 00:30")
    id = local.get(f"{PATH}/{subscription_schedule['id']}")["subscription"]
    started = life.subscription(id)
    assert (started["status"], started["schedule"]) == ("active", subscription_schedule["id"])
    assert (started["start_date"], started["cancel_at"]) == (moment("2026-01-15"), moment("2026-04-15"))
    assert [invoice["status"] for invoice in life.invoices(id)] == ["draft"]
    life.advance("2026-04-16")
    assert life.subscription(id)["status"] == "canceled"
    assert [(invoice["total"], invoice["status"]) for invoice in life.invoices(id)] == [
        (2000, "paid"),
        (2000, "paid"),
        (2000, "paid"),
    ]
    done = local.get(f"{PATH}/{subscription_schedule['id']}")
    assert (done["status"], done["completed_at"]) == ("completed", moment("2026-04-15"))


def test_a_schedule_that_starts_now_subscribes_at_once(local: Local) -> None:
    life = Life.begin(local)
    basic = price(local, 1000)
    subscription_schedule = local.post(
        PATH,
        customer=life.customer,
        start_date="now",
        phases=[
            {
                "items": [{"price": basic}],
                "trial": True,
                "duration": {"interval": "week", "interval_count": 2},
                "metadata": {"origin": "trial"},
            },
            {"items": [{"price": basic}], "metadata": {"origin": "", "kind": "paid"}},
        ],
    )
    subscription = life.subscription(subscription_schedule["subscription"])
    assert (subscription["status"], subscription["trial_end"]) == ("trialing", moment("2026-01-15"))
    life.advance("2026-01-15 02:00")
    after = life.subscription(subscription_schedule["subscription"])
    assert (after["status"], after["metadata"]) == ("active", {"kind": "paid"})
    assert life.totals(subscription_schedule["subscription"]) == [0, 1000]


def test_months_at_once_and_day_by_day_end_alike(local: Local) -> None:
    ends = []
    for steps in (["2026-01-15", "2026-02-01", "2026-02-02", "2026-02-20", "2026-03-02"], ["2026-03-02"]):
        life = Life.begin(local)
        subscription = life.subscribe(price(local, 3000))
        downgrade(life, subscription, price(local, 1000))
        for step in steps:
            life.advance(step)
        after = life.subscription(subscription["id"])
        ends.append((after["status"], after["schedule"], life.totals(subscription["id"])))
    assert ends[0] == ends[1] == ("active", None, [3000, 1000, 1000])


def test_every_step_is_told_by_an_event(local: Local) -> None:
    life = Life.begin(local)
    subscription = life.subscribe(price(local, 3000))
    downgrade(life, subscription, price(local, 1000))
    life.advance("2026-03-01 02:00")
    events = life.events("subscription_schedule")
    assert events == [
        "subscription_schedule.created",
        "subscription_schedule.updated",
        "subscription_schedule.updated",
        "subscription_schedule.expiring",
        "subscription_schedule.released",
        "subscription_schedule.updated",
    ]


def test_updating_the_current_phase_changes_the_subscription_at_once(local: Local) -> None:
    life = Life.begin(local, "2026-04-01")
    basic, pro = price(local, 3000), price(local, 6000)
    subscription = life.subscribe(basic)
    subscription_schedule = local.post(PATH, from_subscription=subscription["id"])
    life.advance("2026-04-16")
    phase = subscription_schedule["phases"][0]
    kept = {"start_date": phase["start_date"], "end_date": phase["end_date"], "items": [{"price": pro}]}
    local.post(f"{PATH}/{subscription_schedule['id']}", phases=[kept], proration_behavior="always_invoice")
    assert price_of(life.subscription(subscription["id"])) == pro
    assert life.totals(subscription["id"]) == [3000, 1500]


def test_ending_the_current_phase_now_begins_the_next(local: Local) -> None:
    life = Life.begin(local, "2026-04-01")
    basic, pro = price(local, 3000), price(local, 6000)
    subscription = life.subscribe(basic)
    subscription_schedule = local.post(PATH, from_subscription=subscription["id"])
    life.advance("2026-04-16")
    kept = {
        "start_date": subscription_schedule["phases"][0]["start_date"],
        "end_date": "now",
        "items": [{"price": basic}],
    }
    following = {"items": [{"price": pro}], "proration_behavior": "none"}
    after = local.post(f"{PATH}/{subscription_schedule['id']}", phases=[kept, following])
    assert after["current_phase"]["start_date"] == moment("2026-04-16")
    assert price_of(life.subscription(subscription["id"])) == pro
    assert life.totals(subscription["id"]) == [3000]


def test_items_changed_directly_split_the_current_phase(local: Local) -> None:
    life = Life.begin(local, "2026-04-01")
    basic, pro, next_one = price(local, 3000), price(local, 6000), price(local, 1000)
    subscription = life.subscribe(basic)
    subscription_schedule = downgrade(life, subscription, next_one)
    life.advance("2026-04-16")
    item = subscription["items"]["data"][0]["id"]
    local.post(f"/v1/subscriptions/{subscription['id']}", items=[{"id": item, "price": pro}])
    after = local.get(f"{PATH}/{subscription_schedule['id']}")
    assert [(phase["start_date"], phase["items"][0]["price"]) for phase in after["phases"]] == [
        (moment("2026-04-01"), basic),
        (moment("2026-04-16"), pro),
        (moment("2026-05-01"), next_one),
    ]
    life.advance("2026-05-02")
    assert price_of(life.subscription(subscription["id"])) == next_one


def test_releasing_leaves_the_subscription_as_it_is(local: Local) -> None:
    life = Life.begin(local)
    pro, basic = price(local, 3000), price(local, 1000)
    subscription = life.subscribe(pro)
    subscription_schedule = downgrade(life, subscription, basic, end_behavior="cancel")
    assert life.subscription(subscription["id"])["cancel_at"] == moment("2026-03-01")
    released = local.post(f"{PATH}/{subscription_schedule['id']}/release")
    assert (released["status"], released["released_subscription"]) == ("released", subscription["id"])
    after = life.subscription(subscription["id"])
    assert (after["schedule"], after["cancel_at"], price_of(after)) == (None, None, pro)
    life.advance("2026-02-01 02:00")
    assert life.totals(subscription["id"]) == [3000, 3000]


def test_releasing_may_keep_the_date_of_the_cancellation(local: Local) -> None:
    life = Life.begin(local)
    subscription = life.subscribe(price(local))
    subscription_schedule = downgrade(life, subscription, price(local), end_behavior="cancel")
    local.post(f"{PATH}/{subscription_schedule['id']}/release", preserve_cancel_date=True)
    assert life.subscription(subscription["id"])["cancel_at"] == moment("2026-03-01")


def test_a_subscription_to_be_canceled_makes_a_schedule_that_cancels(local: Local) -> None:
    life, subscription, made = scheduled(local, cancel_at_period_end=True)
    assert made["end_behavior"] == "cancel"
    life.advance("2026-02-01 00:30")
    assert life.subscription(subscription["id"])["status"] == "canceled"
    assert local.get(f"{PATH}/{made['id']}")["status"] == "completed"


def test_canceling_a_schedule_cancels_its_subscription(local: Local) -> None:
    life, subscription, made = scheduled(local)
    after = local.post(f"{PATH}/{made['id']}/cancel", invoice_now=False, prorate=False)
    assert (after["status"], after["canceled_at"]) == ("canceled", moment("2026-01-01"))
    assert life.subscription(subscription["id"])["status"] == "canceled"


def test_canceling_a_subscription_cancels_its_schedule(local: Local) -> None:
    life, subscription, made = scheduled(local)
    local.delete(f"/v1/subscriptions/{subscription['id']}")
    assert local.get(f"{PATH}/{made['id']}")["status"] == "canceled"
    life.advance("2026-03-01")
    assert life.totals(subscription["id"]) == [1500]


def test_deleting_the_customer_ends_a_schedule_to_come(local: Local) -> None:
    life = Life.begin(local)
    phases = [{"items": [{"price": price(local)}]}]
    subscription_schedule = local.post(PATH, customer=life.customer, start_date=moment("2026-02-01"), phases=phases)
    local.delete(f"/v1/customers/{life.customer}")
    life.advance("2026-03-01")
    assert local.get(f"{PATH}/{subscription_schedule['id']}")["status"] == "canceled"


def test_lists_are_by_customer_and_by_state(local: Local) -> None:
    life, other = Life.begin(local), Life.begin(local)
    phases = [{"items": [{"price": price(local)}]}]
    coming = local.post(PATH, customer=life.customer, start_date=moment("2026-02-01"), phases=phases)
    running = local.post(PATH, customer=life.customer, phases=phases)
    local.post(PATH, customer=other.customer, phases=phases)

    def ids(**params: Any) -> list[str]:
        return [one["id"] for one in local.get(PATH, customer=life.customer, **params)["data"]]

    assert ids() == [running["id"], coming["id"]]
    assert ids(scheduled=True) == [coming["id"]]
    assert ids(canceled_at={"gte": 1}) == []
    local.post(f"{PATH}/{coming['id']}/cancel")
    assert ids(canceled_at={"gte": 1}) == [coming["id"]]


def test_what_a_schedule_shows_can_be_expanded(local: Local) -> None:
    _, subscription, made = scheduled(local)
    whole = local.get(f"{PATH}/{made['id']}", expand=["subscription", "phases.items.price", "customer"])
    assert whole["phases"][0]["items"][0]["price"]["unit_amount"] == 1500
    assert whole["subscription"]["id"] == subscription["id"]
    seen = local.get(f"/v1/subscriptions/{subscription['id']}", expand=["schedule"])
    assert seen["schedule"]["id"] == made["id"]


def test_in_real_time_a_phase_begins_when_it_is_due_whoever_calls_next(local: Local, clock: Clock) -> None:
    customer = local.post("/v1/customers", payment_method="pm_card_visa")
    [card] = local.get(f"/v1/customers/{customer['id']}/payment_methods")["data"]
    local.post(f"/v1/customers/{customer['id']}", invoice_settings={"default_payment_method": card["id"]})
    pro, basic = price(local, 3000), price(local, 1000)
    subscription = local.post("/v1/subscriptions", customer=customer["id"], items=[{"price": pro}])
    ends = subscription["items"]["data"][0]["current_period_end"]
    life = Life(local, "", customer["id"])
    schedule = downgrade(life, subscription, basic)
    clock.now = ends + 7200
    after = life.subscription(subscription["id"])
    assert price_of(after) == basic
    assert life.totals(subscription["id"]) == [3000, 1000]
    [begun] = [
        event
        for event in local.events(type="subscription_schedule.updated")
        if event["data"]["object"]["current_phase"]["start_date"] == ends
    ]
    assert (begun["created"], begun["request"]["id"]) == (ends, None)
    assert local.get(f"{PATH}/{schedule['id']}")["current_phase"]["start_date"] == ends


def test_a_schedule_that_starts_in_the_past_backdates_its_subscription(local: Local) -> None:
    """ "You can also use a Unix timestamp to backdate the subscription so that it starts on a past date"
    (`stripe/params/_subscription_schedule_create_params.py`); the time before is billed as `backdate_start_date` is."""
    life = Life.begin(local, "2026-05-01")
    start, items = moment("2026-02-01"), [{"price": price(local, 1000)}]
    phase = {"items": items, "end_date": moment("2027-02-01")}

    subscription_schedule = local.post(PATH, customer=life.customer, start_date=start, phases=[phase])
    free = local.post(PATH, customer=life.customer, start_date=start, phases=[{**phase, "proration_behavior": "none"}])

    assert (subscription_schedule["status"], subscription_schedule["current_phase"]["start_date"]) == ("active", start)
    assert life.subscription(subscription_schedule["subscription"])["start_date"] == start
    assert life.totals(subscription_schedule["subscription"]) == [4000]
    assert life.totals(free["subscription"]) == [1000]
    over = {"items": items, "end_date": moment("2026-04-01")}
    refusal = local.refused("post", PATH, customer=life.customer, start_date=start, phases=[over])
    assert refusal.param == "start_date"
    anchored = {**phase, "billing_cycle_anchor": "phase_start"}
    refusal = local.refused("post", PATH, customer=life.customer, start_date=start, phases=[anchored])
    assert refusal.param == "phases[0][billing_cycle_anchor]"
