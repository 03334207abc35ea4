"""Nothing of an answer is read that `stripe_api/objects/` does not declare.

An answer of the local Stripe has every key, so that a read of a field which nobody declared works here and fails
where Stripe leaves it out. In tests the program gets its answers as dicts that give only what is declared.
"""

from __future__ import annotations

import sys
from typing import Any

from stripe_billing_cli.stripe_api import client, completion
from stripe_billing_cli.stripe_api.completion import Fields, FieldShape, fields_of
from stripe_billing_cli.stripe_api.objects.events import Event, ListedEvent
from stripe_billing_cli.stripe_api.objects.registry import OBJECTS

ALWAYS = frozenset({"id", "object", "deleted"})
OF_LISTS = frozenset({"data", "has_more", "url", "next_page_url"})
FREE = fields_of(ListedEvent)
"""Of events, which are kept as they come, no more is said."""


class UndeclaredReadError(BaseException):
    """Not an `Exception`, so that nothing under test takes it for trouble with Stripe and goes on."""


class DeclaredDict(dict[str, Any]):
    """An object of Stripe's, of which the program may read by name only what is declared."""

    def __init__(self, object: dict[str, Any], names: frozenset[str]) -> None:
        super().__init__(object)
        self._declared = names

    def __getitem__(self, name: str) -> Any:
        self._check(name)
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        self._check(name)
        return super().get(name, default)

    def __deepcopy__(self, memo: Any) -> Any:
        return DeclaredDict(dict(self), self._declared)

    def _check(self, name: str) -> None:
        if name in self._declared or name in ALWAYS:
            return
        reader = sys._getframe(2).f_code.co_filename
        if "stripe_billing_cli/" in reader and "/local_stripe/" not in reader:
            kind = super().get("object", "a part of an object")
            raise UndeclaredReadError(f"{reader} reads {name} of {kind}: declare it in stripe_api/objects/")


def watch() -> None:
    """Give every `StripeApi` answers of which only what is declared can be read."""
    original, original_event = client.complete, completion.complete_event

    def complete(answer: Any, request_id: str | None, **kinds: Any) -> Any:
        return _answer(original(answer, request_id, **kinds))

    def complete_event(event: dict[str, Any]) -> dict[str, Any]:
        original = original_event(event)
        object = original["data"]["object"]
        return _object({**original, "data": {**original["data"], "object": _answer(object)}}, fields_of(Event))

    client.complete = complete
    for module in [module for name, module in sys.modules.items() if name.startswith("stripe_billing_cli.")]:
        if getattr(module, "complete_event", None) is original_event:
            module.complete_event = complete_event  # type: ignore[attr-defined]


def _answer(answer: Any) -> Any:
    if not isinstance(answer, dict):
        return answer
    if isinstance(answer.get("data"), list) and answer.get("object", "list") == "list":
        return DeclaredDict({**answer, "data": [_answer(element) for element in answer["data"]]}, OF_LISTS)
    kind = answer.get("object")
    return _object(answer, fields_of(OBJECTS[kind]) if kind in OBJECTS else ())


def _object(object: dict[str, Any], fields: Fields) -> dict[str, Any]:
    if fields is FREE:
        return object
    shapes = dict(fields)
    inside = {name: _value(value, shapes[name]) if name in shapes else value for name, value in object.items()}
    return DeclaredDict(inside, frozenset(shapes))


def _value(value: Any, shape: FieldShape) -> Any:
    if isinstance(value, DeclaredDict):
        return value
    if isinstance(value, dict) and shape.fields is not None:
        return _object(value, shape.fields)
    if isinstance(value, dict) and shape.values is not None:
        return {name: _value(inner, shape.values) for name, inner in value.items()}
    if isinstance(value, list) and shape.elements is not None:
        return [_value(inner, shape.elements) for inner in value]
    return value
