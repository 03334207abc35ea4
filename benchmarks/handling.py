"""Handling events, each customer's in order: 5,000 of 500 customers, with 16 calls at once.

On PostgreSQL beside two queues made for it (`queues.py`), and on both databases beside what the calls cost alone: the
same HTTP client posting to the same sink, and the bare starting of `true`. All in one run, in turns; of each the best
of some rounds counts, since what else the machine does at the time only ever slows one down.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.measure import Result
from benchmarks.queues import post_once
from stripe_billing_cli.events.actions.spec import Action
from stripe_billing_cli.events.event import Event
from stripe_billing_cli.events.handlers import Handler
from stripe_billing_cli.events.store import open_store
from stripe_billing_cli.listener.dispatcher import Dispatcher
from tests.postgres import PostgresServer, running_postgres

EVENTS, CUSTOMERS, AT_ONCE = 5000, 500, 16
ROUNDS = 3
PAYLOAD = '{"object": "event", "padding": "' + "x" * 3000 + '"}'
SPAWNED = 1500
NOOP_OVER_PGQUEUER = 1.3
SHARE_OF_CLIENT = 0.6
SHARE_OF_SPAWNING = 0.5


@dataclass
class Best:
    """The most jobs a second that each has done in some round."""

    figures: dict[str, float] = field(default_factory=dict)

    def note(self, name: str, figure: float) -> None:
        self.figures[name] = max(self.figures.get(name, 0.0), figure)

    def __getitem__(self, name: str) -> float:
        return self.figures[name]


def run() -> list[Result]:
    best = Best()
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        postgres = stack.enter_context(running_postgres())
        sink = stack.enter_context(running_sink())
        for _ in range(ROUNDS):
            _round(best, directory, postgres, sink)
    return list(_results(best))


def _round(best: Best, directory: Path, postgres: PostgresServer, sink: str) -> None:
    for name in ("pgqueuer", "procrastinate"):
        best.note(f"{name} noop", _queue(name, _database(postgres), "noop", ""))
    best.note("client", _client_alone(sink))
    best.note("spawning", _spawning_alone())
    for database in ("PostgreSQL", "SQLite"):
        for kind, actions in (
            ("noop", []),
            ("post", [Action("forward", sink)]),
            ("exec", [Action("exec", "true")]),
        ):
            store = str(directory / f"{uuid.uuid4().hex}.db") if database == "SQLite" else _database(postgres)
            best.note(f"{database} {kind}", handled_a_second(store, actions))


def _results(best: Best) -> Iterator[Result]:
    pgqueuer, client, spawn_rate = best["pgqueuer noop"], best["client"], best["spawning"]
    others = f"pgqueuer {pgqueuer:.0f}/s, procrastinate {best['procrastinate noop']:.0f}/s"
    for database, share in (("PostgreSQL", NOOP_OVER_PGQUEUER), ("SQLite", 1.0)):
        ours = best[f"{database} noop"]
        yield _at_least(f"handle on {database}, no-op: pgqueuer as fast", pgqueuer, ours, share, others)
        ours = best[f"{database} post"]
        yield _at_least(f"forward on {database}: the client alone as fast", client, ours, SHARE_OF_CLIENT, "")
        ours = best[f"{database} exec"]
        yield _at_least(f"exec on {database}: spawning alone as fast", spawn_rate, ours, SHARE_OF_SPAWNING, "")


def _at_least(name: str, theirs: float, ours: float, share: float, more: str) -> Result:
    detail = f"{ours:.0f} events/s, {theirs:.0f}: {ours / theirs:.2f} of it {more}"
    return Result(name, theirs / ours, 1 / share, "x", detail).tell()


def handled_a_second(store: str, actions: list[Action], *, first: int = 0) -> float:
    """Events a second, from the start of the workers to the last end that is in the store; without actions, no-ops.

    The events are numbered from `first`: a store takes each number once.
    """
    ended, last = threading.Event(), EVENTS
    rest = [last]

    def count(outcome: object) -> None:
        rest[0] -= 1
        if not rest[0]:
            ended.set()

    more = [] if actions else [Handler("noop", lambda event, delivery: None)]
    with open_store(store) as event_store:
        dispatcher = Dispatcher(
            event_store, None, actions=actions, forward_secret="whsec_" + "x" * 32, more=more, on_outcome=count
        )
        if not actions:
            dispatcher.workers[0].threads = AT_ONCE
        event_store.events.record([_event(number) for number in range(first, first + EVENTS)], dispatcher.route)
        start = time.perf_counter()
        dispatcher.start()
        if not ended.wait(300):
            raise SystemExit(f"{rest[0]} of {EVENTS} events were not handled")
        took = time.perf_counter() - start
        dispatcher.stop()
    return EVENTS / took


def _event(number: int) -> Event:
    customer = f"cus_{number % CUSTOMERS}"
    return Event(f"evt_{number}", "invoice.paid", 1_700_000_000 + number, False, PAYLOAD, customer=customer)


def _database(postgres: PostgresServer) -> str:
    name = f"b{uuid.uuid4().hex[:12]}"
    postgres.execute(f"CREATE DATABASE {name}")
    return postgres.url(name)


def _queue(name: str, url: str, kind: str, sink: str) -> float:
    command = [sys.executable, "-m", "benchmarks.queues", name, url, str(EVENTS), str(CUSTOMERS), kind, sink]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    if ran.returncode:
        raise SystemExit(f"{name} failed:\n{ran.stderr[-2000:]}")
    return float(ran.stdout.split()[-1])


def _client_alone(sink: str) -> float:
    return _a_second(lambda: post_once(sink, PAYLOAD.encode()), EVENTS)


def _spawning_alone() -> float:
    return _a_second(lambda: subprocess.run(["true"], check=True), SPAWNED)


def _a_second(act: Callable[[], object], count: int) -> float:
    with ThreadPoolExecutor(AT_ONCE) as threads:
        start = time.perf_counter()
        for future in [threads.submit(act) for _ in range(count)]:
            future.result()
        return count / (time.perf_counter() - start)


@contextmanager
def running_sink() -> Iterator[str]:
    """A server, in a process of its own, that answers every post with 200."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.receiver_process", "empty"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}/webhook"
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()
