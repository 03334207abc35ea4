"""Of which payments a refund takes how much: from the newest back, each part once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from stripe_billing_cli.errors import OperationError
from stripe_billing_cli.refunds.create import RefundRequest, decide_parts
from stripe_billing_cli.refunds.load import Payment, Target
from stripe_billing_cli.stripe_api.json_output import INTERNAL

NOW = 1_800_000_000


def payment(id: str, paid: int, *, back: int = 0, refunds: Sequence[Any] = (), dispute: Any = None) -> Payment:
    charge = {"id": id, "amount_captured": paid, "amount_refunded": back}
    return Payment(charge, refunds, dispute)


def target(*payments: Payment) -> Target:
    return Target("in_1", "usd", None, payments)


def parts(target: Target, amount: int | None, request: RefundRequest | None = None) -> list[tuple[str, int, bool]]:
    """Return the charge, the amount, and whether it was made before."""
    found = decide_parts(target, request or RefundRequest("in_1"), amount, [NOW])
    return [(part.payment.charge["id"], part.amount, part.earlier_refund is not None) for part in found]


def made_of(target: Target, amount: int | None, *, created: int = NOW, status: str = "succeeded") -> Payment:
    """Return the newest payment with the part of a run that was cut off after it."""
    part = decide_parts(target, RefundRequest("in_1"), amount, [NOW])[0]
    refund = {
        "id": "re_1",
        "amount": part.amount,
        "status": status,
        "created": created,
        "metadata": {INTERNAL: part.create_request.mark},
    }
    paid = part.payment.charge["amount_captured"]
    return payment(part.payment.charge["id"], paid, back=part.amount if status == "succeeded" else 0, refunds=[refund])


NEW, OLD = payment("ch_new", 1500), payment("ch_old", 500)


def test_the_newest_payment_gives_first() -> None:
    assert parts(target(NEW, OLD), 1200) == [("ch_new", 1200, False)]
    assert parts(target(NEW, OLD), 1700) == [("ch_new", 1500, False), ("ch_old", 200, False)]


def test_all_is_what_each_has_left() -> None:
    assert parts(target(NEW, payment("ch_old", 500, back=100)), None) == [
        ("ch_new", 1500, False),
        ("ch_old", 400, False),
    ]


@pytest.mark.parametrize("amount", [1700, None])
def test_a_run_after_one_that_was_cut_off_makes_the_rest(amount: int | None) -> None:
    cut_off = made_of(target(NEW, OLD), amount)

    assert parts(target(cut_off, OLD), amount) == [("ch_new", 1500, True), ("ch_old", 200 if amount else 500, False)]


def test_what_was_made_whole_is_not_made_again() -> None:
    assert parts(target(made_of(target(NEW, OLD), 1200), OLD), 1200) == [("ch_new", 1200, True)]


def test_another_request_is_another() -> None:
    before = target(made_of(target(NEW, OLD), 1200), OLD)

    assert parts(before, 700) == [("ch_new", 300, False), ("ch_old", 400, False)]
    assert parts(before, 700, RefundRequest("in_1", note="Other"))[0][2] is False
    assert parts(before, 300, RefundRequest("in_1", again=True)) == [("ch_new", 300, False)]


def test_a_day_later_it_is_another() -> None:
    before = target(made_of(target(NEW, OLD), 200, created=NOW - 86_401), OLD)

    assert parts(before, 200) == [("ch_new", 200, False)]


def test_one_that_failed_is_made_anew() -> None:
    before = target(made_of(target(NEW, OLD), 200, status="failed"), OLD)

    assert parts(before, 200) == [("ch_new", 200, False)]


def test_what_is_disputed_gives_nothing() -> None:
    disputed = payment("ch_new", 1500, dispute={"id": "du_1"})

    assert parts(target(disputed, OLD), 300) == [("ch_old", 300, False)]
    with pytest.raises(OperationError, match=r"only \$5\.00"):
        parts(target(disputed, OLD), 700)
    with pytest.raises(OperationError, match="disputed"):
        parts(target(disputed), 300)


def test_more_than_is_left_is_refused() -> None:
    with pytest.raises(OperationError, match=r"only \$20\.00 of in_1 is left"):
        parts(target(NEW, OLD), 2001)
