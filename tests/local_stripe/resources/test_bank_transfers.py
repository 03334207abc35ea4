"""Payments and invoices that a customer's cash balance pays (https://docs.stripe.com/payments/bank-transfers)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_stripe.conftest import Clock, Local
from tests.local_stripe.transfers import US, fund, invoice, left, payment, status, wanted

DAY = 24 * 60 * 60


@pytest.fixture
def customer(local: Local) -> str:
    return str(local.post("/v1/customers", email="ada@example.com")["id"])


def types(local: Local) -> list[str]:
    return [event["type"] for event in local.events()][::-1]


def test_a_payment_waits_for_a_transfer_and_is_made_by_it(local: Local, customer: str) -> None:
    payment_intent = payment(local, customer, 3000)
    assert (payment_intent["status"], payment_intent["next_action"]["type"]) == (
        "requires_action",
        "display_bank_transfer_instructions",
    )
    instructions = payment_intent["next_action"]["display_bank_transfer_instructions"]
    assert payment_intent["payment_method_options"] == {"customer_balance": US}
    assert (instructions["amount_remaining"], instructions["currency"], instructions["type"]) == (
        3000,
        "usd",
        "us_bank_transfer",
    )
    assert [one["type"] for one in instructions["financial_addresses"]] == ["aba", "swift"]
    before = len(types(local))
    fund(local, customer, 1000, reference=instructions["reference"])
    partly = local.get(f"/v1/payment_intents/{payment_intent['id']}")
    instructions = partly["next_action"]["display_bank_transfer_instructions"]
    assert (partly["status"], partly["amount_received"], instructions["amount_remaining"]) == (
        "requires_action",
        0,
        2000,
    )
    fund(local, customer, 2000)
    local.post("/v1/products", name="Pro")
    paid = local.get(f"/v1/payment_intents/{payment_intent['id']}", expand=["latest_charge.balance_transaction"])
    assert (paid["status"], paid["amount_received"], paid["next_action"]) == ("succeeded", 3000, None)
    charge = paid["latest_charge"]
    assert charge["payment_method_details"] == {"customer_balance": {}, "type": "customer_balance"}
    assert (charge["amount_captured"], charge["balance_transaction"]["amount"], left(local, customer)) == (
        3000,
        3000,
        0,
    )
    assert [type for type in types(local)[before:] if not type.startswith("balance.")] == [
        "customer_cash_balance_transaction.created",
        "customer_cash_balance_transaction.created",
        "payment_intent.partially_funded",
        "customer_cash_balance_transaction.created",
        "customer_cash_balance_transaction.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "product.created",
        "charge.updated",
    ]
    cash_balance_transactions = local.get(f"/v1/customers/{customer}/cash_balance_transactions")["data"]
    assert [(each["type"], each["net_amount"], each["ending_balance"]) for each in cash_balance_transactions[::-1]] == [
        ("funded", 1000, 1000),
        ("applied_to_payment", -1000, 0),
        ("funded", 2000, 2000),
        ("applied_to_payment", -2000, 0),
    ]
    assert cash_balance_transactions[0]["applied_to_payment"] == {"payment_intent": payment_intent["id"]}


def test_the_accounts_are_of_the_types_that_are_asked_for(local: Local, customer: str) -> None:
    transfer = {"type": "us_bank_transfer", "requested_address_types": ["swift"]}
    payment_intent = payment(local, customer, 3000, {"funding_type": "bank_transfer", "bank_transfer": transfer})
    instructions = payment_intent["next_action"]["display_bank_transfer_instructions"]
    assert [one["type"] for one in instructions["financial_addresses"]] == ["swift"]


def test_a_payment_is_made_at_once_from_what_is_there(local: Local, customer: str) -> None:
    fund(local, customer, 1500)
    assert payment(local, customer, 1099, transfer=None)["status"] == "succeeded"
    assert left(local, customer) == 401
    refusal = local.refused("post", "/v1/payment_intents", **wanted(customer, 1099, None))
    assert (refusal.status, refusal.code) == (402, "insufficient_funds")
    partly = payment(local, customer, 1000)
    assert partly["next_action"]["display_bank_transfer_instructions"]["amount_remaining"] == 599
    assert left(local, customer) == 0


def test_a_transfer_pays_invoices_whole_or_not_at_all(local: Local, customer: str) -> None:
    bill = invoice(local, customer, 5000)
    fund(local, customer, 4000)
    assert (status(local, bill), left(local, customer)) == ("open", 4000)
    assert types(local)[-1] == "cash_balance.funds_available"
    fund(local, customer, 2000)
    assert (status(local, bill), left(local, customer)) == ("paid", 1000)
    paid = local.get(f"/v1/invoices/{bill['id']}", expand=["payments"])
    assert (paid["amount_paid"], paid["payments"]["data"][0]["status"]) == (5000, "paid")
    assert {"invoice.paid", "payment_intent.succeeded"} < set(types(local))
    assert types(local)[-1] == "cash_balance.funds_available"


def test_what_is_there_pays_a_new_invoice_moments_later(local: Local, customer: str) -> None:
    fund(local, customer, 5000)
    bill = invoice(local, customer, 3000)
    assert bill["status"] == "open"
    local.post("/v1/customers")
    assert (status(local, bill), left(local, customer)) == ("paid", 2000)


def test_a_reference_comes_before_all_else(local: Local, customer: str) -> None:
    older, newer = invoice(local, customer, 2000), invoice(local, customer, 2000)
    fund(local, customer, 2000, reference=f"Payment for {newer['number']}, thank you")
    assert (status(local, older), status(local, newer)) == ("open", "paid")
    first, second = payment(local, customer, 700), payment(local, customer, 700)
    reference = second["next_action"]["display_bank_transfer_instructions"]["reference"]
    fund(local, customer, 500, reference=reference)
    assert local.get(f"/v1/payment_intents/{first['id']}")["next_action"] == first["next_action"]
    instructions = local.get(f"/v1/payment_intents/{second['id']}")["next_action"]["display_bank_transfer_instructions"]
    assert instructions["amount_remaining"] == 200


def test_then_the_smallest_group_that_waits_for_just_what_was_sent(local: Local, customer: str) -> None:
    one, other, third = (invoice(local, customer, amount) for amount in (1000, 2000, 3500))
    pay = payment(local, customer, 3000)
    fund(local, customer, 5500)
    assert [status(local, each) for each in (one, other, third, pay)] == ["open", "paid", "paid", "requires_action"]
    fund(local, customer, 4000)
    assert [status(local, each) for each in (one, pay)] == ["paid", "succeeded"]


def test_of_groups_of_a_size_the_one_with_the_most_invoices(local: Local, customer: str) -> None:
    pays = [payment(local, customer, 1000) for _ in range(2)]
    bill = invoice(local, customer, 1000)
    fund(local, customer, 1000)
    assert [status(local, each) for each in (*pays, bill)] == ["requires_action", "requires_action", "paid"]
    fund(local, customer, 1000)
    assert [status(local, each) for each in pays] == ["succeeded", "requires_action"]


def test_then_what_can_be_paid_oldest_first_and_payments_in_part(local: Local, customer: str, clock: Clock) -> None:
    pay = payment(local, customer, 5000)
    large = invoice(local, customer, 4000)
    clock.now += 60
    small = invoice(local, customer, 1500)
    fund(local, customer, 3000)
    assert [status(local, each) for each in (large, small)] == ["open", "paid"]
    instructions = local.get(f"/v1/payment_intents/{pay['id']}")["next_action"]["display_bank_transfer_instructions"]
    assert (instructions["amount_remaining"], left(local, customer)) == (3500, 0)


@pytest.mark.parametrize(("days", "reached"), [(59, "paid"), (61, "open")])
def test_an_invoice_waits_until_a_month_after_it_is_due(
    local: Local, customer: str, clock: Clock, days: int, reached: str
) -> None:
    bill = invoice(local, customer, 1000)
    clock.now += days * DAY
    fund(local, customer, 1000)
    assert status(local, bill) == reached


def test_what_waits_for_no_transfer_or_another_currency_is_left(local: Local, customer: str) -> None:
    by_card = invoice(local, customer, 1000, payment_settings={"payment_method_types": ["card"]})
    pay = payment(local, customer, 1000)
    fund(local, customer, 1000, "eur")
    assert [status(local, each) for each in (by_card, pay)] == ["open", "requires_action"]
    fund(local, customer, 1000)
    assert [status(local, each) for each in (by_card, pay)] == ["open", "succeeded"]


def test_by_hand_nothing_is_paid_until_it_is_applied(local: Local, customer: str) -> None:
    manual = {"settings": {"reconciliation_mode": "manual"}}
    local.post(f"/v1/customers/{customer}", cash_balance=manual)
    pay, bill = payment(local, customer, 1000), invoice(local, customer, 2000)
    fund(local, customer, 2500)
    assert types(local)[-1] == "cash_balance.funds_available"
    assert [status(local, each) for each in (pay, bill)] == ["requires_action", "open"]
    path = f"/v1/payment_intents/{pay['id']}/apply_customer_balance"
    partly = local.post(path, amount=400, currency="usd")
    assert partly["next_action"]["display_bank_transfer_instructions"]["amount_remaining"] == 600
    assert local.refused("post", path, amount=700).param == "amount"
    assert local.refused("post", path, currency="eur").param == "currency"
    assert local.post(path, amount=100)["status"] == "requires_action"
    whole = local.get(f"/v1/invoices/{bill['id']}", expand=["payments"])["payments"]["data"][0]
    intent = whole["payment"]["payment_intent"]
    assert local.post(f"/v1/payment_intents/{intent}/apply_customer_balance", amount=1)["amount_received"] == 2000
    assert (status(local, bill), left(local, customer)) == ("paid", 0)
    assert local.refused("post", path).code == "insufficient_funds"


def test_money_goes_back_when_a_payment_is_changed_or_canceled(local: Local, customer: str) -> None:
    pay = payment(local, customer, 3000)
    fund(local, customer, 1000)
    path = f"/v1/payment_intents/{pay['id']}"
    after = local.post(path, amount=4000)
    assert after["next_action"]["display_bank_transfer_instructions"]["amount_remaining"] == 4000
    assert left(local, customer) == 1000
    other = payment(local, customer, 500)
    assert other["status"] == "succeeded"
    instructions = local.get(path)["next_action"]["display_bank_transfer_instructions"]
    assert (instructions["amount_remaining"], left(local, customer)) == (3500, 0)
    canceled = local.post(f"{path}/cancel")
    assert (canceled["status"], left(local, customer)) == ("canceled", 500)
    local.post("/v1/customers")
    moved = local.get(f"/v1/customers/{customer}/cash_balance_transactions")["data"]
    assert [each["type"] for each in moved][::-1] == [
        "funded",
        "applied_to_payment",
        "unapplied_from_payment",
        "applied_to_payment",
        "applied_to_payment",
        "unapplied_from_payment",
    ]
    assert sum(each["net_amount"] for each in moved) == left(local, customer)


def test_another_payment_method_does_not_keep_what_was_applied(local: Local, customer: str) -> None:
    pay = payment(local, customer, 3000, allowed_payment_method_types=["card", "customer_balance"])
    fund(local, customer, 1000)
    paid = local.post(f"/v1/payment_intents/{pay['id']}/confirm", payment_method="pm_card_visa")
    assert (paid["status"], paid["amount_received"], left(local, customer)) == ("succeeded", 3000, 1000)


def test_an_invoice_that_is_charged_is_paid_from_the_balance(local: Local, customer: str, clock: Clock) -> None:
    fund(local, customer, 5000)
    price = local.price(recurring={"interval": "month"})["id"]
    settings = {"payment_method_types": ["customer_balance"]}
    subscription = local.post(
        "/v1/subscriptions",
        customer=customer,
        items=[{"price": price}],
        payment_behavior="default_incomplete",
        payment_settings={**settings, "save_default_payment_method": "on_subscription"},
    )
    local.post("/v1/customers")
    after = local.get(f"/v1/subscriptions/{subscription['id']}")
    assert (after["status"], after["default_payment_method"], left(local, customer)) == ("active", None, 3500)
    clock.now += 32 * DAY
    assert local.get(f"/v1/subscriptions/{subscription['id']}")["status"] == "active"
    assert left(local, customer) == 2000


def test_a_retry_takes_no_more_than_what_is_left_of_a_funded_invoice(local: Local, customer: str, clock: Clock) -> None:
    due = invoice(local, customer, 3000, collection_method="charge_automatically", auto_advance=True)
    own = local.get("/v1/invoice_payments", invoice=due["id"])["data"][0]["payment"]["payment_intent"]
    fund(local, customer, 1000)
    transfer = {"payment_method_data": {"type": "customer_balance"}, "payment_method_options": {"customer_balance": US}}
    partly = local.post(f"/v1/payment_intents/{own}/confirm", **transfer)
    assert (partly["next_action"]["display_bank_transfer_instructions"]["amount_remaining"], left(local, customer)) == (
        2000,
        0,
    )
    path = f"/v1/customers/{customer}/cash_balance"
    local.post(path, settings={"reconciliation_mode": "manual"})
    fund(local, customer, 2500)
    local.post(path, settings={"reconciliation_mode": "automatic"})
    clock.now += 4 * DAY
    assert (status(local, due), left(local, customer)) == ("paid", 500)


def test_payment_settings_name_transfers_of_their_currency(local: Local, customer: str) -> None:
    def settings(**transfer: Any) -> Any:
        options = {"customer_balance": {"funding_type": "bank_transfer", "bank_transfer": transfer}}
        return {"payment_method_options": options, "payment_method_types": ["customer_balance"]}

    at = "payment_settings[payment_method_options][customer_balance][bank_transfer]"
    wrong, right = settings(type="us_bank_transfer"), settings(type="gb_bank_transfer")
    price = local.price(currency="gbp", recurring={"interval": "month"})["id"]
    sent = {"customer": customer, "collection_method": "send_invoice", "days_until_due": 30}
    params = {**sent, "items": [{"price": price}]}
    assert local.refused("post", "/v1/subscriptions", **params, payment_settings=wrong).param == f"{at}[type]"
    subscription = local.post("/v1/subscriptions", **params, payment_settings=right)
    path = f"/v1/subscriptions/{subscription['id']}"
    assert local.refused("post", path, payment_settings=wrong).param == f"{at}[type]"
    euros = {**sent, "currency": "eur", "payment_settings": settings(type="eu_bank_transfer")}
    country = f"{at}[eu_bank_transfer][country]"
    other = local.post("/v1/customers", email="eve@example.com")["id"]
    assert local.refused("post", "/v1/invoices", **{**euros, "customer": other}).param == country
    local.post(f"/v1/invoices/{subscription['latest_invoice']}/finalize")
    fund(local, customer, 1500, "gbp")
    paid = local.get(f"/v1/invoices/{subscription['latest_invoice']}", expand=["payments"])
    intent = local.get(f"/v1/payment_intents/{paid['payments']['data'][0]['payment']['payment_intent']}")
    assert (paid["status"], intent["payment_method_options"]) == ("paid", right["payment_method_options"])


def test_what_cannot_be_paid_by_transfer_is_refused(local: Local, customer: str) -> None:
    def refused(**more: Any) -> str | None:
        return local.refused("post", "/v1/payment_intents", **{**wanted(customer, 1000), **more}).param

    def options(**transfer: Any) -> Any:
        return {"customer_balance": {"funding_type": "bank_transfer", **transfer}}

    at = "payment_method_options[customer_balance][bank_transfer]"
    assert refused(payment_method_options=options()) == at
    assert refused(payment_method_options=options(bank_transfer={"type": "gb_bank_transfer"})) == f"{at}[type]"
    assert refused(payment_method_options=options(bank_transfer={"type": "nowhere"})) == f"{at}[type]"
    assert refused(currency="cad") == "currency"
    assert refused(capture_method="manual") == "capture_method"
    assert local.refused("post", "/v1/payment_intents", **{**wanted(customer, 1000), "customer": ""}).status == 400
    card = local.post("/v1/payment_intents", amount=1000, currency="usd", customer=customer)["id"]
    assert "customer_balance" in local.refused("post", f"/v1/payment_intents/{card}/apply_customer_balance").message
    fund(local, customer, 1000)
    paid = payment(local, customer, 1000)["id"]
    assert local.refused("post", f"/v1/payment_intents/{paid}/apply_customer_balance").status == 400
    payment_intent_id = payment(local, customer, 1000)["id"]
    assert (
        local.refused("post", f"/local/payment_intents/{payment_intent_id}/authenticate", succeeds=True).status == 400
    )
