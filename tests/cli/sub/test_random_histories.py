"""Random histories of a subscription: what each command announced is what the account then shows, and money is conserved.

Prices are licensed and monthly; the price of the time used is counted here from dates alone, by no code of the local
Stripe's. A failure is found again with `--soak-seed`, and is named by the number of its history and its steps.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise

import pytest

from tests.cli.sub.history import History
from tests.conftest import Billing
from tests.soak import Soak
from tests.subscriptions.conftest import Shop

HOUR, DAY = 3600, 86400
IN_MAKE_TEST, IN_SOAK = 20, 1000


def month_starts() -> list[int]:
    from datetime import UTC, datetime

    months = [(2026 + number // 12, number % 12 + 1) for number in range(36)]
    return [int(datetime(year, month, 1, tzinfo=UTC).timestamp()) for year, month in months]


MONTHS = month_starts()


@dataclass
class Telling:
    """A history as it goes: `on` are the items by price key, with their quantities; `used` is the price of the time."""

    it: History
    random: random.Random
    keys: Sequence[str]
    now: int = MONTHS[0]
    on: dict[str, int] = field(default_factory=dict)
    amounts: dict[str, int] = field(default_factory=dict)
    used: Fraction = Fraction()
    following: dict[str, int] | None = None
    steps: list[str] = field(default_factory=list)

    def begin(self) -> None:
        for key in self.keys:
            self.amounts[key] = self.random.randrange(500, 9000)
            self.it.price(key, self.amounts[key] / 100)
        first = self.random.choice(self.keys)
        self.on = {first: 1}
        self.it.start(first)
        self.steps.append(f"{self.amounts} {first}")

    def move_on(self) -> None:
        """To a random moment, and past the next invoice, which is as it was announced."""
        target = self.now + self.random.randrange(HOUR, 40 * DAY)
        boundary = max(month for month in MONTHS if month <= target)
        target = max(target, boundary + 2 * HOUR)
        if self.following and self.following["at"] < target:
            self._advance(self.following["at"] + 2 * HOUR)
            assert self.it.invoices()[-1]["amount_due"] == self.following["amount"], self.steps
        self.following = None
        self._advance(max(target, self.now + 1))
        self.steps.append(f"at {self.now}")

    def _advance(self, target: int) -> None:
        cost = sum(self.amounts[key] * quantity for key, quantity in self.on.items())
        for start, end in pairwise(MONTHS):
            inside = min(target, end) - max(self.now, start)
            if inside > 0:
                self.used += Fraction(cost * inside, end - start)
        while self.now < target:
            self.now = min(target, self.now + 28 * DAY)
            self.it.shop.post(f"/v1/test_helpers/test_clocks/{self.it.clock}/advance", frozen_time=self.now)

    def change(self) -> None:
        """A random change: previewed, made, and compared with what the account shows."""
        options, after = self._random_change()
        if self.random.random() < 0.4:
            options = (*options, "--proration", self.random.choice(("create", "invoice")))
        self.steps.append(" ".join(options))
        shown = self.it.preview(*options)
        paid = sum(self.it.paid())
        record = self.it.json("change", *options)
        cost = record["cost"]
        assert shown["cost"] == cost, self.steps
        self.on = after
        if cost is None:
            return
        assert sum(self.it.paid()) - paid == cost["due_now"], self.steps
        if record["proration"] == "invoice":
            assert self.it.balance == cost["to_balance"], self.steps
        self.following = cost["next_invoice"]

    def _random_change(self) -> tuple[tuple[str, ...], dict[str, int]]:
        free = [key for key in self.keys if key not in self.on]
        item = self.random.choice(list(self.on))
        kind = self.random.choice(("price", "price", "quantity", "add" if free else "quantity", "remove"))
        if kind == "remove" and len(self.on) > 1:
            return ("--remove", item), {key: number for key, number in self.on.items() if key != item}
        if kind == "add":
            key = self.random.choice(free)
            return ("--add", key), {**self.on, key: 1}
        if kind == "quantity" or not free:
            number = self.random.randrange(1, 6)
            return ("--item", item, "--quantity", str(number)), {**self.on, item: number}
        key = self.random.choice(free)
        after = {key if one == item else one: number for one, number in self.on.items()}
        return ("--item", item, "--price", key), after

    def end(self) -> None:
        options = self.random.choice((("--refund", "prorated"), ("--prorate", "--invoice-now"), ("--prorate",)))
        self.steps.append(" ".join(options))
        record = self.it.json("cancel", "--now", *options)
        refund, final = record["refund"], record["final_invoice"]
        assert self._refunded() == (refund["amount"] if refund else 0), self.steps
        if final and "--invoice-now" in options:
            assert self.it.balance == final["to_balance"], self.steps
        if final and "--invoice-now" not in options:
            assert sum(self.it.pending()) == final["waits"], self.steps

    def _refunded(self) -> int:
        charges, _ = self.it.shop.api.page("/v1/charges", {"customer": self.it.customer, "limit": 100})
        return sum(charge["amount_refunded"] for charge in charges)

    def check_money(self) -> None:
        """What was paid, less what went back, with the balance and all that waits, is the price of the time used."""
        invoices = self.it.invoices()
        waiting = sum(one["amount_remaining"] for one in invoices if one["status"] in ("draft", "open"))
        there = sum(self.it.paid()) - self._refunded() + self.it.balance + sum(self.it.pending()) + waiting
        lines = sum(len(one["lines"]["data"]) for one in invoices) + len(self.it.pending())
        assert abs(there - self.used) <= lines, (there, float(self.used), lines, self.steps)


@pytest.mark.soak
def test_what_is_announced_happens_and_money_is_conserved(soak: Soak, billing: Billing, shop: Shop) -> None:
    for number in range(IN_SOAK if soak.whole else IN_MAKE_TEST):
        tell(billing, shop, number, random.Random(soak.random.random())).check_money()


def tell(billing: Billing, shop: Shop, number: int, chance: random.Random) -> Telling:
    keys = tuple(f"{letter}{number}" for letter in "abcd")
    telling = Telling(History.begin(billing, shop, "2026-01-01"), chance, keys, steps=[f"history {number}"])
    telling.begin()
    for _ in range(chance.randrange(1, 5)):
        telling.move_on()
        telling.change()
    telling.move_on()
    telling.end()
    return telling
