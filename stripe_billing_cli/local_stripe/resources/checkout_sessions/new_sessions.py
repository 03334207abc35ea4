"""A new Checkout session (https://docs.stripe.com/api/checkout/sessions/create).

Values where a call says nothing are those of sessions that users show (2025-06-30.basil).
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from stripe_billing_cli.local_stripe.billing import customers
from stripe_billing_cli.local_stripe.billing.checkout import choices, line_items, redemption, sessions, shipping, totals
from stripe_billing_cli.local_stripe.billing.invoicing import automatic_tax, tax_ids, taxes
from stripe_billing_cli.local_stripe.billing.payments import method_options, setup_intents
from stripe_billing_cli.local_stripe.core import clocks, identifiers, page_addresses, scheduler, shapes
from stripe_billing_cli.local_stripe.core.errors import invalid
from stripe_billing_cli.local_stripe.core.lists import list_object
from stripe_billing_cli.local_stripe.core.metadata import new_metadata
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object
from stripe_billing_cli.local_stripe.resources.checkout_sessions import refusals

HOUR = 60 * 60
LONGEST, SHORTEST = 24 * HOUR, HOUR // 2
ECHOED_PARAMS = (
    "allow_promotion_codes billing_address_collection cancel_url client_reference_id "
    "customer_email excluded_payment_method_types integration_identifier locale name_collection origin_context "
    "permissions redirect_on_completion return_url shipping_address_collection submit_type success_url wallet_options"
).split()
"""What a session says as the call has said it."""
TEXTS = ("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")


def create(call: Call) -> Object:
    """Return a new session, stored; the parameters of the call have passed `refusals.check_new`."""
    params = call.params
    customer = customers.find_optional(call)
    call = clocks.at_time_of(call, customer)
    expires_at = params.get("expires_at", call.real_now + LONGEST)
    if not call.real_now + SHORTEST <= expires_at <= call.real_now + LONGEST:
        raise invalid(
            "The `expires_at` timestamp must be at least 30 minutes and less than 24 hours from Checkout Session "
            "creation.",
            "expires_at",
        )
    refusals.check_times(params, call.now)
    if params.get("automatic_tax", {}).get("enabled"):
        refusals.check_location(customer, params)
    session = _new(call, customer, expires_at)
    session = _setting_up(call, session) if params["mode"] == "setup" else _add_items(call, session)
    call.store.insert(sessions.KIND, session)
    scheduler.put(call.store, sessions.EXPIRE, session["id"], expires_at, None)
    return session


def create_like(call: Call, original: Object, *, allow_promotion_codes: bool) -> Object:
    """Return a new session that sells what an expired one did, stored."""
    id, expires_at = identifiers.checkout_session_id(), call.real_now + LONGEST
    session = {
        **original,
        "id": id,
        "after_expiration": None,
        "allow_promotion_codes": allow_promotion_codes or original["allow_promotion_codes"],
        "created": call.real_now,
        "expires_at": expires_at,
        "payment_intent": None,
        "recovered_from": original["id"],
        "status": "open",
        "url": page_addresses.checkout(call.store, id),
        "_setup_intent": None,
        "_subscription": None,
    }
    session["line_items"] = {**original["line_items"], "url": f"/v1/checkout/sessions/{id}/line_items"}
    call.store.insert(sessions.KIND, session)
    scheduler.put(call.store, sessions.EXPIRE, id, expires_at, None)
    return session


def _new(call: Call, customer: Object | None, expires_at: int) -> Object:
    """Return what all sessions say, whatever their mode."""
    params = call.params
    id = identifiers.checkout_session_id()
    interface = params.get("ui_mode", "hosted_page")
    has_automatic_tax = params.get("automatic_tax", {}).get("enabled", False)
    session = {
        **shapes.blank("checkout.session"),
        **{name: params[name] for name in ECHOED_PARAMS if name in params},
        "id": id,
        "object": sessions.KIND,
        "adaptive_pricing": params.get("adaptive_pricing", {"enabled": params["mode"] != "setup"}),
        "after_expiration": _after_expiration(params),
        "automatic_tax": automatic_tax.on_bill(has_automatic_tax, "requires_location_inputs"),
        "branding_settings": _show_branding(call),
        "client_secret": None if interface == "hosted_page" else f"{id}_secret_{secrets.token_hex(24)}",
        "collected_information": dict.fromkeys(choices.COLLECTED_FIELDS),
        "consent_collection": _consent_collection(params),
        "created": call.real_now,
        "currency": params.get("currency"),
        "custom_fields": [_custom_field(field) for field in params.get("custom_fields", ())],
        "custom_text": {name: params.get("custom_text", {}).get(name) for name in TEXTS},
        "customer": customer and customer["id"],
        "customer_creation": _customer_creation(call, customer),
        "expires_at": expires_at,
        "managed_payments": None if params["mode"] == "setup" else {"enabled": False},
        "metadata": new_metadata(params),
        "mode": params["mode"],
        "payment_method_configuration_details": None
        if params.get("payment_method_types")
        else {"id": method_options.configuration(call.account), "parent": None},
        "payment_method_options": method_options.of_session(params.get("payment_method_options")),
        "payment_method_types": _types(call),
        "phone_number_collection": {"enabled": params.get("phone_number_collection", {}).get("enabled", False)},
        "shipping_options": [],
        "status": "open",
        "ui_mode": interface,
        "url": page_addresses.checkout(call.store, id) if interface == "hosted_page" else None,
        "_customer_update": params.get("customer_update", {}),
        "_discount": None,
        "_payment_intent_data": params.get("payment_intent_data", {}),
        "_payment_method_data": params.get("payment_method_data", {}),
        "_setup_intent": None,
        "_subscription": None,
        "_subscription_data": params.get("subscription_data", {}),
    }
    return {**session, "customer_details": _details(customer, params)}


def _show_branding(call: Call) -> Object:
    """Return how the page looks: as the call wants it, else as Stripe has it of an account that has set nothing."""
    usual = {
        "background_color": "#ffffff",
        "border_style": "rounded",
        "button_color": "#0074d4",
        "display_name": call.account["settings"]["dashboard"]["display_name"],
        "font_family": "default",
        "icon": None,
        "logo": None,
    }
    return {**usual, **call.params.get("branding_settings", {})}


def _details(customer: Object | None, params: Mapping[str, Any]) -> Object | None:
    """Return `customer_details` before anything is entered at the page: the email, and whether tax is due."""
    email = (customer and customer["email"]) or params.get("customer_email")
    if customer is None and email is None:
        return None
    blank = dict.fromkeys(("address", "business_name", "individual_name", "name", "phone", "tax_ids"))
    exempt = None if params["mode"] == "setup" else (customer or {}).get("tax_exempt", "none")
    return {**blank, "email": email, "tax_exempt": exempt}


def _types(call: Call) -> list[str]:
    """Return the types of payment methods that the page takes: cards, among those that the call allows."""
    params = call.params
    types = params.get("payment_method_types") or params.get("allowed_payment_method_types")
    return list(types or ["card"])


def _customer_creation(call: Call, customer: Object | None) -> str | None:
    if customer is not None:
        return None
    usual = "always" if call.params["mode"] == "subscription" else "if_required"
    return str(call.params.get("customer_creation", usual))


def _after_expiration(params: Mapping[str, Any]) -> Object | None:
    recovery = params.get("after_expiration", {}).get("recovery")
    if recovery is None:
        return None
    blank = {"allow_promotion_codes": False, "expires_at": None, "url": None}
    return {"recovery": {**blank, **recovery}}


def _consent_collection(params: Mapping[str, Any]) -> Object | None:
    collection = params.get("consent_collection")
    blank = {"payment_method_reuse_agreement": None, "promotions": None, "terms_of_service": None}
    return None if collection is None else {**blank, **collection}


def _custom_field(field: Mapping[str, Any]) -> Object:
    kind = field["type"]
    rules = field.get(kind, {})
    blank = {"default_value": None, "value": None}
    if kind != "dropdown":
        blank |= {"maximum_length": None, "minimum_length": None}
    return {
        "key": field["key"],
        "label": field["label"],
        "optional": field.get("optional", False),
        "type": kind,
        kind: {**blank, **rules},
    }


def _setting_up(call: Call, session: Object) -> Object:
    data = call.params.get("setup_intent_data", {})
    setup = setup_intents.create_setup(
        call,
        customer=session["customer"],
        description=data.get("description"),
        metadata=new_metadata(data),
        **method_options.of_setup_by(session),
    )
    return {
        **session,
        "payment_method_collection": "always",
        "payment_status": "no_payment_required",
        "setup_intent": setup["id"],
    }


def _add_items(call: Call, session: Object) -> Object:
    params, mode = call.params, session["mode"]
    items = line_items.new_items(call, params["line_items"], mode, params.get("currency"))
    currency = items[0]["currency"]
    data = session["_subscription_data"]
    if mode == "subscription":
        line_items.check_intervals(call, items, data.get("billing_mode", {}).get("type", "flexible"))
        taxes.check_rates(call, data.get("default_tax_rates"), "subscription_data[default_tax_rates]")
        tax_ids.of_account(call, data.get("invoice_settings", {}), "subscription_data[invoice_settings]")
    options = shipping.options(call, params.get("shipping_options", ()), currency)
    url = f"/v1/checkout/sessions/{session['id']}/line_items"
    collects_tax_ids = params.get("tax_id_collection")
    session |= {
        "currency": currency,
        "invoice_creation": _invoice_creation(call) if mode == "payment" else None,
        "line_items": list_object(items, False, url),
        "optional_items": _optional_items(call, mode, currency),
        "payment_method_collection": params.get("payment_method_collection", "always")
        if mode == "subscription"
        else "if_required",
        "payment_status": "unpaid",
        "saved_payment_method_options": _saved_method_options(params),
        "shipping_cost": shipping.cost(options),
        "shipping_options": options,
        **({"tax_id_collection": {"required": "never", **collects_tax_ids}} if collects_tax_ids else {}),
    }
    session = totals.add_amounts(call, session)
    session |= redemption.apply_discount(call, session, params.get("discounts", ()))
    session = totals.add_amounts(call, session)
    refusals.check_total(session)
    return session


def _saved_method_options(params: Mapping[str, Any]) -> Object:
    blank = {"allow_redisplay_filters": ["always"], "payment_method_remove": "disabled", "payment_method_save": None}
    return {**blank, **params.get("saved_payment_method_options", {})}


def _invoice_creation(call: Call) -> Object:
    """Return `invoice_creation`: whether a payment leaves an invoice behind."""
    creation = call.params.get("invoice_creation", {"enabled": False})
    blank = dict.fromkeys(
        ("account_tax_ids", "custom_fields", "description", "footer", "issuer", "rendering_options"), None
    )
    data = {**blank, **creation.get("invoice_data", {})}
    data["account_tax_ids"] = tax_ids.of_account(call, data, "invoice_creation[invoice_data]")
    return {"enabled": creation["enabled"], "invoice_data": {**data, "metadata": new_metadata(data)}}


def _optional_items(call: Call, mode: str, currency: str) -> list[Object] | None:
    items_data = call.params.get("optional_items")
    if not items_data:
        return None
    items = line_items.new_items(call, items_data, mode, currency, alone=False)
    names = ("adjustable_quantity", "price", "quantity")
    return [{name: item[name] for name in names} for item in items]
