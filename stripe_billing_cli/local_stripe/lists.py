"""Lists: newest first, by cursor, at most 100 at once (https://docs.stripe.com/api/pagination)."""

from __future__ import annotations

from collections.abc import Sequence

from stripe_billing_cli.local_stripe.calls import Call
from stripe_billing_cli.local_stripe.errors import invalid, no_such
from stripe_billing_cli.local_stripe.parameters import EXPAND, Clamped, Field, Moments, Params, Text
from stripe_billing_cli.local_stripe.store import Condition, Object

DEFAULT_LIMIT = 10
BOUNDS = {"": "=", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}

LIST_FIELDS = {
    "created": Field(Moments()),
    "ending_before": Field(Text()),
    "expand": EXPAND,
    "limit": Field(Clamped(1, 100)),
    "starting_after": Field(Text()),
}


def check_cursors(params: Params) -> None:
    if "starting_after" in params and "ending_before" in params:
        raise invalid("Received both starting_after and ending_before parameters. Please pass in only one.")


def page(call: Call, kind: str, url: str, conditions: Sequence[Condition]) -> Object:
    """The page that `call` asks for. Raises `resource_missing` for a cursor that is no such object."""
    params = call.params
    limit = params.get("limit", DEFAULT_LIMIT)
    backwards = "ending_before" in params
    restrictions = [*conditions, *moments("created", params.get("created"))]
    restrictions += _cursor(call, kind, "starting_after", "<")
    restrictions += _cursor(call, kind, "ending_before", ">")
    found = call.store.select(kind, restrictions, newest_first=not backwards, limit=limit + 1)
    objects = found[:limit]
    return {
        "object": "list",
        "data": objects[::-1] if backwards else objects,
        "has_more": len(found) > limit,
        "url": url,
    }


def _cursor(call: Call, kind: str, name: str, side: str) -> list[Condition]:
    id = call.params.get(name)
    if id is None:
        return []
    position = call.store.position(kind, id)
    if position is None:
        raise no_such(kind, id, name)
    return [Condition(f"(created, seq) {side} (?, ?)", position)]


def moments(expression: str, bounds: dict[str, int] | None) -> list[Condition]:
    """The restriction by a time that `Moments` read."""
    return [Condition(f"{expression} {BOUNDS[bound]} ?", (value,)) for bound, value in (bounds or {}).items()]


def equal(expression: str, value: object) -> list[Condition]:
    """`expression` is this value; no restriction for None."""
    return [] if value is None else [Condition(f"{expression} = ?", (value,))]


def one_of(expression: str, values: Sequence[str] | None) -> list[Condition]:
    if values is None:
        return []
    return [Condition(f"{expression} IN ({', '.join('?' * len(values))})", tuple(values))]


def json_field(path: str) -> str:
    """A field of the object that has no column: `recurring.interval`."""
    return f"json_extract(body, '$.{path}')"
