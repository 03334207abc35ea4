"""Writes of a plan, each made certain.

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
from dataclasses import dataclass
from functools import partial
from typing import Any

from stripe_billing_cli.catalog.diff import plain
from stripe_billing_cli.catalog.plan import Create, CreateWithSecret, Delete, KeepSecret, NewSecret, Operation
from stripe_billing_cli.stripe_api import lookup
from stripe_billing_cli.stripe_api.client import Answer, StripeApi
from stripe_billing_cli.stripe_api.errors import (
    IncompleteAnswerError,
    InvalidRequestError,
    NotFoundError,
    StripeCallError,
)
from stripe_billing_cli.stripe_api.objects.common import IdentifiedObject, ObjectT, field_of
from stripe_billing_cli.stripe_api.remembered_answers import ask_until_current


@dataclass(frozen=True)
class WriteResult:
    """The object that a write made or changed. `address` is where people reach a new object that has one."""

    id: str
    address: str | None = None


def write(
    api: StripeApi,
    account: str | None,
    operation: Operation,
    params: Mapping[str, Any],
    keep_secret: KeepSecret | None = None,
) -> WriteResult:
    """Carry out one operation and return what it wrote. `params` are its parameters with ids for references.

    Raises `StripeCallError`, and what `keep_secret` raises.
    """
    match operation:
        case CreateWithSecret():
            assert keep_secret
            return WriteResult(_create_with_secret(api, account, operation, params, keep_secret))
        case Create():
            stripe_object = _create(api, account, operation, params)
            return WriteResult(stripe_object["id"], operation.address(stripe_object))
        case Delete():
            return WriteResult(_delete(api, operation.path))
    return WriteResult(api.post(operation.path, params, kind=IdentifiedObject).body["id"])


def _delete(api: StripeApi, path: str) -> str:
    try:
        return api.delete(path, kind=IdentifiedObject)["id"]
    except NotFoundError:
        return path.rsplit("/", 1)[-1]


def _create(api: StripeApi, account: str | None, create: Create[ObjectT], params: Mapping[str, Any]) -> ObjectT:
    return ask_until_current(
        partial(_post_create, api, account, create, params),
        partial(_current, api, create, params),
        made_by_failed=partial(_after_failure, api, create, params),
    )


def _post_create(
    api: StripeApi, account: str | None, create: Create[ObjectT], params: Mapping[str, Any], attempt: int
) -> Answer[ObjectT]:
    key = idempotency_key(account, create, params, attempt)
    return api.post(create.path, params, key, kind=create.object_type)


def _create_with_secret(
    api: StripeApi,
    account: str | None,
    create: CreateWithSecret[ObjectT],
    params: Mapping[str, Any],
    keep_secret: KeepSecret,
) -> str:
    stripe_object = _made_with_secret(api, account, create, params)
    secret = field_of(stripe_object, "secret")
    if not isinstance(secret, str):
        raise IncompleteAnswerError(f"Stripe's answer to the creation of {stripe_object['id']} has no secret")
    keep_secret(NewSecret(create.key, stripe_object["id"], secret))
    api.post(f"{create.path}/{stripe_object['id']}", create.confirm)
    _delete_abandoned(api, create, stripe_object["id"])
    return stripe_object["id"]


def _made_with_secret(
    api: StripeApi, account: str | None, create: CreateWithSecret[ObjectT], params: Mapping[str, Any]
) -> ObjectT:
    """Return the answer that has the secret: of a create, or Stripe's repetition of it.

    Nothing reads back what a failed call may have made: its secret is only in the answer to the same call, which the
    next run repeats.
    """

    def current(answer: Answer[ObjectT]) -> ObjectT | None:
        is_there = not answer.is_replay or lookup.exists(api, f"{create.path}/{answer.body['id']}")
        return answer.body if is_there else None

    def is_passed_by(failure: StripeCallError) -> bool:
        if not (isinstance(failure, InvalidRequestError) and create.abandoned_ids):
            return failure.is_replay
        _delete_abandoned(api, create, None)  # an account may have few of them, and these are good for nothing
        return True

    return ask_until_current(partial(_post_create, api, account, create, params), current, is_passed_by=is_passed_by)


def _delete_abandoned(api: StripeApi, create: CreateWithSecret[ObjectT], new_id: str | None) -> None:
    for object_id in create.abandoned_ids:
        if object_id != new_id:
            _delete(api, f"{create.path}/{object_id}")


def idempotency_key(account: str | None, create: Create[Any], params: Mapping[str, Any], attempt: int) -> str:
    """Return the key of a create, which follows from its parameters and what the account has in its place.

    `attempt` counts the remembered answers that were out of date.
    """
    identity = [account, create.path, plain(params), list(create.state), attempt]
    return "billing-" + hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()[:48]


def _current(
    api: StripeApi, create: Create[ObjectT], params: Mapping[str, Any], answer: Answer[ObjectT]
) -> ObjectT | None:
    """Return the object of an answer, unless the answer is a remembered one that is not true any more."""
    if not answer.is_replay:
        return answer.body
    stripe_object = create.find(api, create, params)
    return stripe_object if stripe_object and stripe_object["id"] == answer.body["id"] else None


def _after_failure(
    api: StripeApi, create: Create[ObjectT], params: Mapping[str, Any], failure: StripeCallError
) -> ObjectT | None:
    """Return the object, where a failed create made it all the same, or another run did."""
    exists_already = isinstance(failure, InvalidRequestError) and failure.code == "resource_already_exists"
    is_taken = isinstance(failure, InvalidRequestError) and failure.param in create.names
    if not (exists_already or is_taken or failure.outcome_unknown):
        return None
    return create.find(api, create, params)
