"""Answers of Stripe's completed and checked by `objects/`, at the one place through which they come.

What may be absent and is becomes None, so that whoever reads a field that is declared need not ask whether it is
there. What may not be absent is refused. Nothing is taken away: fields, objects, event types and words that are not
known here pass through as they are.
"""

from __future__ import annotations

import copy
import types
import typing
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Union, get_args, get_origin

from stripe_billing_cli.stripe_api.errors import IncompleteAnswerError
from stripe_billing_cli.stripe_api.objects.common import Page
from stripe_billing_cli.stripe_api.objects.events import Event
from stripe_billing_cli.stripe_api.objects.registry import OBJECTS


@dataclass(frozen=True)
class FieldShape:
    """The shape of a field: null, scalars of these types, an object with `fields`, a list or a hash.

    `fields` are those of an object, `elements` what a list has, `values` what a hash has, where they are declared.
    """

    nullable: bool = False
    scalars: tuple[type, ...] = ()
    fields: Fields | None = None
    elements: FieldShape | None = None
    values: FieldShape | None = None
    any_value: bool = False

    def describe(self) -> str:
        """Return the types in words, for an error."""
        names = [WORDS[kind] for kind in self.scalars if kind is not int or float not in self.scalars]
        names += ["an object"] * (self.fields is not None or self.values is not None)
        names += ["a list"] * (self.elements is not None)
        return " or ".join(names)


Fields = tuple[tuple[str, FieldShape], ...]
WORDS: dict[type, str] = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}


class _FieldError(Exception):
    """A field that is not as it must be. `path` leads to it from `holder`, the innermost object that has a name."""

    def __init__(self, path: str, trouble: str) -> None:
        self.path = path
        self.trouble = trouble
        self.holder: dict[str, Any] | None = None
        super().__init__(path)


def complete(
    answer: Any, request_id: str | None, *, kinds: Collection[str] = (), element_kinds: Collection[str] = ()
) -> Any:
    """Return the answer, completed in place. Raises `IncompleteAnswerError`.

    `kinds` is what its `object` may say, and `element_kinds` what the `object` of each element of a list may say;
    empty: anything.
    """
    try:
        _complete_answer(answer, kinds, element_kinds)
    except _FieldError as error:
        raise IncompleteAnswerError(_message(error), request_id=request_id) from None
    return answer


def complete_event(event: Mapping[str, Any]) -> Event:
    """Return a copy of an event of Stripe's in which every declared field can be read, of its object too.

    Events are passed on as they came: what is kept of them is Stripe's own text. Their objects have the shape of the
    API version in which they were made, so nothing is required of those. Raises `IncompleteAnswerError`.
    """
    copy_of_event: Any = copy.deepcopy(event)
    try:
        _complete_object(copy_of_event, _fields(Event))
    except _FieldError as error:
        raise IncompleteAnswerError(_message(error)) from None
    target = copy_of_event["data"]["object"]
    if target.get("object") in OBJECTS:
        _fill(target, fields_of(OBJECTS[target["object"]]))
    return copy_of_event  # type: ignore[no-any-return]  # it has all that `Event` declares


def fields_of(object_type: Any) -> Fields:
    """Return the fields that an object is declared with, by name."""
    return _fields(object_type)


def names_of(object_type: Any) -> tuple[str, ...]:
    """Return the words that the `object` of an answer of this type may say: `Customer` → `customer`."""
    return tuple(name for name, declared_type in OBJECTS.items() if declared_type is object_type)


def _complete_answer(answer: Any, kinds: Collection[str], element_kinds: Collection[str]) -> None:
    if not isinstance(answer, dict):
        raise _FieldError("object", "is missing")
    kind = answer.get("object")
    if kind == "list" or (kind is None and isinstance(answer.get("data"), list)):
        _complete_list(answer, element_kinds, v2=kind is None)
    elif not isinstance(kind, str):
        raise _FieldError("object", "is missing")
    elif kinds and kind not in kinds:
        raise _FieldError("object", f"is {kind}, where {' or '.join(kinds)} is expected")
    elif kind in OBJECTS:
        _complete_object(answer, fields_of(OBJECTS[kind]))


def _complete_list(answer: dict[str, Any], element_kinds: Collection[str], *, v2: bool) -> None:
    """Complete the objects of a page of a list. Lists of v2 have no `object` and no `has_more`
    (https://docs.stripe.com/api-v2-overview)."""
    if v2:
        answer.setdefault("next_page_url", None)
    else:
        _complete_object(answer, _fields(Page[Any]))
    for number, element in enumerate(answer["data"]):
        try:
            _complete_answer(element, element_kinds, ())
        except _FieldError as error:
            raise _within(error, answer, f"data[{number}]") from None


def _complete_object(target: dict[str, Any], fields: Fields) -> None:
    if target.get("deleted") is True:
        _fill(target, fields)
        return
    for name, shape in fields:
        value = target.get(name)
        if value is None:
            if not shape.nullable:
                raise _within(_FieldError("", "is null" if name in target else "is missing"), target, name)
            target[name] = None
        elif type(value) not in shape.scalars and not shape.any_value:
            try:
                _complete_value(value, shape)
            except _FieldError as error:
                raise _within(error, target, name) from None


def _complete_value(value: Any, shape: FieldShape) -> None:
    if isinstance(value, dict) and shape.fields is not None:
        _complete_object(value, shape.fields)
    elif isinstance(value, dict) and shape.values is not None:
        for name, inner in value.items():
            _complete_part(inner, shape.values, value, name)
    elif isinstance(value, list) and shape.elements is not None:
        for number, inner in enumerate(value):
            _complete_part(inner, shape.elements, None, f"[{number}]")
    else:
        raise _FieldError("", f"is {_value_text(value)}, where {shape.describe()} is expected")


def _complete_part(inner: Any, shape: FieldShape, holder: dict[str, Any] | None, name: str) -> None:
    """Complete an element of a list, or a value of a hash."""
    if shape.any_value or type(inner) in shape.scalars or (inner is None and shape.nullable):
        return
    try:
        if inner is None:
            raise _FieldError("", "is null")
        _complete_value(inner, shape)
    except _FieldError as error:
        raise _within(error, holder or {}, name) from None


def _fill(target: dict[str, Any], fields: Fields) -> None:
    """Put None for every declared field that is absent, required or not."""
    for name, shape in fields:
        value = target.setdefault(name, None)
        if isinstance(value, dict) and shape.fields is not None:
            _fill(value, shape.fields)
        elif isinstance(value, list) and shape.elements is not None and shape.elements.fields is not None:
            for inner in value:
                if isinstance(inner, dict):
                    _fill(inner, shape.elements.fields)


def _within(error: _FieldError, holder: dict[str, Any], name: str) -> _FieldError:
    """Return the error as seen from `holder`, which has the trouble in its field `name`."""
    if error.holder is None:
        separator = "" if not error.path or error.path.startswith("[") else "."
        error.path = f"{name}{separator}{error.path}"
        if isinstance(holder.get("object"), str) and holder["object"] != "list":
            error.holder = holder
    return error


def _message(error: _FieldError) -> str:
    holder = error.holder or {}
    kind = str(holder.get("object", "answer")).replace("_", " ")
    id = holder.get("id")
    object_name = f"the {kind} {id}" if isinstance(id, str) else f"the {kind}"
    return f"Stripe's answer is not complete: in {object_name}, {error.path} {error.trouble}"


def _value_text(value: Any) -> str:
    match value:
        case dict():
            return "an object"
        case list():
            return "a list"
    return WORDS.get(type(value), "null")


# Declared objects, as shapes


@cache
def _fields(object_type: Any) -> Fields:
    """Return the fields of a declared object, or of a generic one for one type."""
    origin = get_origin(object_type) or object_type
    arguments = dict(zip(getattr(origin, "__parameters__", ()), get_args(object_type), strict=False))
    hints = typing.get_type_hints(origin)
    return tuple((name, _shape(_replace(hint, arguments))) for name, hint in hints.items())


def _replace(hint: Any, arguments: dict[Any, Any]) -> Any:
    """Return `list[T]` with `T` replaced."""
    if get_origin(hint) is list and get_args(hint)[0] in arguments:
        return list[arguments[get_args(hint)[0]]]  # type: ignore[misc]  # a type made at run time
    return hint


@cache
def _shape(hint: Any) -> FieldShape:
    origin, arguments = get_origin(hint), get_args(hint)
    if hint is Any:
        return FieldShape(nullable=True, any_value=True)
    if hint is type(None):
        return FieldShape(nullable=True)
    if origin in (Union, types.UnionType):
        return _union([_shape(argument) for argument in arguments])
    if origin is list:
        return FieldShape(elements=_shape(arguments[0]))
    if origin is dict:
        return FieldShape(values=_shape(arguments[1]))
    if typing.is_typeddict(origin or hint):
        return FieldShape(fields=_fields(hint))
    return FieldShape(scalars=(float, int) if hint is float else (hint,))


def _union(shapes: list[FieldShape]) -> FieldShape:
    return FieldShape(
        nullable=any(shape.nullable for shape in shapes),
        scalars=tuple(kind for shape in shapes for kind in shape.scalars),
        fields=next((shape.fields for shape in shapes if shape.fields is not None), None),
        elements=next((shape.elements for shape in shapes if shape.elements is not None), None),
        values=next((shape.values for shape in shapes if shape.values is not None), None),
    )
