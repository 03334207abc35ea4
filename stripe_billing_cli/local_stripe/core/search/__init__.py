"""Search in Stripe's query language (https://docs.stripe.com/search), as resources declare it."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.core.search.fields import Kind, SearchField
from stripe_billing_cli.local_stripe.core.search.searchable import Searchable

__all__ = ["Kind", "SearchField", "Searchable"]
