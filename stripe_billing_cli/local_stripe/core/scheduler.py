"""The scheduler of what happens by itself at a time to come: a renewal, a retry, the end of a trial.

Each job belongs to real time, or to a test clock; what Stripe does moments after its answer belongs to `SOON`. Those
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
from stripe_billing_cli.local_stripe.core.schema import SCHEMA_VERSION
from stripe_billing_cli.local_stripe.core.store import Store

REAL_TIME = ""
SOON = "soon"
"""Real time as well, and no later than the end of the next call that writes: so what follows an answer by moments has
happened by the time a program has done the next thing, however fast it is (`put_soon`)."""
SOON_SECONDS = 2
REAL_CLOCKS = (REAL_TIME, SOON)
DUE = f"SELECT {', '.join(['EXISTS (SELECT 1 FROM scheduled_jobs WHERE clock = ? AND due <= ?)'] * len(REAL_CLOCKS))}"
NO_LIMIT = 2**62
FIRST = "subscription_schedule.turn"
"""What goes before all else at its time: a renewal bills what the schedule's next phase has made of it."""


@dataclass(frozen=True)
class ScheduledJob:
    """A job that the scheduler does at `due`, in Unix seconds, to the object `id`: `name` is one of `Api.jobs`."""

    due: int
    name: str
    id: str


def put(store: Store, job: str, id: str, due: int | None, clock: str | None) -> None:
    """Plan a job, in place of the earlier one of this name for the object; `due` of None plans none."""
    if due is None:
        store.execute("DELETE FROM scheduled_jobs WHERE job = ? AND id = ?", job, id)
    else:
        store.execute(
            "INSERT OR REPLACE INTO scheduled_jobs (due, clock, job, id) VALUES (?, ?, ?, ?)",
            due,
            clock or REAL_TIME,
            job,
            id,
        )


def put_soon(store: Store, job: str, id: str, now: int, seconds: int = SOON_SECONDS) -> None:
    """Plan a job for moments after this call's answer. `now`: real time, in Unix seconds."""
    put(store, job, id, now + seconds, SOON)


def last(store: Store, clock: str) -> int:
    """Return the number of the newest job of a clock, 0 if there is none."""
    return int(store.row("SELECT coalesce(max(seq), 0) FROM scheduled_jobs WHERE clock = ?", clock)[0])


def due_clocks(store: Store, now: int) -> list[str]:
    """Return those clocks of real time on which something is due."""
    row = store.row(DUE, *(value for clock in REAL_CLOCKS for value in (clock, now)))
    return [clock for clock, due in zip(REAL_CLOCKS, row, strict=True) if due]


def first_due_in(path: Path) -> int | None:
    """Return when the next job of real time is due in a store's file, which is not opened as a store for it: 0 for a
    file of an earlier format, which is opened to be read."""
    with suppress(sqlite3.Error), closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as file:
        if file.execute("PRAGMA user_version").fetchone()[0] < SCHEMA_VERSION:
            return 0
        [due] = file.execute("SELECT min(due) FROM scheduled_jobs WHERE clock IN (?, ?)", REAL_CLOCKS).fetchone()
        return None if due is None else int(due)
    return None


def take(store: Store, clock: str, now: int, newest: int = NO_LIMIT) -> Iterator[ScheduledJob]:
    """Yield the jobs that are due, one at a time, each taken off before it is given: what it brings about may be due
    as well.

    `newest`: the number of the last job to be taken.
    """
    while row := store.row(
        "SELECT seq, due, job, id FROM scheduled_jobs WHERE clock = ? AND due <= ? AND seq <= ? "
        "ORDER BY due, job <> ?, seq LIMIT 1",
        clock,
        now,
        newest,
        FIRST,
    ):
        seq, due, name, id = row
        store.execute("DELETE FROM scheduled_jobs WHERE seq = ?", seq)
        yield ScheduledJob(due, name, id)


def forget(store: Store, clock: str) -> None:
    """Drop all that a test clock had to come."""
    store.execute("DELETE FROM scheduled_jobs WHERE clock = ?", clock)


def catch_up(call: Call, clock: str, until: int) -> None:
    """Carry out all that is due on a test clock, or in real time, up to `until`."""
    for job in take(call.store, clock, until):
        call.api.job(job.name)(clocks.by_itself(call, job.due, real=clock in REAL_CLOCKS), job.id)


def finish(call: Call, newest: int) -> None:
    """Carry out now what earlier calls left to be done moments later; `newest` is the number of their last job."""
    for job in take(call.store, SOON, call.real_now + SOON_SECONDS, newest):
        call.api.job(job.name)(clocks.by_itself(call, min(job.due, call.real_now), real=True), job.id)
