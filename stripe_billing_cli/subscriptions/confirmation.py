"""The confirmation of a new subscription by its customer: a first payment, or a card; and what is due when.

Where something is due, the customer pays the first invoice on its hosted page, within 23 hours; then the subscription
expires (https://docs.stripe.com/billing/subscriptions/overview#incomplete).

Where nothing is due yet (a trial, a coupon), there is no invoice to pay, only a pending setup intent, and no page of
Stripe's that confirms one. Of Stripe's pages that collect a card we take the portal's payment method page: the card
becomes the customer's default, which renewals are charged to, by itself. A Checkout session in setup mode attaches the
card and makes it nobody's default (https://docs.stripe.com/payments/checkout/subscriptions/update-payment-details):
without a program that finishes the work, the first renewal would fail.
A portal link expires within minutes, but since API version 2026-10-28 who follows it later may log in by email
(`after_expiration` in `stripe/params/billing_portal/_session_create_params.py`): until the card is needed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from stripe_billing_cli.customers import portal
from stripe_billing_cli.stripe_api import json_output
from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.errors import StripeCallError
from stripe_billing_cli.stripe_api.lookup import has_ended
from stripe_billing_cli.stripe_api.objects.customers import Customer
from stripe_billing_cli.stripe_api.objects.invoices import Invoice
from stripe_billing_cli.stripe_api.objects.subscriptions import Subscription
from stripe_billing_cli.stripe_api.references import require_expanded
from stripe_billing_cli.subscriptions import draft_invoice

HOURS_TO_PAY = 23
WAITING = ("requires_payment_method", "requires_confirmation", "requires_action")


@dataclass(frozen=True)
class Confirmation:
    """The action that a new subscription needs from its customer. `secret` is for a payment page of one's own; `url` is
    Stripe's page; `expires_at` is null where it has no end.

    `collects`: "payment", "card", "invoice" (sent by email), or None where the customer need not do anything.
    `trouble` says why there is no link where there should be one.
    """

    collects: str | None = None
    secret: str | None = None
    url: str | None = None
    expires_at: int | None = None
    trouble: str | None = None


def load_confirmation(api: StripeApi, subscription: Subscription, customer: Customer) -> Confirmation:
    """Return the confirmation that is needed of the customer, with a new portal link where that needs one."""
    invoice = require_expanded(subscription["latest_invoice"])
    if subscription["collection_method"] == "send_invoice":
        return Confirmation("invoice", None, invoice and invoice["hosted_invoice_url"])
    if invoice and invoice["status"] == "open" and not has_ended(subscription):
        secret = invoice["confirmation_secret"]["client_secret"] if invoice["confirmation_secret"] else None
        first = subscription["status"] == "incomplete"
        until = subscription["created"] + HOURS_TO_PAY * 3600 if first else None
        return Confirmation("payment", secret, invoice["hosted_invoice_url"], until)
    setup = require_expanded(subscription["pending_setup_intent"])
    if setup is None or setup["status"] not in WAITING or has_ended(subscription):
        return Confirmation()
    card_needed_at = subscription["trial_end"] or min(
        item["current_period_end"] for item in subscription["items"]["data"]
    )
    return _card_link(api, customer, setup["client_secret"], card_needed_at)


def _card_link(api: StripeApi, customer: Customer, secret: str | None, card_needed_at: int) -> Confirmation:
    """Return the confirmation by a link of the customer portal. Without an email the customer cannot log in, and the
    link has only the minutes that Stripe gives it."""
    until = card_needed_at if customer["email"] else None
    try:
        session = portal.create(api, customer["id"], flow="payment-method", until=until)
    except StripeCallError as failure:
        return Confirmation("card", secret, trouble=failure.message)
    return Confirmation("card", secret, session["url"], portal.record(session)["expires_at"])


def due_now(subscription: Subscription) -> int:
    """Return the amount that is due of the first invoice, in minor units."""
    invoice = require_expanded(subscription["latest_invoice"])
    return invoice["amount_remaining"] if invoice and invoice["status"] in ("draft", "open") else 0


def due_next(api: StripeApi, subscription: Subscription) -> dict[str, Any] | None:
    """Return amount and time of the next invoice by Stripe's own preview; None where there will be none, or it is
    unknown."""
    if has_ended(subscription):
        return None
    try:
        preview = api.post("/v1/invoices/create_preview", {"subscription": subscription["id"]}, kind=Invoice).body
    except StripeCallError:
        return None
    draft = draft_invoice.of_subscription(subscription)
    return json_output.upcoming_invoice(draft_invoice.preview_after(draft, preview))
