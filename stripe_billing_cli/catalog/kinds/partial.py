"""Kinds of whose objects the file may say a part: what it does not name is left as it is, and null clears a field.

The fields are the leaves of the model, each by its path (`features.subscription_cancel.mode`), so that a plan shows
and sends what changes and nothing beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, ClassVar, TypeVar

from pydantic import BaseModel

from stripe_billing_cli.catalog.diff import FieldChange, metadata_params
from stripe_billing_cli.catalog.entries import Entry, Fields, FieldValue, Reference
from stripe_billing_cli.catalog.kinds.forms import APART, Apart, Definition, Form, form_of, model_within
from stripe_billing_cli.catalog.kinds.importing import ImportFile
from stripe_billing_cli.catalog.kinds.model import ShortForm, ShortList
from stripe_billing_cli.catalog.kinds.standard import StandardKind
from stripe_billing_cli.catalog.match import Match
from stripe_billing_cli.catalog.plan import Change
from stripe_billing_cli.catalog.plan_builder import PlanBuilder
from stripe_billing_cli.stripe_api.objects.common import ObjectT

Content = TypeVar("Content", bound=BaseModel)


class PartialKind(StandardKind[Content, ObjectT]):
    """A kind whose objects are changed in what the file names, and in nothing else."""

    fixed_fields: ClassVar[frozenset[str]] = frozenset()
    """The fields that never change on an object."""
    not_of_creates: ClassVar[frozenset[str]] = frozenset({"active"})
    """The fields that only updates set."""
    naming_fields: ClassVar[tuple[str, ...]] = ()
    """The fields that name other objects by their ids, which a plan shows by their keys."""

    # ---- Planning

    def plan(self, entry: Entry[Content], match: Match[ObjectT], builder: PlanBuilder) -> Change | None:
        """Plan an entry; one that is not to be active, and that the account does not have, is a note."""
        if match.current is None and not entry.fields["active"]:
            builder.note(f"{entry.key}: the file has it inactive, and the account does not have it: not made.", entry)
            return None
        change = super().plan(entry, match, builder)
        for name in self.naming_fields:
            if change and name in change.fields:
                field_change = change.fields[name]
                change.fields[name] = FieldChange(
                    self.with_keys(name, field_change.before, builder),
                    self.with_keys(name, field_change.after, builder),
                )
        return change

    def with_keys(self, name: str, value: FieldValue, builder: PlanBuilder) -> FieldValue:
        """Return the value of one of the `naming_fields` with keys in place of the ids of the file's objects."""
        return value

    def note_unclearable(self, entry: Entry[Content], stripe_object: ObjectT, builder: PlanBuilder) -> None:
        """Note nothing: what the file leaves out is not to be cleared."""

    # ---- Fields

    @property
    def definitions(self) -> tuple[Definition, ...]:
        return leaves(self.model)

    def wanted_fields(self, content: Content) -> Fields:
        return dict(named_leaves(content))

    def existing_fields(self, stripe_object: ObjectT) -> Fields:
        return {field.name: existing_leaf(field, stripe_object) for field in self.definitions}

    def find_fixed(self, fields: Mapping[str, FieldChange]) -> list[str]:
        return [name for name in fields if name in self.fixed_fields]

    def filled_fields(self, entry: Entry[Content], current: Fields) -> Fields:
        return {name: self.form(name).fill_from(value, current[name]) for name, value in entry.fields.items()}

    def new_fields(self, entry: Entry[Content]) -> dict[str, FieldChange]:
        return {name: field for name, field in super().new_fields(entry).items() if name not in self.not_of_creates}

    # ---- Import

    def is_noise(self, name: str, fields: Fields) -> bool:
        """Return whether a file that describes an object does without this field, whose value anybody expects."""
        return False

    def file_values(self, key: str, stripe_object: ObjectT, file: ImportFile) -> dict[str, Any]:
        adopted_id, metadata = self.adopted_id(key, stripe_object, file), self.file_metadata(stripe_object, file)
        values: dict[str, Any] = {"id": adopted_id} if adopted_id else {}
        fields = self.file_fields(stripe_object, file)
        for field in self.definitions:
            if self.is_noise(field.name, fields):
                continue
            *outer_keys, last = field.name.split(".")
            keys = field.form.write_keys(last, fields[field.name], True if field.name == "active" else None)
            if keys:
                part_at(values, outer_keys).update(keys)
        for path, key in short_parts(self.model):
            if _part_there(values, path).keys() == {key}:
                *outer_keys, last = path
                part_at(values, outer_keys)[last] = _part_there(values, path)[key]
        return values | ({"metadata": metadata} if metadata else {})

    # ---- Operations

    def create_params(self, entry: Entry[Content], match: Match[ObjectT], catalog: str) -> dict[str, Any]:
        fields = {
            name: value
            for name, value in entry.fields.items()
            if name not in self.not_of_creates and value is not None and value != []
        }
        return {**self._params(fields), "metadata": self.stamp(entry, catalog).metadata(entry.metadata)}

    def update_params(
        self, fields: Mapping[str, FieldChange], match: Match[ObjectT], stripe_object: ObjectT
    ) -> Sequence[Mapping[str, Any]]:
        params = self._params({name: one.after for name, one in fields.items() if not name.startswith("metadata.")})
        metadata = metadata_params(fields)
        return [params | ({"metadata": metadata} if metadata else {})]

    def _params(self, fields: Mapping[str, FieldValue]) -> dict[str, Any]:
        params: dict[str, Any] = {}
        for name, value in fields.items():
            *outer_keys, last = name.split(".")
            part_at(params, outer_keys).update(self.form(name).params(last, value))
        return params


def key_of(kind: str, object_id: str | Reference, builder: PlanBuilder) -> str:
    """Return the key of the object with this id; an id that the key does not stand for any more stays."""
    if isinstance(object_id, Reference):
        return object_id.key
    key = builder.name_of(object_id)
    return key if key and builder.ids.get(Reference(kind, key)) == object_id else object_id


@cache
def leaves(model: type[BaseModel], within: str = "") -> tuple[Definition, ...]:
    """Return the fields of a model that are compared, those of its parts by their paths."""
    definitions: list[Definition] = []
    for name, field in model.model_fields.items():
        if not within and (name in APART or any(isinstance(mark, Apart) for mark in field.metadata)):
            continue
        form = next((mark for mark in field.metadata if isinstance(mark, Form)), None)
        part = model_within(field.annotation)
        if part and not form:
            definitions += leaves(part, f"{within}{name}.")
        else:
            definitions.append(Definition(f"{within}{name}", form or form_of(field.annotation), None))
    return tuple(definitions)


@cache
def short_parts(model: type[BaseModel]) -> tuple[tuple[tuple[str, ...], str], ...]:
    """Return the parts that may be written as a key of theirs alone: the path of each, and the key."""
    parts: list[tuple[tuple[str, ...], str]] = []
    for name, field in model.model_fields.items():
        parts += (((name,), mark.key) for mark in field.metadata if isinstance(mark, ShortForm | ShortList))
        if part := model_within(field.annotation):
            parts += (((name, *path), key) for path, key in short_parts(part))
    return tuple(parts)


def _part_there(values: Mapping[str, Any], path: Sequence[str]) -> Mapping[str, Any]:
    """Return the part at a path, empty where it is not there."""
    for step in path:
        values = values.get(step, {})
    return values


def part_at(values: dict[str, Any], path: Sequence[str]) -> dict[str, Any]:
    """Return the part at a path, made where it is not there."""
    for step in path:
        values = values.setdefault(step, {})
    return values


def named_leaves(content: BaseModel, within: str = "") -> Iterator[tuple[str, FieldValue]]:
    """Yield the fields that the file names, and those that have a default of the file's own."""
    forms = {field.name: field.form for field in leaves(type(content), within)}
    for name, field in type(content).model_fields.items():
        if not within and name in APART:
            continue
        value = getattr(content, name)
        path = f"{within}{name}"
        if path in forms:
            if name in content.model_fields_set or (not field.is_required() and field.default is not None):
                yield path, forms[path].wanted_value(content, name)
        elif isinstance(value, BaseModel):
            yield from named_leaves(value, f"{path}.")


def existing_leaf(field: Definition, stripe_object: Mapping[str, Any]) -> Any:
    *outer_keys, last = field.name.split(".")
    part = stripe_object
    for step in outer_keys:
        inner = part.get(step)
        if inner is None:
            return field.form.absent
        part = inner
    return field.form.existing_value(part, last)
