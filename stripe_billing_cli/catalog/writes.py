"""One write of a plan, made certain.

Updates set fields to values: repeating one is harmless. Creates carry an idempotency key that is the same for every
run that sees the same account, so that a retry, or a second run at the same moment, makes no second object. But
Stripe remembers a key for 24 hours with its first answer, whatever has become of the object since, and errors too
(https://docs.stripe.com/api/idempotent_requests). A remembered answer is therefore checked against what is there
now, and asked again under a new key where it is out of date.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from stripe_billing_cli.catalog.ownership import stamp_of
from stripe_billing_cli.catalog.plan import Call, Plan
from stripe_billing_cli.stripe_api.client import Answer, Object, StripeApi
from stripe_billing_cli.stripe_api.errors import (
    IdempotencyConflict,
    ObjectMissing,
    RequestRefused,
    StripeFailure,
)

Look = Callable[[StripeApi, Call], "Object | None"]
"""Reads back what a create was to make; None if it is not there."""
ATTEMPTS = 4
"""How often a create is asked again under a new key after an answer that was out of date."""


def write(api: StripeApi, plan: Plan, call: Call, default_price: str | None) -> str:
    """Carry out one call; the id of the object. `default_price` is the id of the price that the call points to.

    Raises `StripeFailure`.
    """
    match call.operation:
        case "create_product":
            return _create(api, plan, call, "/v1/products", _product_now)
        case "create_price":
            return _create(api, plan, call, "/v1/prices", _price_now)
        case "update_product":
            return _update(api, f"/v1/products/{call.target}", _pointing(call.params, default_price))
        case "update_price":
            return _update(api, f"/v1/prices/{call.target}", call.params)


def _pointing(params: Mapping[str, Any], default_price: str | None) -> Mapping[str, Any]:
    return {**params, "default_price": default_price} if default_price else params


def _update(api: StripeApi, path: str, params: Mapping[str, Any]) -> str:
    return str(api.post(path, params).body["id"])


def _create(api: StripeApi, plan: Plan, call: Call, path: str, look: Look) -> str:
    for again in range(ATTEMPTS):
        try:
            answer = api.post(path, call.params, call.idempotency_key(plan.account, again))
        except StripeFailure as failure:
            there = _after_failure(api, call, failure, look)
            if there is not None:
                return str(there["id"])
            if not (failure.replayed and again < ATTEMPTS - 1):
                raise
        else:
            current = _current(api, call, answer, look)
            if current is not None:
                return str(current["id"])
    raise IdempotencyConflict(
        "Stripe repeats an earlier answer about an object that is gone or has changed since; "
        "in 24 hours it will have forgotten it"
    )


def _current(api: StripeApi, call: Call, answer: Answer, look: Look) -> Object | None:
    """The object of an answer, unless the answer is a remembered one that is not true any more."""
    if not answer.replayed:
        return answer.body
    now = look(api, call)
    return now if now and now["id"] == answer.body["id"] else None


def _after_failure(api: StripeApi, call: Call, failure: StripeFailure, look: Look) -> Object | None:
    """The object, where a failed create made it all the same, or another run did."""
    refused = isinstance(failure, RequestRefused) and failure.code == "resource_already_exists"
    taken = isinstance(failure, RequestRefused) and failure.param == "lookup_key"
    if not (refused or taken or failure.outcome_unknown):
        return None
    return look(api, call)


def _product_now(api: StripeApi, call: Call) -> Object | None:
    """The product that this call creates, if it exists with this call's stamp and content."""
    try:
        held = api.get(f"/v1/products/{call.target}")
    except ObjectMissing:
        return None
    return held if _as_sent(held, call) and held["name"] == call.params["name"] else None


def _price_now(api: StripeApi, call: Call) -> Object | None:
    """The price that this call creates, if it is there: none that the plan knew, with its stamp and lookup key."""
    wanted = {"lookup_keys": [call.params["lookup_key"]]}
    for held in api.page("/v1/prices", wanted)[0]:
        if held["id"] in call.state.split(","):
            continue
        same_product = held["product"] == call.params["product"]
        active = held["active"] == call.params.get("active", True)
        if same_product and active and _as_sent(held, call) and _same_amount(held, call.params):
            return held
    return None


def _as_sent(held: Object, call: Call) -> bool:
    stamp = stamp_of(held)
    sent = stamp_of(call.params)
    return stamp is not None and stamp == sent


def _same_amount(held: Object, params: Mapping[str, Any]) -> bool:
    return bool(held["currency"] == params["currency"] and held["unit_amount"] == params.get("unit_amount"))
