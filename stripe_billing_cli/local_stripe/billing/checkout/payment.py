"""Paying a Checkout session: by a payment, by a subscription whose first invoice is paid, or by a card that is kept.

A payment intent is made once the customer confirms the session, as since 2022-08-01
(https://docs.stripe.com/changelog/2022-08-01/remove-payment-intent-creation-checkout). What is to be done before the
payment succeeds, as 3-D Secure, is done at the intent; `completion` hears of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stripe_billing_cli.local_stripe.billing import customers
from stripe_billing_cli.local_stripe.billing.checkout import completion, new_subscription, redemption, sessions
from stripe_billing_cli.local_stripe.billing.invoicing import collection, invoices, tax_ids
from stripe_billing_cli.local_stripe.billing.payments import (
    bank_transfers,
    intent_errors,
    mandates,
    method_options,
    payment_intents,
    payment_methods,
    setup_intents,
)
from stripe_billing_cli.local_stripe.core import objects
from stripe_billing_cli.local_stripe.core.errors import invalid, missing_param
from stripe_billing_cli.local_stripe.core.metadata import new_metadata
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object

INTENT_FIELDS = (
    "description",
    "receipt_email",
    "setup_future_usage",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "transfer_group",
)
"""What `payment_intent_data` says of the payment, as the payment intent says it."""


def pay(call: Call, session: Object, card: str | None) -> None:
    """Complete a session with a card, unless that asks for 3-D Secure first; `session` is as the customer has chosen,
    and stored. Raises the card's decline, what it left behind stays."""
    # It is a customer's cash balance that a transfer goes to.
    by_transfer = (call.store.get("payment_method", card or "") or {}).get("type") == bank_transfers.METHOD
    if session["customer"] is None and (by_transfer or needs_customer(session)):
        session = _create_customer(call, session)
    elif session["customer"] is not None:
        _update_customer(call, session)
    if session["mode"] == "setup":
        setup = objects.get_known(call, "setup_intent", session["setup_intent"])
        _set_up(call, session, {**setup, "customer": session["customer"]}, card)
    elif session["amount_total"] > 0:
        (_pay_once if session["mode"] == "payment" else _subscribe)(call, session, _prepare_card(call, session, card))
    elif session["mode"] == "payment":
        redemption.redeem(call, session, session["customer"])
        completion.finish(call, session, payment_status="no_payment_required")
    elif session["payment_method_collection"] == "if_required":
        completion.begin_subscription(call, session, None)
    else:
        _keep_card(call, session, card)


def intents(call: Call, session: Object) -> list[Object]:
    """Return the intents by which the customer has begun to pay, or to set up a card."""
    subscription = call.store.get("subscription", session.get("_subscription") or "") or {}
    invoice = call.store.get("invoice", subscription.get("latest_invoice") or "")
    intents_by_field = [invoices.intent_of(call, invoice) if invoice else None]
    intents_by_field.append(call.store.get("payment_intent", session["payment_intent"] or ""))
    intents_by_field += [
        call.store.get("setup_intent", session.get(name) or "") for name in ("setup_intent", "_setup_intent")
    ]
    return [intent for intent in intents_by_field if intent is not None]


def needs_customer(session: Object) -> bool:
    """Return whether a session cannot be completed without a customer (`customer_creation` in
    `stripe/checkout/_session.py`; a payment of nothing: https://docs.stripe.com/payments/checkout/no-cost-orders)."""
    return (
        session["mode"] == "subscription"
        or session["customer_creation"] == "always"
        or session["amount_total"] == 0
        or bool((session["invoice_creation"] or {}).get("enabled"))
    )


def _create_customer(call: Call, session: Object) -> Object:
    """Return the session with a new customer, who is who has entered their email at the page."""
    details = session["customer_details"]
    shipping = session["collected_information"]["shipping_details"]
    customer = customers.new(
        call,
        {
            "address": details["address"],
            "business_name": details["business_name"],
            "email": details["email"],
            "individual_name": details["individual_name"],
            "name": details["name"],
            "phone": details["phone"],
            "shipping": shipping,
        },
    )
    objects.insert(call, "customer", customer)
    _keep_tax_ids(call, customer, session)
    return sessions.amend(call, session, customer=customer["id"])


def _update_customer(call: Call, session: Object) -> None:
    """Let the customer have the email that was missing, and what `customer_update` says."""
    before = customers.find(call, session["customer"])
    details, update = session["customer_details"], session["_customer_update"]
    shipping = session["collected_information"]["shipping_details"]
    after = {**before, "email": before["email"] or details["email"]}
    for name in ("address", "name"):
        if update.get(name) == "auto" and details[name] is not None:
            after[name] = details[name]
    if update.get("shipping") == "auto" and shipping is not None:
        after["shipping"] = customers.shipping_of(shipping)
    customers.save(call, before, after)
    _keep_tax_ids(call, after, session)


def _keep_tax_ids(call: Call, customer: Object, session: Object) -> None:
    """Let the customer have the tax ids that were entered (https://docs.stripe.com/tax/checkout/tax-ids)."""
    own_ids = {(one["type"], one["value"]) for one in tax_ids.list_for_invoice(call, customer["id"])}
    for one in session["customer_details"]["tax_ids"] or ():
        if (one["type"], one["value"]) not in own_ids:
            tax_ids.add(call, customer["id"], one, "tax_id[value]")


def _prepare_card(call: Call, session: Object, card: str | None) -> Object:
    """Return the card that pays, with who its holder is as entered at the page."""
    if card is None:
        raise missing_param("payment_method")
    method = payment_methods.find(call, card, "payment_method")
    if method["type"] not in payment_methods.OF_INTENTS or method["type"] not in session["payment_method_types"]:
        raise invalid("This payment method cannot pay here.", "payment_method")
    if method["type"] == "card" and method_options.is_blocked(session, method["card"]):
        raise invalid("Cards of this kind are not accepted here.", "payment_method")
    if method["customer"] is not None:
        return method
    holder = session["customer_details"] or {}
    details = {
        **method["billing_details"],
        "address": holder.get("address") or method["billing_details"]["address"],
        **{name: holder.get(name) for name in ("email", "name", "phone")},
    }
    redisplay = session.get("_payment_method_data", {}).get("allow_redisplay")
    default_redisplay = "limited" if session["mode"] != "payment" else method["allow_redisplay"]
    after = {**method, "allow_redisplay": redisplay or default_redisplay, "billing_details": details}
    call.store.replace("payment_method", after)
    return after


def _pay_once(call: Call, session: Object, method: Object) -> None:
    before = call.store.get("payment_intent", session["payment_intent"] or "")
    intent = before or _new_intent(call, session)
    changes = {"amount": session["amount_total"], "customer": session["customer"]}
    if session["payment_intent"] is None:
        sessions.amend(call, session, payment_intent=intent["id"])
    _check_paid(call, payment_intents.attempt(call, {**intent, **changes}, method, off_session=False))


def _new_intent(call: Call, session: Object) -> Object:
    data: Mapping[str, Any] = session["_payment_intent_data"]
    entered_shipping = session["collected_information"]["shipping_details"]
    shipping = data.get("shipping") or entered_shipping
    return payment_intents.create_intent(
        call,
        amount=session["amount_total"],
        currency=session["currency"],
        customer=session["customer"],
        capture_method=data.get("capture_method", "automatic_async"),
        metadata=new_metadata(data),
        payment_method_options=method_options.of_payment_by(session),
        payment_method_types=session["payment_method_types"],
        shipping=payment_intents.shipping_of(shipping) if shipping else None,
        _mandate=mandates.BY_CUSTOMER,
        **{name: data[name] for name in INTENT_FIELDS if data.get(name) is not None},
    )


def _check_paid(call: Call, intent: Object) -> None:
    """Raise the decline of a payment."""
    if intent["last_payment_error"] is not None:
        raise intent_errors.card_error(call, intent).keep_effects()


def _subscribe(call: Call, session: Object, method: Object) -> None:
    """Pay the first invoice of the subscription, which is made by the first attempt, and `incomplete` until then."""
    session, invoice = new_subscription.to_be_paid(call, session)
    intent = invoices.intent_of(call, invoice)
    if intent is None:
        completion.paid_by_balance(call, session, invoice, method)
        return
    attempt = {**collection.allow(call, intent, method), "_mandate": mandates.BY_CUSTOMER}
    after = payment_intents.attempt(call, attempt, method, off_session=False, invoice=True)
    collection.record_attempt(call, invoice, after, automatic=False)
    _check_paid(call, after)


def _keep_card(call: Call, session: Object, card: str | None) -> None:
    """Set the card up where nothing is due today, and then begin the subscription."""
    before = call.store.get("setup_intent", session["_setup_intent"] or "")
    setup = before or setup_intents.create_setup(
        call, customer=session["customer"], **method_options.of_setup_by(session)
    )
    if before is None:
        session = sessions.amend(call, session, _setup_intent=setup["id"])
    _set_up(call, session, setup, card)


def _set_up(call: Call, session: Object, setup: Object, card: str | None) -> None:
    after = setup_intents.attempt(call, setup, _prepare_card(call, session, card))
    if after["last_setup_error"] is not None:
        raise intent_errors.card_error(call, after).keep_effects()
