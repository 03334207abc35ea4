"""Parts of objects that Stripe takes whole, of which a file may still say a part."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from stripe_billing_cli.catalog.entries import Fields
from stripe_billing_cli.catalog.kinds.forms import Form, plain_text
from stripe_billing_cli.catalog.kinds.partial import existing_leaf, leaves, named_leaves, part_at


class Choices(Form[list[str]]):
    """A list of which the order says nothing."""

    def value(self, file_value: Any) -> list[str]:
        return sorted(file_value or [])

    def read(self, stripe_value: Any) -> list[str]:
        return sorted(stripe_value or [])


class OwnKeys(Form[dict[str, str] | None]):
    """Keys and values, of which those that the file does not name stay."""

    def read(self, stripe_value: dict[str, str] | None) -> dict[str, str]:
        return dict(stripe_value or {})

    def fill_from(self, value: dict[str, str] | None, current: dict[str, str] | None) -> dict[str, str]:
        return {**(current or {}), **(value or {})}


class Group(Form[Fields | None]):
    """A part that Stripe takes whole: what the file does not name of it is sent as it is.

    Its value is a dict of its leaves by their paths within it. `usual_values` are the values of leaves that a file that
    describes an object does without.
    """

    def __init__(self, model: type[BaseModel], usual_values: Fields | None = None) -> None:
        super().__init__()
        self.usual_values = usual_values or {}
        self.leaves = leaves(model)
        self.forms = {leaf.name: leaf.form for leaf in self.leaves}

    def value(self, file_value: BaseModel | None) -> Fields | None:
        return None if file_value is None else dict(named_leaves(file_value))

    def read(self, stripe_value: Mapping[str, object] | None) -> Fields | None:
        return None if stripe_value is None else {leaf.name: existing_leaf(leaf, stripe_value) for leaf in self.leaves}

    def fill_from(self, value: Fields | None, current: Fields | None) -> Fields | None:
        if value is None:
            return None
        before = current or {}
        return {**before, **{name: self.forms[name].fill_from(leaf, before.get(name)) for name, leaf in value.items()}}

    def params(self, name: str, value: Fields | None) -> dict[str, Any]:
        if value is None:
            return {name: ""}
        part: dict[str, Any] = {}
        for path, inner in value.items():
            if inner is not None and inner not in ([], {}):
                *outer_keys, last = path.split(".")
                part_at(part, outer_keys).update(self.forms[path].params(last, inner))
        return {name: part}

    def write_keys(self, name: str, value: Fields | None, default: Fields | None) -> dict[str, Any]:
        part: dict[str, Any] = {}
        for path, inner in (value or {}).items():
            *outer_keys, last = path.split(".")
            if keys := self.forms[path].write_keys(last, inner, self.usual_values.get(path)):
                part_at(part, outer_keys).update(keys)
        return {name: part} if part else {}

    def show(self, value: Fields | None, currency: str) -> str:
        texts = {
            path: self.forms[path].show(inner, currency)
            for path, inner in (value or {}).items()
            if inner not in (None, [], {})
        }
        return plain_text(texts)
