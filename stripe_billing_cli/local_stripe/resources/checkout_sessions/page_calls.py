"""The calls of a Checkout session's page: none of Stripe's API, which has no call to pay a session.

Tests, which have no browser, may call it as well; Stripe's own CLI calls what Stripe's page does
(`pkg/fixtures/triggers/checkout.session.completed.json` of stripe/stripe-cli).
"""

from __future__ import annotations

from dataclasses import replace

from stripe_billing_cli.local_stripe.billing.checkout import choices, payment, sessions
from stripe_billing_cli.local_stripe.billing.payments import bank_transfers, payment_methods
from stripe_billing_cli.local_stripe.core import clocks, page_addresses
from stripe_billing_cli.local_stripe.core.errors import invalid, no_such
from stripe_billing_cli.local_stripe.core.lists import page_of
from stripe_billing_cli.local_stripe.core.parameters import EXPAND_ONLY
from stripe_billing_cli.local_stripe.core.requests import Call, Route
from stripe_billing_cli.local_stripe.core.store import Object
from stripe_billing_cli.local_stripe.resources.checkout_sessions import fields, handlers, new_sessions, refusals


def pay(call: Call) -> Object:
    """Pay an open session by a card, or by a bank transfer to be made, with what its customer has entered. Return it:
    complete, or still open where the card asks for 3-D Secure (`list_waiting`)."""
    call, session = _price_choices(call)
    if not (session["customer_details"] or {}).get("email") and session["mode"] != "setup":
        raise invalid("Enter your email address.", "email")
    call.store.replace(sessions.KIND, session)
    payment_params = {**call.params, "return_url": page_addresses.checkout(call.store, session["id"])}
    by_transfer = call.params.get("by_transfer", False)
    method = payment_methods.create_transfer(call)["id"] if by_transfer else call.params.get("payment_method")
    payment.pay(replace(call, params=payment_params), session, method)
    return sessions.find(call, session["id"])


def confirm(call: Call) -> Object:
    """Pay an open session as Stripe's page does, by a payment method that says who its holder is."""
    session, params = sessions.find(call, call.id), call.params
    expected_amount = params.get("expected_amount", session["amount_total"])
    if expected_amount != session["amount_total"]:
        raise invalid(f"The session costs {session['amount_total']}, not {expected_amount}.", "expected_amount")
    holder = payment_methods.find(call, params["payment_method"], "payment_method")["billing_details"]
    details = {name: holder[name] for name in ("address", "email", "name", "phone") if holder[name] is not None}
    return pay(replace(call, params={**details, "payment_method": params["payment_method"]}))


def list_waiting(call: Call) -> Object:
    """Return the intent of a session that waits for 3-D Secure, in a list, which is empty where none does."""
    intents = [
        intent
        for intent in payment.intents(call, sessions.find(call, call.id))
        if intent["status"] == "requires_action" and not bank_transfers.is_awaited(intent)
    ]
    return page_of(call, intents, f"/local/checkout/sessions/{call.id}/intents", "intent")


def _price_choices(call: Call) -> tuple[Call, Object]:
    """Return the call at the time of the session's customer, and the session with what it costs then."""
    session = sessions.find(call, call.id)
    call = clocks.at_time_of_customer(call, session["customer"])
    handlers.check_open(session, "paid")
    after = choices.enter(call, session, call.params)
    if after["mode"] != "setup":
        refusals.check_total(after)
    return call, after


def price(call: Call) -> Object:
    """Return what an open session costs with what its customer has chosen so far, which it keeps."""
    call, session = _price_choices(call)
    call.store.replace(sessions.KIND, session)
    return session


def recover(call: Call) -> Object:
    """Return a new session like one that expired, and that says where to begin anew
    (https://docs.stripe.com/payments/checkout/abandoned-carts)."""
    original = sessions.find(call, call.id)
    recovery = (original["after_expiration"] or {}).get("recovery") or {}
    if recovery.get("url") is None or recovery["expires_at"] <= call.real_now:
        raise no_such("checkout.session", call.id, "session", 404)
    return new_sessions.create_like(call, original, allow_promotion_codes=recovery["allow_promotion_codes"])


PAGE = "/v1/payment_pages/{id}"
LOCAL = "/local/checkout/sessions/{id}"
ROUTES = (
    Route("GET", PAGE, sessions.KIND, EXPAND_ONLY, handlers.retrieve),
    Route("POST", f"{PAGE}/confirm", sessions.KIND, fields.CONFIRM, confirm),
    Route("POST", f"{LOCAL}/pay", sessions.KIND, fields.PAY, pay),
    Route("GET", f"{LOCAL}/intents", "payment_intent setup_intent", fields.LINE_ITEMS, list_waiting, lists=True),
    Route("POST", f"{LOCAL}/price", sessions.KIND, fields.PAY, price),
    Route("POST", f"{LOCAL}/recover", sessions.KIND, EXPAND_ONLY, recover),
)
