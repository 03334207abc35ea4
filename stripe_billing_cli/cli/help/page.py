"""The text of the help of a command or a topic, apart from how it is drawn.

The screen (`screen.py`), the man pages and the command reference in docs/ are three readers of the same page.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from stripe_billing_cli.cli.option_values import SHARED_OPTIONS

SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z`'(])")
LONG_CHOICES = re.compile(r"<([a-z0-9_|-]{45,})>$")
EXAMPLES = re.compile(r"^Examples?:[ ]*")


class Paragraph(NamedTuple):
    """A paragraph of text. A `literal` one keeps its lines as they are."""

    text: str
    literal: bool = False


class Entry(NamedTuple):
    """An option, an argument, a command or a term of a topic, and what is said of it."""

    term: str
    text: str


class Section(NamedTuple):
    """A part of a page under a heading of its own."""

    heading: str
    entries: tuple[Entry, ...] = ()
    examples: tuple[str, ...] = ()


class HelpPage(NamedTuple):
    """A page of help. `name` is what is typed for it: `billing sub change`."""

    name: str
    summary: str
    paragraphs: tuple[Paragraph, ...]
    sections: tuple[Section, ...]
    usage: str | None = None
    notes: tuple[str, ...] = ()


def page_of(command: Any, ctx: Any) -> HelpPage:
    """Return the help page of a command or a group."""
    paragraphs, examples = _paragraphs(command.help or "")
    params = [param for param in command.get_params(ctx) if not getattr(param, "hidden", False)]
    options = [param for param in params if param.param_type_name == "option"]
    sections = (
        Section("Commands", tuple(_commands(command, ctx))),
        Section("Arguments", tuple(_arguments(params, ctx))),
        Section("Options", _entries((option for option in options if not _is_shared(option)), ctx)),
        Section(SHARED_OPTIONS, _entries((option for option in options if _is_shared(option)), ctx)),
        Section("Examples", examples=examples),
    )
    return HelpPage(
        ctx.command_path,
        first_sentence(paragraphs[0].text) if paragraphs else "",
        paragraphs,
        tuple(section for section in sections if section.entries or section.examples),
        f"{ctx.command_path} {' '.join(_usage(command, params))}",
        (command.epilog,) if command.epilog else (),
    )


def _is_shared(option: Any) -> bool:
    return getattr(option, "rich_help_panel", None) == SHARED_OPTIONS


def first_sentence(text: str) -> str:
    """Return the first sentence of a paragraph, on one line."""
    return SENTENCE_END.split(" ".join(text.split()), maxsplit=1)[0]


def _paragraphs(help: str) -> tuple[tuple[Paragraph, ...], tuple[str, ...]]:
    """Return the paragraphs of a docstring and its examples. A line of only \\b before a paragraph keeps its lines."""
    paragraphs: list[Paragraph] = []
    examples: list[str] = []
    for part in re.split(r"\n\s*\n", inspect.cleandoc(help)):
        literal, text = part.startswith("\b"), part.removeprefix("\b\n").rstrip()
        heading = EXAMPLES.match(text)
        if literal and heading:
            examples += inspect.cleandoc(" " * heading.end() + text[heading.end() :]).splitlines()
        elif text.strip():
            paragraphs.append(Paragraph(text if literal else " ".join(text.split()), literal))
    return tuple(paragraphs), tuple(examples)


def _usage(command: Any, params: Iterable[Any]) -> Iterator[str]:
    yield "[OPTIONS]"
    for param in params:
        if param.param_type_name == "argument":
            name = _argument_name(param)
            yield name if param.required else f"[{name}]"
    if hasattr(command, "list_commands"):
        yield "COMMAND …"


def _argument_name(param: Any) -> str:
    name = param.metavar or param.name.upper()
    return f"{name}…" if param.nargs == -1 and not name.endswith("…") else str(name)


def _arguments(params: Iterable[Any], ctx: Any) -> Iterator[Entry]:
    for param in params:
        if param.param_type_name == "argument":
            record = param.get_help_record(ctx)
            text = record[1] if record else ""
            yield Entry(_argument_name(param), text.replace("[required]", "").strip())


def _entries(params: Iterable[Any], ctx: Any) -> tuple[Entry, ...]:
    records = (param.get_help_record(ctx) for param in params)
    return tuple(_entry(record[0], " ".join(record[1].split())) for record in records if record)


def _entry(term: str, text: str) -> Entry:
    """Return an option with what is said of it. More values than a line takes are named in the text."""
    term = _term(term)
    choices = LONG_CHOICES.search(term)
    if choices is None:
        return Entry(term, text)
    name = term[: choices.start()].split("--")[-1].strip().upper()
    description, default, rest = text.partition(" [")
    return Entry(
        f"{term[: choices.start()]}{name}", f"{description} One of: {choices[1].replace('|', ', ')}.{default}{rest}"
    )


def _term(term: str) -> str:
    """Return an option as it is typed, without the name of its Python type."""
    plain = re.sub(r"<list\[(.*)\]>$", r"<\1>", term)
    return re.sub(r"<(str|int|float|file|path|file path)>$", lambda type: TYPES.get(type[1], "FILE"), plain)


TYPES = {"str": "TEXT", "int": "N", "float": "NUMBER"}


def _commands(command: Any, ctx: Any) -> Iterator[Entry]:
    if not hasattr(command, "list_commands"):
        return
    for name in command.list_commands(ctx):
        yield Entry(name, command.line_of(ctx, name))
