"""Types of events by name and pattern: an endpoint of Stripe's takes whole names only, or `*` for all."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from functools import cache
from typing import Any, Literal, get_args, get_origin

from stripe_billing_cli.webhook_endpoints.endpoint import EndpointError

ACTED_ON = (
    "charge.dispute.*",
    "customer.deleted",
    "customer.subscription.*",
    "entitlements.*",
    "invoice.*",
    "test_helpers.test_clock.ready",
)
"""What decides on access: the events of an endpoint that is made without `--events`."""


@cache
def known_types() -> tuple[str, ...]:
    """Return every type that an endpoint may name at the API version of the SDK, `*` left out."""
    from stripe.params import _webhook_endpoint_create_params as params

    hint = params.WebhookEndpointCreateParams.__annotations__["enabled_events"]
    return tuple(sorted(name for name in _literals(hint) if name != "*"))


@cache
def known_versions() -> tuple[str, ...]:
    """Return every API version that an endpoint may name, oldest first, as far as the SDK knows them."""
    from stripe.params import _webhook_endpoint_create_params as params

    return tuple(sorted(_literals(params.WebhookEndpointCreateParams.__annotations__["api_version"])))


def _literals(hint: Any) -> Iterator[str]:
    if get_origin(hint) is Literal:
        yield from get_args(hint)
    else:
        for part in get_args(hint):
            yield from _literals(part)


def expand(patterns: Sequence[str]) -> tuple[str, ...]:
    """Return the types that names and patterns (`invoice.*`) mean, sorted; `*` alone stays as it is.

    Raises `EndpointError` for one that means no event.
    """
    if "*" in patterns:
        return ("*",)
    types = known_types()
    names: set[str] = set()
    for pattern in patterns:
        matches = [name for name in types if fnmatchcase(name, pattern)]
        if not matches:
            raise EndpointError(f"there is no event {pattern}", _nearest(pattern, types))
        names.update(matches)
    return tuple(sorted(names))


def unheard_of(patterns: Sequence[str]) -> dict[str, str]:
    """Return the names that mean no event of the SDK's version, nor one of this program's, each with a hint.

    Thin events (v1.…, v2.…) have types of their own, which are not listed there.
    """
    from stripe_billing_cli.events.access_events import ANNOUNCED

    types = (*known_types(), *ANNOUNCED)
    return {
        pattern: _nearest(pattern, types)
        for pattern in patterns
        if not pattern.startswith(("v1.", "v2.")) and not any(fnmatchcase(name, pattern) for name in types)
    }


def _nearest(pattern: str, types: Sequence[str]) -> str:
    similar_types = difflib.get_close_matches(pattern, types, n=3)
    if similar_types:
        return f"did you mean {' or '.join(similar_types)}?"
    return "name types as in https://docs.stripe.com/api/events/types; invoice.* means all that begin with invoice."
