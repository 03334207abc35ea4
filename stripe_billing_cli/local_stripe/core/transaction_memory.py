"""The memory of a transaction: what it has read, and what it is to write, an object that changes five times once."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NamedTuple

MOST = 500
"""How many objects of a kind a transaction has in memory; one that lets years pass on a test clock writes many."""


class Write(NamedTuple):
    """An object to be written, as JSON, with the columns beside it."""

    is_new: bool
    created_at: int
    columns: tuple[Any, ...]
    lookup_key: str | None
    body: str


@dataclass(frozen=True, slots=True)
class ShownObject:
    """An object as an event shows it: `body` is what was stored of it, as JSON, and `parts_written` how many objects
    of the kinds that may be shown within another one the transaction had written by then.
    """

    body: str
    answer: dict[str, Any]
    parts_written: int


@dataclass(slots=True)
class TransactionMemory:
    last_shown: dict[str, ShownObject] = field(default_factory=dict)
    """Objects that changed, by id, as their last events show them."""
    writes: Counter[str] = field(default_factory=Counter)
    """How many objects of each kind were written."""
    read: dict[str, Any] = field(default_factory=dict)
    """What was made of objects of a kind, by the kind."""
    forgotten: set[tuple[str, int]] = field(default_factory=set)
    """The kinds of which it has deleted what was created before a time."""
    _bodies: dict[str, dict[str, str]] = field(default_factory=dict)
    _unwritten: dict[str, dict[str, Write]] = field(default_factory=dict)

    def body(self, kind: str, id: str) -> str | None:
        """Return an object as JSON, where it was read or written already."""
        write = self._unwritten.get(kind, {}).get(id)
        return write.body if write is not None else self._bodies.get(kind, {}).get(id)

    def note_read(self, kind: str, id: str, body: str) -> None:
        bodies = self._bodies.setdefault(kind, {})
        if len(bodies) < MOST:
            bodies[id] = body

    def note_write(self, kind: str, id: str, write: Write) -> bool:
        """Note an object, in place of what it was; return False where that has to be written first.

        An object with another lookup key than before would be written before the one that gives this key up.
        """
        writes = self._unwritten.setdefault(kind, {})
        before = writes.get(id)
        if len(writes) >= MOST or (before is not None and (write.is_new or before.lookup_key != write.lookup_key)):
            return False
        self.writes[kind] += 1
        writes[id] = write if before is None else write._replace(is_new=before.is_new, created_at=before.created_at)
        self._bodies.get(kind, {}).pop(id, None)
        return True

    def forget(self, kind: str) -> None:
        """Forget what was read of a kind."""
        self._bodies.pop(kind, None)
        self.read.pop(kind, None)
        self.writes[kind] += 1

    def take_unwritten(self, kind: str | None) -> list[tuple[str, dict[str, Write]]]:
        """Return what is to be written, by kind and id, in the order in which it came."""
        if kind is not None:
            writes = self._unwritten.pop(kind, None)
            return [(kind, writes)] if writes else []
        all_writes, self._unwritten = list(self._unwritten.items()), {}
        return all_writes
