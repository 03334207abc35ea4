"""The form of a Checkout session's page, and what it sends as the parameters of a call."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping

from stripe_billing_cli.local_stripe.billing.payments import bank_transfers, debits
from stripe_billing_cli.local_stripe.core import amounts
from stripe_billing_cli.local_stripe.core.store import Object
from stripe_billing_cli.local_stripe.pages import forms

PLAIN = "email name phone business_name individual_name promotion_code shipping_rate".split()
"""Inputs that are parameters by the same name."""
LABELS = {"line1": "Address", "line2": "Address, second line"}
ADDRESS = ("line1", "line2", "city", "state", "postal_code", "country")
BUTTONS = {"book": "Book", "donate": "Donate", "subscribe": "Subscribe"}
TAX_ID_TYPES = ("eu_vat", "gb_vat", "us_ein", "ch_vat", "au_abn", "ca_gst_hst", "in_gst", "jp_trn", "nz_gst", "no_vat")


def parameters(session: Object, form: Mapping[str, str]) -> dict[str, str]:
    """Return what the form has sent, as the parameters of the call that pays the session."""
    params = {name: form[name] for name in PLAIN if form.get(name)}
    if form.get("by_transfer"):
        params["by_transfer"] = "true"
    elif form.get("card"):
        params["payment_method"] = form["card"]
    for name in ADDRESS:
        if form.get(name):
            params[f"address[{name}]"] = form[name]
        if form.get(f"shipping_{name}"):
            params[f"shipping[address][{name}]"] = form[f"shipping_{name}"]
    if form.get("shipping_name"):
        params["shipping[name]"] = form["shipping_name"]
    for name, value in form.items():
        if name.startswith("quantity_") and value.isdecimal():
            params[f"quantities[{name.removeprefix('quantity_')}]"] = value
        if name.startswith("field_") and value:
            params[f"custom_fields[{name.removeprefix('field_')}]"] = value
    optional_prices = [
        option["price"] for option in session.get("optional_items") or () if form.get(f"option_{option['price']}")
    ]
    params |= {f"optional_items[{at}]": price for at, price in enumerate(optional_prices)}
    if form.get("tax_id"):
        params |= {"tax_id[type]": form.get("tax_id_type", ""), "tax_id[value]": form["tax_id"]}
    for name in ("promotions", "terms_of_service"):
        if form.get(name):
            params[name] = "true"
    return params


def from_address(query: Mapping[str, str]) -> dict[str, str]:
    """Return what a payment link's address says of its session
    (https://docs.stripe.com/payment-links/url-parameters)."""
    names = {
        "client_reference_id": "client_reference_id",
        "locale": "locale",
        "locked_prefilled_email": "customer_email",
        "prefilled_email": "prefilled_email",
        "prefilled_promo_code": "promotion_code",
    }
    return {names[name]: value for name, value in query.items() if name in names and value}


def title(session: Object) -> str:
    """Return the heading of the page."""
    return {"payment": "Pay", "setup": "Save a card", "subscription": "Subscribe"}[session["mode"]]


def body(session: Object, form: Mapping[str, str]) -> str:
    """Return the page of an open session, with what was entered before."""
    parts = "" if session["mode"] == "setup" else _bill(session) + _optional_items(session) + _promotion(session)
    inputs = _contact(session, form) + _shipping(session, form) + _custom_fields(session, form) + _consent(session)
    asks = session["mode"] != "subscription" or session["payment_method_collection"] != "if_required"
    card = (
        _methods(session) if session["amount_total"] or session["mode"] == "setup" or _due_later(session, asks) else ""
    )
    text = _text(session, "submit")
    button = f'{text}<button name="action" value="pay">{html.escape(_button(session))}</button>'
    return f'<form method="post">{parts}{inputs}{card}{button}</form>' + forms.link("Back", session["cancel_url"])


def _methods(session: Object) -> str:
    """Return the choice of what pays."""
    types = session["payment_method_types"]
    choice = forms.cards() if "card" in types else _accounts() if "sepa_debit" in types else ""
    if bank_transfers.METHOD in types:
        choice += _checkbox("by_transfer", "Pay by bank transfer", is_required=not choice)
    none = f"<p>The local Stripe has no payments by {html.escape(', '.join(types))}.</p>"
    return choice or none


def _accounts() -> str:
    """Return the choice of a bank account of Stripe's for tests."""
    return _select("iban", "Bank account", [(iban, iban) for iban in debits.FOR_PAGES])


def _due_later(session: Object, asks: bool) -> bool:
    return session["mode"] == "subscription" and asks


def _button(session: Object) -> str:
    if session["mode"] == "setup":
        return "Save card" if "card" in session["payment_method_types"] else "Save bank account"
    button = BUTTONS.get(session["submit_type"] or "")
    total = amounts.format_signed(session["amount_total"], session["currency"])
    if session["mode"] == "subscription":
        return button or ("Start trial" if session["amount_total"] == 0 else f"Subscribe for {total}")
    return button or ("Complete order" if session["amount_total"] == 0 else f"Pay {total}")


def _bill(session: Object) -> str:
    currency, rows = session["currency"], []
    for item in session["line_items"]["data"]:
        name = html.escape(item["description"] or "")
        rows.append(
            f"<tr><td>{name}{_quantity(item)}</td><td>{forms.money(item['amount_subtotal'], currency)}</td></tr>"
        )
    details = session["total_details"]
    for label, amount in (
        ("Discount", -details["amount_discount"]),
        ("Shipping", details["amount_shipping"]),
        ("Tax", details["amount_tax"]),
    ):
        if amount:
            rows.append(f"<tr><td>{label}</td><td>{forms.money(amount, currency)}</td></tr>")
    total = forms.money(session["amount_total"], currency)
    rows.append(f"<tr><td><b>Total due today</b></td><td><b>{total}</b></td></tr>")
    return f"<table>{''.join(rows)}</table>"


def _quantity(item: Object) -> str:
    bounds = item["adjustable_quantity"]
    if bounds is None:
        return f" × {item['quantity']}" if (item["quantity"] or 1) != 1 else ""
    id = html.escape(item["id"])
    return (
        f' <input type="number" name="quantity_{id}" value="{item["quantity"]}" min="{bounds["minimum"]}" '
        f'max="{bounds["maximum"]}" aria-label="Quantity">'
    )


def _optional_items(session: Object) -> str:
    boxes = [
        _checkbox(f"option_{option['price']}", f"Add {option['quantity']} × {option['price']}")
        for option in session.get("optional_items") or ()
    ]
    return "".join(boxes)


def _promotion(session: Object) -> str:
    if not session["allow_promotion_codes"]:
        return ""
    return (
        _input("promotion_code", "Promotion code", "")
        + '<button class="other" name="action" value="price" formnovalidate>Apply</button>'
    )


def _contact(session: Object, form: Mapping[str, str]) -> str:
    details = session["customer_details"] or {}
    if session["mode"] == "setup":
        return ""
    parts = "" if details.get("email") else _input("email", "Email", form.get("email", ""), "email", is_required=True)
    parts += _input("name", "Name on card", form.get("name", details.get("name") or ""))
    if session["phone_number_collection"]["enabled"]:
        parts += _input("phone", "Phone", form.get("phone", ""), "tel", is_required=True)
    for kind, rules in (session.get("name_collection") or {}).items():
        if rules["enabled"]:
            label = "Business name" if kind == "business" else "Full name"
            parts += _input(f"{kind}_name", label, form.get(f"{kind}_name", ""), is_required=not rules.get("optional"))
    names = ADDRESS if session["billing_address_collection"] == "required" else ("postal_code", "country")
    parts += _address("", names, form, session)
    if (session.get("tax_id_collection") or {}).get("enabled"):
        parts += _select("tax_id_type", "Type of tax ID", [(name, name) for name in TAX_ID_TYPES])
        parts += _input("tax_id", "Tax ID", form.get("tax_id", ""))
    return parts


def _address(prefix: str, names: Iterable[str], form: Mapping[str, str], session: Object) -> str:
    usual = {"country": "US"}
    needs_all = session["billing_address_collection"] == "required" or bool(prefix)
    inputs = ""
    for name in names:
        value = form.get(prefix + name, usual.get(name, ""))
        label = LABELS.get(name) or name.replace("_", " ").capitalize()
        inputs += _input(prefix + name, label, value, is_required=needs_all and name in ("line1", "country"))
    return inputs


def _shipping(session: Object, form: Mapping[str, str]) -> str:
    parts = ""
    if session["shipping_address_collection"] is not None:
        countries = session["shipping_address_collection"]["allowed_countries"]
        parts += f"<h2>Shipping</h2>{_text(session, 'shipping_address')}"
        parts += _input("shipping_name", "Name", form.get("shipping_name", ""), is_required=True)
        parts += _address("shipping_", ADDRESS[:-1], form, session)
        parts += _select("shipping_country", "Country", [(code, code) for code in countries])
    if session["shipping_options"]:
        options = [
            (
                option["shipping_rate"],
                f"{option['shipping_rate']}: {amounts.format_signed(option['shipping_amount'], session['currency'])}",
            )
            for option in session["shipping_options"]
        ]
        parts += _select("shipping_rate", "Delivery", options)
    return parts


def _custom_fields(session: Object, form: Mapping[str, str]) -> str:
    parts = ""
    for field in session["custom_fields"]:
        name, kind, label = f"field_{field['key']}", field["type"], field["label"]["custom"]
        is_required, rules = not field["optional"], field[field["type"]]
        if kind == "dropdown":
            choices = [(option["value"], option["label"]) for option in rules["options"]]
            parts += _select(name, label, choices if is_required else [("", ""), *choices])
        else:
            value = form.get(name, rules["default_value"] or "")
            parts += _input(name, label, value, "text", is_required=is_required)
    return parts


def _consent(session: Object) -> str:
    collection = session["consent_collection"] or {}
    parts = ""
    if collection.get("terms_of_service") == "required":
        parts += _text(session, "terms_of_service_acceptance")
        parts += _checkbox("terms_of_service", "I agree to the terms of service", is_required=True)
    if collection.get("promotions") == "auto":
        parts += _checkbox("promotions", "Tell me about offers")
    return parts


def _text(session: Object, name: str) -> str:
    text = session["custom_text"][name]
    return f"<p>{html.escape(text['message'])}</p>" if text else ""


def _input(name: str, label: str, value: str, type: str = "text", *, is_required: bool = False) -> str:
    attribute = " required" if is_required else ""
    return (
        f'<label>{html.escape(label)}<input type="{type}" name="{html.escape(name)}" value="{html.escape(value)}"'
        f"{attribute}></label>"
    )


def _checkbox(name: str, label: str, *, is_required: bool = False) -> str:
    attribute = " required" if is_required else ""
    return (
        f'<label class="box"><input type="checkbox" name="{html.escape(name)}" value="1"{attribute}>'
        f"{html.escape(label)}</label>"
    )


def _select(name: str, label: str, options: Iterable[tuple[str, str]]) -> str:
    choices = "".join(f'<option value="{html.escape(value)}">{html.escape(text)}</option>' for value, text in options)
    return f'<label>{html.escape(label)}<select name="{html.escape(name)}">{choices}</select></label>'
