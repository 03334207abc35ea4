"""The JSON Schema of catalog files, for editors; made from the model."""

from __future__ import annotations

from typing import Any

from stripe_billing_cli.catalog.file.model import CatalogFile
from stripe_billing_cli.stripe_api.money import CURRENCIES

RECURRING_SHORT = {"enum": ["day", "week", "month", "year"], "description": "Short for {interval: …}."}


def catalog_schema() -> dict[str, Any]:
    """JSON Schema, draft 2020-12."""
    schema = CatalogFile.model_json_schema()
    kinds = schema["$defs"]
    for kind in (schema, *kinds.values()):
        kind.pop("title", None)
        for field in kind["properties"].values():
            field.pop("title", None)
            _without_null(field)
    price = kinds["Price"]["properties"]
    currency = {"enum": sorted(CURRENCIES)}
    for field in (schema["properties"]["currency"], price["currency"]):
        field.pop("type", None)
        field |= currency
    price["currency_options"]["propertyNames"] = currency
    described = price["recurring"].pop("description")
    price["recurring"] = {"anyOf": [RECURRING_SHORT, price["recurring"]], "description": described}
    feature = kinds["Product"]["properties"]["marketing_features"]
    named = {"type": "object", "properties": {"name": feature["items"]}, "required": ["name"]}
    feature["items"] = {"anyOf": [feature["items"], {**named, "additionalProperties": False}]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Catalog of billing",
        **schema,
    }


def _without_null(field: dict[str, Any]) -> None:
    """A key may be left out, but not be null."""
    if field.get("default", 0) is None:
        del field["default"]
    options = [option for option in field.get("anyOf", []) if option != {"type": "null"}]
    if "anyOf" in field and len(options) == 1:
        del field["anyOf"]
        field |= options[0]
    elif "anyOf" in field:
        field["anyOf"] = options
