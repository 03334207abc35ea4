"""The fields of answers: which there are, in Stripe's order, and what each says.

Objects of one kind have the same fields stored, over and over; what follows from that is found out once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import NoneType
from typing import Any, TypeAlias

from stripe_billing_cli.local_stripe.core.derived_fields import is_derived
from stripe_billing_cli.local_stripe.core.shapes import LIST, MAP, Shape, is_known, shape
from stripe_billing_cli.local_stripe.core.store import Object

PRIVATE = "_"
"""The beginning of the names of fields that the local Stripe keeps of an object and never answers."""
SCALARS = frozenset((str, int, float, bool))
LEFT_OUT = object()
"""The value of a field that an answer leaves out where nothing is stored."""

FIRST = ("id", "object")

INLINED: Mapping[str, Mapping[str, str]] = {
    "credit_note_line_item": {"tax_rates": "tax_rate"},
    "invoice": {"default_tax_rates": "tax_rate"},
    "invoiceitem": {"tax_rates": "tax_rate"},
    "item": {"price": "price"},
    "line_items_discount_amount": {"discount": "discount"},
    "line_items_tax_amount": {"rate": "tax_rate"},
    "product_feature": {"entitlement_feature": "entitlements.feature"},
    "quote": {"default_tax_rates": "tax_rate"},
    "subscription": {"default_tax_rates": "tax_rate"},
    "subscription_item": {"plan": "plan", "price": "price", "tax_rates": "tax_rate"},
    "subscription_schedule_add_invoice_item": {"tax_rates": "tax_rate"},
    "subscription_schedule_configuration_item": {"tax_rates": "tax_rate"},
    "subscription_schedule_phase_configuration": {"default_tax_rates": "tax_rate"},
}
"""Stored as an id, or a list of ids, always shown as the objects of that kind, as they are now."""

INLINED_KINDS = sorted({kind for kinds in INLINED.values() for kind in kinds.values()})


@dataclass(frozen=True, slots=True)
class Field:
    """A field of an answer that is more than a scalar: `inlined_kind`, the kind of the objects that are always shown in
    place of their ids; `within`, the shapes of what stands in it, None where it has none, and whether these are
    `several`, by a map or in a list.
    """

    name: str
    is_hidden: bool
    inlined_kind: str | None
    within: tuple[str, ...] | None
    several: bool


FieldEntry: TypeAlias = tuple[str, bool, Any, Field]
"""A field's name, whether its scalars are shown as they are stored, what it says where nothing is, and the rest."""


@lru_cache(maxsize=4096)
def fields_of(form_name: str, stored_names: tuple[str, ...]) -> tuple[FieldEntry, ...]:
    """Return the fields of an answer, in order, of an object that has these names stored; objects of one kind have the
    same ones, over and over."""
    form = shape(form_name)
    public_names = {name for name in stored_names if name[0] != PRIVATE}
    names = tuple((public_names | form.null | form.constant.keys()) - form.never)
    return tuple(_field(form, name) for name in _order(names))


def _field(form: Shape, name: str) -> FieldEntry:
    inlined_kind = INLINED.get(form.name, {}).get(name)
    within = form.within.get(name)
    is_hidden = name in form.only_expanded
    several = within is not None and within[0][:2] in (MAP, LIST)
    left_out = is_hidden or (name not in form.null and is_known(form.name))
    otherwise = form.constant.get(name, LEFT_OUT if left_out else None)
    return (
        name,
        not is_hidden and inlined_kind is None,
        otherwise,
        Field(name, is_hidden, inlined_kind, within, several),
    )


@dataclass(frozen=True, slots=True)
class Outline:
    """An answer without its values: `fields`, in order, have what they say where nothing is stored; `scalars` names
    those that are shown as they are stored.
    """

    fields: Object
    scalars: tuple[str, ...]
    others: tuple[Field, ...]
    is_derived: bool


@lru_cache(maxsize=2048)
def outline_of(form_name: str, stored_names: tuple[str, ...], types: tuple[type, ...]) -> Outline:
    """Return the outline of an answer in which nothing is expanded, of an object that has values of these types
    stored."""
    type_of = dict(zip(stored_names, types, strict=True))
    fields: Object = {}
    scalars, others = [], []
    for name, is_plain, otherwise, field in fields_of(form_name, stored_names):
        type = type_of.get(name, NoneType)
        if type is NoneType:
            if otherwise is not LEFT_OUT:
                fields[name] = otherwise
        elif is_plain and type in SCALARS:
            fields[name] = None
            scalars.append(name)
        elif not field.is_hidden:
            fields[name] = None
            others.append(field)
    return Outline(fields, tuple(scalars), tuple(others), is_derived(form_name))


def order_fields(fields: Object) -> Object:
    """Return the fields in Stripe's order: the id, the object, the others by the alphabet (recorded)."""
    return {name: fields[name] for name in _order(tuple(fields))}


@lru_cache(maxsize=4096)
def _order(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names of fields in order; objects of one kind have the same ones, over and over."""
    return (*(name for name in FIRST if name in names), *sorted(name for name in names if name not in FIRST))
