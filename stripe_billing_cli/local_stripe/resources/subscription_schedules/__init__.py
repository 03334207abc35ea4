"""Subscription schedules (https://docs.stripe.com/api/subscription_schedules)."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.core.requests import Api
from stripe_billing_cli.local_stripe.resources.subscription_schedules import handlers
from stripe_billing_cli.local_stripe.resources.subscription_schedules.handlers import create as create_schedule
from stripe_billing_cli.local_stripe.resources.subscription_schedules.handlers import update as update_schedule

API = Api(handlers.ROUTES)

__all__ = ["API", "create_schedule", "update_schedule"]
