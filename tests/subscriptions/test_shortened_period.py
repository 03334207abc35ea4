"""Whether the rest of a period has been billed: all lines of the invoices count, not those of a first page alone."""

from __future__ import annotations

from stripe_billing_cli.subscriptions import shortened_period
from tests.subscriptions.conftest import Shop


def test_a_year_that_was_billed_behind_many_invoices_counts(shop: Shop) -> None:
    """Else the rest of the year would be charged again where an end within it is taken back."""
    customer, year = shop.with_card(email="ada@example.com")["id"], {"interval": "year"}
    subscription = shop.subscription(customer, shop.price(unit_amount=12000, recurring=year)["id"])
    for _ in range(11):
        wait = {"customer": customer, "subscription": subscription["id"], "amount": 100, "currency": "usd"}
        shop.post("/v1/invoiceitems", **wait)
        shop.post("/v1/invoices", customer=customer, subscription=subscription["id"])
    in_a_month = subscription["items"]["data"][0]["current_period_start"] + 30 * 86400
    ends = shop.post(f"/v1/subscriptions/{subscription['id']}", cancel_at=in_a_month, proration_behavior="none")

    assert shortened_period.proration(shop.api, ends) == "none"


def test_lines_behind_an_invoices_first_page_count(shop: Shop) -> None:
    customer = shop.with_card(email="ada@example.com")["id"]
    price = shop.price(lookup_key="pro.monthly")["id"]
    subscription = shop.subscription(customer, price)
    for number in range(11):
        wait = {"customer": customer, "subscription": subscription["id"], "amount": 100, "currency": "usd"}
        shop.post("/v1/invoiceitems", **wait, description=f"Item {number}")
    changed = shop.post(
        f"/v1/subscriptions/{subscription['id']}",
        items=[{"id": subscription["items"]["data"][0]["id"], "quantity": 2}],
        proration_behavior="always_invoice",
    )
    invoice = shop.api.get(f"/v1/invoices/{changed['latest_invoice']}")
    listed = [line["id"] for page in shop.api.pages(f"/v1/invoices/{invoice['id']}/lines", {}) for line in page]

    read = {line["id"] for line in shortened_period.billed_lines(shop.api, changed)}

    assert len(invoice["lines"]["data"]) == 10 < len(listed)
    assert read >= set(listed)
