"""Answers in the data files are full key sets under a name (`!product`) and what differs from them: here read and written out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ABSENT = "<absent>"
"""A key of a shape that an answer does not have."""
DOCUMENTED_CODES = "https://stripe.com/docs/error-codes/"

Arguments = dict[str, Any]


@dataclass(frozen=True)
class Tagged:
    """`!name value`, not yet written out."""

    name: str
    value: Any


@dataclass(frozen=True)
class Shape:
    """A full key set. `=name` in it is one of the arguments, each of which has a default."""

    arguments: Arguments
    keys: Any


class _Loader(yaml.CSafeLoader):
    """YAML in which a tag is the name of a shape."""


def _read_tag(loader: yaml.CSafeLoader, name: str, node: yaml.Node) -> Tagged:
    if isinstance(node, yaml.MappingNode):
        return Tagged(name, loader.construct_mapping(node, deep=True))
    if isinstance(node, yaml.SequenceNode):
        return Tagged(name, loader.construct_sequence(node, deep=True))
    return Tagged(name, loader.construct_scalar(node) or {})  # type: ignore[arg-type]


_Loader.add_multi_constructor("!", _read_tag)


def load(path: Path) -> Any:
    """Return the YAML of a data file, with its tags as `Tagged`."""
    return yaml.load(path.read_text(encoding="utf-8"), _Loader)


class Shapes:
    """All shapes by name, those of one recording among them."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        self._written = content

    def expand(self, value: Any) -> Any:
        """Return `value` with every shape in it written out."""
        if isinstance(value, Tagged):
            match value.name:
                case "error":
                    return {"error": self.expand(_error(value.value))}
                case "list":
                    return self.expand({"object": "list", "has_more": False, **value.value})
                case "each":
                    step = 1 if value.value["from"] <= value.value["to"] else -1
                    numbers = range(value.value["from"], value.value["to"] + step, step)
                    one = self.expand(value.value["of"])
                    return [with_number(one, number) for number in numbers]
                case "embedded":
                    data = self.expand(value.value["data"])
                    return {
                        "object": "list",
                        "data": data,
                        "has_more": False,
                        "total_count": len(data),
                        **_but_data(value),
                    }
            return self._instance(value)
        if isinstance(value, dict):
            return {key: self.expand(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.expand(inner) for inner in value]
        return value

    def _instance(self, tag: Tagged) -> Any:
        shape = self._shape(tag.name)
        arguments, keys = _apply_changes(shape.arguments, shape.keys, tag.value)
        return self.expand(_fill(keys, arguments))

    def _shape(self, name: str) -> Shape:
        """Return a shape with those that it is made from (`keys: !base {…}`) written into it."""
        content = self._written[name]
        keys = content["keys"]
        arguments: Arguments = {}
        if isinstance(keys, Tagged) and keys.name in self._written:
            base = self._shape(keys.name)
            arguments, keys = _apply_changes(base.arguments, base.keys, keys.value)
        return Shape({**arguments, **content.get("arguments", {})}, keys)


def _apply_changes(arguments: Arguments, keys: Any, changes: Mapping[str, Any]) -> tuple[Arguments, Any]:
    """Return arguments and keys after changes: those that name an argument give it a value, the others change keys."""
    own_changes = {name: value for name, value in changes.items() if name in arguments}
    rest = {name: value for name, value in changes.items() if name not in arguments}
    return {**arguments, **own_changes}, _merge(keys, rest)


def _merge(old: Any, new: Any) -> Any:
    if isinstance(old, Tagged) and isinstance(new, dict):
        return Tagged(old.name, _merge(old.value, new))
    if not isinstance(old, dict) or not isinstance(new, dict):
        return new
    result = dict(old)
    for key, value in new.items():
        if value == ABSENT:
            result.pop(key, None)
        else:
            result[key] = _merge(old[key], value) if key in old else value
    return result


def _fill(value: Any, arguments: Arguments) -> Any:
    """Return `value` with its arguments in place: alone with their type, within a text as text."""
    if isinstance(value, Tagged):
        return Tagged(value.name, _fill(value.value, arguments))
    if isinstance(value, dict):
        return {key: _fill(inner, arguments) for key, inner in value.items()}
    if isinstance(value, list):
        return [_fill(inner, arguments) for inner in value]
    if not isinstance(value, str):
        return value
    if value[:1] == "=" and value[1:] in arguments:
        return _fill(arguments[value[1:]], arguments)

    def text(match: re.Match[str]) -> str:
        name = match.group(1)
        return str(_fill(arguments[name], arguments)) if name in arguments else match.group()

    return re.sub(r"=([a-z_]+)", text, value)


def with_number(value: Any, number: int) -> Any:
    """Return `value` with a number of three digits in place of `%n`."""
    if isinstance(value, Tagged):
        return Tagged(value.name, with_number(value.value, number))
    if isinstance(value, dict):
        return {key: with_number(inner, number) for key, inner in value.items()}
    if isinstance(value, list):
        return [with_number(inner, number) for inner in value]
    return value.replace("%n", f"{number:03}") if isinstance(value, str) else value


def _error(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return an error; a code always comes with its page, and all but two kinds come with the log's address."""
    error = {"type": "invalid_request_error", "request_log_url": "<url>", **content}
    if "code" in error:
        error.setdefault("doc_url", DOCUMENTED_CODES + error["code"].replace("_", "-"))
    return {key: value for key, value in error.items() if value != ABSENT}


def _but_data(tag: Tagged) -> dict[str, Any]:
    return {key: value for key, value in tag.value.items() if key != "data"}
