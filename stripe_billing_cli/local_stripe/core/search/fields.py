"""The fields of Stripe's search: whether a clause is true of an object, by the kind of its field
(https://docs.stripe.com/search#query-fields-for-charges, -customers, …)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import Enum, auto
from operator import ge, gt, le, lt
from typing import Any

from stripe_billing_cli.local_stripe.core.errors import invalid
from stripe_billing_cli.local_stripe.core.search.query import Clause
from stripe_billing_cli.local_stripe.core.store import Object

COMPARISONS: dict[str, Callable[[Decimal, Decimal], bool]] = {">": gt, ">=": ge, "<": lt, "<=": le}
SHORTEST_PART = 3


class Kind(Enum):
    """The kind of a search field: `TOKEN` is compared as a whole, `STRING` by its words and parts, whatever the case;
    `NUMERIC` by its size too."""

    TOKEN = auto()
    STRING = auto()
    NUMERIC = auto()


OPERATORS = {
    Kind.TOKEN: (":",),
    Kind.STRING: (":", "~"),
    Kind.NUMERIC: (":", *COMPARISONS),
}


@dataclass(frozen=True)
class SearchField:
    """A field that a search query may name: `path` leads to the value where the field is called otherwise; `read` gives
    the value where no path does."""

    kind: Kind = Kind.TOKEN
    path: str = ""
    read: Callable[[Object], Any] | None = None

    def value(self, object: Object, name: str) -> Any:
        if self.read is not None:
            return self.read(object)
        value: Any = object
        for part in (self.path or name).split("."):
            value = value.get(part) if isinstance(value, dict) else None
        return value


def check(clause: Clause, kind: Kind) -> None:
    """Raise Stripe's refusal of an operator or a value that a field of this kind does not have."""
    if clause.operator not in OPERATORS[kind]:
        raise invalid(f"Operator `{clause.operator}` is not supported for field `{clause.field}`.", "query")
    if clause.value is None:
        if clause.operator != ":":
            raise invalid(f"Operator `{clause.operator}` is not supported for the value null.", "query")
        return
    if kind is Kind.NUMERIC and _number(clause.value) is None:
        raise invalid(f"Field `{clause.field}` takes a number, and not `{clause.value}`.", "query")
    if clause.operator == "~" and len(clause.value) < SHORTEST_PART:
        raise invalid(f"Substring matches need at least {SHORTEST_PART} characters.", "query")


def matches(clause: Clause, kind: Kind, value: Any) -> bool:
    """Return whether a clause is true of a value, the `-` before it counted."""
    return _matches(clause, kind, value) != clause.negated


def _matches(clause: Clause, kind: Kind, value: Any) -> bool:
    if clause.value is None or value in (None, ""):
        return clause.value is None and value in (None, "")
    if clause.operator in COMPARISONS:
        return COMPARISONS[clause.operator](Decimal(value), Decimal(clause.value))
    if kind is Kind.NUMERIC:
        return Decimal(value) == Decimal(clause.value)
    words, text = clause.value.casefold(), _text(value).casefold()
    if clause.operator == "~":
        return words in text
    return _has_words(text.split(), words.split()) if kind is Kind.STRING else words == text


def _has_words(words: list[str], phrase: list[str]) -> bool:
    """Return whether the words stand in the text one after the other: "one two" in "zero one two"."""
    starts = range(len(words) - len(phrase) + 1)
    return any(words[start : start + len(phrase)] == phrase for start in starts)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
