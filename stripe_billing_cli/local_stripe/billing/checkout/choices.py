"""The form of a Checkout session's page, as its customer fills it in: contact, quantities, promotion code, address."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

from stripe_billing_cli.local_stripe.billing import customers
from stripe_billing_cli.local_stripe.billing.checkout import line_items, redemption, shipping, totals
from stripe_billing_cli.local_stripe.core.errors import ApiError, invalid
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object

FormValues = Mapping[str, Any]
COLLECTED_FIELDS = ("business_name", "individual_name", "shipping_details")
"""What a session collects beside the customer's details."""


def enter(call: Call, session: Object, form: FormValues) -> Object:
    """Return the session with what its customer has entered, not stored. Raises for what cannot be entered there."""
    after = {
        **session,
        "collected_information": _collect_address(session, form),
        "consent": _consent(session, form),
        "custom_fields": _custom_fields(session, form.get("custom_fields", {})),
        "customer_details": details(call, session, form),
    }
    if session["mode"] != "setup":
        after |= {"line_items": _items(call, session, form)}
        if form.get("promotion_code"):
            after |= redemption.by_code(call, after, form["promotion_code"])
        if session["shipping_options"]:
            rate = form.get("shipping_rate") or session["shipping_cost"]["shipping_rate"]
            after["shipping_cost"] = shipping.cost(session["shipping_options"], rate)
        after = totals.add_amounts(call, after)
    return after


def prefill(call: Call, session: Object, form: FormValues) -> Object:
    """Return the session with what its page shows already entered; a code that is none is not."""
    after = {**session, "customer_details": details(call, session, form)}
    if form.get("promotion_code"):
        with contextlib.suppress(ApiError):
            after = totals.add_amounts(call, {**after, **redemption.by_code(call, after, form["promotion_code"])})
    return after


def _items(call: Call, session: Object, form: FormValues) -> Object:
    quantities: Mapping[str, int] = form.get("quantities", {})
    data = [
        line_items.with_quantity(item, quantities[item["id"]], f"quantities[{item['id']}]")
        if item["id"] in quantities and quantities[item["id"]] != item["quantity"]
        else item
        for item in session["line_items"]["data"]
    ]
    items = [item for item in data if item["quantity"] != 0]
    if not items:
        raise invalid("At least one item must be left.", "quantities")
    optional_prices = set(form.get("optional_items", ()))
    new_items = [
        {"price": option["price"], "quantity": option["quantity"]}
        for option in session["optional_items"] or ()
        if option["price"] in optional_prices
    ]
    if new_items:
        items += line_items.new_items(call, new_items, session["mode"], session["currency"], alone=False)
    return {**session["line_items"], "data": items}


def details(call: Call, session: Object, form: FormValues) -> Object | None:
    """Return `customer_details`: of the customer, as far as there is one, with what is entered at the page."""
    customer = call.store.get("customer", session["customer"] or "") or {}
    before = session["customer_details"] or {}
    email = customer.get("email") or session["customer_email"] or form.get("email") or before.get("email")
    if not customer and email is None and not form:
        return None
    address = form.get("address")
    tax_id = form.get("tax_id")
    return {
        "address": customers.address_of(address) if address else before.get("address") or customer.get("address"),
        "business_name": form.get("business_name") or before.get("business_name") or customer.get("business_name"),
        "email": email,
        "individual_name": form.get("individual_name")
        or before.get("individual_name")
        or customer.get("individual_name"),
        "name": form.get("name") or before.get("name") or customer.get("name"),
        "phone": form.get("phone") or before.get("phone") or customer.get("phone"),
        "tax_exempt": customer.get("tax_exempt", "none"),
        "tax_ids": [tax_id] if tax_id else before.get("tax_ids") or ([] if form else None),
    }


def _collect_address(session: Object, form: FormValues) -> Object:
    """Return the address that goods go to, which the session asks for."""
    before: Object = session["collected_information"]
    names = {name: form[name] for name in ("business_name", "individual_name") if form.get(name)}
    if "shipping" not in form and not names:
        return before
    after = {**before, **names}
    if "shipping" not in form or session["shipping_address_collection"] is None:
        return after
    delivery = form["shipping"]
    countries = session["shipping_address_collection"]["allowed_countries"]
    if delivery["address"].get("country") not in countries:
        raise invalid(
            f"Goods are delivery to these countries only: {', '.join(countries)}.", "shipping[address][country]"
        )
    return {
        **after,
        "shipping_details": {"address": customers.address_of(delivery["address"]), "name": delivery["name"]},
    }


def _consent(session: Object, form: FormValues) -> Object | None:
    collection = session["consent_collection"]
    if collection is None:
        before: Object | None = session["consent"]
        return before
    is_accepted = bool(form.get("terms_of_service"))
    if collection["terms_of_service"] == "required" and not is_accepted:
        raise invalid("The terms of service must be accepted.", "terms_of_service")
    promotions = None if collection["promotions"] != "auto" else "opt_in" if form.get("promotions") else "opt_out"
    return {"promotions": promotions, "terms_of_service": "accepted" if is_accepted else None}


def _custom_fields(session: Object, values: Mapping[str, str]) -> list[Object]:
    """Return the custom fields with their values. Raises for one that is missing, or of the wrong form."""
    fields = []
    for field in session["custom_fields"]:
        key, kind = field["key"], field["type"]
        value = values.get(key) or None
        if value is None and not field["optional"]:
            raise invalid(f"The field `{key}` must be filled in.", f"custom_fields[{key}]")
        if value is not None:
            _check_value(field, value, f"custom_fields[{key}]")
        fields.append({**field, kind: {**field[kind], "value": value}})
    return fields


def _check_value(field: Object, value: str, param: str) -> None:
    kind = field["type"]
    rules = field[kind]
    if kind == "dropdown":
        if value not in [option["value"] for option in rules["options"]]:
            raise invalid(f"This is no option of the field `{field['key']}`.", param)
        return
    least, most = rules["minimum_length"] or 0, rules["maximum_length"] or 255
    if not least <= len(value) <= most or (kind == "numeric" and not value.isdecimal()):
        raise invalid(f"This cannot be the value of the field `{field['key']}`.", param)
