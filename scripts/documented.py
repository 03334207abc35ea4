"""Write the list of all that Stripe documents: routes, parameters and expansions.

    python scripts/documented.py spec3.json > stripe_billing_cli/local_stripe/core/documented.json

`spec3.json` is Stripe's OpenAPI document. It is published in the Go module github.com/stripe/stripe-mock, v0.203.0
(`embed/openapi/spec3.json`), for API version 2026-08-26.dahlia. Routes and parameters are the union of it and of the
TypedDicts of the installed SDK, which decide where the two contradict each other: the SDK is of the version that the
local Stripe speaks. What may be expanded only the document says (`x-expandableFields`).

The output depends on nothing else: one entry a line, sorted, every distinct type written once and named by its number.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from parameter_union import alternatives
from sdk_parameters import Route, sdk_routes

from stripe_billing_cli.local_stripe.core.documented import ANY_KEY, Parameter

STREAMS = ("application/x-www-form-urlencoded", "multipart/form-data")


def document_routes(document: dict[str, Any]) -> list[Route]:
    """Return the routes of the OpenAPI document, with their parameters."""
    return [
        Route(method.upper(), path, _parameters(operation))
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    ]


def _parameters(operation: dict[str, Any]) -> Parameter:
    query = [entry for entry in operation.get("parameters", []) if entry["in"] == "query"]
    kind = Parameter(
        fields={entry["name"]: _type(entry["schema"]) for entry in query},
        required=frozenset(entry["name"] for entry in query if entry.get("required")),
    )
    content = operation.get("requestBody", {}).get("content", {})
    for stream in STREAMS:
        if stream in content:
            kind = alternatives(kind, _type(content[stream]["schema"]))
    return kind


def _type(schema: dict[str, Any]) -> Parameter:
    """Return the type of one parameter."""
    if "anyOf" in schema:
        kind = _type(schema["anyOf"][0])
        for choice in schema["anyOf"][1:]:
            kind = alternatives(kind, _type(choice))
        return kind
    match schema.get("type"):
        case "object" if isinstance(schema.get("additionalProperties"), dict):
            return Parameter(values=_type(schema["additionalProperties"]))
        case "object":
            fields = {name: _type(inner) for name, inner in schema.get("properties", {}).items()}
            return Parameter(fields=fields, required=frozenset(schema.get("required", ())))
        case "array":
            return Parameter(element=_type(schema["items"]))
    return _scalar(schema)


def _scalar(schema: dict[str, Any]) -> Parameter:
    choices = schema.get("enum", [])
    if choices == [""]:
        return Parameter(unset=True)
    kind = {"decimal": "decimal", "unix-time": "timestamp", "currency": "currency", "binary": "file"}.get(
        schema.get("format", ""), schema.get("type", "string")
    )
    named = tuple(sorted(choice for choice in choices if choice))
    return Parameter(
        scalars=frozenset(() if named else (kind,)),
        choices=named,
        longest=schema.get("maxLength"),
        unset="" in choices,
    )


def expansions(document: dict[str, Any]) -> tuple[dict[str, dict[str, list[str]]], dict[str, list[str]]]:
    """Return what may be expanded, by schema and by route.

    Each schema has its expandable fields, each with the schemas that come there: empty where nothing in them can be
    expanded further. A nested list is a schema of its own (`subscription.items`), and `*` stands for any key.
    """
    tables: dict[str, dict[str, list[str]]] = {}

    def targets(schema: dict[str, Any], name: str) -> list[str]:
        if "$ref" in schema:
            return [schema["$ref"].rsplit("/", 1)[1]]
        if "anyOf" in schema:
            return list(dict.fromkeys(found for choice in schema["anyOf"] for found in targets(choice, name)))
        if "items" in schema:
            return targets(schema["items"], name)
        if isinstance(schema.get("additionalProperties"), dict):
            tables[name] = {ANY_KEY: targets(schema["additionalProperties"], f"{name}.{ANY_KEY}")}
            return [name]
        if "x-expandableFields" in schema:
            add(name, schema)
            return [name]
        return []

    def add(name: str, schema: dict[str, Any]) -> None:
        properties = schema.get("properties", {})
        fields = schema.get("x-expandableFields", [])
        tables[name] = {field: targets(properties[field], f"{name}.{field}") for field in sorted(fields)}

    for name, schema in sorted(document["components"]["schemas"].items()):
        if "anyOf" in schema:
            tables[name] = {"|": targets(schema, name)}
        else:
            add(name, schema)
    routes = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            for content in operation["responses"].get("200", {}).get("content", {}).values():
                routes[f"{method.upper()} {path}"] = targets(content["schema"], f"{method.upper()} {path}")
    _dissolve_unions(tables, routes)
    _drop_leaves(tables, routes)
    return tables, routes


def _dissolve_unions(tables: dict[str, dict[str, list[str]]], routes: dict[str, list[str]]) -> None:
    """Name the members of a union where the union is named."""
    unions = {name: table["|"] for name, table in tables.items() if "|" in table}
    for name in unions:
        del tables[name]
    for group in (*tables.values(), routes):
        for field, names in group.items():
            group[field] = list(dict.fromkeys(one for name in names for one in unions.get(name, [name])))


def _drop_leaves(tables: dict[str, dict[str, list[str]]], routes: dict[str, list[str]]) -> None:
    """Drop what has nothing to expand."""
    for name in [name for name, table in tables.items() if not table]:
        del tables[name]
    for group in (*tables.values(), routes):
        for field, names in group.items():
            group[field] = [name for name in names if name in tables]


class Numbered:
    """Every distinct type once: plain ones by name, others by their number."""

    def __init__(self) -> None:
        self.entries: list[Any] = []
        self._numbers: dict[str, int] = {}

    def number(self, kind: Parameter) -> int | str:
        """Return what stands for `kind` in the data."""
        entry: dict[str, Any] = {}
        if kind.fields is not None:
            entry["fields"] = {name: self.number(inner) for name, inner in sorted(kind.fields.items())}
        if kind.required:
            entry["required"] = sorted(kind.required)
        for name, inner in (("element", kind.element), ("values", kind.values)):
            if inner is not None:
                entry[name] = self.number(inner)
        if kind.choices:
            entry["choices"] = list(kind.choices)
        if kind.scalars:
            entry["scalars"] = sorted(kind.scalars)
        if kind.longest not in (None, 5000):
            entry["longest"] = kind.longest
        if kind.unset:
            entry["unset"] = True
        if entry.keys() == {"scalars"} and len(entry["scalars"]) == 1:
            return str(entry["scalars"][0])
        key = json.dumps(entry, sort_keys=True)
        if key not in self._numbers:
            self._numbers[key] = len(self.entries)
            self.entries.append(entry)
        return self._numbers[key]


def all_routes(document: dict[str, Any]) -> list[Route]:
    """Return the union of both sources' routes. A path's ids have the document's names."""
    found = {route.key: route for route in document_routes(document)}
    for route in sdk_routes():
        known = found.get(route.key)
        found[route.key] = route.united(known) if known else route
    return sorted(found.values(), key=lambda route: (route.path, route.method))


def written(document: dict[str, Any]) -> str:
    """Return the text of the data file."""
    tables, answers = expansions(document)
    types = Numbered()
    routes = {}
    for route in all_routes(document):
        name = f"{route.method} {route.path}"
        routes[name] = [types.number(route.parameters), answers.get(name, [])]
    sections = {
        "version": document["info"]["version"],
        "routes": routes,
        "expansions": {name: tables[name] for name in sorted(tables)},
        "types": types.entries,
    }
    return "{\n" + ",\n".join(f"{json.dumps(name)}: {_lines(value)}" for name, value in sections.items()) + "\n}\n"


def _lines(value: Any) -> str:
    if isinstance(value, dict):
        return "{\n" + ",\n".join(f"{json.dumps(name)}:{_compact(inner)}" for name, inner in value.items()) + "\n}"
    if isinstance(value, list):
        return "[\n" + ",\n".join(map(_compact, value)) + "\n]"
    return _compact(value)


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


if __name__ == "__main__":
    sys.stdout.write(written(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))))
