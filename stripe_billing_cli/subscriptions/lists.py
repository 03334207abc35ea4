"""Customers and subscriptions, page by page as Stripe gives them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from stripe_billing_cli.stripe_api.client import PAGE, Object, StripeApi


def objects(api: StripeApi, path: str, wanted: Mapping[str, Any], limit: int | None) -> Iterator[Object]:
    """Newest first; a page is asked for only when the one before it is used up. `limit` None: all."""
    page = PAGE if limit is None else min(limit, PAGE)
    found = (one for objects in api.pages(path, {**wanted, "limit": page}) for one in objects)
    return islice(found, limit)
