"""What things cost with a million handled events in the store, against an empty one: on SQLite and on PostgreSQL.

python -m benchmarks full_store
"""

from __future__ import annotations

import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import sqlalchemy as sa

from benchmarks.handling import handled_a_second
from benchmarks.measure import Result
from stripe_billing_cli.events.event import Event
from stripe_billing_cli.events.store import Access, Filter, Store, open_store
from stripe_billing_cli.listener.listener_metrics import ListenerMetrics
from tests.postgres import running_postgres

HANDLED = 1_000_000
TIMES = 1.3
"""How many times as much as on an empty store a thing may cost."""
FEWEST_MS = 2.0
"""What costs less than this more is not told apart from what else the machine does."""
REPEATS = 40

_ROWS = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})",
    "postgresql": "WITH n(i) AS (SELECT generate_series(1, {count}))",
}
_EVENTS = (
    "INSERT INTO events (id, type, created, livemode, customer, object, object_id, thin, payload, source, received_at)"
    " {rows} SELECT 'evt_old_' || i, 'invoice.paid', 1600000000 + i, {no}, 'cus_' || (i % 20000), 'invoice',"
    " 'in_' || i, {no}, '{{}}', 'webhook', 1600000000.0 + i FROM n"
)
_DELIVERIES = (
    "INSERT INTO deliveries (event, handler, customer_queue, created, status, attempts, due, finished_at, waiting)"
    " {rows} SELECT 'evt_old_' || i, 'noop', 'cus_' || (i % 20000), 1600000000 + i, 'done', 1, 1600000000.0 + i,"
    " 1600000001.0 + i, {no} FROM n"
)


def run() -> list[Result]:
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        postgres = stack.enter_context(running_postgres())
        for name in ("nothing", "million"):
            postgres.execute(f"CREATE DATABASE {name}")
        stores = {
            "SQLite": (str(directory / "empty.db"), str(directory / "full.db")),
            "PostgreSQL": (postgres.url("nothing"), postgres.url("million")),
        }
        return [result for name, (empty, full) in stores.items() for result in _compare(name, empty, full)]


def fill(store: Store, count: int = HANDLED) -> None:
    """Write so many handled events down, in the database itself."""
    with store.transaction() as transaction:
        dialect = transaction.dialect.name
        values = {"rows": _ROWS[dialect].format(count=count), "no": "0" if dialect == "sqlite" else "FALSE"}
        for statement in (_EVENTS, _DELIVERIES):
            transaction.execute(sa.text(statement.format(**values)))
    if store.shared:
        with store._database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for statement in ("VACUUM ANALYZE", "CHECKPOINT"):  # what the server would do meanwhile
                connection.execute(sa.text(statement))


def _compare(name: str, empty: str, full: str) -> Iterator[Result]:
    with open_store(full) as store:
        fill(store)
    costs: dict[str, list[float]] = {}
    with open_store(empty) as nothing, open_store(full) as million:
        acts = zip(_acts(nothing, empty), _acts(million, full), strict=True)
        for (what, on_empty_store), (_, on_full_store) in acts:
            costs[what] = _costs(on_empty_store, on_full_store)
    rounds = [
        [5000 / handled_a_second(where, [], first=number * 5000) for where in (empty, full)] for number in range(3)
    ]
    costs["handling 5,000"] = [min(seconds) for seconds in zip(*rounds, strict=True)]
    for what, (on_empty, on_full) in costs.items():
        more = (on_full - on_empty) * 1000
        times = on_full / on_empty if more > FEWEST_MS else min(on_full / on_empty, TIMES)
        detail = f"{on_empty * 1000:.2f} ms on an empty store, {on_full * 1000:.2f} ms with a million handled"
        yield Result(f"{what} on {name}: a full store as dear", times, TIMES, "x", detail).tell()


def _acts(store: Store, where: str) -> Iterator[tuple[str, Callable[[], object]]]:
    def event(number: int) -> Event:
        return Event(f"evt_{uuid.uuid4().hex}", "invoice.paid", 1_700_000_000 + number, False, "{}", customer="cus_1")

    def claim() -> None:
        store.events.record([event(0)], lambda event: ["claimed"])
        for delivery in store.work.claim("bench", ["claimed"], limit=8):
            store.work.finish(delivery)

    first_event = event(1)
    store.events.record([first_event], lambda event: ["other"])
    store.access.replace("cus_1", [Access("cus_1", "product", "pro", True, 1, None, "active")])
    metrics = ListenerMetrics(["noop"])
    yield "receiving 100", lambda: store.events.record([event(n) for n in range(100)], lambda event: ["noop"])
    yield "claiming and finishing one", claim
    yield "events list", lambda: store.events.page(limit=100)
    yield "events list --customer", lambda: store.events.page(Filter(customer="cus_1"), limit=100)
    yield "events list --failed", lambda: store.events.page(Filter(failed=True))
    yield "events show", lambda: store.events.get(first_event.id)
    yield "events retry", lambda: store.work.retry(first_event.id)
    yield "access show", lambda: store.access.for_customer("cus_1")
    yield "start-up", lambda: open_store(where).close()
    yield "/metrics", lambda: list(metrics.work_lines(store))


def _costs(*acts: Callable[[], object]) -> list[float]:
    """The least seconds of some repeats, in turns: what else the machine does only ever adds."""
    best = [float("inf")] * len(acts)
    for _ in range(REPEATS):
        for number, act in enumerate(acts):
            start = time.perf_counter()
            act()
            best[number] = min(best[number], time.perf_counter() - start)
    return best


if __name__ == "__main__":
    run()
