"""The account's own tax ids on invoices (`account_tax_ids` in `stripe/_invoice.py` and `stripe/_subscription.py`)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_stripe.checkout import paid, selling
from tests.local_stripe.conftest import Local
from tests.local_stripe.life import Life, price


def tax_id(local: Local, **params: Any) -> str:
    return str(local.post("/v1/tax_ids", type="eu_vat", value="DE123456789", **params)["id"])


@pytest.fixture
def life(local: Local) -> Life:
    return Life.begin(local)


def test_an_invoice_has_them_while_it_is_a_draft(life: Life) -> None:
    local, own = life.local, tax_id(life.local)
    draft = local.post("/v1/invoices", customer=life.customer, account_tax_ids=[own], expand=["account_tax_ids"])
    assert [one["value"] for one in draft["account_tax_ids"]] == ["DE123456789"]
    path = f"/v1/invoices/{draft['id']}"
    assert local.get(path)["account_tax_ids"] == [own]
    assert local.post(path, account_tax_ids="")["account_tax_ids"] is None


def test_invoices_of_a_subscription_have_its_own(life: Life) -> None:
    local, own = life.local, tax_id(life.local)
    subscription = life.subscribe(price(local), invoice_settings={"account_tax_ids": [own]})
    assert subscription["invoice_settings"]["account_tax_ids"] == [own]
    path = f"/v1/subscriptions/{subscription['id']}"
    assert local.post(path, invoice_settings={"account_tax_ids": ""})["invoice_settings"]["account_tax_ids"] is None
    life.advance("2026-02-01 02:00")
    assert [one["account_tax_ids"] for one in life.invoices(subscription["id"])] == [[own], None]


def test_a_phase_has_its_own_else_those_of_the_schedule(life: Life) -> None:
    local, default, own = life.local, tax_id(life.local), tax_id(life.local)
    items = [{"price": price(local)}]
    month = {"interval": "month"}
    subscription_schedule = local.post(
        "/v1/subscription_schedules",
        customer=life.customer,
        start_date="now",
        default_settings={"invoice_settings": {"account_tax_ids": [default]}},
        phases=[
            {"items": items, "duration": month},
            {"items": items, "duration": month, "invoice_settings": {"account_tax_ids": [own]}},
        ],
    )
    assert subscription_schedule["phases"][1]["invoice_settings"]["account_tax_ids"] == [own]
    life.advance("2026-02-01 02:00")
    assert [one["account_tax_ids"] for one in life.invoices(subscription_schedule["subscription"])] == [
        [default],
        [own],
    ]


def test_checkout_and_payment_links_pass_them_on(life: Life) -> None:
    local, own = life.local, tax_id(life.local)
    data = {"invoice_data": {"account_tax_ids": [own]}}
    once = str(local.price(unit_amount=900)["id"])
    creation: Any = {"enabled": True, **data}
    paid(local, selling(local, once, customer=life.customer, invoice_creation=creation), email=None)
    [invoice] = local.get("/v1/invoices", customer=life.customer)["data"]
    assert invoice["account_tax_ids"] == [own]
    link = local.post("/v1/payment_links", line_items=[{"price": once, "quantity": 1}], invoice_creation=creation)
    assert link["invoice_creation"]["invoice_data"]["account_tax_ids"] == [own]


def test_those_of_customers_and_of_nobody_are_refused(life: Life) -> None:
    local = life.local
    theirs = tax_id(local, owner={"type": "customer", "customer": life.customer})
    for id in (theirs, "txi_none"):
        refusal = local.refused("post", "/v1/invoices", customer=life.customer, account_tax_ids=[id])
        assert refusal.param == "account_tax_ids[0]"
