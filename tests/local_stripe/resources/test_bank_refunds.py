"""Refunds of payments by bank transfer, and of cash balances (https://docs.stripe.com/payments/customer-balance/refunding).

Words of refusals are not recorded.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_stripe.conftest import Clock, Local
from tests.local_stripe.transfers import fund, left, payment

DAY = 24 * 60 * 60
REFUNDS = "/v1/refunds"
GOOD, BAD = "000123456789", "000111111113"


@pytest.fixture
def customer(local: Local) -> str:
    return str(local.post("/v1/customers", email="jo@example.com")["id"])


def paid(local: Local, customer: str) -> str:
    fund(local, customer, 3000)
    return str(payment(local, customer, 3000)["id"])


def charge_of(local: Local, intent: str) -> Any:
    return local.get(f"/v1/payment_intents/{intent}", expand=["latest_charge"])["latest_charge"]


def named(local: Local, refund: Any, account: str = GOOD) -> Any:
    """Return the refund whose customer names a bank account."""
    reply = local.send("post", f"/local/refunds/{refund['id']}/bank_account", f"account_number={account}")
    assert reply.status == 200, reply.text
    return reply.json


def now(local: Local, refund: Any) -> Any:
    return local.get(f"{REFUNDS}/{refund['id']}")


def types(local: Local, *kinds: str) -> list[str]:
    return [event["type"] for event in reversed(local.events()) if event["type"].startswith(kinds)]


def test_the_customer_is_asked_by_mail_for_the_account_that_takes_the_money(
    local: Local, customer: str, clock: Clock
) -> None:
    intent = paid(local, customer)
    refund = local.post(REFUNDS, payment_intent=intent, amount=1000, reason="requested_by_customer")
    assert refund["id"].startswith("pyr_")
    assert (refund["status"], refund["instructions_email"]) == ("requires_action", "jo@example.com")
    assert refund["next_action"] == {
        "display_details": {
            "email_sent": {"email_sent_at": refund["created"], "email_sent_to": "jo@example.com"},
            "expires_at": refund["created"] + 45 * DAY,
        },
        "type": "display_details",
    }
    assert charge_of(local, intent)["amount_refunded"] == 1000
    pending = named(local, refund)
    assert (pending["status"], pending["pending_reason"], "next_action" in pending) == ("pending", "processing", False)
    clock.now += 2
    done = now(local, refund)
    sent = done["destination_details"]["us_bank_transfer"]
    assert (done["status"], sent["reference_status"], len(sent["reference"])) == ("succeeded", "available", 16)
    assert types(local, "refund.", "charge.refund") == [
        "refund.created",
        "charge.refunded",
        *("refund.updated", "charge.refund.updated") * 2,
    ]
    clock.now += 60 * DAY
    assert now(local, refund)["status"] == "succeeded"


def test_another_address_is_asked_where_the_refund_says_one(local: Local, customer: str) -> None:
    refund = local.post(REFUNDS, payment_intent=paid(local, customer), instructions_email="accounts@example.com")
    assert refund["instructions_email"] == "accounts@example.com"
    assert refund["next_action"]["display_details"]["email_sent"]["email_sent_to"] == "accounts@example.com"


def test_without_an_address_there_is_no_refund(local: Local) -> None:
    """ "If you didn't include an email address when you created the customer object, creating a refund results in an
    error. Update the customer object [...], and try creating the refund again." """
    customer = str(local.post("/v1/customers")["id"])
    intent = paid(local, customer)
    assert local.refused("post", REFUNDS, payment_intent=intent).param == "instructions_email"
    assert charge_of(local, intent)["amount_refunded"] == 0
    local.post(f"/v1/customers/{customer}", email="jo@example.com")
    assert local.post(REFUNDS, payment_intent=intent)["status"] == "requires_action"


def test_what_the_bank_sends_back_waits_for_another_account(local: Local, customer: str, clock: Clock) -> None:
    refund = local.post(REFUNDS, payment_intent=paid(local, customer))
    named(local, refund, BAD)
    clock.now += 2 * DAY
    again = now(local, refund)
    details = again["next_action"]["display_details"]
    assert (again["status"], details["expires_at"]) == ("requires_action", refund["created"] + 45 * DAY)
    assert details["email_sent"]["email_sent_at"] > refund["created"]
    named(local, refund, "DE89 3704 0044 0532 0130 00")
    clock.now += 2
    assert now(local, refund)["status"] == "succeeded"


@pytest.mark.parametrize("by_itself", [True, False])
def test_a_refund_that_nobody_answers_fails(local: Local, customer: str, clock: Clock, by_itself: bool) -> None:
    intent = paid(local, customer)
    refund = local.post(REFUNDS, payment_intent=intent)
    if by_itself:
        clock.now += 45 * DAY
    else:
        local.post(f"/v1/test_helpers/refunds/{refund['id']}/expire")
    failed = now(local, refund)
    assert (failed["status"], "next_action" in failed) == ("failed", False)
    back = local.get(f"/v1/balance_transactions/{failed['failure_balance_transaction']}")
    assert (back["amount"], back["type"], back["reporting_category"]) == (3000, "payment_refund", "refund_failure")
    charge = charge_of(local, intent)
    assert (charge["amount_refunded"], charge["refunded"]) == (0, False)
    assert types(local, "refund.")[-2:] == ["refund.updated", "refund.failed"]
    assert local.refused("post", f"/v1/test_helpers/refunds/{refund['id']}/expire").status == 400


def test_a_refund_is_canceled_until_the_customer_names_an_account(local: Local, customer: str) -> None:
    intent = paid(local, customer)
    refund = local.post(REFUNDS, payment_intent=intent)
    after = local.post(f"{REFUNDS}/{refund['id']}/cancel")
    assert (after["status"], after["failure_reason"]) == ("canceled", "merchant_request")
    charge = charge_of(local, intent)
    assert (charge["amount_refunded"], charge["refunded"]) == (0, False)
    other = local.post(REFUNDS, payment_intent=intent)
    named(local, other)
    for each in (refund, other):
        refusal = local.refused("post", f"{REFUNDS}/{each['id']}/cancel")
        assert refusal.message == "Canceling this refund is unsupported."


def test_payments_that_are_no_cards_are_called_payments(local: Local, customer: str) -> None:
    """`type` of balance transactions: https://docs.stripe.com/reports/balance-transaction-types."""
    charge = charge_of(local, paid(local, customer))
    assert charge["id"].startswith("py_")
    local.post("/v1/customers")
    moved = local.get("/v1/balance_transactions", source=charge["id"])["data"][0]
    assert (moved["type"], moved["reporting_category"]) == ("payment", "charge")
    refund = local.post(REFUNDS, charge=charge["id"], expand=["balance_transaction"])["balance_transaction"]
    assert (refund["type"], refund["reporting_category"], refund["amount"]) == ("payment_refund", "refund", -3000)


def test_what_a_cash_balance_has_left_goes_back(local: Local, customer: str, clock: Clock) -> None:
    fund(local, customer, 5000)
    of_balance = {"customer": customer, "currency": "usd", "origin": "customer_balance"}
    refund = local.post(REFUNDS, amount=1200, **of_balance, metadata={"k": "v"})
    assert (refund["status"], refund["charge"], refund["payment_intent"]) == ("requires_action", None, None)
    assert (refund["customer"], refund["amount"], refund["balance_transaction"]) == (customer, 1200, None)
    assert left(local, customer) == 3800
    named(local, refund)
    clock.now += 2
    assert now(local, refund)["status"] == "succeeded"
    unanswered = local.post(REFUNDS, amount=800, **of_balance)
    assert local.refused("post", f"{REFUNDS}/{unanswered['id']}/cancel").status == 400
    clock.now += 45 * DAY
    assert (now(local, unanswered)["status"], left(local, customer)) == ("failed", 3800)
    moved = local.get(f"/v1/customers/{customer}/cash_balance_transactions")["data"]
    assert [(each["type"], each["net_amount"]) for each in reversed(moved)] == [
        ("funded", 5000),
        ("return_initiated", -1200),
        ("return_initiated", -800),
        ("return_canceled", 800),
    ]
    assert "charge.refund.updated" not in types(local, "charge.")


def test_what_cannot_be_refunded_to_a_bank_account(local: Local, customer: str, clock: Clock) -> None:
    fund(local, customer, 1000)
    of_balance = {"customer": customer, "currency": "usd", "origin": "customer_balance"}
    assert local.refused("post", REFUNDS, amount=1001, **of_balance).param == "amount"
    for name in ("amount", "currency", "customer"):
        given = {"amount": 10, **of_balance}
        del given[name]
        assert local.refused("post", REFUNDS, **given).param == name
    intent = payment(local, customer, 1000)["id"]
    assert local.refused("post", REFUNDS, payment_intent=intent, **of_balance).param == "payment_intent"
    assert local.refused("post", REFUNDS, payment_intent=intent, currency="usd").param == "currency"
    card = local.post(
        "/v1/payment_intents",
        amount=1000,
        currency="usd",
        payment_method="pm_card_visa",
        allowed_payment_method_types=["card"],
        confirm=True,
    )["id"]
    by_mail = {"instructions_email": "jo@example.com"}
    assert local.refused("post", REFUNDS, payment_intent=card, **by_mail).param == "instructions_email"
    refund = local.post(REFUNDS, payment_intent=intent, amount=100)
    account = f"/local/refunds/{refund['id']}/bank_account"
    assert local.refused("post", account, account_number="000000000001").param == "account_number"
    named(local, refund)
    assert local.refused("post", account, account_number=GOOD).status == 400
    clock.now += 181 * DAY
    assert "180 days" in local.refused("post", REFUNDS, payment_intent=intent).message
