"""The environment of commands that events run: ids for scripts, and none of this program's secrets."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from stripe_billing_cli.events.access_events import ANNOUNCED, GRANTED
from stripe_billing_cli.events.event import Event
from stripe_billing_cli.events.store import Delivery
from stripe_billing_cli.stripe_api.errors import SECRET

USUAL = frozenset({"PATH", "HOME", "LANG", "TZ", "TMPDIR"})
KEPT_BACK = frozenset({"BILLING_ACCESS_TOKEN", "BILLING_FORWARD_SECRET", "BILLING_STORE"})
"""The variables that no command gets, besides whatever holds a key or a secret of Stripe's."""


def environment(
    event: Event, delivery: Delivery, variables: Mapping[str, str], passed_on: Collection[str] = ()
) -> dict[str, str]:
    """Return a command's environment; it gets the `passed_on` that the user named, whatever they hold."""
    return {**_usual(variables, passed_on), **_ids(event, delivery), **_access(event)}


def _usual(variables: Mapping[str, str], passed_on: Collection[str]) -> dict[str, str]:
    return {name: value for name, value in variables.items() if name in passed_on or _is_usual(name, value)}


def _is_usual(name: str, value: str) -> bool:
    if name.startswith("BILLING_"):
        return name not in KEPT_BACK and not name.startswith("BILLING_EVENT_") and not SECRET.search(value)
    return name in USUAL or name.startswith("LC_")


def _ids(event: Event, delivery: Delivery) -> dict[str, str]:
    return {
        "BILLING_EVENT_ID": event.id,
        "BILLING_EVENT_TYPE": event.type,
        "BILLING_EVENT_CREATED": str(event.created),
        "BILLING_EVENT_OBJECT": event.object or "",
        "BILLING_EVENT_OBJECT_ID": event.object_id or "",
        "BILLING_EVENT_CUSTOMER": event.customer or "",
        "BILLING_EVENT_LIVEMODE": "true" if event.livemode else "false",
        "BILLING_EVENT_ATTEMPT": str(delivery.attempts),
    }


def _access(event: Event) -> dict[str, str]:
    """Return the variables of an announcement of access: enough for a script of a few lines."""
    if event.type not in ANNOUNCED:
        return {}
    about = event.body()["data"]["object"]
    return {
        "BILLING_EVENT_ACCESS": "granted" if event.type == GRANTED else "revoked",
        "BILLING_EVENT_ACCESS_KIND": about["kind"],
        "BILLING_EVENT_ACCESS_KEY": about["key"],
    }
