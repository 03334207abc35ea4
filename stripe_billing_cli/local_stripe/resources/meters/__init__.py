"""Meters and events of usage (https://docs.stripe.com/api/billing/meter)."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.core.requests import Api
from stripe_billing_cli.local_stripe.resources.meters import adjustments, handlers, meter_events

API = Api((*handlers.ROUTES, *meter_events.ROUTES, *adjustments.ROUTES))

__all__ = ["API"]
