"""Parameters of calls, declared; and the reading of them, with Stripe's errors.

Names and types come from the TypedDicts of the SDK (`stripe/params/…`), lengths from Stripe's OpenAPI file.
An empty string unsets a parameter where the TypedDict admits `Literal['']`, and is refused everywhere else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from stripe_billing_cli.local_stripe.core.errors import ApiError, invalid, missing_param, not_here
from stripe_billing_cli.local_stripe.core.forms import Raw
from stripe_billing_cli.local_stripe.core.reasons import IDLE

Params = Mapping[str, Any]
"""Values by name. A name that is missing was not sent; None means that its value is to be unset."""


class ParamType:
    """A type of parameter."""

    def find_unknown(self, raw: Raw, name: str) -> list[str]:
        """Return the names inside `raw` that this type does not have."""
        return []

    def read(self, raw: Raw, name: str) -> Any:
        """Return the value, or `ApiError`."""
        raise NotImplementedError


@dataclass(frozen=True)
class Field:
    """A field of a call. `unset`: the empty string is allowed and means "unset"."""

    kind: ParamType
    required: bool = False
    unset: bool = False


def scalar(raw: Raw, name: str, noun: str) -> str:
    if isinstance(raw, str):
        return raw
    raise invalid(f"Invalid {noun}: {json.dumps(raw, separators=(',', ':'), ensure_ascii=False)}", name)


@dataclass(frozen=True)
class Text(ParamType):
    longest: int = 5000

    def read(self, raw: Raw, name: str) -> str:
        text = scalar(raw, name, "string")
        if len(text) > self.longest:
            short = text if len(text) <= 20 else f"{text[:10]}...{text[-7:]}"
            raise invalid(f"Invalid string: {short}; must be at most {self.longest} characters", name)
        return text


@dataclass(frozen=True)
class Name(Text):
    """A text of which Stripe keeps nothing blank at its ends; of blanks alone `blank_unsets` makes null."""

    blank_unsets: bool = False

    def read(self, raw: Raw, name: str) -> Any:
        text = super().read(raw, name).strip(" \t\n\v\f\r\0")
        if not text and not self.blank_unsets:
            raise empty(name)
        return text or None


@dataclass(frozen=True)
class CountryCode(Text):
    """A country, whose letters Stripe keeps as capitals."""

    def read(self, raw: Raw, name: str) -> str:
        return super().read(raw, name).upper()


@dataclass(frozen=True)
class Email(ParamType):
    """An email address: only what is none at all is refused (https://docs.stripe.com/error-codes#email-invalid)."""

    longest: int = 512

    def read(self, raw: Raw, name: str) -> str:
        text = Text(self.longest).read(raw, name)
        if not re.fullmatch(r"[^@\s]+@[^@\s]+", text):
            raise invalid(f"Invalid email address: {text}", name, "email_invalid")
        return text


@dataclass(frozen=True)
class Integer(ParamType):
    least: int | None = None
    most: int | None = None

    def read(self, raw: Raw, name: str) -> int:
        text = scalar(raw, name, "integer")
        if not re.fullmatch(r"-?[0-9]{1,18}", text):
            raise invalid(f"Invalid integer: {text}", name, "parameter_invalid_integer")
        value = int(text)
        if self.least == 0 and value < 0:
            raise invalid("Invalid non-negative integer", name)  # no code: recorded 2026-08-26.dahlia
        requirement = None
        if self.least is not None and value < self.least:
            requirement = f"greater than or equal to {self.least}"
        if self.most is not None and value > self.most:
            requirement = f"less than or equal to {self.most}"
        if requirement:
            raise invalid(f"This value must be {requirement}.", name, "parameter_invalid_integer")
        return value


@dataclass(frozen=True)
class ClampedInteger(ParamType):
    """An integer that is brought into its bounds, as a list's `limit` is (recorded 2026-08-26.dahlia)."""

    least: int
    most: int

    def read(self, raw: Raw, name: str) -> int:
        return max(self.least, min(self.most, Integer().read(raw, name)))


@dataclass(frozen=True)
class Boolean(ParamType):
    """A boolean. `True` and `False` are Python's, whose clients send them so; `1` is refused."""

    def read(self, raw: Raw, name: str) -> bool:
        text = scalar(raw, name, "boolean")
        if text not in ("true", "false", "True", "False"):
            raise invalid(f"Invalid boolean: {text}", name)
        return text in ("true", "True")


class ChoiceError(ApiError):
    """A value that is none of `options`. Which ones Stripe has besides, the documented parameter says."""

    def __init__(self, value: str, options: tuple[str, ...], name: str) -> None:
        *first, last = options
        one_of = "one of " if first else ""
        ending = (", or " if len(first) > 1 else " or ") if first else ""
        super().__init__(400, f"Invalid {name}: must be {one_of}{', '.join(first)}{ending}{last}", param=name)
        self.value = value
        self.options = options
        self.name = name


@dataclass(frozen=True)
class Choice(ParamType):
    """A choice, one of the options, in the order in which Stripe's messages have them."""

    options: tuple[str, ...]

    def read(self, raw: Raw, name: str) -> str:
        text = scalar(raw, name, "string")
        if text not in self.options:
            raise ChoiceError(text, self.options, name)
        return text


@dataclass(frozen=True)
class Url(ParamType):
    def read(self, raw: Raw, name: str) -> str:
        text = Text().read(raw, name)
        if not re.fullmatch(r"https?://[^\s/?#\x00-\x1f\x7f]+[^\s\x00-\x1f\x7f]*", text, re.IGNORECASE):
            raise invalid("Not a valid URL", name, "url_invalid")
        return text


@dataclass(frozen=True)
class ListOf(ParamType):
    element: ParamType
    most: int | None = None

    def find_unknown(self, raw: Raw, name: str) -> list[str]:
        elements = _elements(raw)
        if elements is None:
            return []
        return [
            extra
            for position, element in enumerate(elements)
            for extra in self.element.find_unknown(element, f"{name}[{position}]")
        ]

    def read(self, raw: Raw, name: str) -> list[Any]:
        elements = _elements(raw)
        if elements is None:
            raise invalid("Invalid array", name)
        if self.most is not None and len(elements) > self.most:
            raise invalid(f"Array {name} exceeded maximum {self.most} allowed elements.", name)
        return [self._element(element, f"{name}[{position}]") for position, element in enumerate(elements)]

    def _element(self, raw: Raw, name: str) -> Any:
        if raw == "":
            raise empty(name)
        return self.element.read(raw, name)


def _elements(raw: Raw) -> list[Raw] | None:
    if isinstance(raw, str) or not all(re.fullmatch("[0-9]{1,6}", key) for key in raw):
        return None
    return [raw[key] for key in sorted(raw, key=int)]


@dataclass(frozen=True)
class ObjectParam(ParamType):
    fields: Mapping[str, Field]

    def find_unknown(self, raw: Raw, name: str) -> list[str]:
        if isinstance(raw, str):
            return []
        extra: list[str] = []
        for key, value in raw.items():
            inner = nested_name(name, key)
            field_of_key = self.fields.get(key)
            extra += [inner] if field_of_key is None else field_of_key.kind.find_unknown(value, inner)
        return extra

    def read(self, raw: Raw, name: str) -> dict[str, Any]:
        if isinstance(raw, str):
            raise invalid("Invalid object", name)
        for key, field_of_key in self.fields.items():
            if field_of_key.required and key not in raw:
                raise missing_param(nested_name(name, key))
        return {
            key: self._value(self.fields[key], value, nested_name(name, key))
            for key, value in raw.items()
            if not self._asks_for_nothing(self.fields[key].kind, value)
        }

    def _asks_for_nothing(self, kind: ParamType, raw: Raw) -> bool:
        return isinstance(kind, UnsupportedParam) and raw in kind.idle

    def _value(self, field_of_key: Field, raw: Raw, name: str) -> Any:
        if raw != "" or isinstance(field_of_key.kind, UnsupportedParam):
            return field_of_key.kind.read(raw, name)
        if field_of_key.unset:
            return None
        raise empty(name)


@dataclass(frozen=True)
class Metadata(ParamType):
    """The type of metadata: up to 50 keys of 40 characters, values of 500 (https://docs.stripe.com/api/metadata); ""
    removes a key."""

    def read(self, raw: Raw, name: str) -> dict[str, str]:
        if isinstance(raw, str):
            raise invalid("Invalid object", name)
        return {key: self._value(key, value, nested_name(name, key)) for key, value in raw.items()}

    def _value(self, key: str, raw: Raw, name: str) -> str:
        if len(key) > 40:
            raise invalid(
                f"Metadata keys can have up to 40 characters, but you passed in a key that is {len(key)} "
                f"characters. Invalid key: {key}",
                "metadata",
            )
        if not isinstance(raw, str):
            raise invalid(f"Metadata values must be strings, but for key `{key}` you passed a hash.", name)
        if len(raw) > 500:
            raise invalid(
                f"Metadata values can have up to 500 characters, but you passed in a value that is "
                f"{len(raw)} characters. Invalid value: {raw}",
                name,
            )
        return raw


@dataclass(frozen=True)
class TimestampRange(ParamType):
    """A time, or a hash of bounds: `{"": 1700000000}` or `{"gte": …, "lt": …}`."""

    bounds: ObjectParam = field(
        default_factory=lambda: ObjectParam({operator: Field(Integer()) for operator in ("gt", "gte", "lt", "lte")})
    )

    def find_unknown(self, raw: Raw, name: str) -> list[str]:
        return self.bounds.find_unknown(raw, name)

    def read(self, raw: Raw, name: str) -> dict[str, int]:
        if isinstance(raw, str):
            return {"": Integer().read(raw, name)}
        return self.bounds.read(raw, name)


@dataclass(frozen=True)
class UnsupportedParam(ParamType):
    """A parameter of Stripe's that the local Stripe does not have: refused by name, never ignored, unless it is sent
    with a value of `idle`, which asks for what is so anyway."""

    why: str
    idle: tuple[Raw, ...] = ()

    def read(self, raw: Raw, name: str) -> Any:
        raise not_here(f"the parameter `{name}`", name, self.why)


def nested_name(name: str, key: str) -> str:
    return f"{name}[{key}]" if name else key


def empty(name: str) -> ApiError:
    return invalid(
        f"You passed an empty string for '{name}'. We assume empty values are an attempt to unset a parameter; "
        f"however '{name}' cannot be unset. You should remove '{name}' from your request or supply a "
        "non-empty value.",
        name,
        "parameter_invalid_empty",
    )


def optional(**kinds: ParamType) -> dict[str, Field]:
    return {name: Field(kind) for name, kind in kinds.items()}


def not_clearable(**kinds: ParamType) -> dict[str, Field]:
    return {name: Field(kind, unset=True) for name, kind in kinds.items()}


def required_fields(**kinds: ParamType) -> dict[str, Field]:
    return {name: Field(kind, required=True) for name, kind in kinds.items()}


def unsupported_fields(why: str, names: str) -> dict[str, Field]:
    """Return parameters of Stripe's, named in one text, that the local Stripe refuses for one reason."""
    return {name: refused_field(name, why) for name in names.split()}


def refused_field(name: str, why: str, *, unset: bool = False) -> Field:
    """Return a parameter that the local Stripe refuses; `unset`: Stripe takes an empty string for it."""
    idle = (*([""] if unset else []), *(IDLE[word] for word in (name.rpartition(".")[2],) if word in IDLE))
    return Field(UnsupportedParam(why, idle), unset=True)


EXPAND = Field(ListOf(Text()))
EXPAND_ONLY = ObjectParam({"expand": EXPAND})
"""The form of a call that says nothing but what to expand."""
NO_PARAMETERS = ObjectParam({})
