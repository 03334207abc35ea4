"""The log of a command that goes on running, on stderr: a line of JSON for each entry, or lines for people."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from stripe_billing_cli.cli.output import Printer, json_text

LogFormat = StrEnum("LogFormat", "text json")


class LogLevel(StrEnum):
    debug = "debug"
    info = "info"
    warning = "warning"
    error = "error"

    def reaches(self, threshold: LogLevel) -> bool:
        """Return whether an entry of this level is logged where `threshold` is asked for."""
        order = list(LogLevel)
        return order.index(self) >= order.index(threshold)


PREFIXES = {LogLevel.warning: "Warning: ", LogLevel.error: "Error: "}
STYLES: Mapping[LogLevel, Mapping[str, Any]] = {
    LogLevel.debug: {"dim": True},
    LogLevel.warning: {"fg": "yellow"},
    LogLevel.error: {"fg": "red"},
}


@dataclass(frozen=True)
class LogEntry:
    """An entry of the log. `fields` say what it is about in words of its own: `event_id`, `handler` and the like."""

    level: LogLevel
    message: str
    hint: str | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    time: float = field(default_factory=time.time)

    def as_json(self) -> str:
        """Return the entry as one line of JSON, with only what is known: `time` in RFC 3339, in UTC."""
        moment = datetime.fromtimestamp(self.time, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        record = {"time": moment, "level": self.level.value, "message": self.message, "hint": self.hint, **self.fields}
        return json_text({name: value for name, value in record.items() if value is not None})

    def as_text(self) -> str:
        """Return the entry as people read it, with the event that it is about."""
        event_id = self.fields.get("event_id")
        text = f"{PREFIXES.get(self.level, '')}{self.message}{f'  ({event_id})' if event_id else ''}"
        return f"{text}\n  → {self.hint}" if self.hint else text


def chosen_format(name: str | None) -> LogFormat:
    """Return the format that was asked for: by default text on a terminal, and JSON where a program reads."""
    if name is not None:
        return LogFormat(name)
    return LogFormat.text if sys.stderr.isatty() else LogFormat.json


@dataclass(frozen=True)
class Log:
    """A log that writes entries of at least `level` to stderr. Raises `BrokenPipeError` where nobody reads any more."""

    format: LogFormat = LogFormat.text
    level: LogLevel = LogLevel.info

    def takes(self, level: LogLevel) -> bool:
        """Return whether entries of this level are written."""
        return level.reaches(self.level)

    def write(self, entry: LogEntry) -> None:
        if not self.takes(entry.level):
            return
        if self.format is LogFormat.json:
            print(entry.as_json(), file=sys.stderr, flush=True)
        else:
            Printer("table").note(entry.as_text(), **STYLES.get(entry.level, {}))
