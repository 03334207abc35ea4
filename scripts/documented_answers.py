"""Write the list of the fields that Stripe's answers always have.

    python scripts/documented_answers.py spec3.json > tests/documented_answers.json

`spec3.json` is Stripe's OpenAPI document, as for `documented.py`. Of each object that billing may come to read, and of
each part of it by its path (`price.recurring`, `[]` for an element, `{}` for a value under any key), the fields that
are `required`; parts without any are left out. Fields that lead to objects with a name of their own end a path. That a
required field is never null is checked while this is written.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

LEFT_OUT = ("financial_connections.", "identity.", "issuing.", "treasury.", "terminal.", "climate.", "radar.", "v2.")
"""Products of Stripe's that have nothing to do with billing."""
BY_PAYMENT_METHOD = frozenset({"payment_method_options", "payment_method_details"})
"""Parts with a hundred forms, of which billing reads none."""
DEEPEST = 4


class Document:
    """Stripe's OpenAPI document, for what its answers require."""

    def __init__(self, schemas: dict[str, Any]) -> None:
        self._schemas = schemas

    def required(self) -> dict[str, list[str]]:
        """Return the required fields by path, of all objects that have a name."""
        found: dict[str, list[str]] = {}
        for schema in self._schemas.values():
            name = _object_name(schema)
            if name and not name.startswith(LEFT_OUT) and "deleted" not in schema["properties"]:
                self._add(found, name, schema, DEEPEST)
        return {path: fields for path, fields in sorted(found.items()) if fields}

    def _add(self, found: dict[str, list[str]], path: str, schema: dict[str, Any], depth: int) -> None:
        required = sorted(schema.get("required", ()))
        found[path] = sorted({*found.get(path, required)} & {*required})
        for name, inner in schema["properties"].items():
            if name in required and self._may_be_null(inner):
                raise SystemExit(f"{path}.{name} is required and may be null")
            for step, part in self._parts(inner):
                if depth and _object_name(part) in (None, "list"):
                    self._add(found, f"{path}.{name}{step}", part, 0 if name in BY_PAYMENT_METHOD else depth - 1)

    def _parts(self, schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
        """Give what a field may hold that has fields itself, each with its step in a path."""
        schema = self._resolved(schema)
        for choice in schema.get("anyOf", ()):
            yield from self._parts(choice)
        if "properties" in schema:
            yield "", schema
        for key, step in (("items", "[]"), ("additionalProperties", "{}")):
            if isinstance(schema.get(key), dict):
                yield from ((f"{step}{further}", part) for further, part in self._parts(schema[key]))

    def _may_be_null(self, schema: dict[str, Any]) -> bool:
        schema = self._resolved(schema)
        return bool(schema.get("nullable")) or any(map(self._may_be_null, schema.get("anyOf", ())))

    def _resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in schema:
            schema = self._schemas[schema["$ref"].rsplit("/", 1)[1]]
        return schema


def _object_name(schema: dict[str, Any]) -> str | None:
    """Return what an object says in `object`; None for a part of another one."""
    names = schema.get("properties", {}).get("object", {}).get("enum", ())
    return names[0] if len(names) == 1 else None


def main() -> None:
    document = Document(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))["components"]["schemas"])
    lines = (f"{json.dumps(path)}: {json.dumps(fields)}" for path, fields in document.required().items())
    print("{\n" + ",\n".join(lines) + "\n}")


if __name__ == "__main__":
    main()
