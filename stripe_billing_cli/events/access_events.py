"""Changes of access as events of this program's own, for handlers: `access.granted` and `access.revoked`.

They are written in the same transaction as the change, each with an id of its own, so that they too are handled once.
`access.check` asks for a customer's access to be decided again: what is due by time alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from stripe_billing_cli.events.event import Event, from_body
from stripe_billing_cli.events.store import Access, AccessChange

GRANTED, REVOKED, CHECK = "access.granted", "access.revoked", "access.check"
ANNOUNCED = (GRANTED, REVOKED)


def announcements(
    changes: Sequence[AccessChange], *, number: int, now: float, livemode: bool, cause: str | None
) -> list[Event]:
    """Return an event for each product and feature that a customer may use now and could not before, or no longer may.

    `number` is the number of the change among the customer's; `cause` the event that led to it, if one did.
    """
    return [
        _event(change, number=number, now=int(now), livemode=livemode, cause=cause)
        for change in changes
        if _is_granted(change.before) != _is_granted(change.after)
    ]


def _is_granted(row: Access | None) -> bool:
    return row is not None and row.granted


def _event(change: AccessChange, *, number: int, now: int, livemode: bool, cause: str | None) -> Event:
    row = change.after or change.before
    assert row is not None
    is_granted = _is_granted(change.after)
    about = {**asdict(row), "granted": is_granted}
    if change.after is None:
        about |= {"since": now, "until": None, "reason": "Stripe does not list it any more"}
    before = None if change.before is None else asdict(change.before)
    return from_body(
        _body(
            id=f"evt_access_{_digest(row.customer, row.kind, row.key, number)}",
            type=GRANTED if is_granted else REVOKED,
            now=now,
            livemode=livemode,
            about=about,
            extra={
                "previous_attributes": {name: value for name, value in (before or {}).items() if about[name] != value}
            },
            cause=cause,
        ),
        source="program",
    )


def check_event(customer: str, until: int, now: float, livemode: bool) -> Event:
    """Return the event that says that `until` has come for a customer: one for each customer and moment."""
    about = {"customer": customer, "until": until}
    body = _body(
        id=f"evt_check_{_digest(customer, until)}",
        type=CHECK,
        now=int(now),
        livemode=livemode,
        about=about,
        extra={},
        cause=None,
    )
    return from_body(body, source="program")


def _body(
    *,
    id: str,
    type: str,
    now: int,
    livemode: bool,
    about: Mapping[str, object],
    extra: Mapping[str, object],
    cause: str | None,
) -> dict[str, Any]:
    """Return a body in the form of Stripe's events; `cause` takes the place of the request."""
    return {
        "id": id,
        "object": "event",
        "api_version": None,
        "created": now,
        "data": {"object": {"object": "access", **about}, **extra},
        "livemode": livemode,
        "type": type,
        "cause": cause,
    }


def _digest(*parts: object) -> str:
    return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()[:24]
