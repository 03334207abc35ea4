"""Checkout sessions (https://docs.stripe.com/api/checkout/sessions): a purchase, a subscription or a card to be kept,
at a page that the local Stripe serves."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing.checkout import sessions
from stripe_billing_cli.local_stripe.core.requests import Api
from stripe_billing_cli.local_stripe.resources.checkout_sessions import handlers, new_sessions, page_calls

API = Api((*handlers.ROUTES, *page_calls.ROUTES), {sessions.EXPIRE: handlers.expire_by_itself})
create_session = new_sessions.create

__all__ = ["API", "create_session"]
