"""What pydantic finds wrong, in words for the person who wrote the file."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from decimal import Decimal
from types import UnionType
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin

from pydantic import BaseModel

from stripe_billing_cli.catalog.file.model import LATER
from stripe_billing_cli.stripe_api.money import CURRENCIES, ZERO_DECIMAL, minor_unit_exponent

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

AMOUNTS = {"unit_amount", "flat_amount", "minimum", "maximum", "preset"}
PATTERNS = {
    "catalog": ("letters, digits, - _ and . only, the first a letter or digit", "my-shop"),
    "account": ("an account id", "acct_1032D82eZvKYlo2C"),
    "tax_code": ("a tax code", "txcd_10103001 (https://docs.stripe.com/tax/tax-codes)"),
}


@dataclass(frozen=True)
class Explained:
    """`at_key`: the mistake is the key itself, or that it has no companion, and not its value."""

    message: str
    hint: str
    at_key: bool = False


def explain(error: ErrorDetails, model: type[BaseModel], currency: str | None = None) -> Explained:
    """The message and the way out for one error of validating `model`; `currency` is what its amounts are in."""
    location, found = error["loc"], error["input"]
    name = str(location[-1]) if location else ""
    context = error.get("ctx", {})
    kind = error["type"]
    if kind == "extra_forbidden":
        return _unknown_key(name, _fields(model, location[:-1]))
    if kind == "missing":
        return Explained(f"{name} is missing", f"add `{name}:`", at_key=True)
    if kind in ("int_type", "int_from_float") and isinstance(found, Decimal) and name in AMOUNTS:
        return _fraction(name, found, currency if len(location) == 1 else None)
    expected = _expected(kind, context, name)
    if expected is not None:
        return Explained(
            f"{_named(name)}: expected {expected}, found {_described(found)}", _hint(kind, found, context, name)
        )
    return Explained(f"{_named(name)}: {error['msg']}", "see https://docs.stripe.com/api/prices/create")


def nearest(name: str, known: list[str]) -> str:
    """`did you mean …?`, or all there is to choose from."""
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    return f"did you mean {near[0]}?" if near else f"possible here: {', '.join(known)}"


def _unknown_key(name: str, known: list[str]) -> Explained:
    if name in LATER:
        return Explained(f"this version does not apply {name} yet", f"remove {name} for now", at_key=True)
    return Explained(f"unknown key {name}", nearest(name, known), at_key=True)


def _fields(model: type[BaseModel], location: tuple[int | str, ...]) -> list[str]:
    """The keys that are possible at `location` below `model`."""
    inside: Any = model
    for part in location:
        inside = inside.model_fields[str(part)].annotation if _is_model(inside) else get_args(inside)[-1]
        inside = next((choice for choice in _choices(inside) if _is_model(choice) or get_args(choice)), inside)
    return list(inside.model_fields)


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _choices(kind: Any) -> tuple[Any, ...]:
    return get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,)


def _fraction(name: str, found: Decimal, currency: str | None) -> Explained:
    exponent = minor_unit_exponent(currency) if currency in CURRENCIES else 2
    minor = found.scaleb(exponent)
    if currency in ZERO_DECIMAL:
        hint = f"{currency} has no smaller unit: write {int(found)}"
    elif minor == int(minor):
        named = currency if currency in CURRENCIES else "of a currency with cents"
        hint = f"for {found} {named} write {int(minor)}"
    elif name.endswith("amount"):
        hint = f'for a fraction of a cent write {name}_decimal: "{found}"'
    else:
        hint = "write it in minor units"
    return Explained(f"{name}: an amount is a whole number of minor units (cents), found {found}", hint)


def _expected(kind: str, context: dict[str, Any], name: str) -> str | None:
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
            return str(context["expected"]).replace("'", "")
        case "greater_than_equal":
            return f"at least {context['ge']}"
        case "string_too_long":
            return f"at most {context['max_length']} characters"
        case "string_too_short":
            return "some text"
        case "string_pattern_mismatch":
            return PATTERNS[name][0] if name in PATTERNS else "other characters"
        case "value_error":
            return str(context["error"]).removeprefix("expected ")
    return None


def _described(found: Any) -> str:
    match found:
        case bool():
            return "true" if found else "false"
        case int() | Decimal():
            return str(found)[:60]
        case str():
            return f'"{found}"' if len(found) <= 60 else f'"{found[:40]}…" ({len(found)} characters)'
        case list():
            return "a list"
        case _:
            return "keys and values"


def _hint(kind: str, found: Any, context: dict[str, Any], name: str) -> str:
    match kind:
        case "string_type" if not isinstance(found, list | dict):
            return f'put it in quotes: "{_described(found)}"'
        case "literal_error" if name == "version":
            return "this version of billing reads version 1; upgrade it for files of a newer one"
        case "literal_error":
            options = [option.strip(" '") for option in str(context["expected"]).replace(" or ", ",").split(",")]
            return nearest(str(found), [option for option in options if option])
        case "greater_than_equal" if name in AMOUNTS:
            return "amounts are 0 or more; a discount is a coupon"
        case "string_too_long":
            return f"shorten it by {len(str(found)) - int(context['max_length'])}"
        case "string_pattern_mismatch" if name in PATTERNS:
            return f"such as {PATTERNS[name][1]}"
        case "int_type" if isinstance(found, str) and found.isdigit():
            return f"write it without quotes: {found}"
        case "list_type":
            return "write it in brackets, or with a - before each"
    return "`billing catalog schema` has all keys and types"


def _named(name: str) -> str:
    return f"number {int(name) + 1} of this list" if name.isdigit() else (name or "the file")
