"""An account with one of each object that concerns billing, for the libraries that copy an account."""

from __future__ import annotations

from typing import Any

import stripe


def fill(client: stripe.StripeClient) -> None:
    """Make at least one object of each kind, and let most of them change."""
    v1: Any = client.v1
    product = v1.products.create({"name": "Pro", "metadata": {"tier": "1"}})
    recurring = {"interval": "month"}
    price = v1.prices.create({"product": product.id, "currency": "usd", "unit_amount": 1500, "recurring": recurring})
    large = v1.prices.create({"product": product.id, "currency": "usd", "unit_amount": 4500, "recurring": recurring})
    v1.plans.create({"product": product.id, "currency": "usd", "amount": 900, "interval": "year"})
    feature = v1.entitlements.features.create({"name": "Export", "lookup_key": "export"})
    v1.products.features.create(product.id, {"entitlement_feature": feature.id})
    coupon = v1.coupons.create({"percent_off": 10, "duration": "forever"})
    promotion: Any = {"type": "coupon", "coupon": coupon.id}
    v1.promotion_codes.create({"promotion": promotion, "code": "HELLO"})
    v1.tax_rates.create({"display_name": "VAT", "percentage": 19, "inclusive": False, "country": "DE"})
    amount: Any = {"amount": 500, "currency": "usd"}
    v1.shipping_rates.create({"display_name": "Ground", "type": "fixed_amount", "fixed_amount": amount})
    v1.webhook_endpoints.create({"url": "https://shop.example/stripe", "enabled_events": ["*"], "connect": True})
    customer = v1.customers.create({"email": "ada@example.com", "name": "Ada", "source": "tok_visa"})
    v1.customers.tax_ids.create(customer.id, {"type": "eu_vat", "value": "DE123456789"})
    intent = v1.setup_intents.create(
        {
            "customer": customer.id,
            "payment_method": "pm_card_visa",
            "confirm": True,
            "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
        }
    )
    settings: Any = {"default_payment_method": intent.payment_method}
    v1.customers.update(customer.id, {"invoice_settings": settings})
    subscription = v1.subscriptions.create({"customer": customer.id, "items": [{"price": price.id}]})
    [item] = subscription["items"].data
    v1.subscriptions.update(subscription.id, {"items": [{"id": item.id, "price": large.id}]})
    v1.subscription_schedules.create({"from_subscription": subscription.id})
    v1.invoice_items.create({"customer": customer.id, "amount": 700, "currency": "usd", "description": "Set-up"})
    invoice = v1.invoices.create({"customer": customer.id, "pending_invoice_items_behavior": "include"})
    v1.invoices.pay(v1.invoices.finalize_invoice(invoice.id).id)
    line: Any = {"type": "custom_line_item", "description": "Sorry", "quantity": 1, "unit_amount": 100}
    v1.credit_notes.create({"invoice": invoice.id, "lines": [line], "refund_amount": 100})
    for card in ("pm_card_visa", "pm_card_createDispute"):
        payment = v1.payment_intents.create(
            {
                "amount": 2000,
                "currency": "usd",
                "payment_method": card,
                "confirm": True,
                "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
            }
        )
        if card == "pm_card_visa":
            v1.refunds.create({"payment_intent": payment.id})
    ended = v1.customers.create({"email": "bob@example.com", "name": "Bob", "payment_method": "pm_card_visa"})
    short = v1.subscriptions.create(
        {"customer": ended.id, "items": [{"price": price.id}], "collection_method": "send_invoice", "days_until_due": 7}
    )
    v1.subscriptions.cancel(short.id)
    v1.customers.delete(ended.id)
    v1.checkout.sessions.create({"mode": "setup", "currency": "usd", "success_url": "https://shop.example"})
