"""The JSON Schema of catalog files, for editors; made from the kinds' models."""

from __future__ import annotations

from typing import Any

from stripe_billing_cli.catalog.kinds import KINDS, Registry

BY_PLACE = {
    "type": "object",
    "description": "Another one in each mode, or account: {test: …, live: …}.",
    "propertyNames": {"pattern": "^(test|live|acct_[A-Za-z0-9_]+)$"},
    "additionalProperties": {"type": "string"},
}


def catalog_schema(kinds: Registry = KINDS) -> dict[str, Any]:
    """Return the JSON Schema, draft 2020-12."""
    schema = kinds.file_model.model_json_schema()
    for kind in kinds:
        fields = schema["$defs"][kinds.model(kind).__name__]["properties"] if kind.model.model_fields else {}
        for name in kind.differing_by_place:
            fields[name]["x-by-place"] = True
    for model in (schema, *schema["$defs"].values()):
        model.pop("title", None)
        for field in model["properties"].values():
            field.pop("title", None)
            _without_null(field)
    schema["patternProperties"] = {"^x-": {"description": "Whatever you like: a place for anchors."}}
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
    by_place = field.pop("x-by-place", False)
    options = [option for option in field.get("anyOf", []) if option != {"type": "null"}]
    if "anyOf" in field and len(options) == 1:
        del field["anyOf"]
        field |= options[0]
    elif "anyOf" in field:
        field["anyOf"] = options
    if by_place:
        text = {key: field.pop(key) for key in list(field) if key != "description"}
        field["anyOf"] = [text, BY_PLACE]
