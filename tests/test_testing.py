"""The pytest fixture that is shipped: an account of its own for each test, a clock, the events."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import requests
import stripe

from stripe_billing_cli.catalog.file.problems import CatalogErrors
from stripe_billing_cli.testing import LocalStripe, local_stripe

__all__ = ["local_stripe"]

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("run", range(2))
def test_each_test_has_an_account_of_its_own(local_stripe: LocalStripe, run: int) -> None:
    assert local_stripe.client.v1.products.list().data == []
    local_stripe.client.v1.products.create({"id": "pro", "name": "Pro"})
    assert local_stripe.event_types() == ["product.created"]


def test_time_passes_with_what_stripe_does_meanwhile(local_stripe: LocalStripe) -> None:
    client = local_stripe.client.v1
    customer = client.customers.create({"payment_method": "pm_card_visa"})
    method = client.payment_methods.list({"customer": customer.id}).data[0].id
    price = client.prices.create(
        {"currency": "usd", "unit_amount": 1500, "recurring": {"interval": "month"}, "product_data": {"name": "Pro"}}
    )
    client.subscriptions.create(
        {
            "customer": customer.id,
            "items": [{"price": price.id}],
            "trial_period_days": 7,
            "default_payment_method": method,
        }
    )
    assert local_stripe.events("invoice.paid")[0].data.object["amount_paid"] == 0

    local_stripe.advance(days=8)

    assert local_stripe.now() - time.time() == pytest.approx(8 * 86_400, abs=5)
    assert [event.data.object["amount_paid"] for event in local_stripe.events("invoice.paid")] == [0, 1500]
    with pytest.raises(ValueError, match="forward"):
        local_stripe.advance(days=-1)


def test_pages_are_at_the_address_of_the_account(local_stripe: LocalStripe) -> None:
    item: Any = {"price_data": {"currency": "usd", "unit_amount": 900, "product_data": {"name": "Pro"}}, "quantity": 1}
    made = local_stripe.client.v1.checkout.sessions.create(
        {"mode": "payment", "line_items": [item], "success_url": "https://example.com"}
    )
    url = local_stripe.url
    session = local_stripe.client.v1.checkout.sessions.retrieve(made.id)
    assert session.url is not None and session.url.startswith(f"{url}/c/pay/")
    assert "Pay $9.00" in requests.get(session.url).text


def test_it_is_the_same_account_over_http(local_stripe: LocalStripe) -> None:
    local_stripe.client.v1.products.create({"name": "Pro"})
    by_http = stripe.StripeClient(local_stripe.api_key, base_addresses={"api": local_stripe.url})
    assert [product.name for product in by_http.v1.products.list().data] == ["Pro"]
    local_stripe.advance(days=1)
    later = by_http.v1.products.create({"name": "Later"})
    assert later.created - time.time() == pytest.approx(86_400, abs=5)


ELSEWHERE = """
version: 1
catalog: shop
account: acct_1Elsewhere000000
currency: usd
products:
  pro:
    id: prod_of_another_account
    name: Pro
    prices:
      monthly: {id: price_of_another_account, unit_amount: 1500, recurring: month}
webhook_endpoints:
  shop: {url: https://shop.example/webhook, enabled_events: [invoice.paid]}
"""


def test_a_catalog_of_another_account_is_made_without_its_endpoints(local_stripe: LocalStripe, tmp_path: Path) -> None:
    file = tmp_path / "catalog.yaml"
    file.write_text(ELSEWHERE, encoding="utf-8")

    local_stripe.apply_catalog(file)
    local_stripe.apply_catalog(file)

    client = local_stripe.client.v1
    [price] = client.prices.list({"lookup_keys": ["pro.monthly"]}).data
    assert (price.unit_amount, price.product) == (1500, "pro")
    assert [product.id for product in client.products.list().data] == ["pro"]
    assert client.webhook_endpoints.list().data == []


def test_what_the_dashboard_would_set_is_set(local_stripe: LocalStripe) -> None:
    client = local_stripe.client.v1
    with pytest.raises(stripe.InvalidRequestError, match="Card Token usage"):
        client.customers.create({"source": "tok_visa"})
    local_stripe.set_in_dashboard(card_tokens="accept")
    assert str(client.customers.create({"source": "tok_visa"}).default_source).startswith("card_")
    for wrong in ({"card_tokens": "perhaps"}, {"colour": "red"}):
        with pytest.raises(ValueError, match="cannot be"):
            local_stripe.set_in_dashboard(**wrong)


def test_calls_of_asynchronous_code_need_no_network_either(local_stripe: LocalStripe) -> None:
    async def read_back() -> tuple[list[str | None], bytes]:
        client = local_stripe.client.v1
        customer = await client.customers.create_async({"name": "Ada"})
        with pytest.raises(stripe.InvalidRequestError, match="No such price"):
            await client.prices.retrieve_async("price_missing")
        line = {"price_data": {"currency": "usd", "product": product.id, "unit_amount": 5}}
        quote = await client.quotes.create_async({"customer": customer.id, "line_items": [line]})  # type: ignore[list-item]
        await client.quotes.finalize_quote_async(quote.id)
        pdf = await client.quotes.pdf_async(quote.id)
        return [
            each.name async for each in (await client.customers.list_async()).auto_paging_iter()
        ], await pdf.read_async()

    product = local_stripe.client.v1.products.create({"name": "Pro"})
    names, pdf = asyncio.run(read_back())
    assert (names, pdf[:5]) == (["Ada"], b"%PDF-")


def test_an_event_comes_to_a_handler_as_stripe_would_sign_it(local_stripe: LocalStripe) -> None:
    local_stripe.client.v1.customers.create({"name": "Ada"})
    local_stripe.advance(days=30)
    [event] = local_stripe.events()

    sent = local_stripe.webhook(event)

    signed = sent.headers["Stripe-Signature"]
    received = stripe.Webhook.construct_event(sent.body, signed, local_stripe.webhook_secret)  # type: ignore[no-untyped-call]
    assert (received.id, received.data.object["name"]) == (event.id, "Ada")
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(sent.body, signed, "whsec_other")  # type: ignore[no-untyped-call]


def test_calls_fail_as_ordered_wherever_they_come_from(local_stripe: LocalStripe) -> None:
    clients = [
        local_stripe.client,
        stripe.StripeClient(local_stripe.api_key, base_addresses={"api": local_stripe.url}, max_network_retries=0),
    ]
    for client in clients:
        client.v1.customers.create({"name": "Before"})
        local_stripe.fail("500 before 1 POST /v1/customers", "drop after 2 POST /v1/customers")
        with pytest.raises(stripe.APIError):
            client.v1.customers.create({"name": "Refused"})
        with pytest.raises(stripe.APIConnectionError):
            client.v1.customers.create({"name": "Made"})
        client.v1.customers.create({"name": "After"})
    made = [customer.name for customer in clients[0].v1.customers.list().data][::-1]
    assert made == ["Before", "Made", "After"] * 2
    with pytest.raises(ValueError, match="not a way to fail"):
        local_stripe.fail("explode before 1")


def test_an_account_of_another_scope_ends_with_its_block(tmp_path: Path) -> None:
    with LocalStripe(tmp_path / "one.db") as one, LocalStripe(tmp_path / "other.db") as other:
        one.client.v1.products.create({"name": "Pro"})
        assert other.client.v1.products.list().data == []
        assert one.url != other.url
    with pytest.raises(stripe.APIConnectionError):
        stripe.StripeClient("sk_test_x", base_addresses={"api": one.url}).v1.products.list()


def test_a_catalog_with_mistakes_is_refused(local_stripe: LocalStripe, tmp_path: Path) -> None:
    file = tmp_path / "catalog.yaml"
    file.write_text("version: 1\ncatalog: shop\nproducts: {pro: {nane: Pro}}\n", encoding="utf-8")

    with pytest.raises(CatalogErrors, match="nane"):
        local_stripe.apply_catalog(file)


def test_the_example_of_the_page_passes(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "local-stripe.md").read_text(encoding="utf-8")
    started = [sys.executable, "-m", "stripe_billing_cli", "init"]
    subprocess.run(started, cwd=tmp_path, capture_output=True, check=True)
    for name, text in re.findall(r"```python\n# (\S+)\n(.*?)```", page, re.S):
        (tmp_path / name).write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (ran.returncode, "1 passed" in ran.stdout) == (0, True), ran.stdout
