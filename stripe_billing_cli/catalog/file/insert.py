"""The insertion of entries into the text of a catalog file, of which every other character stays as it is.

YAML libraries that keep comments write the whole file anew, with their own line breaks and quotes. What is added here
are lines, put where the parser says that a section ends; so nothing else can change, and no further library is needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from stripe_billing_cli.catalog.file.write import INDENT, entry_lines, flow, scalar
from stripe_billing_cli.errors import WRONG, BillingError


class InsertError(BillingError):
    """The file has its entries in a form to which nothing can be added."""

    def __init__(self, key: str, line: int) -> None:
        super().__init__(
            "catalog",
            f"nothing can be added to {key} in line {line}: it is an alias, merged from elsewhere, or in another file",
            "write it out there, or import into another file and copy what is wanted",
            WRONG,
        )


@dataclass(frozen=True)
class Addition:
    """Entries for the section that stands at `path` in the file, by key, or a list of them.

    `multiline`: the entries have others within them, and are never written on one line.
    """

    path: tuple[str, ...]
    entries: Mapping[str, Any] | list[str]
    multiline: bool = False


@dataclass(frozen=True)
class _Edit:
    """An insertion: text that comes into a line before a column, or whole lines after a line."""

    line: int
    column: int | None
    text: str


def with_additions(text: str, additions: Iterable[Addition]) -> str:
    """Return the text of a file with entries added, whose lines end as the file's do. Raises `InsertError`."""
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    root = yaml.compose(text, Loader=loader)
    edits = [edit for addition in additions for edit in _edits(text, root, addition)]
    lines = text.split("\n")
    ending = "\r" if lines[0].endswith("\r") else ""
    if lines[-1] == "":
        lines.pop()
    else:
        lines[-1] += ending
    last = len(lines) - 1
    for _, edit in sorted(enumerate(edits), key=lambda pair: (pair[1].line, pair[0]), reverse=True):
        line = min(edit.line, last)
        if edit.column is None:
            lines[line + 1 : line + 1] = [text_line + ending for text_line in edit.text.split("\n")]
        else:
            lines[line] = lines[line][: edit.column] + edit.text + lines[line][edit.column :]
    return "\n".join(lines) + "\n"


def _edits(text: str, root: Any, addition: Addition) -> Iterable[_Edit]:
    """Return the edits that add entries: in their section where there is one, else with a section of its own."""
    node, key_node = root, None
    for depth, key in enumerate(addition.path):
        child = _child(node, key)
        if child is None and depth < len(addition.path) - 1:
            raise InsertError(key, node.start_mark.line + 1)
        if child is None:
            return [_new_section(text, node, key_node, addition, depth)]
        key_node, node = child
        if _is_alias(key_node, node):
            raise InsertError(key, key_node.start_mark.line + 1)
    return [_in_section(text, node, key_node, addition)]


def _child(node: Any, key: str) -> tuple[Any, Any] | None:
    """Return the nodes of a key and its value."""
    if not isinstance(node, yaml.MappingNode):
        return None
    for name, value in node.value:
        if name.value == key:
            return name, value
    if any(name.value == "<<" for name, _ in node.value):
        raise InsertError(key, node.start_mark.line + 1)
    return None


def _is_alias(key: Any, value: Any) -> bool:
    return bool(value.start_mark.index < key.start_mark.index)


def _in_section(text: str, node: Any, key_node: Any, addition: Addition) -> _Edit:
    entries = addition.entries
    if node.flow_style:
        flow_text = flow(entries)[1:-1]
        end = node.end_mark
        return _Edit(end.line, end.column - 1, f", {flow_text}" if node.value else flow_text)
    if isinstance(entries, list):
        indent = " " * node.start_mark.column
        return _Edit(_last_line(text, node, key_node), None, "\n".join(f"{indent}- {scalar(one)}" for one in entries))
    indent = " " * node.value[0][0].start_mark.column
    return _Edit(
        _last_line(text, node, key_node), None, "\n".join(entry_lines(entries, indent, multiline=addition.multiline))
    )


def _new_section(text: str, node: Any, key_node: Any, addition: Addition, depth: int) -> _Edit:
    """Return the edit that adds a section to an entry, or to the file."""
    section: Any = addition.entries
    for key in reversed(addition.path[depth:]):
        section = {key: section}
    if node.flow_style:
        end = node.end_mark
        return _Edit(end.line, end.column - 1, f", {flow(section)[1:-1]}" if node.value else flow(section)[1:-1])
    column = node.value[0][0].start_mark.column
    indent = " " * column
    if isinstance(addition.entries, list):
        lines = list(entry_lines(section, indent, multiline=False))
    else:
        lines = [f"{indent}{scalar(addition.path[depth])}:"]
        lines += entry_lines(addition.entries, indent + INDENT, multiline=addition.multiline)
    if key_node is None:
        return _Edit(text.count("\n"), None, "\n".join(["", *lines]))
    return _Edit(_last_line(text, node, key_node), None, "\n".join(lines))


def _last_line(text: str, node: Any, key_node: Any) -> int:
    """Return the number of the last line that has something of a node."""
    if key_node is not None and _is_alias(key_node, node):
        return int(key_node.end_mark.line)
    if isinstance(node, yaml.MappingNode) and not node.flow_style and node.value:
        key, value = node.value[-1]
        return _last_line(text, value, key)
    if isinstance(node, yaml.SequenceNode) and not node.flow_style and node.value:
        return max(_last_line(text, node.value[-1], None), int(node.start_mark.line))
    if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">"):
        block = text[node.start_mark.index : node.end_mark.index]
        return int(node.start_mark.line) + block.rstrip().count("\n")
    return int(node.end_mark.line)
