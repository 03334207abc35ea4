"""The opening of a payment link: a Checkout session each time (https://docs.stripe.com/payment-links)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from stripe_billing_cli.local_stripe.billing.catalog import inline_prices
from stripe_billing_cli.local_stripe.billing.checkout import choices, sessions
from stripe_billing_cli.local_stripe.core import events, page_addresses
from stripe_billing_cli.local_stripe.core.errors import invalid, no_such
from stripe_billing_cli.local_stripe.core.lists import equal, json_field
from stripe_billing_cli.local_stripe.core.locales import LOCALES
from stripe_billing_cli.local_stripe.core.parameters import ObjectParam, Text, optional
from stripe_billing_cli.local_stripe.core.requests import Call, Listeners, Route
from stripe_billing_cli.local_stripe.core.store import Object
from stripe_billing_cli.local_stripe.resources import checkout_sessions

KIND = "payment_link"
COPIED_FIELDS = (
    "allow_promotion_codes automatic_tax billing_address_collection consent_collection custom_fields custom_text "
    "name_collection optional_items payment_intent_data payment_method_options payment_method_types "
    "phone_number_collection shipping_address_collection submit_type subscription_data tax_id_collection"
).split()
"""Fields that a session has as its link has them; those of `FIELDS_OF_MODE` in one mode alone."""
FIELDS_OF_MODE = {
    "payment": ("customer_creation", "invoice_creation"),
    "subscription": ("payment_method_collection",),
}
FROM_ADDRESS = ObjectParam(
    optional(
        client_reference_id=Text(200),
        customer_email=Text(800),
        locale=Text(),
        prefilled_email=Text(800),
        promotion_code=Text(),
    )
)
"""What the link's address may say (https://docs.stripe.com/payment-links/url-parameters)."""


def open_link(call: Call) -> Object:
    """Return a new session of an active link; not a call of Stripe's, but of the link's page."""
    link = _find(call)
    if not link["active"]:
        raise invalid(link["inactive_message"] or "This link is no longer active.")
    session = checkout_sessions.create_session(replace(call, params=_parameters(call, link)))
    form = {}
    if email := call.params.get("prefilled_email"):
        form["email"] = email
    if session["allow_promotion_codes"] and (code := call.params.get("promotion_code")):
        form["promotion_code"] = code
    prefilled_session = choices.prefill(call, session, form) if form else session
    return sessions.amend(call, prefilled_session, payment_link=link["id"])


def _find(call: Call) -> Object:
    url = page_addresses.payment_link(call.store, call.id)
    link = next(iter(call.store.select(KIND, equal(json_field("url"), url), newest_first=True, limit=1)), None)
    if link is None:
        raise no_such("payment link", call.id, "payment_link", 404)
    return link


def _parameters(call: Call, link: Object) -> Object:
    """Return the link as the parameters of a call that creates a session."""
    items = link["line_items"]["data"]
    prices = [call.store.get("price", item["price"]) or {} for item in items]
    mode = "subscription" if any(price["recurring"] for price in prices) else "payment"
    completion = link["after_completion"]
    params: Object = {
        **_without_nulls({name: link.get(name) for name in (*COPIED_FIELDS, *FIELDS_OF_MODE[mode])}),
        "currency": link["currency"],
        "line_items": [_item(item, price) for item, price in zip(items, prices, strict=True)],
        "metadata": link["metadata"],
        "mode": mode,
        "shipping_options": [{"shipping_rate": option["shipping_rate"]} for option in link["shipping_options"]],
        "success_url": completion["redirect"]["url"] if completion["type"] == "redirect" else None,
    }
    params |= {name: call.params[name] for name in ("client_reference_id", "customer_email") if name in call.params}
    if call.params.get("locale") in LOCALES:
        params["locale"] = call.params["locale"]
    return params


def _item(item: Object, price: Object) -> Object:
    """Return a line item of the link as a session takes it; of what is metered there is no quantity."""
    is_metered = price["recurring"] and price["recurring"]["usage_type"] == "metered"
    return {
        "price": item["price"],
        "adjustable_quantity": item["adjustable_quantity"],
        inline_prices.INLINE: price.get("_made_for") == inline_prices.MADE_FOR,
        **({} if is_metered else {"quantity": item["quantity"]}),
    }


def _without_nulls(part: Mapping[str, Any]) -> Object:
    """Return what a link says as a call would say it, in which nothing is null."""
    return {
        name: _without_nulls(value) if isinstance(value, dict) else value
        for name, value in part.items()
        if value is not None
    }


def on_completed(call: Call, effect: sessions.SessionCompleted) -> None:
    """Count the session, if it is of a link; the last that is allowed makes the link inactive
    (https://docs.stripe.com/payment-links/customize#limit-the-number-of-times-a-payment-link-can-be-paid)."""
    link = call.store.get(KIND, effect.session["payment_link"] or "")
    if link is None or link["restrictions"] is None:
        return
    restriction = link["restrictions"]["completed_sessions"]
    new_restriction = {**restriction, "count": restriction["count"] + 1}
    active = link["active"] and new_restriction["count"] < new_restriction["limit"]
    after = {**link, "active": active, "restrictions": {**link["restrictions"], "completed_sessions": new_restriction}}
    call.store.replace(KIND, after)
    events.record(call, "payment_link.updated", after, link)


LISTENERS: Listeners = {sessions.SessionCompleted: (on_completed,)}
ROUTES = (Route("POST", "/local/payment_links/{id}/sessions", sessions.KIND, FROM_ADDRESS, open_link),)
