"""The redemption of coupons, for a subscription that there is."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing import customers
from stripe_billing_cli.local_stripe.billing.discounts import discount
from stripe_billing_cli.local_stripe.billing.subscriptions import price_checks, proration
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object


def redemption(call: Call, subscription: Object, customer: Object | None = None) -> discount.Redemption:
    items, currency = subscription["items"]["data"], subscription["currency"]
    _, period = proration.whole_periods(items, price_checks.catalog(call), currency)
    customer = customer or customers.find(call, subscription["customer"])
    return discount.Redemption(customer, subscription["id"], currency, sum(line.amount for line in period))
