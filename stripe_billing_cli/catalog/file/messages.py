"""Messages of what pydantic finds wrong, in words for the person who wrote the file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from stripe_billing_cli.catalog.kinds import MinorUnits, Misnomers, NotExactError, PatternText
from stripe_billing_cli.catalog.suggestions import nearest
from stripe_billing_cli.stripe_api.money import CURRENCIES, ZERO_DECIMAL, minor_unit_exponent

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

DESTINATIONS = (
    "a catalog has no event destinations of Stripe's API v2",
    "remove it; `webhook_endpoints:` has what Stripe sends events of v1 to",
)
UNSUPPORTED: Mapping[str, tuple[str, str]] = {
    "portal": (
        "the section of the customer portal has another name",
        "write portal_configurations, with an entry for each configuration",
    ),
    "payment_method_configurations": (
        "a catalog has no payment method configurations",
        "remove it; set payment methods in the Dashboard (https://dashboard.stripe.com/settings/payment_methods)",
    ),
    "event_destinations": DESTINATIONS,
    "v2_event_destinations": DESTINATIONS,
    "v2_core_event_destinations": DESTINATIONS,
}
"""Sections that catalogs do not have, most of them resources of Stripe's Terraform provider: message and way out."""


@dataclass(frozen=True)
class Explanation:
    """A mistake in words. `at_key`: the mistake is the key itself, or that it has no companion, and not its value."""

    message: str
    hint: str
    at_key: bool = False


def explain(error: ErrorDetails, model: type[BaseModel], currency: str | None = None) -> Explanation:
    """Return the message and the way out for one error of validating `model`, with amounts in `currency`."""
    location, value = error["loc"], error["input"]
    name = str(location[-1]) if location else ""
    context = error.get("ctx", {})
    kind = error["type"]
    if kind == "extra_forbidden":
        return _unknown_key(name, _inside(model, location[:-1]))
    if kind == "missing":
        return Explanation(f"{name} is missing", f"add `{name}:`", at_key=True)
    marks = _Marks(_field(model, location))
    if marks.pattern_text and isinstance(location[-1], int):
        name = str(location[-2])
    if kind in ("int_type", "int_from_float") and isinstance(value, Decimal) and marks.amount:
        return _fraction(name, value, currency if len(location) == 1 else None)
    expectation = _describe_expected(kind, context, marks)
    if expectation is not None:
        money = _money_hint(value, currency if len(location) == 1 else None) if marks.amount else None
        hint = money or _percent_hint(value) or _hint(kind, value, context, name, marks)
        return Explanation(f"{_describe_place(name)}: expected {expectation}, found {_describe(value)}", hint)
    return Explanation(f"{_describe_place(name)}: {error['msg']}", "see https://docs.stripe.com/api")


def _unknown_key(name: str, model: type[BaseModel]) -> Explanation:
    holders = [
        field
        for field, info in model.model_fields.items()
        if any(_is_model(choice) and name in choice.model_fields for choice in _choices(info.annotation))
    ]
    hint = f"it belongs under `{holders[0]}:`" if len(holders) == 1 else nearest(name, list(model.model_fields))
    return Explanation(f"unknown key {name}", hint, at_key=True)


def _inside(model: type[BaseModel], location: tuple[int | str, ...]) -> Any:
    """Return the type of what stands at `location` below `model`."""
    annotation: Any = model
    for part in location:
        annotation = (
            annotation.model_fields[str(part)].annotation if _is_model(annotation) else get_args(annotation)[-1]
        )
        annotation = next(
            (choice for choice in _choices(annotation) if _is_model(choice) or get_args(choice)), annotation
        )
    return annotation


def _field(model: type[BaseModel], location: tuple[int | str, ...]) -> FieldInfo | None:
    """Return the field at `location`; of an item of a list, that of the list."""
    if not location:
        return None
    holder: Any = _inside(model, location[:-1])
    if isinstance(location[-1], int) and not _is_model(holder):
        return _field(model, location[:-1])
    fields: dict[str, FieldInfo] = holder.model_fields if _is_model(holder) else {}
    return fields.get(str(location[-1]))


class _Marks:
    """The marks of the type of a field."""

    def __init__(self, field: FieldInfo | None) -> None:
        marks = [*field.metadata, *_metadata(field.annotation)] if field else []
        self.amount = any(isinstance(mark, MinorUnits) for mark in marks)
        self.pattern_text = next((mark for mark in marks if isinstance(mark, PatternText)), None)
        self.misnomers = next((mark for mark in marks if isinstance(mark, Misnomers)), None)


def _metadata(annotation: Any) -> list[Any]:
    """Return what stands beside the types within an annotation, `Annotated[…] | None`."""
    metadata = list(annotation.__metadata__) if get_origin(annotation) is Annotated else []
    for choice in get_args(annotation):
        metadata += _metadata(choice)
    return metadata


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _choices(kind: Any) -> tuple[Any, ...]:
    return get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,)


def _fraction(name: str, amount: Decimal, currency: str | None) -> Explanation:
    exponent = minor_unit_exponent(currency) if currency in CURRENCIES else 2
    minor = amount.scaleb(exponent)
    decimal = f'write {name}_decimal: "{amount}"' if name.endswith("amount") else "write it in minor units"
    if currency in ZERO_DECIMAL:
        hint = f"{currency} has no smaller unit: write {int(amount)}"
    elif minor == int(minor):
        currency_text = currency if currency in CURRENCIES else "of a currency with cents"
        hint = f"for {amount} {currency_text} write {int(minor)}"
        if amount.as_tuple().exponent != -exponent:  # 15.00 is money, 100.5 may as well be minor units
            hint = f"{hint}; if it is {amount} minor units, {decimal}"
    else:
        hint = decimal
    return Explanation(f"{name}: an amount is a whole number of minor units (cents), found {amount}", hint)


MONEY = re.compile(r"(?:[A-Za-z]{3}|[€$£¥])?\s*([0-9]+)(?:[.,]([0-9]{1,2}))?\s*(?:[A-Za-z]{3}|[€$£¥])?")
"""An amount as people write it, with a currency before or behind it: `9,00`, `€9`, `9.00 EUR`."""
PERCENT = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*%")


def _money_hint(value: Any, currency: str | None) -> str | None:
    """Return how to write an amount that stands there as people write one, in whole units of its currency."""
    match = MONEY.fullmatch(value.strip()) if isinstance(value, str) and not value.strip().isdigit() else None
    if match is None:
        return None
    minor = Decimal(f"{match[1]}.{match[2] or 0}").scaleb(
        minor_unit_exponent(currency) if currency in CURRENCIES else 2
    )
    return f"write {int(minor)}: amounts are whole numbers of minor units (cents), without a currency"


def _percent_hint(value: Any) -> str | None:
    match = PERCENT.fullmatch(value.strip()) if isinstance(value, str) else None
    return f"write {match[1]} for {match[1]} %" if match else None


def _describe_expected(kind: str, context: dict[str, Any], marks: _Marks) -> str | None:
    match kind:
        case "string_type":
            return "text"
        case "int_type" | "int_from_float" | "int_parsing":
            return "a whole number"
        case "bool_type":
            return "true or false"
        case "dict_type" | "model_type" | "model_attributes_type":
            return "keys and values"
        case "list_type":
            return "a list"
        case "literal_error":
            return _in_yaml(context)
        case "greater_than_equal":
            return f"at least {context['ge']}"
        case "string_too_long":
            return f"at most {context['max_length']} characters"
        case "string_too_short":
            return "some text"
        case "string_pattern_mismatch":
            return marks.pattern_text.description if marks.pattern_text else "other characters"
        case "value_error" if isinstance(context["error"], NotExactError):
            return context["error"].description
    return None


def _in_yaml(context: dict[str, Any]) -> str:
    """Return the values that are possible, as a file says them."""
    return str(context["expected"]).replace("'", "").replace("True", "true").replace("False", "false")


def _describe(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int() | Decimal():
            return str(value)[:60]
        case str():
            return f'"{value}"' if len(value) <= 60 else f'"{value[:40]}…" ({len(value)} characters)'
        case list():
            return "a list"
        case _:
            return "keys and values"


def _hint(kind: str, value: Any, context: dict[str, Any], name: str, marks: _Marks) -> str:
    misnomer = marks.misnomers.hint(str(value)) if marks.misnomers else None
    if misnomer:
        return misnomer
    match kind:
        case "value_error" if context["error"].hint:
            return str(context["error"].hint)
        case "string_type" if not isinstance(value, list | dict):
            return f'put it in quotes: "{_describe(value)}"'
        case "literal_error" if name == "version":
            return "this version of billing reads version 1; upgrade it for files of a newer one"
        case "literal_error":
            options = [option.strip() for option in _in_yaml(context).replace(" or ", ",").split(",")]
            return nearest(str(value), [option for option in options if option])
        case "greater_than_equal" if marks.amount:
            return "amounts are 0 or more; a discount is a coupon"
        case "string_too_long":
            return f"shorten it by {len(str(value)) - int(context['max_length'])}"
        case "string_pattern_mismatch" if marks.pattern_text:
            return f"such as {marks.pattern_text.example}"
        case "int_type" if isinstance(value, str) and value.isdigit():
            return f"write it without quotes: {value}"
        case "list_type":
            return "write it in brackets, or with a - before each"
    return "`billing catalog schema` has all keys and types"


def _describe_place(name: str) -> str:
    return f"number {int(name) + 1} of this list" if name.isdigit() else (name or "the file")
