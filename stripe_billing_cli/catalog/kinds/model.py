"""The base of the models by which kinds read a catalog file, and the types of their values.

Limits are those of Stripe's parameters (`stripe/params/` and https://docs.stripe.com/api). What depends on more than
one value is a rule of the kind's.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import core_schema

from stripe_billing_cli.stripe_api.money import CURRENCIES

TaxBehavior = Literal["exclusive", "inclusive", "unspecified"]


class NotExactError(ValueError):
    """A value that is no exact number: `description` says what is, and `hint` how to write what may be meant."""

    def __init__(self, description: str, hint: str = "") -> None:
        self.description = description
        self.hint = hint
        super().__init__(description)


def _exact(value: Any) -> Decimal:
    """Return a decimal, from a whole number, a decimal in the file, or its digits in quotes; never through a float."""
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return Decimal(value)
    if isinstance(value, str) and len(value) <= 60:
        whole, _, part = value.removeprefix("-").partition(".")
        if whole.isascii() and whole.isdigit() and (not part or (part.isascii() and part.isdigit())):
            return Decimal(value)
    raise NotExactError("an amount in digits, such as 0.15")


@dataclass(frozen=True)
class MinorUnits:
    """The mark of an amount in the minor units of a currency."""


@dataclass(frozen=True)
class PatternText:
    """The meaning of a pattern in words, with an example."""

    description: str
    example: str


@dataclass(frozen=True)
class Misnomers:
    """Other names of values, each with what to write instead: `{interval: month, interval_count: 3}` for `quarter`."""

    replacements: Mapping[str, str]

    def hint(self, name: str) -> str | None:
        replacement = self.replacements.get(name.lower())
        return f"write {replacement}" if replacement else None


@dataclass(frozen=True)
class ShortForm:
    """The mark of a part that may be written as the value of `key` alone: `month` for `{interval: month}`."""

    key: str
    schema: Mapping[str, Any]

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        return core_schema.no_info_before_validator_function(self._expand, handler(source))

    def __get_pydantic_json_schema__(self, schema: core_schema.CoreSchema, handler: Any) -> dict[str, Any]:
        long = handler(schema)
        return {"anyOf": [dict(self.schema), *long.get("anyOf", [long])]}

    def _expand(self, value: Any) -> Any:
        return {self.key: value} if isinstance(value, str) else value


@dataclass(frozen=True)
class LongForm:
    """The mark of a text that may be written as `{key: text}`, as Stripe has it."""

    key: str

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        return core_schema.no_info_before_validator_function(self._text, handler(source))

    def __get_pydantic_json_schema__(self, schema: core_schema.CoreSchema, handler: Any) -> dict[str, Any]:
        text = handler(schema)
        long = {"type": "object", "properties": {self.key: text}, "required": [self.key]}
        return {"anyOf": [text, {**long, "additionalProperties": False}]}

    def _text(self, value: Any) -> Any:
        return value[self.key] if isinstance(value, dict) and set(value) == {self.key} else value


@dataclass(frozen=True)
class ByCurrency:
    """The mark of a mapping whose keys are currencies, for the schema."""

    def __get_pydantic_json_schema__(self, schema: core_schema.CoreSchema, handler: Any) -> dict[str, Any]:
        return {**handler(schema), "propertyNames": {"enum": sorted(CURRENCIES)}}


@dataclass(frozen=True)
class ShortList:
    """The mark of a part that may be written as the list at `key` alone: `[starter]` for `{products: [starter]}`."""

    key: str

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        return core_schema.no_info_before_validator_function(self._expand, handler(source))

    def __get_pydantic_json_schema__(self, schema: core_schema.CoreSchema, handler: Any) -> dict[str, Any]:
        long = handler(schema)
        short = {"type": "array", "items": {"type": "string"}, "description": f"Short for {{{self.key}: […]}}."}
        return {"anyOf": [short, *long.get("anyOf", [long])]}

    def _expand(self, value: Any) -> Any:
        return {self.key: value} if isinstance(value, list) else value


@dataclass(frozen=True)
class NullIsNone:
    """The mark of a field that null clears; elsewhere null is a mistake. To leave the key out means something else."""

    def __get_pydantic_json_schema__(self, schema: core_schema.CoreSchema, handler: Any) -> dict[str, Any]:
        return {**handler(schema), "x-null": True}


@dataclass(frozen=True)
class DiffersByPlace:
    """The mark of a text that may differ by account or mode: `{test: cus_…, live: cus_…}`. Every `id:` may."""


def _moment(value: Any) -> int:
    """Return Unix seconds, from them or from ISO 8601 with a zone."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise NotExactError("a time such as 2027-12-31T23:59:59Z", _moment_hint(value)) from None
    if moment.tzinfo is None:
        raise NotExactError(
            "a time with its zone, such as 2027-12-31T23:59:59Z", f"write {moment.isoformat()}Z, for the time in UTC"
        )
    return int(moment.timestamp())


def _moment_hint(value: Any) -> str:
    """Return how to write a day that stands there as people write one, 31.12.2026."""
    try:
        day = datetime.strptime(str(value), "%d.%m.%Y").date()
    except ValueError:
        return "write the day, the time and its zone: 2027-12-31T23:59:59Z"
    return f"write {day.isoformat()}T00:00:00Z, for the beginning of that day in UTC"


def moment_text(seconds: int) -> str:
    """Return Unix seconds as ISO 8601 in UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")


Moment = Annotated[
    int, BeforeValidator(_moment), WithJsonSchema({"type": ["string", "integer"], "format": "date-time"})
]
MONTHS = "{interval: month, interval_count: %d}"
Interval = Annotated[
    Literal["day", "week", "month", "year"],
    Misnomers(
        {
            "daily": "day",
            "weekly": "week",
            "fortnight": "{interval: week, interval_count: 2}",
            "biweekly": "{interval: week, interval_count: 2}",
            "monthly": "month",
            "quarter": MONTHS % 3,
            "quarterly": MONTHS % 3,
            "semester": MONTHS % 6,
            "semiannual": MONTHS % 6,
            "semi-annual": MONTHS % 6,
            "half-year": MONTHS % 6,
            "annual": "year",
            "annually": "year",
            "yearly": "year",
        }
    ),
]
Exact = Annotated[
    Decimal,
    BeforeValidator(_exact),
    WithJsonSchema(
        {"anyOf": [{"type": "string", "pattern": r"^[0-9]+(\.[0-9]{1,12})?$"}, {"type": "number", "minimum": 0}]}
    ),
]
Text = Annotated[str, Field(min_length=1, max_length=5000)]
LongText = Annotated[str, Field(min_length=1, max_length=40_000)]
"""`description` of a product in Stripe's OpenAPI document; what has no limit there has Stripe's usual 5,000."""
Url = Annotated[str, Field(min_length=1, max_length=5000)]
Count = Annotated[int, Field(ge=1)]
Amount = Annotated[int, Field(ge=0), MinorUnits()]
Currency = Annotated[str, WithJsonSchema({"enum": sorted(CURRENCIES)})]
Metadata = Annotated[dict[str, str], Field(default_factory=dict)]


class FileModel(BaseModel):
    """A part of a catalog file: its keys, each with its type and what it means."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, defer_build=True)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: core_schema.CoreSchema, handler: Any) -> dict[str, Any]:
        """Add what each key means: the string below it in the source. Pydantic itself would read the source whenever
        a model is made (`use_attribute_docstrings`), which takes longer than all else that a command starts with."""
        json_schema: dict[str, Any] = handler(schema)
        properties = handler.resolve_ref_schema(json_schema)["properties"]
        for model in (base for base in cls.__mro__ if issubclass(base, FileModel)):
            for name, text in _texts_below_keys(model.__module__).get(model.__name__, {}).items():
                properties[cls.model_fields[name].alias or name].setdefault("description", text)
        return json_schema


@cache
def _texts_below_keys(module: str) -> dict[str, dict[str, str]]:
    """Return the strings below the keys of the classes of a module, by class and key."""
    classes = [
        node for node in ast.parse(inspect.getsource(sys.modules[module])).body if isinstance(node, ast.ClassDef)
    ]
    return {
        node.name: {
            key.target.id: inspect.cleandoc(below.value.value)
            for key, below in pairwise(node.body)
            if isinstance(key, ast.AnnAssign) and isinstance(key.target, ast.Name)
            if isinstance(below, ast.Expr)
            and isinstance(below.value, ast.Constant)
            and isinstance(below.value.value, str)
        }
        for node in classes
    }
