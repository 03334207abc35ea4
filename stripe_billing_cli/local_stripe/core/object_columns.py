"""The columns beside an object in the local Stripe's file, by which lists and queries look for it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from stripe_billing_cli.local_stripe.core import schema

PLAIN = tuple(path for path in schema.COLUMNS if path.isidentifier())
NESTED_COLUMNS = tuple(tuple(re.findall(r"\w+", path)) for path in schema.COLUMNS if path not in PLAIN)
LOOKUP_KEY = PLAIN.index("lookup_key")
HASHES = frozenset((dict, list))


def columns_of(object: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return the values of the columns; an object marked `_gave_up_lookup_key` holds its lookup key no longer."""
    values = list(map(object.get, PLAIN))
    if not HASHES.isdisjoint(map(type, values)):
        values = [None if type(value) in HASHES else value for value in values]
    if object.get("_gave_up_lookup_key"):
        values[LOOKUP_KEY] = None
    values += [_at(object[path[0]], path[1:]) if path[0] in object else None for path in NESTED_COLUMNS]
    items = object.get("items")
    return (*values, len(items["data"]) if isinstance(items, dict) and "data" in items else None)


def _at(value: Any, path: Sequence[str]) -> Any:
    """Return the scalar to which names lead; None if there is none."""
    for name in path:
        if isinstance(value, dict):
            value = value.get(name)
        elif isinstance(value, list) and name.isdigit() and int(name) < len(value):
            value = value[int(name)]
        else:
            return None
    return None if isinstance(value, dict | list) else value


def created_at(object: Mapping[str, Any]) -> int:
    """Return when an object was created: an invoice item calls it `date`, a discount `start`; an object that Stripe
    answers without such a field has it as `_created`, which is not answered. Raises `LookupError`."""
    for name in ("created", "date", "start", "_created"):
        if name in object:
            return int(object[name])
    kind = object.get("object")
    raise LookupError(f"a {kind} does not say when it was created: give it `created`, or `_created` if Stripe has none")
