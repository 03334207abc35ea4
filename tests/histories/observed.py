"""A subscription on a clock of its own, and what the account shows before and after a command."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from tests.cli.sub.history import History
from tests.conftest import Ran

HOUR, DAY = 3600, 86400
SETTLED = 2 * HOUR
"""How long after the end of a period its invoice is final and charged."""


@dataclass(frozen=True)
class Snapshot:
    """What the account shows at a moment: the subscription, invoices, pending items and refunds by their ids, and the
    balance. `by_hand` are the pending items that are no prorations."""

    subscription: Any
    invoices: dict[str, Any]
    pending: dict[str, int]
    by_hand: frozenset[str]
    refunds: dict[str, int]
    balance: int

    @property
    def prorations(self) -> int:
        """Return what the prorations that wait come to."""
        return sum(amount for id, amount in self.pending.items() if id not in self.by_hand)

    @property
    def money(self) -> Any:
        """Return what a command that changes nothing leaves as it is."""
        open_amounts = {id: (one["status"], one["amount_remaining"]) for id, one in self.invoices.items()}
        return open_amounts, self.pending, self.refunds, self.balance

    @property
    def terms(self) -> Any:
        """Return what the subscription is on, and until when."""
        items = [(one["price"]["id"], one.get("quantity")) for one in self.subscription["items"]["data"]]
        return items, self.subscription["cancel_at"], self.subscription["trial_end"], self.subscription["discounts"]

    def new_invoices(self, before: Snapshot) -> list[Any]:
        """Oldest first."""
        return [one for id, one in self.invoices.items() if id not in before.invoices]

    def newly_pending(self, before: Snapshot) -> list[int]:
        return [amount for id, amount in self.pending.items() if id not in before.pending]


@dataclass(frozen=True)
class Outcome:
    """A command that ended: its record, if it printed one, its error, if it failed, and what it said to people."""

    code: int
    record: Any
    error: Any
    said: str

    @classmethod
    def read(cls, ran: Ran) -> Outcome:
        record = json.loads(ran.out) if ran.out.strip() else None
        return cls(ran.code, record, ran.error if ran.code else None, " ".join(ran.err.split()))


@dataclass(frozen=True)
class Upcoming:
    """The next invoice as it was announced; `amount` is 0 where none was to come."""

    amount: int
    at: int


@dataclass
class Ending:
    """An end that was announced: its record, and the account before it. `is_sure`: nothing happened since that changes
    what it bills."""

    record: Any
    before: Snapshot
    at: int
    is_sure: bool = True


@dataclass
class Observed:
    """`expected`: the next invoice, as the last command announced it; None where it did not, or something happened
    since that changes it. `ending`: the end that is to come. `may_fail`: the card is one that is declined."""

    history: History
    now: int
    expected: Upcoming | None = None
    ending: Ending | None = None
    may_fail: bool = False
    done: list[str] = field(default_factory=list)

    @property
    def subscription(self) -> Any:
        return self.history.subscription

    @property
    def items(self) -> list[Any]:
        return list(self.subscription["items"]["data"])

    @property
    def keys(self) -> list[str]:
        return [item["price"]["lookup_key"] for item in self.items]

    @property
    def period_end(self) -> int:
        """Return when the first period of its items ends."""
        return min(int(item["current_period_end"]) for item in self.items)

    @property
    def is_over(self) -> bool:
        return bool(self.subscription["ended_at"])

    def advance(self, until: int) -> None:
        """Go on, in steps that a test clock takes: two intervals at most."""
        while until > self.now:
            is_weekly = any(item["price"]["recurring"]["interval"] == "week" for item in self.items)
            self.now = min(until, self.now + (13 if is_weekly else 55) * DAY)
            self.history.shop.post(f"/v1/test_helpers/test_clocks/{self.history.clock}/advance", frozen_time=self.now)

    def run(self, command: str, *options: str) -> Outcome:
        """Run a command on the subscription."""
        self.done.append(" ".join((command, *options)))
        return Outcome.read(self.history.run(command, *options, "--yes", "--output", "json"))

    def preview(self, command: str, *options: str) -> Outcome:
        return Outcome.read(self.history.run(command, *options, "--preview", "--output", "json"))

    def forget(self) -> None:
        """What was announced of the next invoice, and of the end, is not certain any more."""
        self.expected = None
        if self.ending is not None:
            self.ending.is_sure = False

    def look(self) -> Snapshot:
        history, api = self.history, self.history.shop.api
        items, more = api.page("/v1/invoiceitems", {"customer": history.customer, "pending": True, "limit": 100})
        assert not more
        charges, _ = api.page("/v1/charges", {"customer": history.customer, "limit": 100})
        refunds = [
            one
            for charge in charges
            if charge["amount_refunded"]
            for one in api.page("/v1/refunds", {"charge": charge["id"]})[0]
        ]
        return Snapshot(
            self.subscription,
            {one["id"]: one for one in history.invoices()},
            {item["id"]: int(item["amount"]) for item in items},
            frozenset(item["id"] for item in items if not item["proration"]),
            {one["id"]: int(one["amount"]) for one in refunds},
            history.balance,
        )
