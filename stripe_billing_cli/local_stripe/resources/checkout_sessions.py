"""Checkout sessions that collect a card (https://docs.stripe.com/payments/save-and-reuse?platform=checkout).

Mode `setup` only. Completed when its setup intent succeeds. Fields after `stripe/checkout/_session.py`.
"""

from __future__ import annotations

import secrets
import string

from stripe_billing_cli.local_stripe.billing import customers
from stripe_billing_cli.local_stripe.billing.payments import checkout_closing, setup_intents
from stripe_billing_cli.local_stripe.core import clocks, page_addresses, scheduler, shapes
from stripe_billing_cli.local_stripe.core.documented_form import form
from stripe_billing_cli.local_stripe.core.errors import invalid, missing_param, no_such
from stripe_billing_cli.local_stripe.core.lists import equal, json_field, naming, page
from stripe_billing_cli.local_stripe.core.locales import LOCALES
from stripe_billing_cli.local_stripe.core.metadata import merged
from stripe_billing_cli.local_stripe.core.parameters import (
    EXPAND,
    Choice,
    ObjectParam,
    Params,
    Text,
    Url,
)
from stripe_billing_cli.local_stripe.core.reasons import NO_ACCOUNTS, NO_CONNECT
from stripe_billing_cli.local_stripe.core.requests import Api, Call, Route
from stripe_billing_cli.local_stripe.core.store import Object

KIND, EXPIRE = checkout_closing.KIND, checkout_closing.EXPIRE
HOUR = 60 * 60
LONGEST, SHORTEST = 24 * HOUR, HOUR // 2
NOT_IN_DOCUMENT = (
    "allowed_payment_method_types branding_settings excluded_payment_method_types name_collection "
    "phone_number_collection presentment_details redirect_on_completion return_url tax_id_collection"
)
"""Fields without a value that the document does not call nullable."""
ONLY_CARDS = "its Checkout collects cards, in mode `setup`"
CREATE = form(
    "POST /v1/checkout/sessions",
    {
        "cancel_url": Url(),
        "customer_email": Text(800),
        "locale": Choice(LOCALES),
        "payment_method_types[]": Choice(("card",)),
        "success_url": Url(),
        "ui_mode": Choice(("hosted_page",)),
    },
    required="mode",
    unsupported={
        NO_CONNECT: "setup_intent_data.on_behalf_of",
        NO_ACCOUNTS: "customer_account",
        ONLY_CARDS: (
            "adaptive_pricing after_expiration allow_promotion_codes "
            "allowed_payment_method_types automatic_tax billing_address_collection "
            "branding_settings consent_collection custom_fields custom_text customer_update "
            "discounts excluded_payment_method_types integration_identifier invoice_creation "
            "line_items managed_payments name_collection optional_items origin_context "
            "payment_intent_data payment_method_collection payment_method_configuration "
            "payment_method_data payment_method_options permissions phone_number_collection "
            "redirect_on_completion return_url saved_payment_method_options "
            "shipping_address_collection shipping_options submit_type subscription_data "
            "tax_id_collection wallet_options"
        ),
    },
)
UPDATE = form(
    "POST /v1/checkout/sessions/{session}",
    unsupported={ONLY_CARDS: "collected_information line_items payment_intent_data shipping_options"},
)
LIST = form(
    "GET /v1/checkout/sessions",
    {"customer_details.email": Text(800)},
    unsupported={NO_ACCOUNTS: "customer_account", ONLY_CARDS: "payment_intent payment_link subscription"},
)


def check_new(params: Params) -> None:
    if params["mode"] != "setup":
        raise invalid(
            f"The local Stripe does not have the mode `{params['mode']}`: {ONLY_CARDS}.",
            "mode",
        )
    if "success_url" not in params:
        raise missing_param("success_url")
    if "currency" not in params and "payment_method_types" not in params:
        raise missing_param("currency")
    if "customer" in params and params.keys() & {"customer_email", "customer_creation"}:
        raise invalid("You may only specify one of these parameters: customer, customer_email.", "customer")


def create(call: Call) -> Object:
    params = call.params
    customer = customers.find(call, params["customer"]) if "customer" in params else None
    call = clocks.at_time_of(call, customer or {})
    expires_at = params.get("expires_at", call.real_now + LONGEST)
    if not call.real_now + SHORTEST <= expires_at <= call.real_now + LONGEST:
        raise invalid(
            "The `expires_at` timestamp must be at least 30 minutes and less than 24 hours from Checkout Session "
            "creation.",
            "expires_at",
        )
    data = params.get("setup_intent_data", {})
    setup = setup_intents.new_setup(
        call,
        customer=customer["id"] if customer else None,
        description=data.get("description"),
        metadata=merged({}, data.get("metadata", {})),
    )
    session = _new(call, customer, setup, expires_at)
    call.store.insert(KIND, session)
    scheduler.put(call.store, EXPIRE, session["id"], expires_at, None)
    return session


def _new(call: Call, customer: Object | None, setup: Object, expires_at: int) -> Object:
    params = call.params
    id = "cs_test_" + "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(58))
    return shapes.blank("checkout.session", NOT_IN_DOCUMENT) | {
        "id": id,
        "object": KIND,
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "cancel_url": params.get("cancel_url"),
        "client_reference_id": params.get("client_reference_id"),
        "created": call.real_now,
        "currency": params.get("currency"),
        "custom_fields": [],
        "custom_text": dict.fromkeys(("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")),
        "customer": customer and customer["id"],
        "customer_creation": None if customer else params.get("customer_creation", "if_required"),
        "customer_details": _details(customer, params.get("customer_email")),
        "customer_email": params.get("customer_email"),
        "expires_at": expires_at,
        "livemode": False,
        "locale": params.get("locale"),
        "metadata": merged({}, params.get("metadata", {})),
        "mode": "setup",
        "payment_method_types": params.get("payment_method_types", ["card"]),
        "payment_status": "no_payment_required",
        "setup_intent": setup["id"],
        "shipping_options": [],
        "status": "open",
        "success_url": params["success_url"],
        "ui_mode": "hosted_page",
        "url": page_addresses.checkout(id),
    }


def _details(customer: Object | None, email: str | None) -> Object | None:
    if customer is None and email is None:
        return None
    known = customer or {}
    return {
        "address": None,
        "business_name": known.get("business_name"),
        "email": known.get("email", email),
        "individual_name": known.get("individual_name"),
        "name": None,
        "phone": None,
        "tax_exempt": known.get("tax_exempt", "none"),
        "tax_ids": None,
    }


def retrieve(call: Call) -> Object:
    session = call.store.get(KIND, call.id)
    if session is None:
        raise no_such("checkout.session", call.id, "session", 404)
    return session


def update(call: Call) -> Object:
    before = retrieve(call)
    after = {**before}
    if "metadata" in call.params:
        sent = call.params["metadata"]
        after["metadata"] = {} if sent is None else merged(before["metadata"], sent)
    call.store.replace(KIND, after)
    return after


def expire(call: Call) -> Object:
    session = retrieve(call)
    if session["status"] != "open":
        raise invalid(
            f'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status '
            f"of `{session['status']}`."
        )
    return _expired(call, session)


def expire_by_itself(call: Call, id: str) -> None:
    session = call.store.get(KIND, id)
    if session is not None and session["status"] == "open":
        _expired(call, session)


def _expired(call: Call, session: Object) -> Object:
    setup = call.store.get("setup_intent", session["setup_intent"])
    if setup is not None and setup["status"] not in ("succeeded", "canceled"):
        setup_intents.cancel(call, setup, "abandoned")
    return checkout_closing.close(call, session, "expired", "checkout.session.expired")


def list_sessions(call: Call) -> Object:
    params = call.params
    conditions = [
        *naming(call, "customer"),
        *equal(json_field("customer_details.email"), params.get("customer_details", {}).get("email")),
        *equal(json_field("status"), params.get("status")),
    ]
    return page(call, KIND, PATH, conditions)


PATH = "/v1/checkout/sessions"
ROUTES = (
    Route("POST", PATH, KIND, CREATE, create, check_new),
    Route("GET", PATH, KIND, LIST, list_sessions, lists=True),
    Route("GET", f"{PATH}/{{id}}", KIND, ObjectParam({"expand": EXPAND}), retrieve),
    Route("POST", f"{PATH}/{{id}}", KIND, UPDATE, update),
    Route("POST", f"{PATH}/{{id}}/expire", KIND, ObjectParam({"expand": EXPAND}), expire),
)
API = Api(ROUTES, {checkout_closing.EXPIRE: expire_by_itself})
