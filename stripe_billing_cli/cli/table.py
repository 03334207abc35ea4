"""Tables for people: columns as wide as what stands in them, by what a terminal shows, and never torn."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from stripe_billing_cli.cli.foreign_text import on_one_line, visible

Record = Mapping[str, Any]
MEASURED = 100
"""So many records, a page of Stripe's, decide how wide a table's columns are; the others do not wait for each other."""
GAP = "  "


@dataclass(frozen=True)
class Column:
    """A column of a table for people: its title, and what it shows of a record."""

    title: str
    shows: Callable[[Record], str]
    right: bool = False


class Table:
    """The lines of a table of records. `columns` of a terminal that is too narrow make a block of each record.

    What stands in a cell is measured as it is seen, with what the output's encoding lacks replaced (`encodable`).
    """

    def __init__(
        self,
        records: Iterable[Record],
        columns: Sequence[Column],
        width: int | None,
        encodable: Callable[[str], str] = str,
    ) -> None:
        rows = ([encodable(_cell(column.shows(record))) for column in columns] for record in records)
        self._columns = columns
        self._measured = list(islice(rows, MEASURED))
        self._rest = rows
        self._titles = [column.title for column in columns]
        lines = [self._titles, *self._measured]
        self._widths = [max(map(cells, column)) for column in zip(*lines, strict=True)]
        self.is_too_wide = width is not None and sum(self._widths) + len(GAP) * (len(columns) - 1) > width
        self.count = 0

    @property
    def is_empty(self) -> bool:
        return not self._measured

    @property
    def measured_lines(self) -> int:
        """Return how many lines the measured records take on a screen, with the titles."""
        return len(self._measured) * (len(self._columns) + 1 if self.is_too_wide else 1) + 1

    @property
    def title(self) -> str | None:
        return None if self.is_too_wide else self._align(self._titles)

    def lines(self) -> Iterator[str]:
        """Yield the lines below the title, as records come; `count` says afterwards how many records there were."""
        for row in chain(self._measured, self._rest):
            if not self.is_too_wide:
                yield self._align(row)
            else:
                yield from self._block(row)
            self.count += 1

    def _block(self, row: Sequence[str]) -> Iterator[str]:
        if self.count:
            yield ""
        longest = max(map(cells, self._titles))
        for title, cell in zip(self._titles, row, strict=True):
            yield f"{_pad(title, longest)}{GAP}{cell}".rstrip()

    def _align(self, row: Sequence[str]) -> str:
        texts = (
            _pad(cell, width, right=column.right)
            for cell, width, column in zip(row, self._widths, self._columns, strict=True)
        )
        return GAP.join(texts).rstrip()


def cells(text: str) -> int:
    """Return how many places of a terminal a text takes: two for each wide character, none for a combining one."""
    if text.isascii():
        return len(text)
    return sum(map(_cells_of, text))


def _cells_of(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _pad(text: str, width: int, *, right: bool = False) -> str:
    blanks = " " * (width - cells(text))
    return blanks + text if right else text + blanks


def _cell(text: str) -> str:
    """Return the text of a cell as it is seen: on one line, with what would steer a terminal written out."""
    return on_one_line(visible(text)).replace("\t", "\\t")
