"""What Stripe may leave out of an answer, where subscriptions read it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from stripe_billing_cli.stripe_api.completion import complete
from stripe_billing_cli.stripe_api.errors import NetworkError
from stripe_billing_cli.subscriptions import discounts, payments, refund
from stripe_billing_cli.subscriptions.discounts import Term
from stripe_billing_cli.subscriptions.refund import Payment, Refund


class Answers:
    """An API that answers every call with one object, and loses the answer of every write."""

    def __init__(self, answer: Any) -> None:
        self._answer = complete(answer, None)

    def get(self, path: str, params: Any = None, *, kind: Any) -> Any:
        return self._answer

    def pages(self, path: str, params: Any, *, kind: Any) -> Iterator[list[Any]]:
        yield [self._answer]

    def post(self, path: str, params: Any, key: str | None = None, *, kind: Any) -> Any:
        raise NetworkError("the answer is lost")


def test_a_decline_without_a_message_is_a_failed_payment() -> None:
    failed = {"code": "card_declined", "type": "card_error"}
    intent = {"id": "pi_1", "object": "payment_intent", "status": "requires_payment_method"}

    error = payments.payment_error(complete({**intent, "last_payment_error": failed}, None))

    assert error is not None
    assert (str(error), error.code) == ("the payment failed", "card_declined")


def test_a_refund_without_metadata_is_somebody_elses() -> None:
    others = {"id": "re_1", "object": "refund", "amount": 1500, "created": 1, "currency": "usd", "status": "succeeded"}
    invoice: Any = {}

    with pytest.raises(NetworkError):
        refund.give_back(
            Answers(others),  # type: ignore[arg-type]  # what is called of it
            Refund("last", "sub_1", Payment(invoice, "pi_1", 1500, 1500, ()), 1500),
        )


def test_a_code_whose_coupon_was_deleted_takes_nothing_off_for_ever() -> None:
    code = {
        "id": "promo_1",
        "object": "promotion_code",
        "active": False,
        "code": "SUMMER",
        "created": 1,
        "promotion": {"type": "coupon", "coupon": None},
        "restrictions": {"first_time_transaction": False},
        "times_redeemed": 0,
    }
    coupon = discounts.coupon_of(Answers(code), {"promotion_code": "promo_1"})  # type: ignore[arg-type]

    assert coupon is None
    assert discounts.term_of_coupon(coupon, 0) == Term()
