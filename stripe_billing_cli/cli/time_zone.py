"""The time zone in which dates are shown: UTC, unless the command is asked for another one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, tzinfo

from stripe_billing_cli.errors import UsageError

OPTION, VARIABLE = "--time-zone", "BILLING_TIME_ZONE"
DEFAULT = "UTC"
HERE = "local"
"""The name of the zone that the machine is set to."""

_shown: ContextVar[tzinfo | None] = ContextVar("shown_time_zone", default=UTC)
"""The zone of the command that runs; None for the machine's."""


def shown_zone() -> tzinfo | None:
    """Return the zone in which this command shows dates, for a thread that it starts; None for the machine's."""
    return _shown.get()


def in_time_zone(timestamp: float, zone: tzinfo | None) -> datetime:
    """Return a time (Unix seconds) in a zone; None for the machine's."""
    return datetime.fromtimestamp(timestamp, UTC).astimezone(zone)


@contextmanager
def shown_in(name: str, said_by: str) -> Iterator[None]:
    """Show dates in a zone, named as the IANA names it or `local`. Raises `UsageError` for a name that is none."""
    token = _shown.set(_zone(name, said_by))
    try:
        yield
    finally:
        _shown.reset(token)


def _zone(name: str, said_by: str) -> tzinfo | None:
    if name.upper() == DEFAULT:
        return UTC
    if name == HERE:
        return None
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # a ZoneInfoNotFoundError is a KeyError
        raise UsageError(
            f"{said_by} names no time zone: {name}", "write UTC, local, or a name such as Europe/Berlin"
        ) from None
