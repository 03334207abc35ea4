"""Stripe's form encoding, taken apart: `a[b][0][c]=1` → `{"a": {"b": {"0": {"c": "1"}}}}`.

Lists come out as hashes keyed by position, since only the parameter's type says which of the two is meant.
Besides indices (the SDKs) there are `a[]=x` and `a[][b]=x` (curl, Stripe's CLI), where a key that the
element has already starts the next one.
"""

from __future__ import annotations

import re
from typing import TypeAlias
from urllib.parse import parse_qsl

from stripe_billing_cli.local_stripe.core.errors import invalid

Raw: TypeAlias = "str | dict[str, Raw]"

NAME = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
MOST_FIELDS = 5_000
DEEPEST = 32


def decode(*texts: str) -> dict[str, Raw]:
    """Return all fields of the query and the body together. Raises `ApiError` where names contradict each other."""
    fields: dict[str, Raw] = {}
    for text in texts:
        for name, value in _pairs(text):
            if name:
                _put(fields, _parts(name), value, name)
    return fields


def _pairs(text: str) -> list[tuple[str, str]]:
    try:
        text.encode()  # bytes that are no UTF-8 come as surrogates
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except UnicodeError:
        raise invalid("Invalid UTF-8 in the request's parameters.") from None
    except ValueError:
        raise invalid(f"The request has more than {MOST_FIELDS} parameters.") from None


def _parts(name: str) -> list[str]:
    match = NAME.fullmatch(name)
    parts = [match[1], *re.findall(r"\[([^\[\]]*)\]", match[2])] if match else [name]
    if len(parts) > DEEPEST:
        raise invalid(f"Parameters are nested at most {DEEPEST} levels deep.", parts[0])
    return parts


def _put(fields: dict[str, Raw], parts: list[str], value: str, name: str) -> None:
    head, rest = parts[0], parts[1:]
    if not rest:
        fields[head or str(len(fields))] = value
        return
    inner = fields.setdefault(head or _element(fields, rest[0]), {})
    if isinstance(inner, str):
        raise invalid("Invalid object", name.split("[")[0])
    _put(inner, rest, value, name)


def _element(elements: dict[str, Raw], field: str) -> str:
    """Return the position of the element that `[][field]` belongs to."""
    last = elements.get(str(len(elements) - 1))
    full = not isinstance(last, dict) or field in last
    return str(len(elements) if full else len(elements) - 1)
