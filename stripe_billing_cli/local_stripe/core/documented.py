"""Stripe's documents as data: every route, parameter and expansion, whether the local Stripe has it or not.

The data is `documented.json`, written by `scripts/documented.py` from Stripe's OpenAPI document and the SDK's types: an
entry a line, which is decoded when it is asked for and not before.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from stripe_billing_cli.local_stripe.core.json_lines import Entries

DATA = Path(__file__).with_name("documented.json")
ANY_KEY = "*"
"""The name that stands for every key of a map, in expansions: `price.currency_options` has currencies for keys."""


@dataclass(frozen=True)
class Parameter:
    """A parameter as Stripe documents it: any of the scalars or choices, an object, a list of `element`, a map of
    `values`.

    Scalars are string, integer, number, decimal, boolean, currency, timestamp, file, any. `unset`: the empty string is
    allowed. `longest`: characters, None where no source says it. The parameters of a route are an object.
    """

    scalars: frozenset[str] = frozenset()
    choices: tuple[str, ...] = ()
    fields: Mapping[str, Parameter] | None = None
    required: frozenset[str] = frozenset()
    element: Parameter | None = None
    values: Parameter | None = None
    longest: int | None = None
    unset: bool = False

    def at(self, parts: Sequence[str]) -> Parameter | None:
        """Return the parameter that names nested in each other, as `["items", "0", "price"]`, lead to, if any."""
        if not parts or "any" in self.scalars:
            return self
        name, rest = parts[0], parts[1:]
        inner = (self.fields or {}).get(name) or self.values or (self.element if name.isdigit() or not name else None)
        return None if inner is None else inner.at(rest)


@dataclass(frozen=True)
class Operation:
    """A documented call. `path` has `{name}` where an id stands; `answers` are names of `expandable`."""

    method: str
    path: str
    parameters: Parameter
    answers: tuple[str, ...] = field(default=())


def operation(method: str, path: str) -> Operation | None:
    """Return the documented call that a request makes; None if there is none. Fixed words go before ids."""
    parts = path.split("/")
    templates = [
        template
        for template in _by_length().get((method.upper(), len(parts)), ())
        if all(name == part or (name.startswith("{") and part) for part, name in zip(parts, template, strict=True))
    ]
    if not templates:
        return None
    return _operation(method.upper(), "/".join(min(templates, key=lambda template: "/".join(template).count("{"))))


def operations() -> Iterator[Operation]:
    """Yield all documented calls."""
    for name in _sections().routes.names():
        method, _, path = name.partition(" ")
        yield _operation(method, path)


def parameters(route: str) -> Parameter | None:
    """Return the parameters of a documented call, `POST /v1/customers/{customer}`, by whatever name of what stands for
    the id; None if there is none."""
    schema = _sections().routes.get(route)
    if schema is not None:
        return _parameter(schema[0])
    method, _, path = route.partition(" ")
    documented_operation = operation(method, path)
    return None if documented_operation is None else documented_operation.parameters


@cache
def expandable(name: str) -> Mapping[str, tuple[str, ...]]:
    """Return the expandable fields of a kind of object, each with the kinds whose fields may come next.

    `name` is the object's (`subscription`, `checkout.session`), or of a part (`subscription.items`, `price.recurring`)
    as another entry names it. A field with no kinds is the end of a path.
    """
    return {field: tuple(names) for field, names in (_sections().expansions.get(name) or {}).items()}


@dataclass(frozen=True)
class _Sections:
    """The parts of the data. A type is JSON that is not decoded yet."""

    routes: Entries
    expansions: Entries
    types: Sequence[str]


@cache
def _sections() -> _Sections:
    text = DATA.read_text(encoding="utf-8")
    routes, expansions, types = (text.index(f'\n"{name}": ') for name in ("routes", "expansions", "types"))
    entries = text[text.index("[\n", types) + 2 : text.rindex("\n]")]
    starts = [text.index("\n", section + 1) for section in (routes, expansions)]
    return _Sections(Entries(text[starts[0] : expansions]), Entries(text[starts[1] : types]), entries.split(",\n"))


@cache
def _by_length() -> Mapping[tuple[str, int], list[list[str]]]:
    """Return the paths in their parts, by method and number of parts."""
    by_length: dict[tuple[str, int], list[list[str]]] = {}
    for name in _sections().routes.names():
        method, _, path = name.partition(" ")
        parts = path.split("/")
        by_length.setdefault((method, len(parts)), []).append(parts)
    return by_length


@cache
def _operation(method: str, path: str) -> Operation:
    kind, answers = _sections().routes.get(f"{method} {path}")
    return Operation(method, path, _parameter(kind), tuple(answers))


@cache
def _parameter(kind: int | str) -> Parameter:
    """Return the type that stands under this number in the data, or the plain scalar of this name."""
    if isinstance(kind, str):
        return Parameter(scalars=frozenset((kind,)))
    entry = json.loads(_sections().types[kind])
    fields = entry.get("fields")
    return Parameter(
        scalars=frozenset(entry.get("scalars", ())),
        choices=tuple(entry.get("choices", ())),
        fields=None if fields is None else {name: _parameter(inner) for name, inner in fields.items()},
        required=frozenset(entry.get("required", ())),
        element=_parameter(entry["element"]) if "element" in entry else None,
        values=_parameter(entry["values"]) if "values" in entry else None,
        longest=entry.get("longest"),
        unset=entry.get("unset", False),
    )
