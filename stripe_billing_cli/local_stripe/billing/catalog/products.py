"""Products as they are made: by a call, with a price, or for an amount that is billed."""

from __future__ import annotations

import re

from stripe_billing_cli.local_stripe.core import identifiers, shapes
from stripe_billing_cli.local_stripe.core.errors import invalid
from stripe_billing_cli.local_stripe.core.metadata import new_metadata
from stripe_billing_cli.local_stripe.core.parameters import Params, nested_name
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object

TAX_CODE = re.compile(r"txcd_[0-9]{8}")


def check_tax_code(code: str | None, param: str) -> None:
    """Raise where a tax code has not its form; any that has is taken for an existing one."""
    if code is not None and not TAX_CODE.fullmatch(code):
        raise invalid(f"No such tax code: '{code}'", param, "resource_missing")


def check_tax_codes(params: Params, prefix: str = "") -> None:
    """Raise where one of the two tax codes that can be said of a product has not its form."""
    details = params.get("tax_details") or {}
    check_tax_code(params.get("tax_code"), nested_name(prefix, "tax_code"))
    check_tax_code(details.get("tax_code"), nested_name(nested_name(prefix, "tax_details"), "tax_code"))


def new_product(call: Call, params: Params) -> Object:
    """Return everything that Stripe says about a product. Raises where the chosen id is taken."""
    id = params.get("id") or identifiers.short_id(call, "prod")
    if call.store.get("product", id) is not None:
        raise invalid("Product already exists.", code="resource_already_exists")
    return {
        **shapes.blank("product"),
        "id": id,
        "object": "product",
        "active": params.get("active", True),
        "created": call.now,
        "description": params.get("description"),
        "images": params.get("images", []),
        "marketing_features": params.get("marketing_features", []),
        "metadata": new_metadata(params),
        "name": params["name"],
        "package_dimensions": params.get("package_dimensions"),
        "shippable": params.get("shippable"),
        "statement_descriptor": without_non_ascii(params.get("statement_descriptor")),
        **tax_fields({}, params),
        "type": params.get("type", "service"),
        "unit_label": params.get("unit_label"),
        "updated": call.now,
        "url": params.get("url"),
    }


def without_non_ascii(text: str | None) -> str | None:
    """Return the text without what is not ASCII: "Non-ASCII characters are automatically stripped"
    (`_product_create_params.py`)."""
    return None if text is None else text.encode("ascii", "ignore").decode()


def tax_fields(product: Object, params: Params) -> Object:
    """Return `tax_code` and `tax_details`, which name one tax code: each follows the other (recorded of `tax_code`)."""
    if "tax_code" not in params and "tax_details" not in params:
        return {}
    details = {"performance_location": None, "tax_code": None} | (product.get("tax_details") or {})
    if "tax_code" in params:
        details["tax_code"] = params["tax_code"]
    if "tax_details" in params:
        new_details = params["tax_details"] or {"tax_code": None}
        details = {"performance_location": None, "tax_code": details["tax_code"]} | new_details
    empty = all(value is None for value in details.values())
    return {"tax_code": details["tax_code"], "tax_details": None if empty else details}
