"""Values → the text of a catalog file, as a person writes one.

Mappings of which everything is said on one line stand on one, others below each other; text is in quotes only where a
YAML reader would take it for something else. What `yaml_tree.py` and `values.py` read of it are the same values.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from stripe_billing_cli.catalog.file.values import BOOLEANS_OF_1_1, DECIMAL, NULLS, NUMBERS_OF_1_1, TRUTHS, WHOLE

WIDTH = 120
INDENT = "  "
PLAIN = re.compile(r"[^\W_][^\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]*\Z")
"""Text that needs no quotes, as far as its characters go."""
IN_BRACKETS = re.compile(r"[,\[\]{}]")
"""What needs quotes within brackets."""
UNREADABLE = re.compile(r"[\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")
"""What JSON leaves as it is, and YAML does not take or a reviewer does not see: turns of the direction among it."""
LINES = re.compile(r"(?!\s)[^\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]*\Z")
"""Text of several lines that can stand as it is, below its key."""


def file_text(values: Mapping[str, Any], parents: frozenset[str]) -> str:
    """Return the text of a file. `parents` are the sections whose entries have others within them."""
    lines: list[str] = []
    for key, value in values.items():
        if isinstance(value, Mapping) and value:
            lines += ["", f"{scalar(key)}:", *entry_lines(value, INDENT, multiline=key in parents)]
        else:
            lines += _pair(key, value, "")
    return "\n".join(lines) + "\n"


def entry_lines(entries: Mapping[str, Any], indent: str, *, multiline: bool) -> Iterator[str]:
    """Yield the lines of entries by key; with `multiline`, none is on one line."""
    for key, values in entries.items():
        yield from _pair(key, values, indent, multiline=multiline)


def _pair(key: str, value: Any, indent: str, *, multiline: bool = False) -> Iterator[str]:
    start = f"{indent}{scalar(key)}:"
    line = None if multiline else _on_one_line(value)
    if line is not None and len(start) + 1 + len(line) <= WIDTH:
        yield f"{start} {line}"
    elif isinstance(value, Mapping) and value:
        yield start
        for name, inner in value.items():
            yield from _pair(name, inner, indent + INDENT)
    elif isinstance(value, list) and value:
        yield start
        for item in value:
            yield from _item(item, indent + INDENT)
    elif isinstance(value, str) and "\n" in value and LINES.match(value) and not value.endswith("\n\n"):
        yield f"{start} {'|' if value.endswith(chr(10)) else '|-'}"
        yield from (f"{indent}{INDENT}{text}" if text else "" for text in value.removesuffix("\n").split("\n"))
    else:
        yield f"{start} {flow(value)}"


def _item(value: Any, indent: str) -> Iterator[str]:
    line = flow(value)
    if not isinstance(value, Mapping) or len(indent) + 2 + len(line) <= WIDTH:
        yield f"{indent}- {line}"
        return
    first, *rest = (line for name, inner in value.items() for line in _pair(name, inner, indent + INDENT))
    yield f"{indent}- {first.removeprefix(indent + INDENT)}"
    yield from rest


def _on_one_line(value: Any) -> str | None:
    """Return a value as it stands on the line of its key; None where it is to stand below it."""
    if isinstance(value, Mapping):
        has_nested = any(isinstance(inner, Mapping) or _has_parts(inner) for inner in value.values())
        long = any(isinstance(inner, str) and "\n" in inner for inner in value.values())
        return None if has_nested or long else flow(value)
    if _has_parts(value) or (isinstance(value, str) and "\n" in value):
        return None
    return flow(value) if isinstance(value, list) else scalar(value, in_brackets=False)


def _has_parts(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(item, Mapping) for item in value)


def flow(value: Any) -> str:
    """Return a value on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(key)}: {flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    return scalar(value)


def scalar(value: Any, *, in_brackets: bool = True) -> str:
    """Return a value that is no mapping and no list; text in quotes where it needs them, in brackets or without."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case Decimal():
            return _digits(value)
    text = str(value)
    return text if is_plain(text, in_brackets=in_brackets) else double_quoted(text)


def _digits(value: Decimal) -> str:
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def is_plain(text: str, *, in_brackets: bool) -> bool:
    """Return whether text without quotes is read as this text, by every YAML reader, as a key too."""
    if text.endswith((" ", ":")) or ": " in text or " #" in text or text.lower() in BOOLEANS_OF_1_1:
        return False
    if text in NULLS or text in TRUTHS or WHOLE.match(text) or DECIMAL.match(text) or NUMBERS_OF_1_1.match(text):
        return False
    return bool(PLAIN.match(text)) and not (in_brackets and IN_BRACKETS.search(text))


def double_quoted(text: str) -> str:
    """Return text in double quotes, in which YAML reads what JSON writes."""
    json_text = json.dumps(text, ensure_ascii=False)
    return UNREADABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", json_text)
