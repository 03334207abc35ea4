"""Customers who are billed in several currencies (https://docs.stripe.com/invoicing/multi-currency-customers)."""

from __future__ import annotations

from typing import Any

from tests.local_stripe.conftest import Local
from tests.local_stripe.life import Life, price


def balances(life: Life) -> tuple[str, int, Any]:
    """Return the customer's currency, the balance in it, and the credits in all currencies."""
    customer = life.local.get(f"/v1/customers/{life.customer}", expand=["invoice_credit_balance"])
    return customer["currency"], customer["balance"], customer["invoice_credit_balance"]


def credit(life: Life, amount: int, currency: str) -> int:
    path = f"/v1/customers/{life.customer}/balance_transactions"
    return int(life.local.post(path, amount=-amount, currency=currency)["ending_balance"])


def test_a_credit_is_for_invoices_in_its_currency(local: Local) -> None:
    """The page says: "A CAD invoice doesn't apply a customer credit balance denominated in USD"."""
    life = Life.begin(local, "2026-04-01")
    credit(life, 5000, "usd")
    dollars = life.subscribe(price(local, 2000))
    local.delete(f"/v1/subscriptions/{dollars['id']}")
    canadian = price(local, 3000, currency="cad")

    details = {"items": [{"price": canadian}]}
    preview = local.post("/v1/invoices/create_preview", customer=life.customer, subscription_details=details)
    assert (preview["starting_balance"], preview["amount_due"]) == (0, 3000)
    subscription = life.subscribe(canadian)
    [invoice] = life.invoices(subscription["id"])
    assert (invoice["starting_balance"], invoice["amount_due"], invoice["ending_balance"]) == (0, 3000, 0)
    assert balances(life) == ("cad", 0, {"usd": 3000})

    assert credit(life, 700, "cad") == -700
    life.advance("2026-05-01 02:00")
    assert life.invoices(subscription["id"])[-1]["amount_due"] == 2300
    local.delete(f"/v1/subscriptions/{subscription['id']}")
    [again] = life.invoices(life.subscribe(price(local, 2000))["id"])
    assert (again["starting_balance"], again["amount_due"]) == (-3000, 0)
    assert balances(life) == ("usd", -1000, {"usd": 1000})


def test_a_customer_is_billed_by_hand_in_another_currency(local: Local) -> None:
    """The page says: "setting the currency to CAD would only pull in the CAD invoice item"."""
    life = Life.begin(local, "2026-04-01")
    subscription = life.subscribe(price(local, 2000))
    for amount, currency in ((1000, "cad"), (900, "usd")):
        local.post("/v1/invoiceitems", customer=life.customer, amount=amount, currency=currency)

    form = {"customer": life.customer, "currency": "cad", "pending_invoice_items_behavior": "include"}
    draft = local.post("/v1/invoices", **form)
    assert (draft["currency"], draft["total"]) == ("cad", 1000)
    local.post(f"/v1/invoices/{draft['id']}/finalize")
    paid = local.post(f"/v1/invoices/{draft['id']}/pay")
    local.post("/v1/credit_notes", invoice=paid["id"], amount=1000, credit_amount=1000)

    assert balances(life) == ("usd", 0, {"cad": 1000}), "the credit note is for CAD invoices"
    life.advance("2026-05-01 02:00")
    assert life.totals(subscription["id"]) == [2000, 2900]
    assert life.invoices(subscription["id"])[-1]["amount_due"] == 2900


def test_a_credit_by_hand_is_in_the_currency_that_it_names(local: Local) -> None:
    life = Life.begin(local)
    assert [credit(life, 500, "usd"), credit(life, 300, "eur"), credit(life, 100, "eur")] == [-500, -300, -400]
    assert balances(life) == ("usd", -500, {"usd": 500, "eur": 400})
