"""Printing: the result to stdout in the format asked for, everything else to stderr."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Literal, TextIO

import typer

from stripe_billing_cli.cli.foreign_text import in_quotes, on_one_line, visible
from stripe_billing_cli.cli.local_links import HOW_TO_OPEN, has_link
from stripe_billing_cli.cli.pager import page_output
from stripe_billing_cli.cli.pasted_commands import led_to_account
from stripe_billing_cli.cli.table import Column, Table, cells

__all__ = ["GREEN", "YELLOW", "Column", "Line", "Printer", "Record", "fact", "unavailable"]

GREEN, YELLOW = {"fg": "green"}, {"fg": "yellow"}
"""The styles of what is done, and of what is not, or not yet."""

Record = Mapping[str, Any]
"""One object as it is documented in docs/output.md: plain values, amounts in minor units, times in Unix seconds."""


@dataclass(frozen=True)
class Line:
    """A line for people, with what `typer.style` takes. `hang`: where a terminal that is too narrow for it shows the
    rest, below; None leaves that to the terminal, which breaks no command that may be copied."""

    text: str
    style: Mapping[str, Any] = field(default_factory=dict)
    hang: int | None = None


def fact(label: str, value: str, width: int = 12) -> Line:
    """Return a line of a label and its value."""
    return Line(f"  {label:<{width}} {value}", hang=width + 3)


def unavailable(record: Record) -> Iterator[Line]:
    """Yield the parts of a record that could not be read, and why."""
    for part, reason in record["unavailable"].items():
        yield Line(f"  ({part.replace('_', ' ')}: not to be seen: {reason})", {"dim": True})


def is_coloured(stream: TextIO) -> bool:
    """Return whether to print in colour: on a terminal, unless NO_COLOR (https://no-color.org) or a dumb terminal says
    otherwise."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


class Printer:
    """Prints results in the format asked for. `pages`: long tables go through a pager on a terminal.

    `way` are the options by which commands that a message names lead to the same account. `local`: the links among the
    results are those of the local Stripe.
    """

    def __init__(self, output: str, *, pages: bool = True, way: str = "", local: bool = False) -> None:
        self.output = output
        self.pages = pages
        self.way = way
        self.local = local
        self.has_local_links = False
        """Whether a link was printed that opens only while the local Stripe is served."""
        self.reader_has_left = False
        """Whether what reads stdout went away before it had a whole object."""
        self.has_spoken = False
        """Whether anything was printed yet."""

    @property
    def for_people(self) -> bool:
        return self.output == "table"

    def result(self, value: Mapping[str, Any], *, ids: Iterable[str]) -> None:
        """Print the result as JSON or YAML, or only its ids, one a line."""
        self.has_spoken = True
        if self.output != "id":
            self._see_links(str(value))
        with self._reader_may_miss_the_rest():
            match self.output:
                case "id":
                    for id in ids:
                        _print_id(id)
                case "yaml":
                    _print_yaml(dict(value))
                case _:
                    print(json_text(value, indent=2))

    def text(self, text: str) -> None:
        """Print a whole text, such as a file, as it is."""
        with self._reader_may_miss_the_rest():
            sys.stdout.write(text)

    def record(self, record: Record, screen: Callable[[Record], Iterable[Line]]) -> None:
        """Print one object, named by its `id`, if it has one: for people what `screen` draws of the record."""
        if self.for_people:
            self.lines(screen(record))
        else:
            self.result(record, ids=[record["id"]] if record["id"] else [])
        with self._reader_may_miss_the_rest():
            sys.stdout.flush()

    def lines(self, lines: Iterable[Line]) -> None:
        """Print lines of the result, for people, folded where a terminal is too narrow."""
        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
        for line in lines:
            for part in _fold(line, width):
                self.line(part, **line.style)

    def records(self, records: Iterable[Record], columns: Sequence[Column]) -> int:
        """Print many objects as they come, and return how many: a table, JSON lines, CSV, a YAML sequence, or ids.

        Ends the command (`typer.Exit`) where nobody reads on.
        """
        if self.for_people:
            with _reader_may_leave():
                return self._table(iter(records), columns)
        if self.output == "csv":
            from stripe_billing_cli.cli.csv_output import write_csv

            with _reader_may_leave():
                return write_csv(self._watch_records(records))
        count = 0
        for record in records:
            self.stream(record)
            count += 1
        return count

    def list_records(
        self,
        records: Iterable[Record],
        columns: Sequence[Column],
        none: str,
        limit: int | None = None,
    ) -> int:
        """Print at most `limit` objects, and return how many. `records` go on after them where there are more.

        What there is to say of them goes to stderr: `none` to people where there are none, and in any format that
        there are more than were printed, with the way to them.
        """
        iterator = iter(records)
        count = self.records(islice(iterator, limit), columns)
        if self.for_people and not count:
            self.note(none)
        if limit is not None and count == limit and next(iterator, None) is not None:
            self.note(f"There are more than these {limit:,}: --all lists all.")
        return count

    def stream(self, record: Record, line: str = "", **style: Any) -> None:
        """Print one of many objects at once: `line` for people, a line of JSON, an item of YAML, or the id.

        Ends the command (`typer.Exit`) where nobody reads on.
        """
        with _reader_may_leave():
            self._stream(record, line, style)
            sys.stdout.flush()

    def _stream(self, record: Record, line: str, style: Mapping[str, Any]) -> None:
        self.has_spoken = True
        match self.output:
            case "table":
                self._line(line, **style)
            case "id":
                _print_id(record["id"])
            case "yaml":
                _print_yaml([dict(record)])
                self._see_links(str(record))
            case _:
                self._see_links(str(record))
                print(json_text(record))

    def _watch_records(self, records: Iterable[Record]) -> Iterator[Record]:
        """Yield records that are printed elsewhere, as they come."""
        for record in records:
            self.has_spoken = True
            yield record

    def _table(self, records: Iterator[Record], columns: Sequence[Column]) -> int:
        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
        table = Table(records, columns, width, lambda text: encodable(text, sys.stdout))
        if table.is_empty:
            return 0
        with page_output(table.measured_lines, may_page=self.pages):
            if table.title is not None:
                self._line(table.title, dim=True)
            for line in table.lines():
                self._line(line)
        return table.count

    def line(self, text: str = "", **style: Any) -> None:
        """Print a line of the result for people; a line end in a name of Stripe's does not begin a line of its own."""
        with self._reader_may_miss_the_rest():
            self._line(text, **style)

    @contextmanager
    def _reader_may_miss_the_rest(self) -> Iterator[None]:
        """Let a command go on where nobody reads its result any more (`… | head`); its exit code says how it ended."""
        try:
            yield
        except BrokenPipeError:
            sys.stdout = null_stream()
            self.reader_has_left = True

    def _line(self, text: str, **style: Any) -> None:
        self.has_spoken = True
        self._see_links(text)
        print(_style(on_one_line(led_to_account(text, self.way)), sys.stdout, style))

    def note(self, text: str = "", **style: Any) -> None:
        """Print a line beside the result for people: to stderr, in any format."""
        self.has_spoken = True
        flush()
        self._see_links(text)
        print(_style(led_to_account(text, self.way), sys.stderr, style), file=sys.stderr)

    def _see_links(self, text: str) -> None:
        if self.local and not self.has_local_links:
            self.has_local_links = has_link(text)

    def say_how_links_open(self) -> None:
        """Say at the end what to run, where links were printed that open only while the local Stripe is served."""
        if self.has_local_links:
            self.note(HOW_TO_OPEN)


def _fold(line: Line, width: int | None) -> list[str]:
    """Return the lines that a line takes on a terminal of this width; no word is broken, be it an address."""
    text = on_one_line(line.text)
    if line.hang is None or width is None or cells(text) <= width:
        return [text]
    import textwrap

    indent = " " * line.hang
    wide_enough = max(width, line.hang + 20)
    return textwrap.wrap(text, wide_enough, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def write_on_any_encoding(stream: TextIO) -> None:
    """Let a stream whose encoding lacks a character show one that is like it, or its number."""
    if is_unicode(stream) or not hasattr(stream, "reconfigure"):
        return
    import codecs

    from stripe_billing_cli.cli.encoding import ERRORS, replace_unencodable

    codecs.register_error(ERRORS, replace_unencodable)
    stream.reconfigure(errors=ERRORS)


def encodable(text: str, stream: TextIO) -> str:
    """Return a text as a stream can show it, for what is not written by `print`."""
    if is_unicode(stream):
        return text
    from stripe_billing_cli.cli.encoding import ERRORS

    return text.encode(stream.encoding, ERRORS).decode(stream.encoding)


def is_unicode(stream: TextIO) -> bool:
    """Return whether a stream takes every character."""
    return (stream.encoding or "utf-8").lower().replace("-", "").startswith("utf")


def null_stream(mode: Literal["r", "w"] = "w") -> TextIO:
    """Return a stream in place of one that is closed, or that nobody reads any more."""
    return Path(os.devnull).open(mode, encoding="utf-8")  # as long as the program lives


def flush() -> None:
    """Write out what is buffered; a reader of stdout that went away (`billing … | head`) is no failure of ours.

    Raises `OSError` for what cannot be written, as on a full disk, and only once.
    """
    try:
        sys.stdout.flush()
    except OSError as error:
        sys.stdout = null_stream()  # so that the interpreter does not flush it again
        if not isinstance(error, BrokenPipeError):
            raise


@contextmanager
def _reader_may_leave() -> Iterator[None]:
    """End the command as done where what reads its output has enough (`… | head`)."""
    try:
        yield
    except BrokenPipeError:
        sys.stdout = null_stream()
        raise typer.Exit from None


def _print_id(id: object) -> None:
    # Keys of a file and ids of coupons are anybody's: each is one line, whatever it has.
    print(on_one_line(visible(str(id))))


def _print_yaml(value: Any) -> None:
    from stripe_billing_cli.cli.yaml_output import yaml_text

    sys.stdout.write(yaml_text(value, allow_unicode=is_unicode(sys.stdout)))


def json_text(value: Any, indent: int | None = None) -> str:
    """Return a value as JSON in which nothing steers a terminal: JSON writes such a character as `\\u009b`.

    So it writes whatever the encoding of stdout or stderr lacks.
    """
    ascii_only = not (is_unicode(sys.stdout) and is_unicode(sys.stderr))
    return in_quotes(json.dumps(value, indent=indent, ensure_ascii=ascii_only))


def _style(text: str, stream: TextIO, style: Mapping[str, Any]) -> str:
    text = visible(text)
    return typer.style(text, **style) if style and is_coloured(stream) else text
