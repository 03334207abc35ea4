"""`billing sub cancel --now --invoice-now`: no draft is left, what asks for money is charged, a credit is looked after."""

from __future__ import annotations

import json
from typing import Any

import pytest
import stripe

from stripe_billing_cli.subscriptions import last_invoices
from tests.cli.sub.history import Begin, History

BILLED = ("cancel", "--now", "--invoice-now")


@pytest.fixture
def it(begin: Begin) -> History:
    """Half a month of $30.00 and of calls at half a cent."""
    it = begin("2026-04-01")
    it.price("thirty", 30)
    it.metered("calls", "0.5")
    it.start("thirty", "calls")
    it.to("2026-04-16")
    return it


def drafts(it: History) -> list[Any]:
    return [one for one in it.invoices() if one["status"] == "draft"]


@pytest.mark.parametrize("prorate", [(), ("--prorate",)])
def test_use_is_charged_at_once(prorate: tuple[str, ...], it: History) -> None:
    it.use(8000)

    record, output = it.said(*BILLED, *prorate)

    due = 4000 - (1500 if prorate else 0)
    assert f"${due // 100}.00 is charged" in output
    assert (it.paid()[1:], drafts(it), it.balance) == ([due], [], 0)
    [last] = record["last_invoices"]
    assert (last["status"], last["amount_paid"], last["credit_on_balance"]) == ("paid", due, None)


def test_of_a_last_invoice_that_comes_to_nothing_nothing_is_due(it: History) -> None:
    it.use(3000)  # as much as half a month is worth

    _, output = it.said(*BILLED, "--prorate")

    assert "A last invoice is made now, of which nothing is due." in output
    assert (it.paid()[1:], drafts(it), it.balance) == ([0], [], 0)


def test_a_credit_is_said_to_be_on_the_balance(it: History) -> None:
    record, _ = it.said(*BILLED, "--prorate")

    assert (it.balance, drafts(it)) == (-1500, [])
    assert [one["credit_on_balance"] for one in record["last_invoices"]] == [True]


def test_a_credit_is_said_to_be_on_the_balance_on_the_screen(it: History) -> None:
    ran = it.ok(*BILLED, "--prorate")

    assert "The credit of $15.00 is on the customer's balance" in ran.out


class WithoutTransactions(stripe.HTTPClient):
    """A Stripe where the credit of a last invoice reaches no balance."""

    name = "without transactions"

    def __init__(self, inner: stripe.HTTPClient) -> None:
        super().__init__()
        self._inner = inner

    def request(self, method: str, url: str, headers: Any, post_data: Any = None, **_: Any) -> Any:
        body, status, sent = self._inner.request(method, url, headers, post_data)
        if method == "get" and "/balance_transactions" in url:
            body = json.dumps({**json.loads(body), "data": [], "has_more": False})
        return body, status, sent

    def close(self) -> None:
        self._inner.close()  # type: ignore[no-untyped-call]


def test_a_credit_that_reaches_no_balance_is_said_with_what_to_do(it: History, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(last_invoices, "PAUSES", ())
    it.billing.wrap.append(WithoutTransactions)

    out = it.ok(*BILLED, "--prorate").out

    number = it.invoices()[-1]["number"]
    assert f"The credit of $15.00 has not reached the customer's balance ({number})." in out
    command = f"billing --local customer balance {it.customer} --credit 15.00 --note {number}"
    assert command in out
    it.billing.wrap.clear()
    it.billing.ok(*command.split()[1:], "--yes", "--local")
    assert it.balance == -1500 - 1500, "the command that is named gives it"


def test_a_draft_of_the_period_that_has_just_begun_is_charged_too(begin: Begin) -> None:
    it = begin("2026-04-01")
    it.price("thirty", 30)
    it.start("thirty")
    it.to("2026-05-01 00:30")
    [draft] = drafts(it)

    output = it.ok(*BILLED, "--prorate").err

    assert f"Invoice {draft['id']} over $30.00, which nobody has charged yet, is made final and charged." in output
    assert "never paid" not in output
    assert (it.paid(), drafts(it), it.balance) == ([3000, 3000, 0], [], -2998)


def test_a_draft_that_is_not_billed_is_said_and_that_its_time_was_never_paid_for(begin: Begin) -> None:
    it = begin("2026-04-01")
    it.price("thirty", 30)
    it.start("thirty")
    it.to("2026-05-01 00:30")
    [draft] = drafts(it)

    output = it.ok("cancel", "--now", "--prorate").err

    assert f"Invoice {draft['id']} over $30.00 is a draft, and Stripe may not collect it any more" in output
    assert f"was never paid for: invoice {draft['id']}" in output
    it.ok("cancel", "--invoice-now")
    assert (it.paid(), drafts(it)) == ([3000, 3000], [])


def test_what_a_pause_keeps_as_a_draft_stays_one(it: History) -> None:
    it.shop.post(f"/v1/subscriptions/{it.id}", pause_collection={"behavior": "keep_as_draft"})
    it.to("2026-05-01 02:00")
    [kept] = drafts(it)

    it.ok(*BILLED, "--prorate")

    assert [one["id"] for one in drafts(it)] == [kept["id"]]


def test_a_payment_that_fails_is_said_and_tried_once(it: History) -> None:
    it.use(8000)
    it.use_card("pm_card_chargeCustomerFail")

    ran = it.run(*BILLED, "--yes", "--output", "json")
    again = it.run(*BILLED, "--yes")

    assert (ran.code, ran.error["kind"]) == (4, "payment_failed")
    assert "is canceled, and its last invoice" in ran.error["message"]
    assert ran.json["last_invoices"][0]["payment_error"]["code"] == "card_declined"
    last = it.invoices()[-1]
    assert (last["status"], last["attempt_count"], it.subscription["status"]) == ("open", 1, "canceled")
    assert (again.code, len(it.invoices())) == (0, 2)
