"""YAML text → a tree of nodes that know where they stand.

Built from the parser's events rather than by a loader, because every node's place is needed, because nothing may be
resolved behind the user's back (`no` to false, `012` to ten), and because depth and size must be bounded before
anything is built of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from stripe_billing_cli.catalog.entries import Location

DEEPEST = 40
MOST_NODES = 500_000
"""Counted with every alias written out: a few lines of aliases can stand for billions of nodes."""


class YamlSyntaxError(Exception):
    def __init__(self, where: Location, message: str, hint: str) -> None:
        self.where = where
        self.message = message
        self.hint = hint
        super().__init__(message)


@dataclass
class Node:
    where: Location
    size: int = 1


@dataclass
class Scalar(Node):
    text: str = ""
    plain: bool = True


@dataclass
class Sequence(Node):
    items: list[Node] = field(default_factory=list)


@dataclass
class Mapping(Node):
    """Entries as written, duplicates among them; merged ones (`<<`) last."""

    entries: list[tuple[Scalar, Node]] = field(default_factory=list)
    merged_entries: list[tuple[Scalar, Node]] = field(default_factory=list)


def read_tree(text: str) -> Node | None:
    """Return the tree of the one document in `text`, None if it is empty. Raises `YamlSyntaxError`."""
    _refuse_merge_conflicts(text)
    try:
        return Builder().build(yaml.parse(text, Loader=_loader()))
    except yaml.MarkedYAMLError as error:
        mark = error.context_mark if _is_open_quote(error) else error.problem_mark or error.context_mark
        where = Location(mark.line + 1, mark.column + 1) if mark else Location(1, 1)
        raise YamlSyntaxError(where, f"this is not YAML: {_reason(error)}", _way_out(error)) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise YamlSyntaxError(
            Location(line, 1), "a character that YAML does not allow", "remove control characters from this line"
        ) from None


CONFLICT = re.compile(r"^(<{7}|>{7}) .*$", re.MULTILINE)
"""The lines between which `git merge` leaves both sides of a conflict (git-merge(1), "How conflicts are presented")."""


def _refuse_merge_conflicts(text: str) -> None:
    if marker := CONFLICT.search(text):
        line = text.count("\n", 0, marker.start()) + 1
        raise YamlSyntaxError(
            Location(line, 1),
            "a merge conflict is left in the file",
            "keep the right side, without the markers",
        )


def _is_open_quote(error: yaml.MarkedYAMLError) -> bool:
    return "quoted scalar" in (error.context or "") and error.context_mark is not None


def _loader() -> Any:
    """Return libyaml's parser, ten times as fast, where PyYAML was built with it."""
    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _reason(error: yaml.MarkedYAMLError) -> str:
    parts = [part for part in (error.context, error.problem) if part]
    return ", ".join(parts) or "it cannot be parsed"


def _way_out(error: yaml.MarkedYAMLError) -> str:
    if "nesting depth" in (error.problem or ""):
        return "no catalog is nested that deep"
    if "cannot start any token" in (error.problem or ""):
        return "indent with spaces, not tabs, and put text with @, ` or % at its start in quotes"
    if _is_open_quote(error):
        return "close the quote that is opened here"
    if "mapping values are not allowed" in (error.problem or ""):
        return "put text with a colon and a space in it in quotes; or mend the indentation"
    return "look for a missing colon, a wrong indentation or an open quote in this line or the one above"


class Builder:
    """The builder of a tree from the parser's events. An open collection is on the stack until its end event."""

    def __init__(self) -> None:
        self._stack: list[Mapping | Sequence] = []
        self._keys: list[Scalar | None] = []
        self._anchors: dict[str, Node] = {}
        self._open_anchors: dict[str, Location] = {}
        self._root: Node | None = None
        self._documents = 0

    def build(self, events: Iterator[Any]) -> Node | None:
        for event in events:
            match event:
                case yaml.DocumentStartEvent():
                    self._start_document(event)
                case yaml.ScalarEvent():
                    self._check_tag(event)
                    self._add(event, Scalar(_where(event), text=event.value, plain=event.style in (None, "")))
                case yaml.SequenceStartEvent():
                    self._open(event, Sequence(_where(event)))
                case yaml.MappingStartEvent():
                    self._open(event, Mapping(_where(event)))
                case yaml.CollectionEndEvent():
                    self._close()
                case yaml.AliasEvent():
                    self._add(event, self._resolve_alias(event))
        return self._root

    def _start_document(self, event: Any) -> None:
        self._documents += 1
        if self._documents > 1:
            raise YamlSyntaxError(
                _where(event), "a second document begins here", "a catalog is one document: remove the ---"
            )

    def _check_tag(self, event: Any) -> None:
        if event.tag and event.tag not in ("!", "tag:yaml.org,2002:str"):
            raise YamlSyntaxError(_where(event), f"tags like {event.tag} mean nothing here", "remove the tag")

    def _open(self, event: Any, node: Mapping | Sequence) -> None:
        self._check_tag(event)
        if len(self._stack) >= DEEPEST:
            raise YamlSyntaxError(node.where, f"nested more than {DEEPEST} deep", "no catalog needs that")
        self._awaits_key(node)
        self._stack.append(node)
        self._keys.append(None)
        if event.anchor:
            self._open_anchors[event.anchor] = node.where
            node.__dict__["anchor"] = event.anchor

    def _close(self) -> None:
        node = self._stack.pop()
        self._keys.pop()
        anchor = node.__dict__.pop("anchor", None)
        if anchor:
            self._open_anchors.pop(anchor, None)
            self._anchors[anchor] = node
        self._place(node)

    def _add(self, event: Any, node: Node) -> None:
        if event.anchor and not isinstance(event, yaml.AliasEvent):
            self._anchors[event.anchor] = node
        if isinstance(node, Scalar) and self._stack and isinstance(self._stack[-1], Mapping) and self._keys[-1] is None:
            self._keys[-1] = node
            return
        self._awaits_key(node)
        self._place(node)

    def _awaits_key(self, node: Node) -> None:
        if self._stack and isinstance(self._stack[-1], Mapping) and self._keys[-1] is None:
            raise YamlSyntaxError(node.where, "a key must be plain text", "write the key as a word, or in quotes")

    def _resolve_alias(self, event: Any) -> Node:
        if event.anchor in self._open_anchors:
            raise YamlSyntaxError(_where(event), f"*{event.anchor} contains itself", "write the value out")
        node = self._anchors.get(event.anchor)
        if node is None:
            raise YamlSyntaxError(_where(event), f"no anchor &{event.anchor} above", "define it before it is used")
        return node

    def _place(self, node: Node) -> None:
        if not self._stack:
            self._root = node
            return
        parent = self._stack[-1]
        parent.size += node.size
        if parent.size > MOST_NODES:
            raise YamlSyntaxError(
                node.where, "this file stands for too many values", "no catalog is that large; mind aliases"
            )
        if isinstance(parent, Sequence):
            parent.items.append(node)
            return
        key = self._keys[-1]
        assert key is not None
        self._keys[-1] = None
        if key.text == "<<" and key.plain:
            parent.merged_entries += _merge_entries(key, node)
        else:
            parent.entries.append((key, node))


def _merge_entries(key: Scalar, node: Node) -> list[tuple[Scalar, Node]]:
    """Return the entries that `<<` brings in, the earlier of several first."""
    sources = node.items if isinstance(node, Sequence) else [node]
    entries: list[tuple[Scalar, Node]] = []
    for source in sources:
        if not isinstance(source, Mapping):
            raise YamlSyntaxError(
                key.where, "<< merges mappings only", "give it an alias of a mapping, or write it out"
            )
        entries += [*source.entries, *source.merged_entries]
    return entries


def _where(event: Any) -> Location:
    return Location(event.start_mark.line + 1, event.start_mark.column + 1)
