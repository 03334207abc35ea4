"""Refunds: how much, and once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import stripe
from hypothesis import given
from hypothesis import strategies as st

from stripe_billing_cli.stripe_api import client
from stripe_billing_cli.stripe_api.json_output import REFUND
from stripe_billing_cli.subscriptions import refund, refund_note
from stripe_billing_cli.subscriptions.refund import Payment, Refund, decide_last, spread, unused_part
from tests.subscriptions.conftest import Shop
from tests.subscriptions.interrupted import Trouble, Troubled
from tests.troubled import PATIENCE, RememberedFailure, connected

DAY = 86400


def line(amount: int, start: int, end: int, *, discount: int = 0, tax: int = 0, behavior: str = "exclusive") -> Any:
    return {
        "amount": amount,
        "period": {"start": start, "end": end},
        "discount_amounts": [{"amount": discount}] if discount else [],
        "taxes": [{"amount": tax, "tax_behavior": behavior}] if tax else [],
    }


class TestUnusedPart:
    def test_of_a_third_used_is_two_thirds(self) -> None:
        assert unused_part([line(1500, 0, 30 * DAY)], 10 * DAY) == 1000

    def test_counts_what_was_paid_after_discounts_and_with_taxes_on_top(self) -> None:
        assert unused_part([line(2000, 0, 30 * DAY, discount=500, tax=300)], 10 * DAY) == 1200
        assert unused_part([line(1500, 0, 30 * DAY, tax=239, behavior="inclusive")], 10 * DAY) == 1000

    def test_of_an_upgrade_sets_the_credit_against_the_charge(self) -> None:
        lines = [line(-900, 10 * DAY, 30 * DAY), line(3000, 10 * DAY, 30 * DAY)]
        assert unused_part(lines, 20 * DAY) == 1050

    def test_of_what_is_used_up_is_nothing(self) -> None:
        assert unused_part([line(1500, 0, 30 * DAY)], 30 * DAY) == 0

    def test_of_a_period_to_come_is_all(self) -> None:
        assert unused_part([line(1500, 30 * DAY, 60 * DAY)], 10 * DAY) == 1500

    @given(
        amount=st.integers(0, 10**9),
        start=st.integers(0, 10**9),
        length=st.integers(1, 400 * DAY),
        ended=st.integers(0, 2 * 10**9),
    )
    def test_is_between_nothing_and_all(self, amount: int, start: int, length: int, ended: int) -> None:
        assert 0 <= unused_part([line(amount, start, start + length)], ended) <= amount

    @given(amount=st.integers(0, 10**9), length=st.integers(1, 400 * DAY), ended=st.integers(0, 400 * DAY))
    def test_and_what_was_used_make_the_whole(self, amount: int, length: int, ended: int) -> None:
        ended = min(ended, length)
        unused = unused_part([line(amount, 0, length)], ended)
        used = unused_part([line(amount, 0, length)], length - ended)
        assert abs(unused + used - amount) <= 1


def payment(intent: str, left: int, *refunds: Any) -> Payment:
    invoice = {"amount_paid": 1500, "currency": "usd", "lines": {"data": [line(1500, 0, 30 * DAY)]}}
    return Payment(invoice, intent, 1500, left, refunds)


def given_before(amount: int, mark: str = "prorated:sub_1", status: str = "succeeded") -> Any:
    return {"id": "re_1", "amount": amount, "status": status, "metadata": {REFUND: mark}}


class TestHowMuch:
    def amounts(self, total: int, *payments: Payment) -> list[tuple[int, bool]]:
        """Return what goes back of each payment, and whether it did before."""
        return [(part.amount, part.stripe_refund is not None) for part in spread("prorated", "sub_1", payments, total)]

    def test_from_the_newest_payment_back_none_beyond_what_is_left(self) -> None:
        payments = payment("pi_3", 400), payment("pi_2", 0), payment("pi_1", 1500)
        assert self.amounts(1000, *payments) == [(400, False), (600, False)]

    def test_never_more_than_is_left_of_all(self) -> None:
        assert self.amounts(1000, payment("pi_1", 400)) == [(400, False)]

    def test_a_part_that_was_given_before_counts(self) -> None:
        first = payment("pi_2", 0, given_before(400))
        assert self.amounts(1000, first, payment("pi_1", 1500)) == [(400, True), (600, False)]

    def test_an_older_part_that_was_given_before_counts_too(self) -> None:
        older = payment("pi_1", 900, given_before(600))
        assert self.amounts(1000, payment("pi_2", 400), older) == [(400, False), (600, True)]

    @pytest.mark.parametrize("mark", ["last:sub_1", "prorated:sub_2"])
    def test_a_refund_for_something_else_does_not(self, mark: str) -> None:
        assert self.amounts(500, payment("pi_1", 800, given_before(700, mark))) == [(500, False)]

    def test_of_the_last_payment_it_is_all_and_says_what_is_used(self) -> None:
        found = decide_last("sub_1", payment("pi_1", 1500), 10 * DAY)
        assert (found.amount, found.used_amount) == (1500, 500)

    @pytest.mark.parametrize("status", ["failed", "canceled"])
    def test_a_refund_that_failed_at_the_bank_is_made_anew_under_another_key(self, status: str) -> None:
        failed = given_before(1500, "last:sub_1", status)
        [before] = decide_last("sub_1", payment("pi_1", 1500), 0).parts
        [after] = decide_last("sub_1", payment("pi_1", 1500, failed), 0).parts
        assert after.stripe_refund is None
        assert before.idempotency_key(0) != after.idempotency_key(0)


@pytest.mark.parametrize(
    ("subscription", "noted"),
    [
        ({"status": "canceled", "ended_at": 50 * DAY + 60}, "1000:900"),
        ({"status": "canceled", "ended_at": 57 * DAY}, None),  # the end that was noted did not come
        ({"status": "active", "ended_at": None}, None),
    ],
)
def test_what_was_noted_counts_for_the_end_that_it_was_noted_for(
    subscription: dict[str, Any], noted: str | None
) -> None:
    source: Any = {**subscription, "metadata": {REFUND: f"prorated:1000:900:{50 * DAY}"}}

    assert refund_note.read(source, "prorated") == noted
    assert refund_note.read(source, "last") is None


def _paid(shop: Shop) -> Refund:
    """Return a refund of $15.00 that was just paid for a subscription, decided."""
    customer = shop.with_card()["id"]
    subscription = shop.subscription(customer, shop.price()["id"])
    [part] = decide_last(subscription["id"], refund.last_payment(shop.api, subscription), 0).parts
    return part


def _refunds(shop: Shop) -> list[int]:
    return [one["amount"] for one in shop.api.page("/v1/refunds", {})[0]]


def test_two_runs_at_once_refund_once(shop: Shop) -> None:
    wanted = _paid(shop)
    gate = threading.Barrier(2)

    def one(_: int) -> str:
        gate.wait()
        return str(refund.give_back(shop.api, wanted)["id"])

    with ThreadPoolExecutor(2) as runs:
        made = list(runs.map(one, range(2)))

    assert len(set(made)) == 1
    assert _refunds(shop) == [1500]


def test_two_runs_that_reckon_a_second_apart_refund_once(shop: Shop) -> None:
    """What is unused is a cent less by then."""
    first = replace(_paid(shop), kind="prorated", amount=700)
    second = replace(first, amount=699)

    made = [refund.give_back(shop.api, one)["id"] for one in (first, second)]

    assert len(set(made)) == 1
    assert _refunds(shop) == [700]


class KeyInUse(stripe.HTTPClient):
    """Another run's refund under the same key is under way for the next `calls` calls."""

    name = "key-in-use"

    def __init__(self, inner: stripe.HTTPClient, calls: int) -> None:
        super().__init__()
        self._inner = inner
        self._calls = calls

    def request(self, method: str, url: str, headers: Any, post_data: Any = None, **_: Any) -> Any:
        if method == "post" and url.endswith("/v1/refunds") and self._calls:
            self._calls -= 1
            code = "idempotency_key_in_use"
            return f'{{"error": {{"type": "invalid_request_error", "code": "{code}", "message": "busy"}}}}', 409, {}
        return self._inner.request(method, url, headers, post_data)

    def close(self) -> None:
        pass


def test_a_refund_of_another_run_that_takes_long_is_waited_for(shop: Shop, tmp_path: Path) -> None:
    wanted = _paid(shop)
    busy = _over(tmp_path, lambda inner: KeyInUse(inner, 8), PATIENCE)

    assert refund.give_back(busy, wanted)["amount"] == 1500
    assert _refunds(shop) == [1500]


def test_a_lost_answer_is_looked_for(shop: Shop, tmp_path: Path) -> None:
    wanted = _paid(shop)
    lossy = _over(tmp_path, lambda inner: Troubled(inner, Trouble("timeout", 1), []), client.Patience(retries=0))

    assert refund.give_back(lossy, wanted)["amount"] == 1500
    assert _refunds(shop) == [1500]


def test_a_remembered_failure_does_not_last_for_the_day(shop: Shop, tmp_path: Path) -> None:
    wanted = _paid(shop)
    forgetless = _over(tmp_path, lambda inner: RememberedFailure(inner, "/v1/refunds"), PATIENCE)

    assert refund.give_back(forgetless, wanted)["amount"] == 1500
    assert _refunds(shop) == [1500]


def _over(tmp_path: Path, wrap: Any, patience: client.Patience) -> client.StripeApi:
    """Another way to the same account."""
    from stripe_billing_cli.local_stripe.transport import LocalTransport

    return connected(wrap(LocalTransport(tmp_path / "work" / ".billing" / "local.db")), patience)
