"""Lists: newest first, by cursor, at most 100 at once (https://docs.stripe.com/api/pagination)."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence

from stripe_billing_cli.local_stripe.core.errors import invalid, no_such
from stripe_billing_cli.local_stripe.core.parameters import EXPAND, ClampedInteger, Field, Params, Text, TimestampRange
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.schema import COLUMNS
from stripe_billing_cli.local_stripe.core.store import Condition, Object

DEFAULT_LIMIT = 10
MOST_OBJECTS = 1_000_000
"""The limit of a query that has to see all objects: more than a local Stripe is made for."""
CURSOR_NOUNS = {"customer_balance_transaction": "abstracttransaction"}
"""What Stripe calls a cursor that there is not, where that is not the kind (crvouga/mockingbird's probe)."""
BOUNDS = {"": "=", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}

LIST_FIELDS = {
    "created": Field(TimestampRange()),
    "ending_before": Field(Text()),
    "expand": EXPAND,
    "limit": Field(ClampedInteger(1, 100)),
    "starting_after": Field(Text()),
}


def page(call: Call, kind: str, url: str, conditions: Sequence[Condition]) -> Object:
    """Return the page that `call` asks for. Raises `resource_missing` for a cursor that is no such object."""
    params = call.params
    limit = params.get("limit", DEFAULT_LIMIT)
    backwards = "ending_before" in params
    restrictions = [*conditions, *timestamp_range("created", params.get("created"))]
    restrictions += _cursor(call, kind, "starting_after", "<")
    restrictions += _cursor(call, kind, "ending_before", ">")
    _check_one_cursor(params)
    rows = call.store.select(kind, restrictions, newest_first=not backwards, limit=limit + 1)
    objects = rows[:limit]
    return list_object(objects[::-1] if backwards else objects, len(rows) > limit, url)


def page_of(call: Call, objects: Sequence[Object], url: str, noun: str) -> Object:
    """Return the page that `call` asks for of objects that are stored within another one, in their order there.

    Raises `resource_missing` for a cursor that is none of them, which are called `noun`.
    """
    params = call.params
    places = {object["id"]: place for place, object in enumerate(objects)}
    for name in ("starting_after", "ending_before"):
        if name in params and params[name] not in places:
            raise no_such(noun, params[name], name)
    _check_one_cursor(params)
    limit = params.get("limit", DEFAULT_LIMIT)
    if "ending_before" in params:
        end = places[params["ending_before"]]
        start = max(0, end - limit)
        return list_object(objects[start:end], start > 0, url)
    start = places[params["starting_after"]] + 1 if "starting_after" in params else 0
    return list_object(objects[start : start + limit], start + limit < len(objects), url)


def _check_one_cursor(params: Params) -> None:
    """Raise where a list has two cursors; a cursor that is no object is reported first (recorded)."""
    if "starting_after" in params and "ending_before" in params:
        raise invalid("Received both starting_after and ending_before parameters. Please pass in only one.")


def list_object(objects: Sequence[Object], has_more: bool, url: str) -> Object:
    """Return a list as Stripe answers it (recorded: without `total_count`)."""
    return {"object": "list", "data": list(objects), "has_more": has_more, "url": url}


def _cursor(call: Call, kind: str, name: str, side: str) -> list[Condition]:
    id = call.params.get(name)
    if id is None:
        return []
    position = call.store.position(kind, id)
    if position is None:
        raise no_such(CURSOR_NOUNS.get(kind, kind), id, name)
    return [Condition(f"(created, seq) {side} (?, ?)", position)]


def timestamp_range(expression: str, bounds: dict[str, int] | None) -> list[Condition]:
    """Return the restriction by a time that `TimestampRange` reads."""
    return [Condition(f"{expression} {BOUNDS[bound_name]} ?", (value,)) for bound_name, value in (bounds or {}).items()]


def is_within(time: int, bounds: dict[str, int] | None) -> bool:
    """Return whether a time is within what `TimestampRange` reads."""
    compare = {"": operator.eq, "gt": operator.gt, "gte": operator.ge, "lt": operator.lt, "lte": operator.le}
    return all(compare[name](time, value) for name, value in (bounds or {}).items())


def equal(expression: str, value: object) -> list[Condition]:
    """Return the restriction that `expression` is this value; none for None."""
    return [] if value is None else [Condition(f"{expression} = ?", (value,))]


def all_with(call: Call, kind: str, field: str, value: object) -> list[Object]:
    """Return all objects of a kind whose field has this value, oldest first."""
    return call.store.select(kind, equal(json_field(field), value), newest_first=False, limit=MOST_OBJECTS)


def naming_condition(call: Call, name: str, *, field: str = "") -> list[Condition]:
    """Return the restriction to what names, in `field`, the object that the filter `name` asks for.

    The field is called as the filter unless given. Raises `resource_missing` where there is no such object.
    """
    check_named(call, name)
    return equal(json_field(field or name), call.params.get(name))


def filter_conditions(
    call: Call, filters: str, *, reference_filters: str = "", fields: Mapping[str, str] | None = None
) -> list[Condition]:
    """Return the restrictions by filters that a call may have; their names, with blanks between.

    `reference_filters`: further filters, which are ids of other objects. `fields`: the fields that filters of other
    names restrict. Raises `resource_missing` where an object that is named is not there.
    """
    of = fields or {}
    conditions = [
        condition
        for name in reference_filters.split()
        for condition in naming_condition(call, name, field=of.get(name, ""))
    ]
    for name in filters.split():
        conditions += equal(json_field(of.get(name, name)), call.params.get(name))
    return conditions


def list_handler(
    kind: str, url: str, filters: str = "", *, reference_filters: str = "", fields: Mapping[str, str] | None = None
) -> Callable[[Call], Object]:
    """Return the handler of a list of all objects of a kind, by filters as `filter_conditions` takes them."""
    return lambda call: page(
        call, kind, url, filter_conditions(call, filters, reference_filters=reference_filters, fields=fields)
    )


def check_named(call: Call, name: str, kind: str = "", noun: str = "") -> None:
    """Raise `resource_missing` where the filter `name` asks for an object that there is not.

    Recorded of customers and payouts. What names a deleted customer is still listed. The object's kind and noun
    are the filter's name unless given.
    """
    id = call.params.get(name)
    if id is not None and call.store.get(kind or name, id) is None:
        raise no_such(noun or kind or name, id, name)


def one_of(expression: str, values: Sequence[str] | None) -> list[Condition]:
    if values is None:
        return []
    return [Condition(f"{expression} IN ({', '.join('?' * len(values))})", tuple(values))]


def json_field(path: str) -> str:
    """Return a field of the object as SQL, by its column where it has one: `customer`, `recurring.interval`."""
    return COLUMNS.get(path) or f"json_extract(body, '$.{path}')"
