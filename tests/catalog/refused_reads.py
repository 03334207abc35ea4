"""Reads within the catalog that mypy refuses: a wrong one that it lets through is an ignore without use, and an error.

Nothing here is run. `mypy` reads this file beside the program (pyproject.toml).
"""

from __future__ import annotations

from stripe_billing_cli.catalog.account_reader import AccountReader, Objects, objects_of
from stripe_billing_cli.catalog.diff import FieldChange
from stripe_billing_cli.catalog.entries import AnyEntry
from stripe_billing_cli.catalog.kinds.coupon import CouponKind
from stripe_billing_cli.catalog.kinds.price.forms import Tiers, price_values
from stripe_billing_cli.catalog.match import Match
from stripe_billing_cli.stripe_api.objects.catalog import Price


def a_field_of_an_object_that_is_not_declared(match: Match[Price]) -> object:
    return match.current and match.current["amount"]  # type: ignore[typeddict-item]


def a_field_that_may_be_null(match: Match[Price]) -> list[str]:
    return [earlier["lookup_key"].lower() for earlier in match.earlier]  # type: ignore[union-attr]


def a_field_of_what_is_read(reader: AccountReader) -> list[object]:
    return [price["amount"] for price in reader.all(Price, "/v1/prices")]  # type: ignore[typeddict-item]


def a_field_of_an_object_of_any_kind(objects: Objects) -> list[object]:
    return [price["unit_amount"] for price in objects["price"].values()]  # type: ignore[typeddict-item]


def an_object_of_another_kind(objects: Objects) -> list[bool]:
    return [CouponKind().is_active(one) for one in objects_of(objects, "price", Price).values()]  # type: ignore[arg-type]


def the_content_of_an_entry_of_any_kind(entry: AnyEntry) -> object:
    return entry.content.name  # type: ignore[attr-defined]


def the_inside_of_a_value(change: FieldChange) -> object:
    return change.after["interval"]  # type: ignore[index, call-overload]


def a_part_that_a_value_does_not_have(entry: AnyEntry) -> list[object]:
    return [tier["amount"] for tier in price_values(entry.fields)["tiers"]]  # type: ignore[typeddict-item]


def a_value_of_another_form(form: Tiers) -> str:
    return form.show({"interval": "month"}, "usd")  # type: ignore[arg-type]
