"""Subscriptions (https://docs.stripe.com/api/subscriptions)."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.core.requests import Api
from stripe_billing_cli.local_stripe.resources.subscriptions import routes
from stripe_billing_cli.local_stripe.resources.subscriptions.cancel_now import cancel as cancel_subscription
from stripe_billing_cli.local_stripe.resources.subscriptions.create import check_new
from stripe_billing_cli.local_stripe.resources.subscriptions.create import create as create_subscription
from stripe_billing_cli.local_stripe.resources.subscriptions.fields import (
    AUTOMATIC_TAX,
    BEHAVIORS,
    BILLING_MODE,
    CHANGED_ITEM,
    COLLECTION,
    CREATE,
    ITEM_REST,
    PAUSE_SETTINGS,
    PHASE_ITEM,
    PRORATIONS,
    UPDATE,
    Item,
    NowOr,
)
from stripe_billing_cli.local_stripe.resources.subscriptions.pause import check_pausable, check_resumable
from stripe_billing_cli.local_stripe.resources.subscriptions.update import check_update
from stripe_billing_cli.local_stripe.resources.subscriptions.update import update as update_subscription

API = Api(routes.ROUTES)

__all__ = [
    "API",
    "AUTOMATIC_TAX",
    "BEHAVIORS",
    "BILLING_MODE",
    "CHANGED_ITEM",
    "COLLECTION",
    "CREATE",
    "ITEM_REST",
    "PAUSE_SETTINGS",
    "PHASE_ITEM",
    "PRORATIONS",
    "UPDATE",
    "Item",
    "NowOr",
    "cancel_subscription",
    "check_new",
    "check_pausable",
    "check_resumable",
    "check_update",
    "create_subscription",
    "update_subscription",
]
