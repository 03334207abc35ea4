"""Asking Stripe under one idempotency key after another, past the answers that it remembers.

Stripe remembers a key for 24 hours with its first answer, whatever has become of the object since, and failures too
(https://docs.stripe.com/api/idempotent_requests).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from stripe_billing_cli.stripe_api.client import Answer
from stripe_billing_cli.stripe_api.errors import IdempotencyConflictError, StripeCallError

ATTEMPTS = 4
"""So many keys are tried, where a caller does not say how many."""

Body = TypeVar("Body")
Result = TypeVar("Result")


def _is_remembered(failure: StripeCallError) -> bool:
    return failure.is_replay


def _nothing(failure: StripeCallError) -> None:
    """Return None: a call that failed made nothing that counts."""


def ask_until_current(
    ask: Callable[[int], Answer[Body]],
    current: Callable[[Answer[Body]], Result | None],
    *,
    made_by_failed: Callable[[StripeCallError], Result | None] = _nothing,
    is_passed_by: Callable[[StripeCallError], bool] = _is_remembered,
    attempts: int = ATTEMPTS,
) -> Result:
    """Return the result of the first call whose answer holds.

    `ask(n)` calls under key n: 0, then 1 and so on. `current` returns the result of an answer, or None where it is a
    remembered one that holds no more: the next key is asked then. Of a failure `made_by_failed` returns what the call
    made all the same, if anything. Else the next key is asked where `is_passed_by` says so, by default for a failure
    that Stripe remembers; any other failure is raised, and so is that of the last key. Runs that see the same state and
    number their keys alike so come to the same object.

    Raises `StripeCallError`; where no answer holds, `IdempotencyConflictError`.
    """
    for again in range(attempts):
        try:
            answer = ask(again)
        except StripeCallError as failure:
            earlier_result = made_by_failed(failure)
            if earlier_result is not None:
                return earlier_result
            if again == attempts - 1 or not is_passed_by(failure):
                raise
        else:
            result = current(answer)
            if result is not None:
                return result
    raise IdempotencyConflictError(
        "Stripe repeats an earlier answer about an object that is gone or has changed since; "
        "in 24 hours it will have forgotten it"
    )
