"""Two runs of one command at the same moment: money moves once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from stripe_billing_cli.customers.balance import BalanceRequest, plan_balance
from stripe_billing_cli.invoices.credit import CreditRequest, plan_credit
from stripe_billing_cli.refunds.create import RefundRequest, plan_refund
from tests.cli.sub.conftest import Life


def credit(life: Life, *, again: bool) -> Any:
    request = CreditRequest(life.subscription["latest_invoice"], "5.00", "balance", again=again)
    return plan_credit(life.shop.api, request)


def refund(life: Life, *, again: bool) -> Any:
    return plan_refund(life.shop.api, RefundRequest(life.subscription["latest_invoice"], "5.00", again=again))


def balance(life: Life, *, again: bool) -> Any:
    return plan_balance(life.shop.api, BalanceRequest(life.customer, "credit", "5.00", again=again))


@pytest.mark.parametrize("again", [False, True])
@pytest.mark.parametrize("plan", [credit, refund, balance])
def test_two_runs_that_saw_the_same_make_one(life: Life, plan: Callable[..., Any], *, again: bool) -> None:
    plans = [plan(life, again=again) for _ in range(2)]
    gate = threading.Barrier(2)

    def apply(one: Any) -> Any:
        gate.wait()
        return one.apply(life.shop.api)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(apply, plans))

    customer = life.shop.api.get(f"/v1/customers/{life.customer}")
    [charge], _ = life.shop.api.page("/v1/charges", {"customer": life.customer})
    assert charge["amount_refunded"] - customer["balance"] == 500
