"""One write of a plan, made certain.

Updates set fields to values: repeating one is harmless. Creates carry an idempotency key that is the same for every
run that sees the same account, so that a retry, or a second run at the same moment, makes no second object. But
Stripe remembers a key for 24 hours with its first answer, whatever has become of the object since, and errors too
(https://docs.stripe.com/api/idempotent_requests). A remembered answer is therefore checked against what is there
now, and asked again under a new key where it is out of date.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from stripe_billing_cli.catalog.diff import plain
from stripe_billing_cli.catalog.plan import Create, Delete, Operation
from stripe_billing_cli.stripe_api.client import Answer, Object, StripeApi
from stripe_billing_cli.stripe_api.errors import (
    IdempotencyConflictError,
    InvalidRequestError,
    NotFoundError,
    StripeCallError,
)

ATTEMPTS = 4
"""How often a create is asked again under a new key after an answer that was out of date."""


def write(api: StripeApi, account: str | None, operation: Operation, params: Mapping[str, Any]) -> str:
    """Carry out one operation and return the id of the object. `params` are its parameters with ids for references.

    Raises `StripeCallError`.
    """
    match operation:
        case Create():
            return _create(api, account, operation, params)
        case Delete():
            return _delete(api, operation.path)
    return str(api.post(operation.path, params).body["id"])


def _delete(api: StripeApi, path: str) -> str:
    try:
        return str(api.delete(path)["id"])
    except NotFoundError:
        return path.rsplit("/", 1)[-1]


def _create(api: StripeApi, account: str | None, create: Create, params: Mapping[str, Any]) -> str:
    for again in range(ATTEMPTS):
        try:
            answer = api.post(create.path, params, idempotency_key(account, create, params, again))
        except StripeCallError as failure:
            there = _after_failure(api, create, params, failure)
            if there is not None:
                return str(there["id"])
            if not (failure.replayed and again < ATTEMPTS - 1):
                raise
        else:
            current = _current(api, create, params, answer)
            if current is not None:
                return str(current["id"])
    raise IdempotencyConflictError(
        "Stripe repeats an earlier answer about an object that is gone or has changed since; "
        "in 24 hours it will have forgotten it"
    )


def idempotency_key(account: str | None, create: Create, params: Mapping[str, Any], again: int) -> str:
    """Return the key of a create: one for one wish in one state; `again` counts remembered answers out of date."""
    wish = [account, create.path, plain(params), list(create.state), again]
    return "billing-" + hashlib.sha256(json.dumps(wish, sort_keys=True).encode()).hexdigest()[:48]


def _current(api: StripeApi, create: Create, params: Mapping[str, Any], answer: Answer) -> Object | None:
    """Return the object of an answer, unless the answer is a remembered one that is not true any more."""
    if not answer.replayed:
        return answer.body
    now = create.find(api, create, params)
    return now if now and now["id"] == answer.body["id"] else None


def _after_failure(
    api: StripeApi, create: Create, params: Mapping[str, Any], failure: StripeCallError
) -> Object | None:
    """Return the object, where a failed create made it all the same, or another run did."""
    refused = isinstance(failure, InvalidRequestError) and failure.code == "resource_already_exists"
    taken = isinstance(failure, InvalidRequestError) and failure.param in create.names
    if not (refused or taken or failure.outcome_unknown):
        return None
    return create.find(api, create, params)
