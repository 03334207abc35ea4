"""What happens by itself at a time to come: a renewal, a retry, the end of a trial.

Each entry belongs to real time, or to a test clock; those that are due are carried out in the order of their times,
so that a clock moved by days arrives at the same state as one moved by months at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from stripe_billing_cli.local_stripe.store import Store

REAL_TIME = ""
FIRST = "subscription_schedule.turn"
"""What goes before all else at its time: a renewal bills what the schedule's next phase has made of it."""


@dataclass(frozen=True)
class Entry:
    """At `due`, in Unix seconds, `what` happens to the object `id`."""

    due: int
    what: str
    id: str


def put(store: Store, what: str, id: str, due: int | None, clock: str | None) -> None:
    """At most one entry for each `what` of an object: the earlier one is replaced, by none for None."""
    store.execute("DELETE FROM agenda WHERE what = ? AND id = ?", what, id)
    if due is not None:
        store.execute(
            "INSERT INTO agenda (due, clock, what, id) VALUES (?, ?, ?, ?)", due, clock or REAL_TIME, what, id
        )


def is_due(store: Store, clock: str, now: int) -> bool:
    return store.row("SELECT 1 FROM agenda WHERE clock = ? AND due <= ? LIMIT 1", clock, now) is not None


def take(store: Store, clock: str, now: int) -> Iterator[Entry]:
    """What is due, one at a time, each taken off before it is given: what it brings about may be due as well."""
    while row := store.row(
        "SELECT seq, due, what, id FROM agenda WHERE clock = ? AND due <= ? ORDER BY due, what <> ?, seq LIMIT 1",
        clock,
        now,
        FIRST,
    ):
        seq, due, what, id = row
        store.execute("DELETE FROM agenda WHERE seq = ?", seq)
        yield Entry(due, what, id)


def forget(store: Store, clock: str) -> None:
    """Drop all that a test clock had to come."""
    store.execute("DELETE FROM agenda WHERE clock = ?", clock)
