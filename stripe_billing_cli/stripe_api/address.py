"""The address of Stripe's API."""

from __future__ import annotations

STRIPE_API_BASE = "https://api.stripe.com"
