"""The store of events, of the work that they cause, and of who has access: SQLite or PostgreSQL, one code.

    with open_store(".billing/events.db") as store:          # or postgresql://…; tables are made and migrated
        new = store.events.record([event, …], route)          # durable when it returns; route(event) → handler names
        for delivery in store.work.claim("me", ["access"], limit=8):
            store.work.finish(delivery, "granted: pro")       # or retry_later(…, seconds=30), or mark_dead(…)
        with store.transaction() as tx:                       # several calls, all or nothing: within=tx
            store.access.replace("cus_1", rows, within=tx)
            store.settings.put("poll", {"created": 1}, within=tx)

Everything raises `StoreError`. A store may be shared by threads, and its database by any number of processes.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType

from sqlalchemy import Connection

from stripe_billing_cli.events.store.access import Access, AccessChange, AccessRows, changes_between
from stripe_billing_cli.events.store.clock import WorkClock
from stripe_billing_cli.events.store.database import Database
from stripe_billing_cli.events.store.engine import DEFAULT, address, make_engine
from stripe_billing_cli.events.store.errors import StoreError, translated_errors
from stripe_billing_cli.events.store.events import Events, Filter, Route, StoredEvent, no_route
from stripe_billing_cli.events.store.fences import Fences, StaleReadError
from stripe_billing_cli.events.store.handler_queues import HandlerQueues, MoveResult
from stripe_billing_cli.events.store.migrate import bring_up_to_date
from stripe_billing_cli.events.store.settings import Settings
from stripe_billing_cli.events.store.status import Status
from stripe_billing_cli.events.store.turn import End
from stripe_billing_cli.events.store.work import Delivery, TurnResult, Work

__all__ = [
    "DEFAULT",
    "Access",
    "AccessChange",
    "Delivery",
    "End",
    "Filter",
    "MoveResult",
    "Route",
    "StaleReadError",
    "Status",
    "Store",
    "StoreError",
    "StoredEvent",
    "TurnResult",
    "address",
    "changes_between",
    "no_route",
    "open_store",
]


class Store:
    """An open store. `display_name` names it without its password."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.display_name = database.display_name
        self.clock = database.clock
        """The time that work goes by, in Unix seconds."""
        self.shared = not database.sqlite
        """Whether transactions of several programs overlap, as they do on a server."""
        self.work = Work(database)
        self.events = Events(database, self.work)
        self.access = AccessRows(database)
        self.settings = Settings(database)
        self.fences = Fences(database)
        self.queues = HandlerQueues(database)

    def transaction(self) -> AbstractContextManager[Connection]:
        """Make several calls as one: hand each the connection as `within`. Committed at the end, or undone."""
        return self._database.writing()

    def keep_time(self) -> float:
        """Follow a clock that was set, and return by how many seconds work was moved. Raises `StoreError`."""
        return self.clock.synchronize() if isinstance(self.clock, WorkClock) else 0.0

    def ping(self) -> None:
        """Check that the store can be written. Raises `StoreError` where the database does not answer, lacks a table,
        or cannot be written."""
        self._database.check_room()
        self._database.check_tables()
        self.settings.put("ping", int(self.clock()))

    def close(self) -> None:
        self._database.engine.dispose()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_store(
    store: str = DEFAULT, *, make: bool = True, clock: Callable[[], float] | None = None, connections: int = 12
) -> Store:
    """Open the store of a path or a URL, with its tables made and up to date. Raises `StoreError`.

    Where not to `make` it, a file that does not exist is a mistake, not an empty store.
    `clock` gives Unix seconds, in place of the clock that decides (`clock.py`). At most `connections` transactions run
    at once; further ones wait.
    """
    where = address(store)
    if not make and where.sqlite and not Path(where.url.database or DEFAULT).exists():
        raise StoreError(
            f"there is no store at {where.display_name}",
            "`billing listen` makes it; name another with --store or BILLING_STORE",
        )
    with translated_errors(where.display_name):
        engine = make_engine(where, connections=connections)
        try:
            bring_up_to_date(engine, where.display_name)
        except BaseException:
            engine.dispose()
            raise
    database = Database(engine, where.display_name, clock or time.time)
    if clock is not None:
        return Store(database)
    work_clock = WorkClock(database)
    with suppress(StoreError):  # a file that may only be read
        work_clock.synchronize()
    return Store(replace(database, clock=work_clock))
