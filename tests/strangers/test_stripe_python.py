"""stripe-python: the newest through the flows of Stripe's guides; 11.6 for what has not changed its form since."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
import stripe

from tests.strangers.conftest import LocalServer
from tests.strangers.programs import API_KEY, OLD_PYTHON, SOURCES, run, virtual_environment

SECRET = "whsec_of_the_test"


@pytest.fixture
def client(server: LocalServer) -> Any:
    return server.client.v1


def monthly(client: Any, amount: int) -> Any:
    product = client.products.create({"name": "Pro"})
    recurring = {"interval": "month"}
    return client.prices.create(
        {"product": product.id, "currency": "usd", "unit_amount": amount, "recurring": recurring}
    )


def paying(client: Any) -> Any:
    customer = client.customers.create({"email": "ada@example.com"})
    method = client.payment_methods.attach("pm_card_visa", {"customer": customer.id})
    return client.customers.update(customer.id, {"invoice_settings": {"default_payment_method": method.id}})


def test_a_subscription_is_begun_and_paid_for_in_the_browser(client: Any) -> None:
    subscription = client.subscriptions.create(
        {
            "customer": client.customers.create().id,
            "items": [{"price": monthly(client, 1500).id}],
            "payment_behavior": "default_incomplete",
            "expand": ["latest_invoice.confirmation_secret"],
        }
    )
    secret = subscription.latest_invoice.confirmation_secret.client_secret
    client.payment_intents.confirm(secret.partition("_secret_")[0], {"payment_method": "pm_card_visa"})
    assert client.subscriptions.retrieve(subscription.id).status == "active"


def test_an_upgrade_costs_what_was_previewed(client: Any) -> None:
    subscription = client.subscriptions.create(
        {"customer": paying(client).id, "items": [{"price": monthly(client, 1000).id}]}
    )
    items = [{"id": subscription["items"].data[0].id, "price": monthly(client, 3000).id}]
    details = {"items": items, "proration_behavior": "always_invoice", "proration_date": int(time.time())}
    preview = client.invoices.create_preview({"subscription": subscription.id, "subscription_details": details})
    changed = client.subscriptions.update(subscription.id, {**details, "expand": ["latest_invoice"]})
    assert changed.latest_invoice.total == preview.total


def test_pages_come_by_themselves_and_refusals_as_errors(server: LocalServer, client: Any) -> None:
    for number in range(5):
        client.coupons.create({"id": f"c{number}", "percent_off": 10, "duration": "once"})
    assert len(list(client.coupons.list({"limit": 2}).auto_paging_iter())) == 5
    with pytest.raises(stripe.CardError) as declined:
        client.payment_methods.attach("pm_card_chargeDeclined", {"customer": client.customers.create().id})
    assert declined.value.code == "card_declined"
    with pytest.raises(stripe.AuthenticationError):
        stripe.StripeClient("sk_wrong", base_addresses={"api": server.url}).v1.products.list()


def test_a_quote_is_written_accepted_and_read_as_a_file(client: Any) -> None:
    line = {"price": monthly(client, 1500).id, "quantity": 2}
    quote = client.quotes.create({"customer": paying(client).id, "line_items": [line]})
    finalized = client.quotes.finalize_quote(quote.id)
    file = client.quotes.pdf(quote.id)
    assert (file.headers["Content-Type"], file.io.read(5)) == ("application/pdf", b"%PDF-")
    assert finalized.number.startswith("QT-")
    assert client.quotes.accept(quote.id).subscription.startswith("sub_")


def test_an_event_is_read_out_of_its_signed_webhook(client: Any) -> None:
    client.customers.create({"name": "Ada"})
    [event] = client.events.list().data
    payload = json.dumps(event.to_dict())
    header = _header(payload)
    read = stripe.Webhook.construct_event(payload, header, SECRET)
    assert (read.type, read.data.object["name"]) == ("customer.created", "Ada")


def _header(payload: str) -> str:
    now = int(time.time())
    return f"t={now},v1={stripe.WebhookSignature._compute_signature(f'{now}.{payload}', SECRET)}"


@pytest.mark.soak
@pytest.mark.service
def test_an_older_version_works_for_customers_products_prices_and_webhooks(server: LocalServer, home: Path) -> None:
    python = virtual_environment(home, OLD_PYTHON)
    ended = run([str(python), str(SOURCES / "older_python.py"), server.url, API_KEY], home)
    assert ended.out.splitlines() == ["customers: ok", "products: ok", "prices: ok", "webhooks: ok"], ended.out
