"""The entries of a catalog file, as values: an `Entry` for each object that it wants."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Generic, TypeAlias, TypeVar

Content_co = TypeVar("Content_co", covariant=True)


@dataclass(frozen=True)
class Location:
    """A place in the file; line and column are counted from 1. `file` is that which an include led to, else None."""

    line: int
    column: int
    file: str | None = None


NOWHERE = Location(0, 0)


def place_text(where: Location) -> str:
    """Return `line 7`, with the file where it is an included one."""
    return f"line {where.line}" + (f" of {where.file}" if where.file else "")


def location_json(file: str, where: Location) -> dict[str, str | int] | None:
    """Return a place as JSON has it, None where there is none."""
    if where == NOWHERE:
        return None
    return {"file": where.file or file, "line": where.line, "column": where.column}


@dataclass(frozen=True)
class Reference:
    """The id of an object of the catalog, which may be known only once the object is made."""

    kind: str
    key: str

    def __str__(self) -> str:
        return self.key


FieldValue: TypeAlias = "bool | int | str | Decimal | Reference | Sequence[FieldValue] | Mapping[str, object] | None"
"""The value of a field in one canonical form: amounts are `Decimal`, "nothing" is None, parts are dicts.

What only compares, shows or passes on values knows no more of them; each form says which it has."""
Fields = dict[str, FieldValue]


@dataclass(frozen=True, eq=False)
class Entry(Generic[Content_co]):
    """An entry: one object that the file wants.

    `key` names it within its kind (`pro.monthly`), `own_key` within its parent (`monthly`). `content` is what the file
    says, with the catalog's defaults filled in; `fields` are its values as they are compared with Stripe's.
    """

    kind: str
    key: str
    own_key: str
    content: Content_co
    fields: Fields
    metadata: Mapping[str, str] = field(default_factory=dict)
    adopted_id: str | None = None
    """The id of the existing object that the file adopts."""
    moved_from: str | None = None
    """The key that the entry had before, by the file's `moved:`."""
    kept_fields: Mapping[str, FieldValue] = field(default_factory=dict)
    """The fields that `moved:` keeps as they were; written out in the entry, they make `moved:` superfluous."""
    parent: AnyEntry | None = None
    children: list[AnyEntry] = field(default_factory=list)
    where: Location = NOWHERE

    @cached_property
    def reference(self) -> Reference:
        return Reference(self.kind, self.key)

    def walk(self) -> Iterator[AnyEntry]:
        """Yield the entry, then all below it, in the order of the file."""
        yield self
        for child in self.children:
            yield from child.walk()


AnyEntry = Entry[object]
"""An entry of whatever kind, of whose content nothing is known."""
