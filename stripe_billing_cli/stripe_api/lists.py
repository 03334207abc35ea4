"""Customers and subscriptions, page by page as Stripe gives them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain, islice
from typing import Any

from stripe_billing_cli.stripe_api import json_output
from stripe_billing_cli.stripe_api.client import PAGE, StripeApi
from stripe_billing_cli.stripe_api.errors import PermissionMissingError
from stripe_billing_cli.stripe_api.objects.common import Kind
from stripe_billing_cli.stripe_api.objects.subscriptions import Subscription


def objects(
    api: StripeApi, path: str, params: Mapping[str, Any], limit: int | None, *, kind: type[Kind]
) -> Iterator[Kind]:
    """Yield the objects of a list, newest first; a page is asked for only when the one before it is used up. `limit`
    None: all."""
    page_size = PAGE if limit is None else min(limit, PAGE)
    all_objects = (one for page in api.pages(path, {**params, "limit": page_size}, kind=kind) for one in page)
    return islice(all_objects, limit)


def subscriptions(api: StripeApi, params: Mapping[str, Any], limit: int | None) -> Iterator[Subscription]:
    """Yield subscriptions with their customers whole; with the customers' ids where the key may not read customers."""
    path = "/v1/subscriptions"
    rows = objects(api, path, {**params, "expand": ["data.customer"]}, limit, kind=Subscription)
    try:
        first = list(islice(rows, 1))
    except PermissionMissingError:
        return objects(api, path, params, limit, kind=Subscription)
    return chain(first, rows)


def record(subscription: Subscription) -> dict[str, Any]:
    """Return a subscription of a list as it is printed."""
    customer = subscription["customer"]
    email = None if isinstance(customer, str) else customer["email"]
    return {**json_output.subscription(subscription), "customer_email": email}
