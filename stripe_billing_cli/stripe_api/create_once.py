"""Creating something once, however often the command that creates it is cut off and run again.

A command may end before its answer arrives: the object exists, and nobody knows. So what is created carries the mark of
its request in its metadata until the command has printed it (`clear_marker`). The next run of the same command
finds the mark, and goes on with that object. A run after a finished one finds no mark, and means another. (Taking the
mark off is an update, and an event: the price of telling the two apart without a file of our own.)

The mark of an idempotency key that the user gave stays: the same key leads to the same object for good, not only for
the 24 hours that Stripe remembers (https://docs.stripe.com/api/idempotent_requests).

Runs at the same time see the same state, so they send the same idempotency key, and Stripe makes one object of them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from stripe_billing_cli.errors import WRONG, BillingError
from stripe_billing_cli.stripe_api.client import Answer, StripeApi
from stripe_billing_cli.stripe_api.errors import IdempotencyConflictError, StripeCallError
from stripe_billing_cli.stripe_api.json_output import INTERNAL
from stripe_billing_cli.stripe_api.objects.common import IdentifiedObject, ObjectT, metadata_of
from stripe_billing_cli.stripe_api.remembered_answers import ATTEMPTS, ask_until_current


class OtherRequestError(BillingError):
    """The user's idempotency key has made something else already."""

    def __init__(self, key: str, result: str = "something else") -> None:
        message = f"the idempotency key {key} has made {result}, from other options than these"
        super().__init__("idempotency", message, "use another key for another intent", WRONG)


@dataclass(frozen=True)
class CreateRequest:
    """An object that a run wants created at `path`. `given_key` is the idempotency key that the user gave, if any.

    `wish` is what tells one request from another where that is not the parameters: "all that is left", say, which is
    another amount each time. `again`: one more of what was made already (`repeats.py`).
    """

    path: str
    params: Mapping[str, Any]
    given_key: str | None = None
    wish: Sequence[Any] | None = None
    again: bool = False

    @property
    def fingerprint(self) -> str:
        content = [self.path, self.params if self.wish is None else self.wish, *(["again"] if self.again else [])]
        wish = json.dumps(content, sort_keys=True, default=str)
        return hashlib.sha256(wish.encode()).hexdigest()[:24]

    @property
    def mark(self) -> str:
        return self.fingerprint if self.given_key is None else f"{self.given_key}#{self.fingerprint}"

    def mark_params(self) -> dict[str, Any]:
        metadata = {**self.params.get("metadata", {}), INTERNAL: self.mark}
        return {**self.params, "metadata": metadata}

    def idempotency_key(self, state: Iterable[str], again: int) -> str | None:
        """Return the idempotency key, which is the same for the same request in the same state of Stripe; of a given
        key, for that key alone.

        None, for one of the SDK's own, where all that are remembered lead to what is gone: the mark suffices then.
        """
        if again >= ATTEMPTS:
            return None
        content = [self.given_key] if self.given_key else [self.mark, *sorted(state)]
        text = json.dumps([self.path, content, again])
        return "billing-" + hashlib.sha256(text.encode()).hexdigest()[:48]


def key_of_wish(wish: Sequence[str | None], again: int = 0) -> str:
    """Return the idempotency key of a call that leaves no object which could bear a mark: the same for the same wish.
    `again`: another key, after so many failures that Stripe remembers."""
    content = json.dumps([*wish, again] if again else wish)
    return "billing-" + hashlib.sha256(content.encode()).hexdigest()[:48]


def made_before(request: CreateRequest, candidates: Iterable[ObjectT]) -> ObjectT | None:
    """Return the object that an unfinished run made, or a run with the same given key. Raises `OtherRequestError`."""
    for candidate in candidates:
        mark = metadata_of(candidate).get(INTERNAL)
        if mark == request.mark:
            return candidate
        if request.given_key is not None and mark and mark.rpartition("#")[0] == request.given_key:
            raise OtherRequestError(request.given_key, candidate["id"])
    return None


def create(
    api: StripeApi,
    request: CreateRequest,
    state: Iterable[str],
    *,
    kind: type[ObjectT],
    read: Callable[[], Iterable[ObjectT]],
    holds: Callable[[ObjectT], bool],
) -> ObjectT:
    """Create the object, or find what another run at the same time created.

    `state`: the ids of what Stripe had when this was decided. `read` gives what it has now. `holds` tells an object
    that still is what was wanted from one that has ended since. Raises `StripeCallError`.
    """
    state = list(state)

    def current(answer: Answer[ObjectT]) -> ObjectT | None:
        if not answer.is_replay:
            return answer.body
        now = api.get(f"{request.path}/{answer.body['id']}", _expansion(request), kind=kind)
        return now if holds(now) or (request.given_key is not None and not now.get("deleted")) else None

    return ask_until_current(
        lambda again: api.post(request.path, request.mark_params(), request.idempotency_key(state, again), kind=kind),
        current,
        made_by_failed=lambda failure: _made_all_the_same(request, failure, read),
        attempts=ATTEMPTS + 1,
    )


def _made_all_the_same(
    request: CreateRequest, failure: StripeCallError, read: Callable[[], Iterable[ObjectT]]
) -> ObjectT | None:
    """Return the object that a failed call created nonetheless. Raises `OtherRequestError`."""
    earlier_object = None
    if failure.outcome_unknown or failure.is_replay:
        with suppress(StripeCallError):
            earlier_object = made_before(request, read())
    if earlier_object is None and request.given_key is not None and other_parameters(failure):
        raise OtherRequestError(request.given_key) from failure
    return earlier_object


def other_parameters(failure: StripeCallError) -> bool:
    """Return whether Stripe knows the idempotency key from other parameters (400), not from a run at this moment
    (409)."""
    return isinstance(failure, IdempotencyConflictError) and failure.code != "idempotency_key_in_use"


def _expansion(request: CreateRequest) -> dict[str, Any]:
    expand = request.params.get("expand")
    return {"expand": expand} if expand else {}


def clear_marker(api: StripeApi, request: CreateRequest, target: IdentifiedObject) -> None:
    """Take the mark off: the same command makes another object from now on. Raises `StripeCallError`."""
    if request.given_key is None and metadata_of(target).get(INTERNAL) == request.mark:
        api.post(f"{request.path}/{target['id']}", {"metadata": {INTERNAL: ""}})
