"""The objects of Stripe by what their answers say in `object`."""

from __future__ import annotations

from collections.abc import Mapping

from stripe_billing_cli.stripe_api.objects.account import Account
from stripe_billing_cli.stripe_api.objects.catalog import (
    CheckoutSession,
    Coupon,
    Discount,
    Meter,
    Price,
    Product,
    PromotionCode,
    ShippingRate,
    TaxRate,
)
from stripe_billing_cli.stripe_api.objects.common import SearchResult, StripeObject
from stripe_billing_cli.stripe_api.objects.customers import BalanceTransaction, Customer, PaymentMethod, TaxId
from stripe_billing_cli.stripe_api.objects.events import ListedEvent
from stripe_billing_cli.stripe_api.objects.invoices import CreditNote, Invoice, InvoiceItem, InvoiceLine, InvoicePayment
from stripe_billing_cli.stripe_api.objects.payment_links import LineItem, PaymentLink
from stripe_billing_cli.stripe_api.objects.payments import (
    AccountBalanceTransaction,
    Charge,
    Dispute,
    PaymentIntent,
    Refund,
    SetupIntent,
)
from stripe_billing_cli.stripe_api.objects.portal import PortalConfiguration
from stripe_billing_cli.stripe_api.objects.subscriptions import Schedule, Subscription, SubscriptionItem
from stripe_billing_cli.stripe_api.objects.various import (
    ActiveEntitlement,
    Feature,
    PortalSession,
    ProductFeature,
    TestClock,
    WebhookEndpoint,
)

OBJECTS: Mapping[str, type[StripeObject]] = {
    "account": Account,
    "balance_transaction": AccountBalanceTransaction,
    "billing_portal.configuration": PortalConfiguration,
    "billing_portal.session": PortalSession,
    "billing.meter": Meter,
    "charge": Charge,
    "checkout.session": CheckoutSession,
    "coupon": Coupon,
    "credit_note": CreditNote,
    "customer": Customer,
    "customer_balance_transaction": BalanceTransaction,
    "discount": Discount,
    "dispute": Dispute,
    "entitlements.active_entitlement": ActiveEntitlement,
    "entitlements.feature": Feature,
    "event": ListedEvent,
    "invoice": Invoice,
    "invoice_payment": InvoicePayment,
    "invoiceitem": InvoiceItem,
    "line_item": InvoiceLine,
    "item": LineItem,
    "payment_intent": PaymentIntent,
    "payment_link": PaymentLink,
    "payment_method": PaymentMethod,
    "price": Price,
    "product": Product,
    "product_feature": ProductFeature,
    "promotion_code": PromotionCode,
    "refund": Refund,
    "search_result": SearchResult,
    "setup_intent": SetupIntent,
    "shipping_rate": ShippingRate,
    "subscription": Subscription,
    "subscription_item": SubscriptionItem,
    "subscription_schedule": Schedule,
    "tax_id": TaxId,
    "tax_rate": TaxRate,
    "test_helpers.test_clock": TestClock,
    "v2.core.event": ListedEvent,
    "webhook_endpoint": WebhookEndpoint,
}
"""By what an answer says in `object`."""
