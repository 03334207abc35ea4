"""The parameters of webhook endpoints, after `stripe/params/_webhook_endpoint_{create,update,list}_params.py`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, get_args, get_origin

from stripe_billing_cli.local_stripe.core.documented_form import form
from stripe_billing_cli.local_stripe.core.errors import invalid
from stripe_billing_cli.local_stripe.core.forms import Raw
from stripe_billing_cli.local_stripe.core.parameters import ParamType, Text


@cache
def _names(parameter: str) -> tuple[str, ...]:
    """Read only once an endpoint is made or changed: the names stand in the SDK, which takes a while to load."""
    from stripe.params import _webhook_endpoint_create_params as params

    return tuple(_literals(params.WebhookEndpointCreateParams.__annotations__[parameter]))


def _literals(hint: Any) -> Iterator[str]:
    if get_origin(hint) is Literal:
        yield from get_args(hint)
    else:
        for part in get_args(hint):
            yield from _literals(part)


def event_types() -> tuple[str, ...]:
    """Return what `enabled_events` may name: `*` and every type of event."""
    return _names("enabled_events")


def api_versions() -> tuple[str, ...]:
    """Return every version that an endpoint may be pinned to."""
    return _names("api_version")


@dataclass(frozen=True)
class EventType(ParamType):
    def read(self, raw: Raw, name: str) -> str:
        text = Text().read(raw, name)
        if text not in event_types():
            raise invalid(f"Invalid {name}: must be one of {', '.join(event_types())}", name)
        return text


@dataclass(frozen=True)
class ApiVersion(ParamType):
    def read(self, raw: Raw, name: str) -> str:
        text = Text().read(raw, name)
        if text not in api_versions():
            raise invalid(f"Invalid API version: {text}", name)
        return text


@dataclass(frozen=True)
class EndpointUrl(ParamType):
    """The type of an endpoint's URL; as in Stripe's test mode, http is allowed. Stripe refuses addresses that only this
    machine can reach; the local Stripe is on this machine, and reaches them."""

    def read(self, raw: Raw, name: str) -> str:
        text = Text().read(raw, name)
        if not re.match(r"[a-z][a-z0-9+.-]*://", text, re.IGNORECASE):
            raise invalid("Invalid URL: An explicit scheme (such as https) must be provided.", name, "url_invalid")
        if not re.fullmatch(
            r"https?://(?:\[[0-9a-f:.]+\]|[^\s/?#:@\[\]\x00-\x1f\x7f]+)(?::[0-9]{1,5})?(?:[/?][^\s#\x00-\x1f\x7f]*)?",
            text,
            re.I,
        ):
            raise invalid("Invalid URL", name, "url_invalid")
        return text


CREATE = form(
    "POST /v1/webhook_endpoints",
    {"enabled_events[]": EventType(), "url": EndpointUrl(), "api_version": ApiVersion()},
)
UPDATE = form("POST /v1/webhook_endpoints/{webhook_endpoint}", {"enabled_events[]": EventType(), "url": EndpointUrl()})
