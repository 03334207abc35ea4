"""The subscription that a Checkout session in the mode `subscription` begins, as its `subscription_data` says."""

from __future__ import annotations

from dataclasses import replace

from stripe_billing_cli.local_stripe.billing import customers
from stripe_billing_cli.local_stripe.billing.catalog import inline_prices
from stripe_billing_cli.local_stripe.billing.checkout import redemption, sessions
from stripe_billing_cli.local_stripe.billing.invoicing import invoices
from stripe_billing_cli.local_stripe.billing.payments import method_options
from stripe_billing_cli.local_stripe.billing.subscriptions import (
    cancel,
    creation,
    first_invoice,
    repository,
    schedule_jobs,
)
from stripe_billing_cli.local_stripe.core import objects
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object


def to_be_paid(call: Call, session: Object) -> tuple[Object, Object]:
    """Return the session with its subscription, which is `incomplete`, and the invoice that is to be paid: those of an
    earlier attempt, as long as it asks for what the session costs now."""
    earlier = call.store.get("subscription", session["_subscription"] or "")
    if earlier is not None and earlier["status"] == "incomplete":
        invoice = objects.get_known(call, "invoice", earlier["latest_invoice"])
        if invoice["total"] == session["amount_total"]:
            return session, invoice
        cancel.end(call, earlier["id"], reason=None, status="incomplete_expired")
    subscription, draft = begin(call, session)
    assert draft is not None, "what costs something has an invoice"
    session = sessions.amend(call, session, _subscription=subscription["id"])
    invoice = invoices.finalize(call, invoices.create(call, draft))
    if invoice["status"] == "open":
        schedule_jobs.schedule_expiry(call, subscription)
    return session, invoice


def without_payment(call: Call, session: Object, card: str | None) -> Object:
    """Return a subscription for which nothing is due today; `card` is charged once something is."""
    subscription, draft = begin(call, session, card)
    if draft is not None:
        invoices.finalize(call, invoices.create(call, draft))
    if card is None:
        first_invoice.ask_for_card(call, subscription["id"], None)
    return repository.find(call, subscription["id"])


def begin(call: Call, session: Object, card: str | None = None) -> tuple[Object, Object | None]:
    """Return a new subscription, stored, and the draft of its first invoice, not stored; None where there is none."""
    customer = customers.find(call, session["customer"])
    call = replace(call, params=_parameters(call, session, card))
    subscription = {**creation.new_subscription(call, customer), "_checkout": True}
    return creation.begin(call, customer, subscription)


def _parameters(call: Call, session: Object, card: str | None) -> Object:
    """Return the session as the parameters of a call that creates a subscription."""
    items: list[Object] = []
    once_items: list[Object] = []
    for item in session["line_items"]["data"]:
        price = objects.get_known(call, "price", item["price"])
        item_data: Object = {
            "price": price["id"],
            inline_prices.INLINE: item["_inline"],
            "tax_rates": item["_tax_rates"],
        }
        if item["quantity"] is not None:
            item_data["quantity"] = item["quantity"]
        if item["metadata"]:
            item_data["metadata"] = item["metadata"]
        (once_items if price["recurring"] is None else items).append(item_data)
    data = {name: value for name, value in session["_subscription_data"].items() if value is not None}
    return {
        **data,
        "add_invoice_items": once_items,
        "automatic_tax": {"enabled": session["automatic_tax"]["enabled"]},
        "currency": session["currency"],
        "customer": session["customer"],
        "discounts": redemption.as_parameters(session),
        "items": items,
        **({"default_payment_method": card} if card else {}),
        **_payment_settings(session),
    }


def _payment_settings(session: Object) -> Object:
    """Return the settings by which the invoices of the subscription are paid as its session is."""
    three_d_secure = method_options.of_card(session).get("request_three_d_secure")
    if three_d_secure in (None, "automatic"):
        return {}
    return {"payment_settings": {"payment_method_options": {"card": {"request_three_d_secure": three_d_secure}}}}
