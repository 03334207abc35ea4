"""Parameters that are amounts: currencies, decimals, percentages, and what is said for each currency."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from stripe_billing_cli.local_stripe.core.amounts import CURRENCIES, plain
from stripe_billing_cli.local_stripe.core.errors import invalid
from stripe_billing_cli.local_stripe.core.forms import Raw
from stripe_billing_cli.local_stripe.core.parameters import Integer, ObjectParam, ParamType, empty, nested_name, scalar

DECIMAL_PLACES = 12


def as_big_decimal(text: str) -> str:
    """Return a decimal as Ruby's BigDecimal writes it, and so Stripe in refusals: `-1.5` → `-0.15e1`."""
    number = Decimal(text).normalize()
    sign, digits, exponent = number.as_tuple()
    return f"{'-' * sign}0.{''.join(map(str, digits))}e{len(digits) + int(exponent)}"


@dataclass(frozen=True)
class DecimalText(ParamType):
    """A decimal string, given back in its shortest plain form: `1500.00` → `1500`. No exponents."""

    places: int = DECIMAL_PLACES

    def read(self, raw: Raw, name: str) -> str:
        text = scalar(raw, name, "decimal")
        if not re.fullmatch(r"-?[0-9]{1,18}(\.[0-9]+)?", text):
            raise invalid(f"Invalid decimal: {text}", name)
        if text.startswith("-") and Decimal(text) != 0:
            raise invalid(
                f"This value must be greater than or equal to 0 (it currently is '{as_big_decimal(text)}').", name
            )
        value = plain(Decimal(text))
        if len(value.partition(".")[2]) > self.places:
            raise invalid(f"Invalid decimal: {text}; must contain at maximum {self.places} decimal places.", name)
        return value


@dataclass(frozen=True)
class Measure(ParamType):
    """A length or a weight: a number of inches or ounces to two decimal places."""

    def read(self, raw: Raw, name: str) -> float:
        return float(DecimalText(2).read(raw, name))


@dataclass(frozen=True)
class Percent(ParamType):
    """A percentage to four decimal places, of at most 100. Its bounds are refused as recorded of 2026-08-26.dahlia."""

    least: str = "0"

    def read(self, raw: Raw, name: str) -> float:
        text = scalar(raw, name, "decimal")
        if not re.fullmatch(r"-?[0-9]{1,18}(\.[0-9]+)?", text):
            raise invalid(f"Invalid decimal: {text}", name)
        value = float(text)
        if Decimal(text) < Decimal(self.least):
            raise invalid(
                f"This value must be greater than or equal to {self.least} (it currently is '{value}').", name
            )
        if Decimal(text) > 100:
            raise invalid(f"This value must be less than or equal to 100 (it currently is '{value}').", name)
        return float(DecimalText(4).read(raw, name))


@dataclass(frozen=True)
class Currency(ParamType):
    """A supported currency, in lower case."""

    def read(self, raw: Raw, name: str) -> str:
        code = scalar(raw, name, "string").lower()
        if code not in CURRENCIES:
            raise invalid(
                f"Invalid currency: {code}. Stripe currently supports these currencies: {', '.join(CURRENCIES)}",
                name,
            )
        return code


@dataclass(frozen=True)
class UpTo(ParamType):
    """The last unit of a tier; None is `inf`."""

    def read(self, raw: Raw, name: str) -> int | None:
        return None if raw == "inf" else Integer(least=1).read(raw, name)


@dataclass(frozen=True)
class ByCurrency(ParamType):
    """A hash whose keys are currencies."""

    option: ObjectParam

    def find_unknown(self, raw: Raw, name: str) -> list[str]:
        if isinstance(raw, str):
            return []
        return [
            extra for key, value in raw.items() for extra in self.option.find_unknown(value, nested_name(name, key))
        ]

    def read(self, raw: Raw, name: str) -> dict[str, Any]:
        if isinstance(raw, str):
            raise invalid("Invalid object", name)
        for key in raw:
            if key != key.lower() and key.lower() in CURRENCIES:
                raise invalid(
                    f"Currencies must be lowercase when used as keys in a map. Use `{key.lower()}` instead of `{key}`.",
                    name,
                )
        return {
            Currency().read(key, nested_name(name, key)): self._option(value, nested_name(name, key))
            for key, value in raw.items()
        }

    def _option(self, raw: Raw, name: str) -> dict[str, Any]:
        if raw == "":
            raise empty(name)
        return self.option.read(raw, name)
