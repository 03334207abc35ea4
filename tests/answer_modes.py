"""Other legal ways to say what the local Stripe answers, put between it and `billing`.

The local Stripe always sends every key that Stripe was recorded to send. Another server, or another version of Stripe,
need not: Stripe's OpenAPI document requires no key whose value may be null (of 6,851 properties none is both), and
"we may add" is Stripe's word for fields, values of enums, types of events and of objects
(https://docs.stripe.com/upgrades#what-changes-does-stripe-consider-to-be-backward-compatible).

    pytest --answers=without-nulls      every key that is null is left out
    pytest --answers=with-additions     every object has fields that nobody knows, lists of events an event
    pytest --answers=otherwise          both at once
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import stripe

Rewrite = Callable[[Any, str], Any]
FREE = frozenset({"metadata", "previous_attributes"})
"""Hashes whose keys are not the document's: the user's own, and what changed, where null is a value."""
BY_CURRENCY = "currency_options"
UNKNOWN: Mapping[str, Any] = {
    "x_new_field": "new",
    "x_new_null": None,
    "x_new_object": {"id": "gal_1", "object": "galaxy", "spiral": True},
    "x_new_list": {"object": "list", "data": [{"id": "gal_1", "object": "galaxy"}], "has_more": False, "url": "/x"},
}
NEW_WORDS: Mapping[str, Mapping[str, str]] = {
    "customer": {"tax_exempt": "partly"},
    "payment_intent": {"capture_method": "automatic_later"},
    "payment_method": {"allow_redisplay": "on_request"},
    "price": {"type": "occasional"},
    "product": {"type": "experience"},
    "setup_intent": {"usage": "in_space"},
}
"""Values of enums that no command shows; what those make of new words has tests of its own."""


class AnswerModeTransport(stripe.HTTPClient):
    """A transport whose answers are said in another way. Errors are left as they are."""

    name = "answer-mode"

    def __init__(self, inner: stripe.HTTPClient, rewrite: Rewrite) -> None:
        super().__init__()
        self._inner = inner
        self._rewrite = rewrite

    def request(self, method: str, url: str, headers: Any, post_data: Any = None, **_: Any) -> Any:
        body, status, answer_headers = self._inner.request(method, url, headers, post_data)
        return (rewritten(body, url, self._rewrite) if status < 400 else body), status, answer_headers

    def close(self) -> None:
        self._inner.close()  # type: ignore[no-untyped-call]


def rewritten(body: Any, url: str, rewrite: Rewrite) -> Any:
    """Return the body of an answer in another way; half a body stays half."""
    try:
        return json.dumps(rewrite(json.loads(body), url))
    except ValueError:
        return body


def without_nulls(answer: Any, url: str) -> Any:
    """Leave out every key that Stripe's OpenAPI document does not require: those whose value is null."""
    if isinstance(answer, list):
        return [without_nulls(element, url) for element in answer]
    if not isinstance(answer, dict):
        return answer
    return {
        name: value if name in FREE else without_nulls(value, url)
        for name, value in answer.items()
        if value is not None
    }


def with_additions(answer: Any, url: str) -> Any:
    """Add what Stripe may add at any time."""
    parts = urlsplit(url)
    if parts.path == "/v1/events" and "type" not in parts.query:
        answer = {**answer, "data": _with_event(answer["data"])}
    return _with_fields(answer)


def _with_event(events: list[Any]) -> list[Any]:
    """Put an event of a type and about an object that nobody knows between others, where no cursor points to it."""
    if len(events) < 2:
        return events
    event = {
        **events[1],
        "id": f"{events[1]['id']}x",
        "type": "galaxy.formed",
        "data": {"object": {"id": "gal_1", "object": "galaxy"}},
    }
    return [events[0], event, *events[1:]]


def _with_fields(answer: Any) -> Any:
    if isinstance(answer, list):
        return [_with_fields(element) for element in answer]
    if not isinstance(answer, dict):
        return answer
    fields = {
        name: value if name in FREE else _with_fields(value) for name, value in answer.items() if name != BY_CURRENCY
    }
    if BY_CURRENCY in answer:
        options = answer[BY_CURRENCY]
        fields[BY_CURRENCY] = options and {currency: _with_fields(option) for currency, option in options.items()}
    return {**fields, **NEW_WORDS.get(str(answer.get("object")), {}), **UNKNOWN}


def otherwise(answer: Any, url: str) -> Any:
    """Leave out the nulls of Stripe's, and add what Stripe may add, null or not."""
    return with_additions(without_nulls(answer, url), url)


MODES: Mapping[str, Rewrite] = {
    "without-nulls": without_nulls,
    "with-additions": with_additions,
    "otherwise": otherwise,
}
