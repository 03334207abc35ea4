"""The route of a call, found by its method and path."""

from __future__ import annotations

from dataclasses import dataclass

from stripe_billing_cli.local_stripe.core import documented
from stripe_billing_cli.local_stripe.core.errors import not_here, unrecognized_url
from stripe_billing_cli.local_stripe.core.requests import Route, ServedApi

NOT_IDS = frozenset({"/v1/invoices/upcoming", "/v1/invoices/create_preview"})
"""Paths whose last word stands where an id would: of an earlier version of the API, and of another method."""


@dataclass(frozen=True)
class RouteMatch:
    """A route, and the ids that stand in the path of the call."""

    route: Route
    ids: tuple[str, ...]


def match(api: ServedApi, method: str, path: str) -> RouteMatch:
    """Return the route of a call. What Stripe documents and is not here is refused by name."""
    parts = path.split("/")
    for route in api.routes_at(path):
        template = route.path.split("/")
        if route.method != method or len(template) != len(parts):
            continue
        ids = [part for part, name in zip(parts, template, strict=True) if name == "{id}"]
        parts_match = all(name in (part, "{id}") for part, name in zip(parts, template, strict=True))
        if parts_match and all(ids) and not (template[-1] == "{id}" and _ends_in_a_word(method, path)):
            return RouteMatch(route, tuple(ids))
    operation = None if path in NOT_IDS else documented.operation(method, path)
    if operation is not None:
        raise not_here(f"{operation.method} {operation.path}")
    raise unrecognized_url(method, path)


def _ends_in_a_word(method: str, path: str) -> bool:
    """Return whether what stands where an id could is a word of Stripe's: a coupon may be called `search`, a price
    not."""
    if path.endswith("/search"):
        operation = documented.operation(method, path)
        return operation is not None and operation.path.endswith("/search")
    return path in NOT_IDS
