"""The last invoice of a subscription that ends: what is pending, and use that was not billed.

At the period's end "any pending prorations are also left in place and collected" (`SubscriptionService.cancel`), and
use is billed (https://docs.stripe.com/billing/subscriptions/cancel). It is a draft that finalizes an hour later, and
only then credits the customer's balance where its total is negative (recorded, 2026-08-26.dahlia).
"""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing import customers
from stripe_billing_cli.local_stripe.billing.invoicing import invoice_items, invoices
from stripe_billing_cli.local_stripe.billing.subscriptions import items, metering, price_checks, repository
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object


def draft(call: Call, subscription: Object) -> str | None:
    """Make the last invoice, which becomes the subscription's latest; None where there is nothing to bill."""
    pending_items = invoice_items.pending_of(call, subscription)
    usage_lines = metering.list_unbilled(call, subscription, price_checks.catalog(call))
    if subscription["status"] == "incomplete" or not (pending_items or usage_lines):
        return None
    invoice = invoices.new_draft(
        call,
        customers.find(call, subscription["customer"]),
        [*(invoice_items.as_line(call, item) for item in pending_items), *usage_lines],
        subscription["currency"],
        reason="subscription_cycle",
        subscription=subscription,
        period=(items.first_start(subscription["items"]["data"]), call.now),
        auto_advance=subscription["status"] != "unpaid" and subscription["pause_collection"] is None,
    )
    invoice_items.bill(call, pending_items, invoice["id"])
    invoices.create(call, invoice)
    repository.amend(call, subscription["id"], latest_invoice=invoice["id"])
    return str(invoice["id"])
