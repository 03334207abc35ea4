"""The side of a kind that compares its objects with the file, field by field, and shows their changes.

`Kind` inherits this. All of it follows from the model, whose fields have forms (`forms.py`).
"""

from __future__ import annotations

from abc import ABC
from collections.abc import Mapping
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel

from stripe_billing_cli.catalog.diff import FieldChange, differences, list_new_fields, metadata_changes
from stripe_billing_cli.catalog.entries import Entry, Fields, FieldValue
from stripe_billing_cli.catalog.kinds.forms import (
    NOTHING,
    Definition,
    Form,
    Plain,
    by_place,
    definitions,
    existing_fields,
    plain_text,
    unclearable_fields,
    wanted_fields,
)
from stripe_billing_cli.catalog.ownership import Stamp, dropped_keys
from stripe_billing_cli.catalog.plan import Action, Change
from stripe_billing_cli.catalog.plan_builder import PlanBuilder
from stripe_billing_cli.stripe_api.objects.common import ObjectT, field_of, metadata_of

Content = TypeVar("Content", bound=BaseModel)
UNREVIEWED_FIELDS = frozenset({"metadata.billing_metadata"})
"""Fields of a new object that nobody reviews."""


class ComparedKind(ABC, Generic[Content, ObjectT]):
    """The side of a kind that plans ask about fields, and that output asks how to show them."""

    model: type[Content]
    """The fields, each once, with its type, its form and its meaning."""
    named_by: ClassVar[str] = "name"
    """The field that people call an object by."""
    retirement: ClassVar[Action] = "archive"
    """The action by which an object whose entry is gone is retired, with `prune_option`."""
    retirement_params: ClassVar[Mapping[str, Any]] = {"active": False}
    """The parameters of the update that retires an object, unless it is deleted."""
    title_fields: ClassVar[frozenset[str]] = frozenset()
    """Fields of a new object that its first line (`title`) says, so that no line of their own does."""

    def stamp(self, entry: Entry[Content], catalog: str) -> Stamp:
        raise NotImplementedError

    # ---- Fields

    @property
    def differing_by_place(self) -> tuple[str, ...]:
        """Return the fields that a file may have for each account or mode."""
        return by_place(self.model)

    @property
    def has_metadata(self) -> bool:
        return "metadata" in self.model.model_fields

    @property
    def definitions(self) -> tuple[Definition, ...]:
        return definitions(self.model)

    def wanted_fields(self, content: Content) -> Fields:
        return wanted_fields(content)

    def existing_fields(self, stripe_object: ObjectT) -> Fields:
        return existing_fields(self.model, stripe_object)

    def new_fields(self, entry: Entry[Content]) -> dict[str, FieldChange]:
        """Return the fields of a new object that are worth showing."""
        defaults = {field.name: field.default for field in self.definitions}
        metadata = {f"metadata.{key}": FieldChange(None, value) for key, value in entry.metadata.items()}
        return list_new_fields(entry.fields, defaults) | metadata

    def retired_fields(self, stripe_object: ObjectT) -> dict[str, FieldChange]:
        """Return the fields that the retirement of an object changes, which are switches."""
        if self.retirement == "delete":
            return {}
        return {name: FieldChange(not value, value) for name, value in self.retirement_params.items()}

    def changes(self, entry: Entry[Content], stripe_object: ObjectT, catalog: str) -> dict[str, FieldChange]:
        """Return the fields in which an entry differs from its object, whether they change in place or not."""
        current = self.existing_fields(stripe_object)
        fields = {}
        if current != entry.fields:
            fields = {
                name: change
                for name, change in differences(current, self.filled_fields(entry, current)).items()
                if change.after is not None or self.form(name).unset
            }
        after = self.stamp(entry, catalog).metadata(entry.metadata)
        if not self.has_metadata:
            return fields
        metadata = metadata_of(stripe_object)
        return fields | metadata_changes(metadata, after, dropped_keys(metadata, after))

    def find_fixed(self, fields: Mapping[str, FieldChange]) -> list[str]:
        """Return the changed fields that the existing object cannot take."""
        return [
            name
            for name, change in fields.items()
            if not name.startswith("metadata.") and not self.form(name).changes_in_place(change.before, change.after)
        ]

    def has_same_terms(self, entry: Entry[Content], stripe_object: ObjectT) -> bool:
        """Return whether an object can be brought to what the file wants in place."""
        current = self.existing_fields(stripe_object)
        return not self.find_fixed(differences(current, self.filled_fields(entry, current)))

    def note_unclearable(self, entry: Entry[Content], stripe_object: ObjectT, builder: PlanBuilder) -> None:
        """Note the fields that the file leaves out, and that stay, as Stripe cannot clear them."""
        for field in unclearable_fields(self.model):
            value = field_of(stripe_object, field.name)
            if entry.fields[field.name] is None and value is not None:
                builder.note(
                    f"{entry.key}: {field.name} stays {value!r}: the file leaves it out, and Stripe can "
                    "change it but not unset it.",
                    entry,
                )

    def filled_fields(self, entry: Entry[Content], current: Fields) -> Fields:
        """Return the fields of an entry, with what the file is silent about as Stripe holds it."""
        return {
            field.name: field.form.fill_from(entry.fields[field.name], current[field.name])
            for field in self.definitions
        }

    def form(self, name: str) -> Form[Any]:
        """Return the form of a field; of one that is compared apart, the plain one."""
        return next((field.form for field in self.definitions if field.name == name), Plain())

    # ---- Showing

    def title(self, change: Change) -> str:
        """Return the text of a new object's first line after its key."""
        name = change.fields.get(self.named_by)
        return plain_text(name.after) if name else ""

    def is_in_title(self, change: Change, name: str) -> bool:
        """Return whether the first line of a new object says this field already, or nobody reviews it."""
        return name in UNREVIEWED_FIELDS or name in self.title_fields or name == self.named_by

    def shown_currency(self, change: Change) -> str:
        """Return the currency of a changed object's amounts."""
        return ""

    def show(self, change: Change, name: str, value: FieldValue) -> str:
        """Return the value of a field as a person reads it."""
        if value is None or value == [] or value == {}:
            return NOTHING
        return self.form(name).show(value, self.shown_currency(change))

    def json_field(self, name: str, field: FieldChange) -> tuple[str, dict[str, object]]:
        """Return the name of a changed field in JSON, with its `from` and `to`."""
        return self.form(name).json(name, field.before, field.after)
