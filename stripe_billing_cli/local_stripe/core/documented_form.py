"""The parameters of a call as Stripe documents them, with what the documents do not say declared beside them.

Names, types, lengths, values and what is required come from `documented.json`. By hand is only what follows from no
document: bounds of numbers, the order of values in a message, what was recorded to be unset or refused, and what the
local Stripe does not have. A form is made when a call needs it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from stripe_billing_cli.local_stripe.core import documented
from stripe_billing_cli.local_stripe.core.amount_parameters import ByCurrency, Currency, DecimalText, Measure
from stripe_billing_cli.local_stripe.core.documented import Parameter
from stripe_billing_cli.local_stripe.core.parameters import (
    Boolean,
    Choice,
    ClampedInteger,
    Field,
    Integer,
    ListOf,
    Metadata,
    ObjectParam,
    ParamType,
    Text,
    TimestampRange,
    refused_field,
)
from stripe_billing_cli.local_stripe.core.reasons import IN_NO_CALL

LIMIT = ClampedInteger(1, 100)
BOUNDS = {"gt", "gte", "lt", "lte"}
PLAIN: Mapping[frozenset[str], ParamType] = {
    frozenset({"boolean"}): Boolean(),
    frozenset({"currency"}): Currency(),
    frozenset({"decimal"}): DecimalText(),
    frozenset({"integer"}): Integer(),
    frozenset({"number"}): Measure(),
    frozenset({"timestamp"}): Integer(),
}


def form(
    route: str,
    types: Mapping[str, ParamType] | None = None,
    *,
    fields: Mapping[str, Field] | None = None,
    most: Mapping[str, int] | None = None,
    required_names: str = "",
    unset: str = "",
    refusals: Mapping[str, str] | None = None,
    without: str = "",
) -> ObjectParam:
    """Return the parameters of a documented call, `POST /v1/customers/{customer}`.

    Parameters are named as `shipping.address.city`, with `[]` for the elements of a list and `*` after what has
    currencies for keys; `*.unit_amount` is every parameter of this name, `address.*` is all that an address has.
    `types` stand in place of what the documents say; `fields` say as well what is required and what can be unset.
    `most`: how many elements a list may have. `required_names`, `unset` (what an empty string sets to null), `without`
    (what is refused as unknown): names with blanks between. `refusals`: such names by the reason of their refusal,
    beside those of `IN_NO_CALL`.
    """
    reasons = {name: why for why, names in (refusals or {}).items() for name in names.split()}
    names = [frozenset(text.split()) for text in (required_names, unset, without)]
    return ObjectParam(_Fields(route, _Words(types or {}, fields or {}, most or {}, reasons, *names)))


def part_of(whole: ObjectParam, without: str) -> ObjectParam:
    """Return the parameters of another call but for these names, which have blanks between."""
    return ObjectParam(_Part(whole.fields, frozenset(without.split())))


@dataclass(eq=False)
class _Part(Mapping[str, Field]):
    """Parameters of another call, which are made when the first of them is asked for."""

    whole: Mapping[str, Field]
    without: Collection[str]

    def __getitem__(self, name: str) -> Field:
        if name in self.without:
            raise KeyError(name)
        return self.whole[name]

    def __iter__(self) -> Iterator[str]:
        return (name for name in self.whole if name not in self.without)

    def __len__(self) -> int:
        return sum(1 for _ in self)  # a list would ask for the length first


@dataclass(frozen=True)
class _Words:
    """The declarations beside the documents, by the names of parameters."""

    types: Mapping[str, ParamType]
    fields: Mapping[str, Field]
    most: Mapping[str, int]
    refusals: Mapping[str, str]
    required_names: frozenset[str] = frozenset()
    unset: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()

    def names(self) -> frozenset[str]:
        return frozenset(
            {*self.types, *self.fields, *self.most, *self.required_names, *self.unset, *self.without, *self.refusals}
        )


@dataclass(eq=False)
class _Fields(Mapping[str, Field]):
    """Parameters that are made when the first of them is asked for."""

    route: str
    words: _Words
    used: set[str] = field(default_factory=set)

    def __getitem__(self, name: str) -> Field:
        return self._fields_by_name[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields_by_name)

    def __len__(self) -> int:
        return len(self._fields_by_name)

    @cached_property
    def _fields_by_name(self) -> Mapping[str, Field]:
        schemas = documented.parameters(self.route)
        if schemas is None:
            raise LookupError(f"{self.route} is not documented")
        fields_by_name = self._fields(schemas, "")
        for name, kind in self.words.types.items():
            if name not in self.used:
                fields_by_name[self._top(name)] = Field(
                    kind, name in self.words.required_names, name in self.words.unset
                )
        for name, one in self.words.fields.items():
            if name not in self.used:
                fields_by_name[self._top(name)] = one
        if extra := self.words.names() - self.used:
            raise LookupError(f"{self.route} has no {', '.join(sorted(extra))}")
        return fields_by_name

    def _top(self, name: str) -> str:
        """Return a name that the documents do not have, which may only be a parameter of the call itself."""
        if "." not in name and "[" not in name:
            self.used.add(name)
        return name

    def _find(self, names: Collection[str], path: str) -> str | None:
        """Return that of the names which means the parameter, and note that it is used."""
        place, _, last = path.rpartition(".")
        for name in (path, f"*.{last}", f"{place}.*"):
            if name in names:
                self.used.add(name)
                return name
        return None

    def _fields(self, parameter: Parameter, place: str) -> dict[str, Field]:
        fields_by_name = {}
        for name, inner in (parameter.fields or {}).items():
            path = f"{place}.{name}" if place else name
            if not self._find(self.words.without, path):
                fields_by_name[name] = self._field(inner, path, name in parameter.required)
        return fields_by_name

    def _field(self, parameter: Parameter, path: str, is_required: bool) -> Field:
        words = self.words
        if name := self._find(words.fields, path):
            return words.fields[name]
        if name := self._find(words.refusals, path):
            return refused_field(path, words.refusals[name], unset=parameter.unset)
        why = IN_NO_CALL.get(path.rpartition(".")[2])
        if why and not self._find(words.types, path):
            return refused_field(path, why, unset=parameter.unset)
        is_required = bool(self._find(words.required_names, path)) or is_required
        unset = bool(self._find(words.unset, path)) or parameter.unset
        return Field(self._type(parameter, path), is_required, unset)

    def _type(self, parameter: Parameter, path: str) -> ParamType:
        if name := self._find(self.words.types, path):
            return self.words.types[name]
        if parameter.fields is not None:
            return TimestampRange() if parameter.fields.keys() == BOUNDS else ObjectParam(self._fields(parameter, path))
        if parameter.element is not None:
            name = self._find(self.words.most, path)
            return ListOf(self._type(parameter.element, f"{path}[]"), self.words.most[name] if name else None)
        if parameter.values is not None:
            option = self._type(parameter.values, f"{path}*")
            return ByCurrency(option) if isinstance(option, ObjectParam) else Metadata()
        return LIMIT if path == "limit" else self._scalar(parameter, path)

    def _scalar(self, parameter: Parameter, path: str) -> ParamType:
        if parameter.choices and not parameter.scalars:
            return Choice(parameter.choices)
        if parameter.scalars == {"string"}:
            return Text(parameter.longest or Text.longest)
        kind = PLAIN.get(parameter.scalars)
        if kind is None:
            raise LookupError(f"{self.route}: the documents do not say what {path} is")
        return kind
