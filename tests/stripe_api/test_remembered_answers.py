"""One idempotency key after another is asked, until an answer holds."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from stripe_billing_cli.stripe_api.client import Answer
from stripe_billing_cli.stripe_api.errors import IdempotencyConflictError, StripeCallError
from stripe_billing_cli.stripe_api.remembered_answers import ATTEMPTS, ask_until_current

FRESH = StripeCallError("Stripe had trouble")
REMEMBERED = StripeCallError("Stripe had trouble", is_replay=True)


class Keys:
    """Stripe, which answers under each key what is said here, and under any other key afresh."""

    def __init__(self, *answers: str | StripeCallError) -> None:
        self.answers = answers
        self.asked: list[int] = []

    def __call__(self, again: int) -> Answer[str]:
        self.asked.append(again)
        answer = self.answers[again] if again < len(self.answers) else "new"
        if isinstance(answer, StripeCallError):
            raise answer
        return Answer(answer, None, is_replay=answer != "new")


def unless_gone(answer: Answer[str]) -> str | None:
    return None if answer.body == "gone" else answer.body


@pytest.mark.parametrize(
    ("answers", "result"),
    [(("new",), "new"), (("old",), "old"), (("gone", "old"), "old"), (("gone", REMEMBERED, "gone"), "new")],
)
def test_the_first_answer_that_holds_is_taken(answers: tuple[str | StripeCallError, ...], result: str) -> None:
    keys = Keys(*answers)

    assert ask_until_current(keys, unless_gone) == result
    assert keys.asked == list(range(len(keys.asked)))


def test_a_failure_that_is_not_remembered_is_raised_at_once() -> None:
    keys = Keys(FRESH)

    with pytest.raises(StripeCallError):
        ask_until_current(keys, unless_gone)
    assert keys.asked == [0]


def test_the_failure_of_the_last_key_is_raised() -> None:
    keys = Keys(*[REMEMBERED] * 9)

    with pytest.raises(StripeCallError):
        ask_until_current(keys, unless_gone, is_passed_by=lambda failure: True)
    assert keys.asked == list(range(ATTEMPTS))


def test_what_a_failed_call_made_is_the_result() -> None:
    made: Callable[[StripeCallError], str | None] = {FRESH: "made all the same"}.get

    assert ask_until_current(Keys(REMEMBERED, FRESH), unless_gone, made_by_failed=made) == "made all the same"


def test_where_no_answer_holds_it_is_said() -> None:
    keys = Keys(*["gone"] * 9)

    with pytest.raises(IdempotencyConflictError, match="repeats an earlier answer"):
        ask_until_current(keys, unless_gone, attempts=7)
    assert len(keys.asked) == 7
