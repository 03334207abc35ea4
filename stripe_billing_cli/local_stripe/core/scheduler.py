"""The scheduler of what happens by itself at a time to come: a renewal, a retry, the end of a trial.

Each entry belongs to real time, or to a test clock; what Stripe does moments after its answer belongs to `SOON`. Those
that are due are carried out in the order of their times, so that a clock moved by days arrives at the same state as one
moved by months at once.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from stripe_billing_cli.local_stripe.core import clocks
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Store

REAL_TIME = ""
SOON = "soon"
"""Real time as well, and no later than the end of the next call that writes: so what follows an answer by moments has
happened by the time a program has done the next thing, however fast it is (`put_soon`)."""
SOON_SECONDS = 2
REAL_CLOCKS = (REAL_TIME, SOON)
DUE = f"SELECT {', '.join(['EXISTS (SELECT 1 FROM agenda WHERE clock = ? AND due <= ?)'] * len(REAL_CLOCKS))}"
NO_LIMIT = 2**62
FIRST = "subscription_schedule.turn"
"""What goes before all else at its time: a renewal bills what the schedule's next phase has made of it."""


@dataclass(frozen=True)
class Entry:
    """A job of the scheduler: at `due`, in Unix seconds, `what` happens to the object `id`."""

    due: int
    what: str
    id: str


def put(store: Store, what: str, id: str, due: int | None, clock: str | None) -> None:
    """Plan a job: there is at most one entry for each `what` of an object: the earlier one is replaced, by none for
    None.
    """
    if due is None:
        store.execute("DELETE FROM agenda WHERE what = ? AND id = ?", what, id)
    else:
        store.execute(
            "INSERT OR REPLACE INTO agenda (due, clock, what, id) VALUES (?, ?, ?, ?)",
            due,
            clock or REAL_TIME,
            what,
            id,
        )


def put_soon(store: Store, what: str, id: str, now: int, seconds: int = SOON_SECONDS) -> None:
    """Do `what` moments after this call's answer. `now`: real time, in Unix seconds."""
    put(store, what, id, now + seconds, SOON)


def last(store: Store, clock: str) -> int:
    """Return the number of the newest entry, 0 if there is none."""
    return int(store.row("SELECT coalesce(max(seq), 0) FROM agenda WHERE clock = ?", clock)[0])


def due_clocks(store: Store, now: int) -> list[str]:
    """Return those clocks of real time on which something is due."""
    row = store.row(DUE, *(value for clock in REAL_CLOCKS for value in (clock, now)))
    return [clock for clock, due in zip(REAL_CLOCKS, row, strict=True) if due]


def first_due_in(path: Path) -> int | None:
    """Return when the next job of real time is due in a store's file, which is not opened as a store for it."""
    with suppress(sqlite3.Error), closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as file:
        [due] = file.execute("SELECT min(due) FROM agenda WHERE clock IN (?, ?)", REAL_CLOCKS).fetchone()
        return None if due is None else int(due)
    return None


def take(store: Store, clock: str, now: int, newest: int = NO_LIMIT) -> Iterator[Entry]:
    """Yield what is due, one at a time, each taken off before it is given: what it brings about may be due as well.

    `newest`: the number of the last entry to be taken.
    """
    while row := store.row(
        "SELECT seq, due, what, id FROM agenda WHERE clock = ? AND due <= ? AND seq <= ? "
        "ORDER BY due, what <> ?, seq LIMIT 1",
        clock,
        now,
        newest,
        FIRST,
    ):
        seq, due, what, id = row
        store.execute("DELETE FROM agenda WHERE seq = ?", seq)
        yield Entry(due, what, id)


def forget(store: Store, clock: str) -> None:
    """Drop all that a test clock had to come."""
    store.execute("DELETE FROM agenda WHERE clock = ?", clock)


def catch_up(call: Call, clock: str, until: int) -> None:
    """Carry out all that is due on a test clock, or in real time, up to `until`."""
    for entry in take(call.store, clock, until):
        call.api.job(entry.what)(clocks.by_itself(call, entry.due, real=clock in REAL_CLOCKS), entry.id)


def finish(call: Call, newest: int) -> None:
    """Carry out now what earlier calls left to be done moments later; `newest` is the number of their last entry."""
    for entry in take(call.store, SOON, call.real_now + SOON_SECONDS, newest):
        call.api.job(entry.what)(clocks.by_itself(call, min(entry.due, call.real_now), real=True), entry.id)
