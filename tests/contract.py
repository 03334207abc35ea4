"""Every request and every answer of the test suite against the SDK's own types.

Parameters are checked against the `TypedDict`s under `stripe.params` (unknown, missing, wrong shape), answers against
the annotations of the SDK's resource classes (unknown field, wrong type), and against what is documented and recorded
of their keys (missing ones, null where Stripe has none, their order: `contract_keys`). A violation fails the test, whatever the code under test makes of it.
"""

from __future__ import annotations

import json
import re
import types
import typing
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin
from urllib.parse import urlsplit

import stripe
from stripe._error_object import ErrorObject
from stripe._object_classes import get_object_class
from stripe._request_options import RequestOptions
from stripe._stripe_object import StripeObject, UntypedStripeObject

from stripe_billing_cli.local_stripe.core.forms import decode
from tests import contract_keys
from tests.contract_names import hints_of, own_fields
from tests.contract_routes import Route, route_of


class ContractViolation(BaseException):
    """Not an `Exception`, so that nothing under test takes it for trouble with Stripe and goes on."""


READ_WHEN_DELETED = (stripe.Customer,)
"""What is still answered to a read, as deleted (https://docs.stripe.com/api/customers/retrieve)."""
ENVELOPES = {
    "list": ["object", "data", "has_more", "url"],
    "search_result": ["object", "data", "has_more", "next_page", "url"],
}
COUNTED = ("/v1/disputes", "/v1/refunds")
"""Lists that say how many there are, with `charge` (recorded)."""


class ContractTransport(stripe.HTTPClient):
    """A transport whose every call is held against the contract."""

    name = "contract"

    def __init__(self, inner: stripe.HTTPClient) -> None:
        super().__init__()
        self._inner = inner

    def request(self, method: str, url: str, headers: Any, post_data: Any = None, **_: Any) -> Any:
        parts = urlsplit(url)
        route = route_of(method, parts.path)
        params = decode(parts.query, post_data or "")
        if route:
            check_params(params, route.params, f"{method} {parts.path}")
        body, status, answer_headers = self._inner.request(method, url, headers, post_data)
        check_answer(body, status, route, f"{method} {parts.path}")
        return body, status, answer_headers

    def close(self) -> None:
        self._inner.close()  # type: ignore[no-untyped-call]


def check_answer(body: str, status: int, route: Route | None, where: str) -> None:
    try:
        answer = json.loads(body)
    except json.JSONDecodeError:
        return
    if status >= 400:
        _check_error(answer, where)
    elif route is None:
        raise ContractViolation(f"{where}: answered, and not in the contract")
    elif answer == {"id": answer.get("id"), "object": route.answer.OBJECT_NAME, "deleted": True}:
        if route.method != "delete" and route.answer not in READ_WHEN_DELETED:
            raise ContractViolation(f"{where}: deleted, and nobody asked for that")
    elif route.of_list:
        _check_envelope(answer, where)
        for number, object in enumerate(answer["data"]):
            check_whole(object, route.answer, f"{where} data[{number}]")
    else:
        check_whole(answer, route.answer, where)


def _check_envelope(answer: Any, where: str) -> None:
    keys = [name for name in answer if name != "count" or not where.endswith(COUNTED)]
    if answer["object"] == "search_result":  # there where it was asked for
        keys = [name for name in keys if name != "total_count"]
    if keys != ENVELOPES.get(answer["object"]):
        raise ContractViolation(f"{where}: not a list: {list(answer)}")


def _check_error(answer: Any, where: str) -> None:
    if set(answer) != {"error"}:
        raise ContractViolation(f"{where}: an error with {sorted(answer)}")
    names = set(ErrorObject.__annotations__)
    unknown_names = set(answer["error"]) - names
    missing_names = {"type", "message"} - set(answer["error"])
    if unknown_names or missing_names:
        raise ContractViolation(f"{where}: error with unknown {unknown_names}, without {missing_names}")
    nulls = [name for name, value in answer["error"].items() if value is None]
    if nulls:
        raise ContractViolation(f"{where}: Stripe leaves out what is null in an error: {nulls}")


# Parameters


def check_params(params: Mapping[str, Any], kind: Any, where: str) -> None:
    hints = _param_hints(kind)
    for name, value in params.items():
        if name not in hints:
            raise ContractViolation(f"{where}: {name} is not in {kind.__name__}")
        _check_param(value, hints[name], f"{where} {name}")
    missing_names = (kind.__required_keys__ & hints.keys()) - params.keys()
    if missing_names:
        raise ContractViolation(f"{where}: {kind.__name__} requires {sorted(missing_names)}")


@cache
def _param_hints(kind: Any) -> dict[str, Any]:
    options = set(RequestOptions.__annotations__)
    return {name: hint for name, hint in hints_of(kind).items() if name not in options}


def _check_param(value: Any, hint: Any, where: str) -> None:
    origin, arguments = get_origin(hint), get_args(hint)
    if hasattr(hint, "__required_keys__"):
        if not isinstance(value, dict):
            raise ContractViolation(f"{where}: {value!r} for {hint.__name__}")
        check_params(value, hint, where)
    elif origin in (Union, types.UnionType):
        _check_any(value, _closed(arguments), where)
    elif origin is list:
        _check_list_param(value, arguments[0], where)
    elif origin is dict:
        if not isinstance(value, dict):
            raise ContractViolation(f"{where}: {value!r} for a hash")
        for key, inner in value.items():
            _check_param(inner, arguments[1], f"{where}[{key}]")
    elif origin is Literal:
        if value not in arguments:
            raise ContractViolation(f"{where}: {value!r} is none of {arguments}")
    elif not _is_scalar(value, hint):
        raise ContractViolation(f"{where}: {value!r} is no {getattr(hint, '__name__', hint)}")


def _closed(options: tuple[Any, ...]) -> list[Any]:
    """Without the `str` that the SDK adds to a list of names, for those to come."""
    named = any(get_origin(option) is Literal and get_args(option) != ("",) for option in options)
    return [option for option in options if not (named and option is str)]


def _check_any(value: Any, options: list[Any], where: str) -> None:
    complaints = []
    for option in options:
        try:
            _check_param(value, option, where)
        except ContractViolation as violation:
            complaints.append(str(violation))
        else:
            return
    raise ContractViolation("; or ".join(complaints))


def _check_list_param(value: Any, item: Any, where: str) -> None:
    if not isinstance(value, dict) or set(value) != {str(number) for number in range(len(value))}:
        raise ContractViolation(f"{where}: {value!r} for a list")
    for number, inner in value.items():
        _check_param(inner, item, f"{where}[{number}]")


def _is_scalar(value: Any, hint: Any) -> bool:
    if not isinstance(value, str):
        return False
    if hint is int:
        return re.fullmatch(r"-?[0-9]+", value) is not None
    if hint is bool:
        return value in ("true", "false")
    if hint in (Decimal, float):
        try:
            return Decimal(value).is_finite()
        except InvalidOperation:
            return False
    return hint is str


# Answers


@cache
def field_hints(kind: type[StripeObject]) -> dict[str, Any]:
    """Return the types of the fields that an object itself has."""
    hints = hints_of(kind)
    return {
        name.rstrip("_"): hints[name]
        for name in own_fields(kind)
        if not name.startswith("_") and get_origin(hints[name]) is not typing.ClassVar
    }


Check = Callable[[Any], "str | None"]
"""What is wrong with a value, begun with the way to it (` name[0]: …`); None where nothing is."""


def check_whole(object: Any, kind: type[StripeObject], where: str) -> None:
    """Hold the fields of an object of Stripe's against the SDK's classes, and its keys against what is recorded."""
    wrong = _object_check(kind)(object)
    if wrong is not None:
        raise ContractViolation(where + wrong)
    name = f"deleted_{kind.OBJECT_NAME}" if object.get("deleted") else kind.OBJECT_NAME
    complaints = contract_keys.complaints(object, name, where)
    if complaints:
        raise ContractViolation("; ".join(complaints))


@cache
def _object_check(kind: type[StripeObject]) -> Check:
    checks: dict[str, Check] = {}

    def check(object: Any) -> str | None:
        if not isinstance(object, dict):
            return f": {object!r} for {kind.__name__}"
        if not checks:
            checks.update({name: _field_check(hint) for name, hint in field_hints(kind).items()})
        for name, value in object.items():
            if name in checks:
                if (wrong := checks[name](value)) is not None:
                    return f" {name}{wrong}"
            elif name not in contract_keys.IN_NO_SDK.get(str(object.get("object")), "").split():
                return f": {kind.__name__} has no {[name]}"
        return _event_wrong(object) if kind is stripe.Event else None

    return check


@cache
def _event_types() -> frozenset[str]:
    """Return all types of events that a webhook endpoint can have."""
    hint = _param_hints(stripe.params.WebhookEndpointCreateParams)["enabled_events"]
    return frozenset(_literals(hint))


def _literals(hint: Any) -> list[str]:
    if get_origin(hint) is Literal:
        return list(get_args(hint))
    return [name for argument in get_args(hint) for name in _literals(argument)]


def _event_wrong(event: Mapping[str, Any]) -> str | None:
    """Return what is wrong with the object in an event, or with the attributes of it that changed."""
    if event["type"] not in _event_types():
        return f": Stripe has no event {event['type']}"
    object = event["data"]["object"]
    kind = get_object_class("V1", object["object"])
    check_whole(object, kind, f"{event['type']} data.object")
    for name in event["data"].get("previous_attributes") or {}:
        if name not in field_hints(kind) and name not in contract_keys.IN_NO_SDK.get(object["object"], ""):
            return f": {kind.__name__} has no {name} that could have changed"
    return None


@cache
def _field_check(hint: Any) -> Check:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return _any_check(arguments)
    if hint is Any:
        return lambda value: None
    return _not_null(_value_check(hint, origin, arguments)) if hint is not type(None) else _is_null


def _is_null(value: Any) -> str | None:
    return None if value is None else f": {value!r} for null"


def _not_null(check: Check) -> Check:
    return lambda value: ": null, and may not be" if value is None else check(value)


def _value_check(hint: Any, origin: Any, arguments: tuple[Any, ...]) -> Check:
    if origin is UntypedStripeObject or hint is UntypedStripeObject:
        return _hash_check(arguments)
    if origin is list:
        return _list_check(_field_check(arguments[0]))
    if origin is dict or hint is dict:
        return _hash_check(arguments[1:])
    if origin is Literal:
        return lambda value: None if value in arguments else f": {value!r} is none of {arguments}"
    if origin is stripe.ListObject:
        whole = _list_check(_field_check(arguments[0]))
        return lambda value: whole(value["data"])
    if isinstance(hint, type) and issubclass(hint, StripeObject):
        return _object_check(hint)
    return lambda value: None if _is_json(value, hint) else f": {value!r} is no {hint}"


def _any_check(options: tuple[Any, ...]) -> Check:
    nullable = type(None) in options
    checks = [_field_check(option) for option in _closed(options) if option is not type(None)]

    def check(value: Any) -> str | None:
        if value is None and nullable:
            return None
        complaints = []
        for option in checks:
            if (wrong := option(value)) is None:
                return None
            complaints.append(wrong)
        return "; or ".join(complaints)

    return check


def _list_check(check: Check) -> Check:
    def check_all(value: Any) -> str | None:
        if not isinstance(value, list):
            return f": {value!r} for a list"
        for number, inner in enumerate(value):
            if (wrong := check(inner)) is not None:
                return f"[{number}]{wrong}"
        return None

    return check_all


def _hash_check(arguments: tuple[Any, ...]) -> Check:
    inner_check = _field_check(arguments[0]) if arguments else None

    def check(value: Any) -> str | None:
        if not isinstance(value, dict):
            return f": {value!r} for a hash"
        for key, inner in value.items() if inner_check else ():
            if (wrong := inner_check(inner)) is not None:
                return f"[{key}]{wrong}"
        return None

    return check


def _is_json(value: Any, hint: Any) -> bool:
    match hint:
        case _ if hint is bool:
            return isinstance(value, bool)
        case _ if hint is int:
            return isinstance(value, int) and not isinstance(value, bool)
        case _ if hint is float:
            return isinstance(value, int | float) and not isinstance(value, bool)
        case _ if hint is Decimal:
            return isinstance(value, str) and re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", value) is not None
        case _ if hint is str:
            return isinstance(value, str)
    return hint is object
