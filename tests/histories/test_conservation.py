"""Money is conserved: what was paid, is owed, waits or is left as a credit is what the time used is worth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.cli.sub.history import History, moment
from tests.conftest import Billing
from tests.histories.ledger import Ledger, Plan
from tests.soak import Soak
from tests.subscriptions.conftest import Shop

FIRST_OF_APRIL = moment("2026-04-01")
DAY, HOUR = 86400, 3600
PLANS = (
    Plan("small", 999, 1),
    Plan("middle", 2000, 1),
    Plan("large", 4000, 1),
    Plan("small-yearly", 10000, 12),
    Plan("large-yearly", 39900, 12),
)
PARTS = 4
"""Tests into which the histories are divided, for several cores."""
FEW, MANY = 10, 500
"""Histories of each part, in `make test` and in a soak."""

Proration = Literal["default", "create", "invoice"]


@dataclass(frozen=True)
class Change:
    """A change of an item after a wait of so many seconds; `item` and `plan` are numbers that choose."""

    after: int
    kind: Literal["price", "quantity", "add", "remove"]
    item: int
    plan: int
    quantity: int
    proration: Proration


waits = st.one_of(
    st.integers(1, 40).map(lambda days: days * DAY),
    st.integers(1, 40 * DAY),
    st.sampled_from([HOUR, 2 * HOUR, 30 * DAY, 30 * DAY + HOUR // 2, 365 * DAY]),
)
changes = st.builds(
    Change,
    waits,
    st.sampled_from(["price", "quantity", "add", "remove"]),
    st.integers(0, 3),
    st.integers(0, len(PLANS) - 1),
    st.integers(1, 7),
    st.sampled_from(["default", "create", "invoice"]),
)
ends = st.sampled_from(["--prorate", "--prorate --invoice-now", "--refund prorated", "--refund prorated --invoice-now"])
starts = st.integers(0, len(PLANS) - 1)


@dataclass
class Run:
    """A history beside its ledger."""

    history: History
    ledger: Ledger
    now: int

    def wait(self, seconds: int) -> None:
        self.now += seconds
        self.history.billing.ok("clock", "advance", self.history.clock, f"{seconds}s", "--local")

    def change(self, wanted: Change) -> None:
        """Make the change, where there is something to change, and write it down."""
        self.wait(wanted.after)
        keys = list(self.ledger.items)
        key, plan = keys[wanted.item % len(keys)], PLANS[wanted.plan]
        options = () if wanted.proration == "default" else ("--proration", wanted.proration)
        use = self.ledger.items[key]
        match wanted.kind:
            case "price" if plan.key not in self.ledger.items:
                self.history.json("change", "--item", key, "--price", plan.key, *options)
                self.ledger.stop(key, self.now)
                self.ledger.start(plan, use.quantity, self.now)
                if plan.months != use.plan.months:
                    self.ledger.restart(self.now)
            case "quantity" if wanted.quantity != use.quantity:
                self.history.json("change", "--item", key, "--quantity", str(wanted.quantity), *options)
                self.ledger.stop(key, self.now)
                self.ledger.start(use.plan, wanted.quantity, self.now)
            case "add" if plan.key not in self.ledger.items and plan.months == use.plan.months:
                self.history.json("change", "--add", f"{plan.key}:{wanted.quantity}", *options)
                self.ledger.start(plan, wanted.quantity, self.now)
            case "remove" if len(keys) > 1:
                self.history.json("change", "--remove", key, *options)
                self.ledger.stop(key, self.now)

    def account(self) -> tuple[int, int]:
        """Return what was paid, is owed, waits or is a credit, and of how many rounded lines it is made."""
        history, api = self.history, self.history.shop.api
        invoices = history.invoices()
        pending, _ = api.page("/v1/invoiceitems", {"customer": history.customer, "pending": True, "limit": 100})
        refunds = [one for one in api.page("/v1/refunds", {"limit": 100})[0] if one["charge"] in self._charges()]
        paid = sum(one["amount_paid"] for one in invoices) - sum(one["amount"] for one in refunds)
        drafts = sum(one["total"] for one in invoices if one["status"] == "draft")
        owed = sum(one["amount_remaining"] for one in invoices if one["status"] == "open")
        waiting = sum(item["amount"] for item in pending)
        lines = sum(one["lines"]["total_count"] for one in invoices) + len(pending) + len(refunds)
        return paid + drafts + owed + waiting + history.balance, lines

    def _charges(self) -> set[str]:
        found, _ = self.history.shop.api.page("/v1/charges", {"customer": self.history.customer, "limit": 100})
        return {charge["id"] for charge in found}


@pytest.mark.soak
@pytest.mark.literal
@pytest.mark.parametrize("part", range(PARTS))
def test_what_was_paid_is_what_the_time_used_is_worth(billing: Billing, shop: Shop, soak: Soak, part: int) -> None:
    prices = {
        plan.key: shop.price(
            shop.product(plan.key),
            lookup_key=plan.key,
            unit_amount=plan.amount,
            recurring={"interval": "month" if plan.months == 1 else "year"},
        )["id"]
        for plan in PLANS
    }

    @seed(soak.random.randrange(10**9))
    @settings(
        max_examples=MANY if soak.whole else FEW,
        database=None,
        suppress_health_check=list(HealthCheck),
        print_blob=False,
        phases=[Phase.generate],
    )
    @given(starts, st.lists(changes, max_size=6), waits, ends)
    def conserved(first: int, wanted: list[Change], last: int, end: str) -> None:
        history = History.begin(billing, shop, "2026-04-01")
        history.prices = prices
        history.start(PLANS[first].key)
        run = Run(history, Ledger(FIRST_OF_APRIL), FIRST_OF_APRIL)
        run.ledger.start(PLANS[first], 1, run.now)
        for change in wanted:
            run.change(change)
        run.wait(last)
        ended: Any = history.json("cancel", "--now", *end.split())
        kept = ended["refund"]["not_to_card"] if ended["refund"] else 0
        there, lines = run.account()
        worth = run.ledger.close(run.now)
        missing = worth - (there - kept)
        assert abs(missing) <= lines, f"{there} - {kept} on the account, worth {float(worth):.2f}"

    conserved()
