"""`billing sub pay`: Stripe's test cards, as a customer would use them."""

from __future__ import annotations

import re

import pytest

from tests.cli.sub.conftest import FIRST_OF_APRIL, Life
from tests.faults import meanwhile


@pytest.fixture
def new(life: Life) -> str:
    """An incomplete subscription of a customer without a card, which saves the card that pays."""
    customer = life.shop.customer(test_clock=life.clock, email="bob@example.com")["id"]
    settings = {"save_default_payment_method": "on_subscription"}
    made = life.shop.subscription(
        customer, life.prices["team"], payment_behavior="default_incomplete", payment_settings=settings
    )
    return str(made["id"])


class TestFirstPayment:
    def test_makes_the_subscription_active_and_saves_the_card(self, life: Life, new: str) -> None:
        record = life.json("sub", "pay", "bob@example.com")

        assert (record["id"], record["result"], record["invoice"]["status"]) == (new, "paid", "paid")
        subscription = life.shop.api.get(f"/v1/subscriptions/{new}")
        assert subscription["status"] == record["subscription"]["status"] == "active"
        assert subscription["default_payment_method"] is not None

    @pytest.mark.parametrize(
        ("card", "decline_code"),
        [
            ("pm_card_chargeDeclined", "generic_decline"),
            ("pm_card_chargeDeclinedInsufficientFunds", "insufficient_funds"),
        ],
    )
    def test_may_be_declined(self, card: str, decline_code: str, life: Life, new: str) -> None:
        ran = life("sub", "pay", new, "--payment-method", card, "--output", "json")

        assert ran.code == 4
        assert (ran.json["result"], ran.json["payment_error"]["decline_code"]) == ("payment_needed", decline_code)
        assert ran.json["confirmation_url"] in ran.error["hint"]
        assert decline_code in ran.error["message"]
        assert ran.json["subscription"]["status"] == "incomplete"

    def test_may_need_the_customer(self, life: Life, new: str) -> None:
        ran = life("sub", "pay", new, "--payment-method", "pm_card_authenticationRequired")

        assert ran.code == 4
        assert "3-D Secure" in ran.err
        assert "http://127.0.0.1:12111/i/" in ran.err

    def test_is_made_with_the_saved_card_which_is_named(self, life: Life) -> None:
        life.use_card("pm_card_mastercard")
        made = life.shop.subscription(life.customer, life.prices["team"], payment_behavior="default_incomplete")["id"]

        said = life.ok("sub", "pay", made).out

        assert re.match(r"Paid \$50\.00 from Mastercard ending in 4444 for invoice \w+-\d+; sub_\w+ is active\.", said)

    def test_is_made_with_the_card_of_the_invoice_where_it_has_one(self, life: Life) -> None:
        made = life.shop.subscription(life.customer, life.prices["team"], payment_behavior="default_incomplete")
        own = life.shop.post("/v1/payment_methods/pm_card_amex/attach", customer=life.customer)["id"]
        life.shop.post(f"/v1/invoices/{made['latest_invoice']}", default_payment_method=own)

        assert life.json("sub", "pay", made["id"])["payment_method"]["id"] == own

    def test_names_no_card_where_another_paid_meanwhile(self, life: Life) -> None:
        made = life.shop.subscription(life.customer, life.prices["team"], payment_behavior="default_incomplete")

        def customer_pays() -> None:
            life.shop.post(f"/v1/invoices/{made['latest_invoice']}/pay", payment_method="pm_card_mastercard")

        with meanwhile(life.billing, "POST /v1/payment_intents/{id}/confirm", 1, customer_pays):
            record = life.json("sub", "pay", made["id"])

        assert (record["result"], record["payment_method"]) == ("paid", None)

    def test_declined_may_be_tried_again(self, life: Life, new: str) -> None:
        assert life("sub", "pay", new, "--payment-method", "pm_card_chargeDeclined").code == 4
        life.ok("sub", "pay", new)

        assert life.shop.api.get(f"/v1/subscriptions/{new}")["status"] == "active"


class TestRenewal:
    def test_that_failed_is_paid_with_another_card(self, life: Life) -> None:
        life.use_card("pm_card_chargeCustomerFail")
        life.advance(FIRST_OF_APRIL + 2 * 3600)
        assert life.subscription["status"] == "past_due"
        ran = life("sub", "pay", life.id)
        assert (ran.code, "billing --local sub pay" in ran.err) == (4, True), "the saved card is declined again"

        record = life.json("sub", "pay", life.id, "--payment-method", "pm_card_visa")

        assert record["result"] == "paid"
        assert life.subscription["status"] == "active"
        assert life.invoices()[-1] == ("paid", 1500)

    def test_that_is_a_draft_is_not_yet_to_be_paid(self, life: Life) -> None:
        life.advance(FIRST_OF_APRIL)

        record = life.json("sub", "pay", life.id)

        assert (record["result"], record["collects_at"]) == ("nothing_to_pay", FIRST_OF_APRIL + 3601)
        assert life.invoices()[-1] == ("draft", 1500)


def test_paying_what_is_paid_is_a_success(life: Life) -> None:
    ran = life.ok("sub", "pay", life.id)

    assert "no invoice is open" in ran.out


def test_a_trial_gets_its_card_for_later(life: Life) -> None:
    customer = life.shop.customer()["id"]
    trial = life.shop.subscription(customer, life.prices["pro"], trial_period_days=14)["id"]

    record = life.json("sub", "pay", trial)

    assert (record["result"], record["subscription"]["status"]) == ("card_saved", "trialing")
    assert life.shop.api.get(f"/v1/subscriptions/{trial}")["default_payment_method"] is not None
    assert life.json("sub", "pay", trial)["result"] == "nothing_to_pay"


def test_a_token_is_no_payment_method(life: Life) -> None:
    ran = life("sub", "pay", life.id, "--payment-method", "tok_visa", "--output", "json")

    assert (ran.code, ran.error["kind"]) == (2, "wrong_kind")


class TestOlderInvoices:
    def test_are_named_and_stay_open(self, life: Life) -> None:
        life.shop.post("/v1/invoiceitems", customer=life.customer, subscription=life.id, amount=2000, currency="usd")
        made = life.shop.post("/v1/invoices", customer=life.customer, subscription=life.id, auto_advance=False)
        older = life.shop.post(f"/v1/invoices/{made['id']}/finalize")
        life.use_card("pm_card_chargeCustomerFail")
        life.advance(FIRST_OF_APRIL + 2 * 3600)
        ran = life.ok("sub", "pay", life.id, "--payment-method", "pm_card_visa", "--output", "json")

        assert [one["id"] for one in ran.json["older_open"]] == [older["id"]]
        note = (
            f"{older['number']} over $20.00 of 11 Mar 2026 UTC, and stays so: billing --local invoice pay {older['id']}"
        )
        assert note in ran.err
        assert [status for status, _ in life.invoices()] == ["paid", "open", "paid"]

    def test_where_there_is_none_nothing_is_said(self, life: Life, new: str) -> None:
        ran = life.ok("sub", "pay", new, "--output", "json")

        assert (ran.json["older_open"], "Note" in ran.err) == ([], False)
