"""Write down which fields Stripe's answers have, out of Stripe's OpenAPI document.

    python scripts/shapes.py spec3.json > stripe_billing_cli/local_stripe/core/shapes.json

`spec3.json` is published in the Go module github.com/stripe/stripe-mock, v0.203.0 (`embed/openapi/spec3.json`), for
API version 2026-08-26.dahlia. One schema a line, sorted: the fields that may be null, those that are required, and the
schemas of the values of the fields that have fields of their own. `[]` stands before the schema of the objects of a
nested list, `{}` before that of the values of a map. The output depends on nothing else.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

Schema = dict[str, Any]


def shapes(schemas: dict[str, Schema]) -> dict[str, list[Any]]:
    """Return for each schema its nullable ones, its required ones, and the schemas within."""
    found = {}
    for name, schema in sorted(schemas.items()):
        properties = schema.get("properties", {})
        within = {field: values(inner, schemas) for field, inner in sorted(properties.items())}
        found[name] = [
            sorted(field for field, inner in properties.items() if inner.get("nullable")),
            sorted(schema.get("required", ())),
            {field: names for field, names in within.items() if names},
        ]
    return found


def values(schema: Schema, schemas: dict[str, Schema]) -> list[str]:
    """Return the schemas of what stands in a field: of the object, of each of a list, of each value of a map."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        return values(schemas[name], schemas) if "anyOf" in schemas[name] else [name]
    if "anyOf" in schema:
        return list(dict.fromkeys(name for choice in schema["anyOf"] for name in values(choice, schemas)))
    if schema.get("type") == "array":
        return values(schema["items"], schemas)
    if isinstance(schema.get("additionalProperties"), dict):
        return ["{}" + name for name in values(schema["additionalProperties"], schemas)]
    if "data" in schema.get("properties", {}):
        return ["[]" + name for name in values(schema["properties"]["data"], schemas)]
    return []


def written(document: Schema) -> str:
    """Return the text of the data file."""
    lines = (
        f"{json.dumps(name)}:{json.dumps(shape, separators=(',', ':'))}"
        for name, shape in shapes(document["components"]["schemas"]).items()
    )
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    sys.stdout.write(written(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))))
