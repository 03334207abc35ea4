"""The JSON Schema of catalog files, for editors; made from the kinds' models."""

from __future__ import annotations

from typing import Any

from stripe_billing_cli.catalog.kinds import KINDS, Registry


def catalog_schema(kinds: Registry = KINDS) -> dict[str, Any]:
    """Return the JSON Schema, draft 2020-12."""
    schema = kinds.file_model.model_json_schema()
    for model in (schema, *schema["$defs"].values()):
        model.pop("title", None)
        for field in model["properties"].values():
            field.pop("title", None)
            _without_null(field)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Catalog of billing",
        **schema,
    }


def _without_null(field: dict[str, Any]) -> None:
    """Say that a key may be left out, but not be null."""
    if field.get("default", 0) is None:
        del field["default"]
    if field.pop("x-null", False):
        return
    options = [option for option in field.get("anyOf", []) if option != {"type": "null"}]
    if "anyOf" in field and len(options) == 1:
        del field["anyOf"]
        field |= options[0]
    elif "anyOf" in field:
        field["anyOf"] = options
