"""Write a JSON Schema of all that `--output json` prints, from the tables of docs/output.md.

    python scripts/output_schema.py build/output.schema.json

Each command has a definition of its own: `{"$ref": "output.schema.json#/$defs/billing sub show"}`. VERSION changes when
a field is taken away or changes its type or meaning; new fields may be added at any time.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

DOCUMENT = Path(__file__).parents[1] / "docs" / "output.md"
VERSION = 1
ROW = re.compile(r"^\| `(\w+)` \| ([\w ]+?) \|(.*)\|$", re.M)
PLAIN: dict[str, dict[str, Any]] = {
    "string": {"type": "string"},
    "integer": {"type": "integer"},
    "boolean": {"type": "boolean"},
    "object": {"type": "object"},
    "map": {"type": "object", "additionalProperties": {"type": "string"}},
    "counts": {"type": "object", "additionalProperties": {"type": "integer"}},
}


def output_schema(text: str) -> dict[str, Any]:
    """Return the schema of the records and commands of the document."""
    definitions: dict[str, Any] = {}
    for part in re.split(r"^##+ ", text, flags=re.M)[1:]:
        name, _, body = part.partition("\n")
        included = re.search(r"^Includes (\w+)\.", body, re.M)
        rows = ROW.findall(body)
        if not rows and not included:
            continue
        definitions[name.strip()] = _definition(rows, included[1] if included else None)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "What billing prints with --output json",
        "version": VERSION,
        "$defs": {name: _whole(name, definitions) for name in definitions},
    }


def _definition(rows: list[tuple[str, str, str]], included: str | None) -> dict[str, Any]:
    properties = {name: {**_type(kind), **_description(said)} for name, kind, said in rows}
    return {"properties": properties, "includes": included}


def _whole(name: str, definitions: dict[str, Any]) -> dict[str, Any]:
    """Return a definition with the fields of the record that it includes. Every field is always there."""
    own = definitions[name]
    properties = dict(own["properties"])
    if own["includes"]:
        properties = {**_whole(own["includes"], definitions)["properties"], **properties}
    return {"type": "object", "properties": properties, "required": list(properties)}


def _type(kind: str) -> dict[str, Any]:
    if kind.endswith(" or null"):
        return {"anyOf": [_type(kind.removesuffix(" or null")), {"type": "null"}]}
    if kind.startswith("list of "):
        return {"type": "array", "items": _type(kind.removeprefix("list of "))}
    return PLAIN.get(kind) or {"$ref": f"#/$defs/{kind}"}


def _description(said: str) -> dict[str, str]:
    return {"description": said.strip()} if said.strip() else {}


if __name__ == "__main__":
    schema = output_schema(DOCUMENT.read_text(encoding="utf-8"))
    Path(sys.argv[1]).write_text(json.dumps(schema, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
