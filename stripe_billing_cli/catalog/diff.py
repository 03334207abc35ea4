"""The differences between an entry of the file and the object as Stripe has it, field by field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from stripe_billing_cli.catalog.entries import FieldValue, Reference


@dataclass(frozen=True)
class FieldChange:
    before: FieldValue
    after: FieldValue


def differences(before: Mapping[str, FieldValue], after: Mapping[str, FieldValue]) -> dict[str, FieldChange]:
    """Return the fields that `after` names and that `before` has otherwise."""
    return {name: FieldChange(before.get(name), value) for name, value in after.items() if before.get(name) != value}


def list_new_fields(fields: Mapping[str, FieldValue], defaults: Mapping[str, FieldValue]) -> dict[str, FieldChange]:
    """Return the fields of a new object that are worth showing: those that are not Stripe's defaults."""
    return {name: FieldChange(None, value) for name, value in fields.items() if value != defaults.get(name)}


def metadata_changes(
    before: Mapping[str, str], after: Mapping[str, str], dropped_keys: list[str]
) -> dict[str, FieldChange]:
    """Return the changes of metadata, one field a key (`metadata.owner`)."""
    new_values = {
        f"metadata.{key}": FieldChange(before.get(key), value)
        for key, value in after.items()
        if before.get(key) != value
    }
    removals = {f"metadata.{key}": FieldChange(before[key], None) for key in dropped_keys}
    return {**new_values, **removals}


def metadata_params(changes: Mapping[str, FieldChange]) -> dict[str, str]:
    """Return the `metadata` parameter that makes these changes; a key goes by the empty string."""
    return {
        name.removeprefix("metadata."): str(change.after or "")
        for name, change in changes.items()
        if name.startswith("metadata.")
    }


def plain(value: object) -> object:
    """Return a canonical value as JSON has it: whole amounts as ints, others as decimal strings."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else format(value.normalize(), "f")
    if isinstance(value, Reference):
        return value.key
    if isinstance(value, Mapping):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return value
