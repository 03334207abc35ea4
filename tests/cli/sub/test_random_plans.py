"""Random histories over several intervals, with discounts, scheduled changes and ends to come: what is announced happens."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.cli.sub.history import HOUR, History, moment
from tests.conftest import Billing
from tests.soak import Soak
from tests.subscriptions.conftest import Shop

DAY = 86400
IN_MAKE_TEST, IN_SOAK = 15, 1000
INTERVALS = {"week": "week", "month": "month", "month2": "month", "year": "year"}
COUPONS: dict[str, dict[str, Any]] = {
    "FOREVER": {"percent_off": 50, "duration": "forever"},
    "ONCE": {"percent_off": 25, "duration": "once"},
}


@dataclass
class Telling:
    it: History
    random: random.Random
    number: int
    now: int = moment("2026-01-01")
    following: dict[str, int] | None = None
    steps: list[str] = field(default_factory=list)

    def begin(self) -> None:
        for name, interval in INTERVALS.items():
            self.it.price(f"{name}-{self.number}", self.random.randrange(5, 300), interval)
        first = self.random.choice(list(self.it.prices))
        coupon = self.random.choice((None, *COUPONS))
        self.it.start(first, **({"discounts": [{"coupon": coupon}]} if coupon else {}))
        self.steps.append(f"history {self.number}: {first} {coupon}")

    def move_on(self) -> None:
        """To a random moment; past the next invoice, where it was announced, and often just so far."""
        if self.following and self.random.random() < 0.5:
            self._advance(self.following["at"] + 2 * HOUR)
            newest = self.it.invoices()[-1]
            assert newest["amount_due"] == self.following["amount"], (newest["amount_due"], self.following, self.steps)
        self.following = None
        self._advance(self.now + self.random.randrange(2 * HOUR, 20 * DAY))
        self.steps.append(f"at {self.now}")

    def _advance(self, target: int) -> None:
        while self.now < target:
            self.now = min(target, self.now + 12 * DAY)
            self.it.shop.post(f"/v1/test_helpers/test_clocks/{self.it.clock}/advance", frozen_time=self.now)

    def change(self) -> None:
        options = ["--price", self.random.choice(list(self.it.prices))]
        if self.random.random() < 0.25:
            options += ["--at", "period-end"]
        elif self.random.random() < 0.4:
            options += ["--proration", self.random.choice(("create", "invoice", "none"))]
        self.steps.append(" ".join(options))
        shown = self.it.preview(*options)
        paid = sum(self.it.paid())
        record = self.it.json("change", *options)
        cost = record["cost"]
        assert shown["cost"] == cost, self.steps
        if cost is None:
            return
        assert sum(self.it.paid()) - paid == cost["due_now"], (cost, self.steps)
        if record["proration"] == "invoice":
            assert self.it.balance == cost["to_balance"], self.steps
        self.following = cost["next_invoice"]

    def end(self) -> None:
        """With the period, at a date in it, or in a later one: what was announced is what comes."""
        [item] = self.it.held["items"]["data"]
        at = self.random.choice((None, item["current_period_end"] - HOUR * 3, item["current_period_end"] + 5 * DAY))
        options = [] if at is None else ["--at", str(at)]
        if at is not None and self.random.random() < 0.5:
            options.append("--prorate")
        self.steps.append("cancel " + " ".join(options))
        before, balance = len(self.it.invoices()), self.it.balance
        record = self.it.json("cancel", *options)
        self._advance(record["ends"] + 2 * HOUR)
        assert self.it.held["status"] == "canceled", self.steps
        due = [one["amount_due"] for one in self.it.invoices()[before:]]
        announced = [one["amount"] for one in record["renewals"]]
        final = record["final_invoice"]
        if final is not None:
            announced.append(final["due_now"])
        assert due[: len(announced)] == announced, (due, announced, "; ".join(self.steps), record)
        if final is not None and not record["renewals"]:
            assert self.it.balance == final["to_balance"], self.steps
        elif not announced:
            assert (due, self.it.balance) == ([], balance), self.steps


@pytest.mark.soak
def test_what_is_announced_happens(soak: Soak, billing: Billing, shop: Shop) -> None:
    for name, coupon in COUPONS.items():
        shop.post("/v1/coupons", id=name, **coupon)
    for number in range(IN_SOAK if soak.whole else IN_MAKE_TEST):
        telling = Telling(History.begin(billing, shop, "2026-01-01"), random.Random(soak.random.random()), number)
        telling.begin()
        for _ in range(telling.random.randrange(1, 4)):
            telling.move_on()
            telling.change()
        telling.move_on()
        telling.end()
