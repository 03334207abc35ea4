"""The time that work goes by: when something is due, how long a lease lasts. A clock that is set disturbs neither.

On PostgreSQL it is the server's clock, which all listeners share. On SQLite it is this machine's, counted on from a
known moment by the time since the machine was started, which no setting changes. Where the wall clock is set, what is
due and leased is moved along by as much, once for all programs that use the file.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import Connection

from stripe_billing_cli.events.store.database import Database
from stripe_billing_cli.events.store.settings import Settings

SETTING = "clock"
JUMP_SECONDS = 2.0
"""What the wall clock may differ before it counts as set."""
BOOT = Path("/proc/sys/kernel/random/boot_id")

_MOVE = sa.text(
    "UPDATE deliveries SET due = due + :seconds, lease_until = lease_until + :seconds, begun_at = begun_at + :seconds"
    " WHERE status IN ('pending', 'failed', 'running')"
)
_SERVER_TIME = sa.text("SELECT CAST(extract(epoch FROM clock_timestamp()) AS double precision)")


def since_boot() -> float:
    """Return the seconds since the machine was started, which are the same for all its processes; sleep counts where
    the system says it."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)


def boot_id() -> str:
    """Return the name of this start of the machine; empty where the system has none."""
    try:
        return BOOT.read_text(encoding="ascii").strip()
    except OSError:
        return ""


@dataclass(frozen=True)
class Anchor:
    """The difference between the wall clock and the time since the machine's start, in seconds, in this start of it."""

    boot: str
    offset: float


@dataclass
class WorkClock:
    """The clock that decides when work is due, in Unix seconds. `synchronize` takes note where that was set; to be
    called now and then.

    `database` is one whose own clock is the wall clock.
    """

    database: Database
    wall: Callable[[], float] = time.time
    steady: Callable[[], float] = since_boot
    boot: Callable[[], str] = boot_id
    _offset: float | None = None

    def __call__(self) -> float:
        if self._offset is None:
            self._offset = self.wall() - self.steady()
        return self.steady() + self._offset

    def synchronize(self) -> float:
        """Follow the clock that decides; by how many seconds work was moved. Raises `StoreError`."""
        if self.database.sqlite:
            return self._follow_wall_clock()
        self._offset = self._server_offset()
        return 0.0

    def _server_offset(self) -> float:
        with self.database.reading() as connection:
            before = self.steady()
            server: float = connection.execute(_SERVER_TIME).scalar_one()
            return server - (before + self.steady()) / 2

    def _follow_wall_clock(self) -> float:
        """Move what is due and leased to a clock that was set, unless another program of this machine has done so."""
        now = Anchor(self.boot(), self.wall() - self.steady())
        shift = 0.0
        if not self._is_known(now, None):
            with self.database.writing() as connection:
                shift = self._move(now, connection)
        self._offset = now.offset
        return shift

    def _is_known(self, now: Anchor, within: Connection | None) -> bool:
        stored_anchor = self._read_anchor(within)
        return (
            stored_anchor is not None
            and stored_anchor.boot == now.boot
            and abs(stored_anchor.offset - now.offset) < JUMP_SECONDS
        )

    def _read_anchor(self, within: Connection | None) -> Anchor | None:
        anchor = Settings(self.database).get(SETTING, within=within)
        return None if anchor is None else Anchor(anchor["boot"], anchor["offset"])

    def _move(self, now: Anchor, connection: Connection) -> float:
        stored_anchor = self._read_anchor(connection)
        Settings(self.database).put(SETTING, {"boot": now.boot, "offset": now.offset}, within=connection)
        if stored_anchor is None or stored_anchor.boot != now.boot:
            return 0.0
        shift = now.offset - stored_anchor.offset
        connection.execute(_MOVE, {"seconds": shift})
        return shift
