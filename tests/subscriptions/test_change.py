"""What a change takes, decided from what there is."""

from __future__ import annotations

from typing import Any

import pytest

from stripe_billing_cli.errors import OperationError
from stripe_billing_cli.stripe_api.completion import complete
from stripe_billing_cli.subscriptions import item_change, quote, schedule, terms
from stripe_billing_cli.subscriptions.terms import Terms

NOW, END = 1_000, 2_000
PRO, TEAM, SOLO = "price_pro", "price_team", "price_solo"


def price(
    id: str = PRO, *, interval: str = "month", usage_type: str = "licensed", lookup_key: str | None = None
) -> Any:
    recurring = {"interval": interval, "interval_count": 1, "usage_type": usage_type}
    return {"id": id, "lookup_key": lookup_key, "recurring": recurring}


def item(id: str = "si_1", on: str = PRO, quantity: int | None = 1) -> Any:
    return {"id": id, "price": price(on), "quantity": quantity, "current_period_end": END}


def subscription(*items: Any, **rest: Any) -> Any:
    return {
        "id": "sub_1",
        "status": "active",
        "customer": "cus_1",
        "items": {"data": list(items) or [item()]},
        "cancel_at": None,
        "schedule": None,
        "pending_update": None,
        "latest_invoice": {"id": "in_1"},
        **rest,
    }


def phase(start: int, end: int, *items: tuple[str, int]) -> Any:
    return {
        "start_date": start,
        "end_date": end,
        "currency": "usd",
        "discounts": [],
        "items": [{"price": on, "quantity": quantity, "discounts": []} for on, quantity in items],
        "proration_behavior": "create_prorations",
    }


def scheduled(*phases: Any) -> Any:
    current = {"start_date": phases[0]["start_date"], "end_date": phases[0]["end_date"]}
    schedule = {"object": "subscription_schedule", "id": "sub_sched_1", "status": "active", "current_phase": current}
    return complete({**schedule, "phases": list(phases)}, None)


def decided(
    before: Any, after: Terms, at: item_change.At = "now", on: Any = None, item: int = 0
) -> tuple[str, str | None, str | None, str | None]:
    found = item_change.decide(before, on, before["items"]["data"][item], after, at)
    return found.action, found.drops_update, found.drops_schedule, found.schedule


WAITING = {"pending_update": {"subscription_items": [item(on=TEAM)]}}
PLANNED = scheduled(phase(NOW, END, (PRO, 1)), phase(END, 3_000, (TEAM, 1)))
JUST_ATTACHED = scheduled(phase(NOW, END, (PRO, 1)))
DONE = scheduled(phase(0, NOW, (TEAM, 1)), phase(NOW, END, (PRO, 1)))
DONE["current_phase"] = {"start_date": NOW, "end_date": END}


@pytest.mark.parametrize(
    ("what", "before", "after", "at", "on", "expected"),
    [
        ("another price", {}, TEAM, "now", None, ("now", None, None, None)),
        ("the same price", {}, PRO, "now", None, ("none", None, None, None)),
        ("what waits already", WAITING, TEAM, "now", None, ("wait", None, None, None)),
        ("another than what waits", WAITING, SOLO, "now", None, ("now", "in_1", None, None)),
        ("back from what waits", WAITING, PRO, "now", None, ("take_back", "in_1", None, None)),
        ("later what waits", WAITING, TEAM, "period-end", None, ("later", "in_1", None, None)),
        ("another price later", {}, TEAM, "period-end", None, ("later", None, None, None)),
        ("the same price later", {}, PRO, "period-end", None, ("none", None, None, None)),
        ("what is planned already", {}, TEAM, "period-end", PLANNED, ("none", None, None, None)),
        ("another than what is planned", {}, SOLO, "period-end", PLANNED, ("later", None, None, "sub_sched_1")),
        ("back from what is planned", {}, PRO, "period-end", PLANNED, ("take_back", None, "sub_sched_1", None)),
        ("stay now, with a plan", {}, PRO, "now", PLANNED, ("take_back", None, "sub_sched_1", None)),
        ("now what is planned", {}, TEAM, "now", PLANNED, ("now", None, "sub_sched_1", None)),
        (
            "cut off before the plan was written",
            {},
            TEAM,
            "period-end",
            JUST_ATTACHED,
            ("later", None, None, "sub_sched_1"),
        ),
        ("after the plan has come true", {}, PRO, "period-end", DONE, ("none", None, None, None)),
        ("on, after the plan has come true", {}, TEAM, "period-end", DONE, ("later", None, None, "sub_sched_1")),
    ],
)
def test_the_latest_command_decides(what: str, before: Any, after: str, at: Any, on: Any, expected: Any) -> None:
    attached = {"schedule": "sub_sched_1"} if on else {}
    assert decided(subscription(**before, **attached), Terms(after, 1), at, on) == expected


def test_items_keep_what_is_planned_for_each_other() -> None:
    before = subscription(item("si_1", PRO), item("si_2", TEAM), schedule="sub_sched_1")
    on = scheduled(phase(NOW, END, (PRO, 1), (TEAM, 1)), phase(END, 3_000, (PRO, 1), (TEAM, 5)))

    found = item_change.decide(before, on, before["items"]["data"][0], Terms(PRO, 3), "period-end")

    assert found.later == (Terms(PRO, 3), Terms(TEAM, 5))


@pytest.mark.parametrize("status", ["incomplete", "incomplete_expired", "canceled"])
def test_what_cannot_change_is_refused(status: str) -> None:
    with pytest.raises(OperationError):
        decided(subscription(status=status), Terms(TEAM, 1))


class TestSchedule:
    def test_keeps_the_current_phase_and_adds_what_follows(self) -> None:
        current = {
            **phase(NOW, END, (PRO, 2)),
            "discounts": [{"coupon": None, "discount": "di_1", "promotion_code": None}],
            "metadata": {"team": "blue"},
            "default_tax_rates": [{"id": "txr_1"}],
            "collection_method": None,
            "invoice_settings": {"days_until_due": None},
            "automatic_tax": {"enabled": True, "liability": None},
        }
        yearly = price(TEAM, interval="year")
        params = schedule.update_params(scheduled(current), [Terms(TEAM, 2)], END, yearly, restarts=True)

        shared = {
            "currency": "usd",
            "discounts": [{"discount": "di_1"}],
            "metadata": {"team": "blue"},
            "default_tax_rates": ["txr_1"],
            "automatic_tax": {"enabled": True},
        }
        first, second = params["phases"]
        assert first == {
            **shared,
            "start_date": NOW,
            "end_date": END,
            "items": [{"price": PRO, "quantity": 2}],
            "proration_behavior": "create_prorations",
        }
        assert second == {
            **shared,
            "items": [{"price": TEAM, "quantity": 2}],
            "proration_behavior": "none",
            "billing_cycle_anchor": "phase_start",
            "duration": {"interval": "year", "interval_count": 1},
        }
        assert params["end_behavior"] == "release"

    def test_an_item_that_stays_keeps_its_metadata(self) -> None:
        current = phase(NOW, END, (PRO, 1), (TEAM, 1))
        current["items"][1]["metadata"] = {"seat": "front"}

        params = schedule.update_params(scheduled(current), [Terms(SOLO, 1), Terms(TEAM, 2)], END, price(SOLO))

        assert params["phases"][1]["items"] == [
            {"price": SOLO, "quantity": 1},
            {"price": TEAM, "quantity": 2, "metadata": {"seat": "front"}},
        ]

    def test_keeps_who_is_paid_and_what_invoices_say(self) -> None:
        """What a phase leaves out the subscription loses when the phase begins."""
        kept = {
            "transfer_data": {"amount_percent": 10, "destination": "acct_1"},
            "billing_thresholds": {"amount_gte": 5000, "reset_billing_cycle_anchor": False},
            "automatic_tax": {"enabled": True, "liability": {"type": "account", "account": "acct_1"}},
            "invoice_settings": {"account_tax_ids": ["txi_1"], "custom_fields": [{"name": "PO", "value": "7"}]},
        }
        current = {
            **phase(NOW, END, (PRO, 1)),
            **kept,
            "transfer_data": {"amount_percent": 10, "destination": {"id": "acct_1", "object": "account"}},
            "automatic_tax": {**kept["automatic_tax"], "disabled_reason": None},
            "invoice_settings": {**kept["invoice_settings"], "footer": None, "issuer": {"type": "self"}},
        }
        current["items"][0]["billing_thresholds"] = {"usage_gte": 100}

        params = schedule.update_params(scheduled(current), [Terms(PRO, 2)], END, price(PRO))

        for one in params["phases"]:
            assert {name: one[name] for name in kept} == kept
            assert one["items"][0]["billing_thresholds"] == {"usage_gte": 100}

    def test_drops_the_phases_that_have_passed_and_that_were_planned(self) -> None:
        past = phase(0, NOW, (SOLO, 1))
        before = scheduled(past, phase(NOW, END, (PRO, 1)), phase(END, 3_000, (TEAM, 1)))
        before["current_phase"] = {"start_date": NOW, "end_date": END}

        params = schedule.update_params(before, [Terms(SOLO, 1)], END, price(SOLO))

        assert [one["items"][0]["price"] for one in params["phases"]] == [PRO, SOLO]


class TestTerms:
    def test_metered_prices_have_no_quantity(self) -> None:
        metered = price(TEAM, usage_type="metered")
        assert terms.new_terms(item(), metered, None) == Terms(TEAM, None)
        with pytest.raises(OperationError, match="metered"):
            terms.new_terms(item(), metered, 3)

    def test_a_licensed_price_after_a_metered_one_has_one(self) -> None:
        assert terms.new_terms(item(quantity=None), price(TEAM), None) == Terms(TEAM, 1)

    @pytest.mark.parametrize("name", ["si_2", TEAM, "team"])
    def test_an_item_is_named_by_its_id_or_its_price(self, name: str) -> None:
        second = {**item("si_2", TEAM), "price": price(TEAM, lookup_key="team")}
        assert terms.choose_item(subscription(item(), second), name) == second

    def test_an_item_that_is_not_there_is_refused_with_those_that_are(self) -> None:
        with pytest.raises(OperationError, match=r"it has: si_1 \(price_pro\)"):
            terms.choose_item(subscription(), "si_9")


@pytest.mark.parametrize(
    ("status", "interval", "expected"),
    [("active", "month", False), ("active", "year", True), ("trialing", "year", False)],
)
def test_another_interval_starts_a_new_period_outside_of_a_trial(status: str, interval: str, expected: bool) -> None:
    assert quote.restarts_period(subscription(status=status), price(PRO), price(TEAM, interval=interval)) is expected
