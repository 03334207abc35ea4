"""A subscription on a clock of its own, and what the account shows before and after a command."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from tests.cli.sub.history import History

HOUR = 3600
SETTLED = 2 * HOUR
"""How long after the end of a period its invoice is final and charged."""


@dataclass(frozen=True)
class Snapshot:
    """What the account shows at a moment: invoices, pending items and refunds by their ids, and the balance.

    `by_hand` are the pending items that are no prorations.
    """

    invoices: dict[str, Any]
    pending: dict[str, int]
    by_hand: frozenset[str]
    refunds: dict[str, int]
    balance: int

    @property
    def prorations(self) -> int:
        """What the prorations that wait come to."""
        return sum(amount for id, amount in self.pending.items() if id not in self.by_hand)

    def new_invoices(self, before: Snapshot) -> list[Any]:
        return [one for id, one in self.invoices.items() if id not in before.invoices]

    def newly_pending(self, before: Snapshot) -> int:
        return sum(amount for id, amount in self.pending.items() if id not in before.pending)

    def refunded(self, before: Snapshot) -> int:
        return sum(amount for id, amount in self.refunds.items() if id not in before.refunds)


@dataclass
class Observed:
    """`expected`: amount and date of the next invoice, as the last command announced them; None where it did not, or
    something happened since that changes it. `ending`: what was announced of the end that is to come."""

    history: History
    now: int
    expected: tuple[int, int] | None = None
    ending: Any = None
    done: list[str] = field(default_factory=list)

    @property
    def subscription(self) -> Any:
        return self.history.held

    @property
    def is_over(self) -> bool:
        return bool(self.subscription["ended_at"])

    def advance(self, until: int) -> None:
        if until > self.now:
            self.history.billing.ok("clock", "advance", self.history.clock, f"{until - self.now}s", "--local")
            self.now = until

    def run(self, *argv: str) -> Any:
        """Run a command on the subscription, and return its record."""
        self.done.append(" ".join(argv))
        command, *options = argv
        return self.history.json(command, *options)

    def preview(self, *argv: str) -> Any:
        return json.loads(
            self.history.billing.ok(
                "sub", argv[0], self.history.id, *argv[1:], "--preview", "--local", "--output", "json"
            ).out
        )

    def look(self) -> Snapshot:
        history, api = self.history, self.history.shop.api
        pending, _ = api.page("/v1/invoiceitems", {"customer": history.customer, "pending": True, "limit": 100})
        charges, _ = api.page("/v1/charges", {"customer": history.customer, "limit": 100})
        refunds = [
            one
            for charge in charges
            if charge["amount_refunded"]
            for one in api.page("/v1/refunds", {"charge": charge["id"]})[0]
        ]
        return Snapshot(
            {one["id"]: one for one in history.invoices()},
            {item["id"]: int(item["amount"]) for item in pending},
            frozenset(item["id"] for item in pending if not item["proration"]),
            {one["id"]: int(one["amount"]) for one in refunds},
            history.balance,
        )
