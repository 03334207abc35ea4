"""Money is conserved: what was paid, is owed, waits or is left as a credit is what the time used is worth.

Of licensed prices with prorations, whatever is changed until the end, which credits or refunds what is unused. Each
line is rounded by itself, to a minor unit. How a failure is found again: `test_announced.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import pytest
from hypothesis import given, seed
from hypothesis import strategies as st

from tests.cli.sub.history import History
from tests.conftest import Billing
from tests.histories.ledger import Ledger, Plan
from tests.histories.observed import Outcome
from tests.local_stripe.life import moment
from tests.soak import Soak
from tests.subscriptions.conftest import Shop

FIRST_OF_APRIL = moment("2026-04-01")
DAY, HOUR = 86400, 3600
PLANS = (
    Plan("small", 999, "month"),
    Plan("middle", 2000, "month"),
    Plan("large", 4000, "month"),
    Plan("odd", 1733, "month"),
    Plan("small-yearly", 10000, "year"),
    Plan("large-yearly", 39900, "year"),
    Plan("weekly", 701, "week"),
)
HOP = 13 * DAY
"""How far a test clock may go at once where something is billed weekly: two intervals at most."""
PARTS = 4
"""Tests into which the histories are divided, for several cores."""
FEW, MANY = 6, 500
"""Histories of each part, in `make test` and in a soak."""

Proration = Literal["default", "create", "invoice"]
Kind = Literal["price", "quantity", "add", "remove", "later", "restart"]


@dataclass(frozen=True)
class Change:
    """A change of an item after a wait of so many seconds; `item` and `plan` are numbers that choose.

    `declined`: with a card that is declined, so that what costs something is not done.
    """

    after: int
    kind: Kind
    item: int
    plan: int
    quantity: int
    proration: Proration
    declined: bool


@dataclass(frozen=True)
class End:
    """`after`: how many seconds after the command it ends, 0 for now."""

    options: str
    after: int = 0


waits = st.one_of(
    st.integers(1, 40).map(lambda days: days * DAY),
    st.integers(1, 40 * DAY),
    st.sampled_from([HOUR, 2 * HOUR, 30 * DAY, 30 * DAY + HOUR // 2, 365 * DAY]),
)
changes = st.builds(
    Change,
    waits,
    st.sampled_from(["price", "price", "quantity", "add", "remove", "later", "restart"]),
    st.integers(0, 3),
    st.integers(0, len(PLANS) - 1),
    st.integers(1, 7),
    st.sampled_from(["default", "create", "invoice"]),
    st.sampled_from([False, False, False, True]),
)
ends = st.one_of(
    st.builds(
        End,
        st.sampled_from(
            [
                "--now --prorate",
                "--now --prorate --invoice-now",
                "--now --refund prorated",
                "--now --refund prorated --invoice-now",
            ]
        ),
    ),
    st.builds(End, st.just("--prorate"), st.integers(HOUR, 70 * DAY)),
    st.just(End("")),
)
starts = st.integers(0, len(PLANS) - 1)


@dataclass
class Run:
    """A history beside its ledger."""

    history: History
    ledger: Ledger
    now: int

    def advance(self, until: int) -> None:
        while self.now < until:
            self.now = min(until, self.now + HOP)
            path = f"/v1/test_helpers/test_clocks/{self.history.clock}/advance"
            self.history.shop.post(path, frozen_time=self.now)

    def change(self, wanted: Change) -> None:
        """Make the change, where there is something to change, and write it down."""
        self.advance(self.now + wanted.after)
        keys = list(self.ledger.items)
        key, plan = keys[wanted.item % len(keys)], PLANS[wanted.plan]
        use = self.ledger.items[key]
        is_new = plan.key not in self.ledger.items
        fits = all((one.plan.interval == "week") == (plan.interval == "week") for one in self.ledger.items.values())
        match wanted.kind:
            case "price" if is_new and (fits or len(keys) == 1):
                if self._did(wanted, "--item", key, "--price", plan.key):
                    self._replace(key, plan, self.now)
            case "quantity" if wanted.quantity != use.quantity:
                if self._did(wanted, "--item", key, "--quantity", str(wanted.quantity)):
                    self.ledger.stop(key, self.now)
                    self.ledger.start(use.plan, wanted.quantity, self.now)
            case "add" if is_new and fits:
                if self._did(wanted, "--add", f"{plan.key}:{wanted.quantity}"):
                    self.ledger.start(plan, wanted.quantity, self.now)
            case "remove" if len(keys) > 1:
                if self._did(wanted, "--remove", key):
                    self.ledger.stop(key, self.now)
            case "later" if is_new and len(keys) == 1:
                self.history.json("change", "--price", plan.key, "--at", "period-end")
                ends = self.ledger.period_end(key, self.now)
                self.advance(ends + 2 * HOUR)
                self._replace(key, plan, ends)
            case "restart" if self._restarts():
                if self._did(wanted, "--restart-period"):
                    self.ledger.restart(self.now)

    def _restarts(self) -> bool:
        """Return whether no period began within a day, which would not begin another."""
        items = self.history.subscription["items"]["data"]
        return self.now - min(int(item["current_period_start"]) for item in items) >= DAY

    def _replace(self, key: str, plan: Plan, at: int) -> None:
        use = self.ledger.items[key]
        self.ledger.stop(key, at)
        self.ledger.start(plan, use.quantity, at)
        if plan.interval != use.plan.interval:
            self.ledger.restart(at)

    def _did(self, wanted: Change, *options: str) -> bool:
        """Return whether the change was made: one that costs something is not, with a card that is declined."""
        if wanted.kind == "restart":
            options = (*options, "--proration", "invoice")
        elif wanted.proration != "default":
            options = (*options, "--proration", wanted.proration)
        if wanted.declined:
            self.history.use_card("pm_card_chargeCustomerFail")
        ran = Outcome.read(self.history.run("change", *options, "--yes", "--output", "json"))
        if wanted.declined:
            self.history.use_card("pm_card_visa")
        if ran.code:
            waits = self.history.subscription["pending_update"] is not None  # the same change, declined before
            assert (wanted.declined or waits) and ran.error["kind"] == "payment_failed", ran.error
        return ran.code == 0

    def end(self, end: End) -> Any:
        """End it, and go to its end; the record of the command."""
        at = ("--at", str(self.now + end.after)) if end.after else ()
        ended = self.history.json("cancel", *end.options.split(), *at)
        if ended["ends"] > self.now:
            self.advance(ended["ends"] + 2 * HOUR)
        assert self.history.subscription["ended_at"] == ended["ends"]
        return ended

    def account(self) -> tuple[int, int]:
        """Return what was paid, is owed, waits or is a credit, and of how many rounded lines it is made."""
        history, api = self.history, self.history.shop.api
        invoices = [one for one in history.invoices() if one["status"] != "void"]
        pending = self._listed("/v1/invoiceitems", pending=True)
        charges = {charge["id"] for charge in self._listed("/v1/charges")}
        refunds = [one for page in api.pages("/v1/refunds", {}) for one in page if one["charge"] in charges]
        paid = sum(one["amount_paid"] for one in invoices) - sum(one["amount"] for one in refunds)
        drafts = sum(one["total"] for one in invoices if one["status"] == "draft")
        owed = sum(one["amount_remaining"] for one in invoices if one["status"] == "open")
        waiting = sum(item["amount"] for item in pending)
        lines = sum(one["lines"]["total_count"] for one in invoices) + len(pending) + len(refunds)
        return paid + drafts + owed + waiting + history.balance, lines

    def _listed(self, path: str, **params: Any) -> list[Any]:
        pages = self.history.shop.api.pages(path, {"customer": self.history.customer, **params})
        return [one for page in pages for one in page]


@pytest.mark.soak
@pytest.mark.literal
@pytest.mark.parametrize("part", range(PARTS))
def test_what_was_paid_is_what_the_time_used_is_worth(billing: Billing, shop: Shop, soak: Soak, part: int) -> None:
    prices = {
        plan.key: shop.price(
            shop.product(plan.key),
            lookup_key=plan.key,
            unit_amount=plan.amount,
            recurring={"interval": plan.interval},
        )["id"]
        for plan in PLANS
    }

    @seed(soak.random.randrange(10**9))
    @soak.examples(FEW, MANY)
    @given(starts, st.lists(changes, max_size=6), waits, ends)
    def conserved(first: int, wanted: list[Change], last: int, end: End) -> None:
        history = History.begin(billing, shop, "2026-04-01")
        history.prices = prices
        history.start(PLANS[first].key)
        run = Run(history, Ledger(FIRST_OF_APRIL), FIRST_OF_APRIL)
        run.ledger.start(PLANS[first], 1, run.now)
        for change in wanted:
            run.change(change)
        run.advance(run.now + last)
        ended = run.end(end)
        kept = ended["refund"]["not_to_card"] if ended["refund"] else 0
        there, lines = run.account()
        worth = run.ledger.close(ended["ends"])
        missing = worth - (there - kept)
        assert abs(missing) <= lines, f"{there} - {kept} on the account, worth {float(worth):.2f}"

    conserved()
