"""Products: what may change, and how it is written.

Everything but the id may change (`stripe/params/_product_update_params.py`). A parameter that the SDK types
without `Literal['']` cannot be unset: `name`, `statement_descriptor`.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from stripe_billing_cli.catalog.diff import (
    FieldChange,
    Fields,
    differences,
    metadata_changes,
    metadata_params,
)
from stripe_billing_cli.catalog.entries import PackageDimensions, Product, TaxDetails
from stripe_billing_cli.catalog.ownership import Stamp, dropped_keys

CANNOT_BE_UNSET = ("statement_descriptor",)
DEFAULTS: Fields = {"active": True, "images": [], "marketing_features": []}
DIMENSIONS = ("height", "length", "weight", "width")


def stamp(product: Product, catalog: str) -> Stamp:
    return Stamp(catalog, product.key)


def wanted_fields(product: Product) -> Fields:
    """What the file wants of a product, without its default price and its metadata."""
    tax = product.tax_details or TaxDetails()
    return {
        "active": product.active,
        "name": product.name,
        "description": product.description,
        "images": list(product.images),
        "marketing_features": list(product.marketing_features),
        "package_dimensions": _dimensions(product.package_dimensions),
        "shippable": product.shippable or None,
        "statement_descriptor": product.statement_descriptor,
        **_taxed(tax.performance_location, tax.tax_code or product.tax_code),
        "unit_label": product.unit_label,
        "url": product.url,
    }


def held_fields(held: Mapping[str, Any]) -> Fields:
    """The same fields of a product as Stripe answers it."""
    box, tax = held["package_dimensions"], held.get("tax_details") or {}
    return {
        "active": held["active"],
        "name": held["name"],
        "description": held["description"],
        "images": held["images"],
        "marketing_features": [feature["name"] for feature in held["marketing_features"]],
        "package_dimensions": box and {side: Decimal(str(box[side])) for side in DIMENSIONS},
        "shippable": held["shippable"] or None,
        "statement_descriptor": held["statement_descriptor"],
        **_taxed(tax.get("performance_location"), tax.get("tax_code") or held["tax_code"]),
        "unit_label": held["unit_label"],
        "url": held["url"],
    }


def _taxed(performance_location: str | None, tax_code: str | None) -> Fields:
    """`tax_code` and `tax_details`. Stripe answers a tax code as both, so that details without a place say no more."""
    details = {"performance_location": performance_location, "tax_code": tax_code}
    return {"tax_code": tax_code, "tax_details": details if performance_location else None}


def changes(product: Product, catalog: str, held: Mapping[str, Any]) -> dict[str, FieldChange]:
    """What the file changes on a product that exists; its default price is decided elsewhere."""
    wanted = stamp(product, catalog).metadata(product.metadata)
    fields = {
        name: change
        for name, change in differences(held_fields(held), wanted_fields(product)).items()
        if not (name in CANNOT_BE_UNSET and change.after is None)
    }
    return fields | metadata_changes(held["metadata"], wanted, dropped_keys(held["metadata"], wanted))


def stuck_fields(product: Product, held: Mapping[str, Any]) -> list[str]:
    """Fields that the file leaves out and Stripe cannot unset: they stay as they are."""
    return [name for name in CANNOT_BE_UNSET if getattr(product, name) is None and held[name] is not None]


def create_params(product: Product, catalog: str) -> dict[str, Any]:
    wanted = {
        name: _param(name, value)
        for name, value in wanted_fields(product).items()
        if value is not None and value != DEFAULTS.get(name)
    }
    return {"id": product.id, **wanted, "metadata": stamp(product, catalog).metadata(product.metadata)}


def update_params(fields: Mapping[str, FieldChange]) -> dict[str, Any]:
    params = {name: _param(name, change.after) for name, change in fields.items() if not name.startswith("metadata.")}
    if params.get("tax_details") == "" and "tax_code" not in params:
        params["tax_details"] = {"tax_code": fields["tax_details"].before["tax_code"] or ""}  # "" would clear the code
    metadata = metadata_params(fields)
    return params | ({"metadata": metadata} if metadata else {})


def _param(name: str, value: Any) -> Any:
    if name == "shippable":
        return bool(value)
    if value is None or value == []:
        return ""
    if name == "marketing_features":
        return [{"name": feature} for feature in value]
    if name == "package_dimensions":
        return {side: format(size, "f") for side, size in value.items()}
    if name == "tax_details":
        return {key: inner or "" for key, inner in value.items() if inner or key == "tax_code"}
    return value


def _dimensions(box: PackageDimensions | None) -> dict[str, Decimal] | None:
    return None if box is None else {side: getattr(box, side) for side in DIMENSIONS}
