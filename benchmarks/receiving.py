"""Receiving events: verified, and durable when they are answered, at 64 connections.

Against an empty handler on the same server, measured in turns; of each the best of some rounds counts, since what
else the machine does at the time only ever slows one down. `Result` knows limits from above, so the ratio is told the
other way round: how many times as fast the empty handler is.

What stands in the way of more is one interpreter and two cores. Receiving an event costs the event loop about 30 µs
(the empty handler, which goes over ASGI, costs it 37), and the writer about as much again: on SQLite nearly all of it
SQLite's own, which writes each event's page to its log and copies it later; on PostgreSQL the server's. Loop, writer
and the load share two cores, and at 64 connections never more than 64 events are under way, so that a commit has about
32 and loop and writer also wait for each other. Several receivers on one PostgreSQL take more.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.load import Measured, drive, requests
from benchmarks.measure import Result
from tests.postgres import running_postgres

EVENTS = 6000
ROUNDS = 10
SHARE = {"SQLite": 0.6, "PostgreSQL": 0.5}
"""The least part of the empty handler's requests a second."""
P99_MS = 50.0
FAST_GAIN = 4 / 3
"""How many times as fast the fast way has to be as an ordinary route (`webhook_protocol.py`), or it is not worth it.

By the processor's time for an event, which is what limits both: other programs take no part in that.
"""
WORKING_SHARE = 0.5
"""The least part of what is received without a handler, while one works."""
WORKING_ROUNDS = 5
MEMORY_EVENTS = 60_000
MEMORY_MB = 10.0


@dataclass(frozen=True)
class Served:
    """A receiver in a process of its own."""

    port: int
    pid: int

    def load(self, count: int = EVENTS, per_second: float | None = None) -> Measured:
        measurement = drive(self.port, requests(count, uuid.uuid4().hex[:8]), per_second=per_second)
        if measurement.refused:
            raise SystemExit(f"{measurement.refused} of {count} events were refused")
        return measurement

    def processor_seconds(self) -> float:
        """Time that it has had processors."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def megabytes(self) -> float:
        """Memory that it has resident."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        raise SystemExit("no VmRSS")


@contextmanager
def served(store: str, *handler: str) -> Iterator[Served]:
    command = [sys.executable, "-m", "benchmarks.receiver_process", store, *handler]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield Served(int(process.stdout.readline()), process.pid)
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


def run() -> list[Result]:
    with ExitStack() as stack:
        directory = stack.enter_context(tempfile.TemporaryDirectory())
        postgres = stack.enter_context(running_postgres())
        postgres.execute("CREATE DATABASE bench")
        empty = stack.enter_context(served("empty"))
        stores = {"SQLite": f"{directory}/events.db", "PostgreSQL": postgres.url("bench")}
        ours = {name: stack.enter_context(served(store)) for name, store in stores.items()}
        results = [*_throughput(empty, ours), *_memory(ours["SQLite"])]
        postgres.execute("CREATE DATABASE working")
        stores = {"SQLite": f"{directory}/working.db", "PostgreSQL": postgres.url("working")}
        busy = {name: stack.enter_context(served(store, "noop")) for name, store in stores.items()}
        results += _beside_a_handler(ours, busy)
        stores = {"SQLite": f"{directory}/ordinary.db", "PostgreSQL": postgres.url("working")}
        ordinary = {name: stack.enter_context(served(store, "nobody", "route")) for name, store in stores.items()}
        return [*results, *_fast_way(ours, ordinary)]


def _throughput(empty: Served, ours: dict[str, Served]) -> Iterator[Result]:
    best = dict.fromkeys(("empty", *ours), 0.0)
    for _ in range(ROUNDS):
        for name, one in (("empty", empty), *ours.items()):
            best[name] = max(best[name], one.load().per_second)
    for name, one in ours.items():
        times = best["empty"] / best[name]
        detail = f"{best[name]:.0f} events/s, empty handler {best['empty']:.0f}: {1 / times:.2f} of it"
        yield Result(f"receive on {name}: empty handler as fast", times, 1 / SHARE[name], "x", detail).tell()
        half = min((one.load(per_second=best[name] / 2) for _ in range(3)), key=lambda load: load.percentile(99))
        p50 = half.percentile(50) * 1000
        detail = f"{best[name] / 2:.0f} events/s, p50 {p50:.1f} ms"
        yield Result(
            f"receive on {name}: p99 at half that load", half.percentile(99) * 1000, P99_MS, "ms", detail
        ).tell()


def _beside_a_handler(alone: dict[str, Served], busy: dict[str, Served]) -> Iterator[Result]:
    """Receiving while a handler works, against receiving with none."""
    for name in alone:
        best = {"alone": 0.0, "working": 0.0}
        for _ in range(WORKING_ROUNDS):
            for how, one in (("alone", alone[name]), ("working", busy[name])):
                best[how] = max(best[how], one.load().per_second)
        times = best["alone"] / best["working"]
        detail = f"{best['working']:.0f} events/s, without a handler {best['alone']:.0f}"
        yield Result(
            f"receive on {name} beside a handler: as fast without", times, 1 / WORKING_SHARE, "x", detail
        ).tell()


def _fast_way(fast: dict[str, Served], ordinary: dict[str, Served]) -> Iterator[Result]:
    """Posts past ASGI against an ordinary route, in turns."""
    for name in fast:
        ratios, costs = [], {"fast": 0.0, "ordinary": 0.0}
        for _ in range(ROUNDS):
            figures = {}
            for way, one in (("fast", fast[name]), ("ordinary", ordinary[name])):
                before = one.processor_seconds()
                figures[way] = one.load().per_second
                costs[way] += (one.processor_seconds() - before) / EVENTS / ROUNDS
            ratios.append(figures["fast"] / figures["ordinary"])
        costs_text = ", ".join(f"{way} {cost * 1e6:.0f} µs" for way, cost in costs.items())
        rates = f"{statistics.median(ratios):.2f} times the events a second, {min(ratios):.2f} to {max(ratios):.2f}"
        cheap = costs["fast"] / costs["ordinary"]
        yield Result(
            f"receive on {name}: fast way against a route", cheap, 1 / FAST_GAIN, "x", f"{costs_text}; {rates}"
        ).tell()


def _memory(one: Served, count: int = MEMORY_EVENTS) -> Iterator[Result]:
    """After as many events as the rounds sent, so that caches and pools are full."""
    before = one.megabytes()
    for _ in range(count // EVENTS):
        one.load()
    growth = one.megabytes() - before
    yield Result(f"memory over {count:,} events", growth, MEMORY_MB, "MB", f"{before:.0f} MB before").tell()


def million() -> None:
    """`python -m benchmarks.receiving`: memory over a million events, which takes minutes."""
    with tempfile.TemporaryDirectory() as directory, served(f"{directory}/events.db") as one:
        one.load(EVENTS)
        start = one.megabytes()
        for sent_count in range(0, 1_000_000, 20_000):
            one.load(20_000)
            if sent_count % 100_000 == 80_000:
                print(
                    f"{sent_count + 20_000:>9,} events  {one.megabytes():.1f} MB (began with {start:.1f})", flush=True
                )


if __name__ == "__main__":
    million()
