"""Invoice items that wait for a subscription's next invoice: prorations that were not billed at once, and other invoice
items.

https://docs.stripe.com/api/invoiceitems/list. Amounts in minor units; a credit is negative.
"""

from __future__ import annotations

from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.objects.invoices import InvoiceItem
from stripe_billing_cli.stripe_api.objects.subscriptions import Subscription
from stripe_billing_cli.stripe_api.references import id_of, subscription_of


def for_subscription(api: StripeApi, subscription: Subscription) -> list[InvoiceItem]:
    """Return the pending invoice items of the subscription. Raises `StripeCallError`."""
    return [item for item in for_customer(api, subscription) if subscription_of(item) == subscription["id"]]


def for_customer(api: StripeApi, subscription: Subscription) -> list[InvoiceItem]:
    """Return the pending invoice items of the subscription's customer. Raises `StripeCallError`."""
    filters = {"customer": id_of(subscription["customer"]), "pending": True}
    return [item for page in api.pages("/v1/invoiceitems", filters, kind=InvoiceItem) for item in page]


def are_there(api: StripeApi, subscription: Subscription) -> bool:
    """Return whether anything waits for an invoice of the subscription or of its customer. Raises `StripeCallError`."""
    filters = {"customer": id_of(subscription["customer"]), "pending": True, "limit": 1}
    return bool(api.page("/v1/invoiceitems", filters, kind=InvoiceItem)[0])
