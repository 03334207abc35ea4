"""A debit of a bank account takes days: while it is processing, its invoice is neither paid nor to be paid again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from tests.conftest import Billing, Ran
from tests.subscriptions.conftest import Shop

SLOW = "AT321904300235473204"
"""The bank answers after three minutes (https://docs.stripe.com/testing#sepa-direct-debit)."""
EMAIL = "jenny@example.com"


@dataclass
class Debtor:
    """A customer who pays by SEPA debit, with an incomplete subscription and an open invoice of €7.00."""

    billing: Billing
    shop: Shop
    subscription: str
    invoice: str

    def __call__(self, *argv: str) -> Ran:
        return self.billing(*argv, "--local", "--yes", "--output", "json")

    def charges(self) -> list[Any]:
        return [(one["amount"], one["status"]) for one in self.shop.api.page("/v1/charges", {})[0]]


@pytest.fixture
def debtor(billing: Billing, shop: Shop) -> Debtor:
    holder = {"name": "Jenny Rosen", "email": EMAIL}
    bank = shop.post("/v1/payment_methods", type="sepa_debit", sepa_debit={"iban": SLOW}, billing_details=holder)["id"]
    customer = shop.customer(email=EMAIL, payment_method=bank, invoice_settings={"default_payment_method": bank})["id"]
    price = shop.price(currency="eur")["id"]
    subscription = shop.subscription(customer, price, payment_behavior="default_incomplete")["id"]
    shop.post("/v1/invoiceitems", customer=customer, amount=700, currency="eur")
    draft = shop.post("/v1/invoices", customer=customer, pending_invoice_items_behavior="include", auto_advance=False)
    return Debtor(billing, shop, subscription, shop.post(f"/v1/invoices/{draft['id']}/finalize")["id"])


def test_an_invoice_is_on_its_way_and_not_paid_twice(debtor: Debtor) -> None:
    first, again = debtor("invoice", "pay", debtor.invoice), debtor("invoice", "pay", debtor.invoice)

    for ran in (first, again):
        assert (ran.code, ran.json["result"], ran.json["invoices"][0]["status"]) == (0, "processing", "open"), ran.err
    assert debtor.charges() == [(700, "pending")]
    assert debtor("invoice", "show", debtor.invoice).json["payment_error"]["code"] == "payment_processing"


def test_the_first_payment_of_a_subscription_is_on_its_way(debtor: Debtor) -> None:
    first, again = debtor("sub", "pay", debtor.subscription), debtor("sub", "pay", debtor.subscription)

    for ran in (first, again):
        assert (ran.code, ran.json["result"], ran.json["confirmation_url"]) == (0, "processing", None), ran.err
    assert first.json["subscription"]["status"] == "active"
    assert debtor.charges() == [(1500, "pending")]


def test_all_invoices_are_on_their_way(debtor: Debtor) -> None:
    ran = debtor("invoice", "pay", EMAIL, "--all")

    assert (ran.code, ran.json["result"], len(ran.json["invoices"])) == (0, "processing", 2), ran.err
    assert debtor.charges() == [(700, "pending"), (1500, "pending")]


def test_a_change_that_waits_for_a_bank_sends_nobody_to_pay_it_again(debtor: Debtor) -> None:
    debtor("sub", "pay", debtor.subscription)

    ran = debtor("sub", "change", debtor.subscription, "--quantity", "2")

    assert (ran.code, ran.json["payment_error"]["code"]) == (4, "payment_processing"), ran.err
    assert "do not pay it twice" in ran.error["hint"]


def test_what_a_bank_is_asked_to_pay_is_not_voided(debtor: Debtor) -> None:
    """The money would be taken all the same: of a void invoice, or for a change that is not made any more."""
    debtor("invoice", "pay", debtor.invoice)
    debtor("sub", "pay", debtor.subscription)
    debtor("sub", "change", debtor.subscription, "--quantity", "2")

    void = debtor("invoice", "void", debtor.invoice)
    canceled = debtor("sub", "cancel", debtor.subscription, "--now")

    for ran in (void, canceled):
        assert (ran.code, ran.error["kind"]) == (1, "refused"), ran.err
        assert "waits for the customer's bank" in ran.error["message"]
    assert debtor("invoice", "show", debtor.invoice).json["status"] == "open"


def test_the_last_invoice_of_an_end_that_waits_for_a_bank_asks_for_no_3d_secure(debtor: Debtor) -> None:
    debtor("sub", "pay", debtor.subscription)
    debtor("sub", "change", debtor.subscription, "--quantity", "2", "--proration", "create")

    ran = debtor("sub", "cancel", debtor.subscription, "--now", "--invoice-now")

    assert ran.code == 0, ran.err
    assert [(one["status"], one["payment_error"]) for one in ran.json["last_invoices"]] == [("open", None)]
