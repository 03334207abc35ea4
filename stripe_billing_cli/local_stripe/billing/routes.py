"""All calls on customers, payments, invoices and subscriptions."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing import (
    balance_calls,
    charge_calls,
    checkout_sessions,
    credit_notes,
    customer_balance,
    customers,
    customers_deletion,
    dispute_calls,
    intents,
    invoice_calls,
    invoice_item_calls,
    invoice_line_calls,
    nested_lists,
    payment_methods,
    payouts,
    previews,
    refund_calls,
    setup_attempts,
    setup_intents,
    tax_ids,
    tax_rates,
    test_clocks,
    tokens,
)
from stripe_billing_cli.local_stripe.billing.discounts import calls as discount_calls
from stripe_billing_cli.local_stripe.billing.discounts import coupons, promotion_codes
from stripe_billing_cli.local_stripe.billing.entitlements import active, features, product_features
from stripe_billing_cli.local_stripe.billing.meters import meters, usage
from stripe_billing_cli.local_stripe.billing.portal import configurations, sessions
from stripe_billing_cli.local_stripe.billing.schedules import calls as schedule_calls
from stripe_billing_cli.local_stripe.billing.subscriptions import item_calls
from stripe_billing_cli.local_stripe.billing.subscriptions import routes as subscription_routes

ROUTES = (
    *customers.ROUTES,
    *customers_deletion.ROUTES,
    *customer_balance.ROUTES,
    *payment_methods.ROUTES,
    *intents.ROUTES,
    *setup_intents.ROUTES,
    *setup_attempts.ROUTES,
    *charge_calls.ROUTES,
    *refund_calls.ROUTES,
    *dispute_calls.ROUTES,
    *balance_calls.ROUTES,
    *payouts.ROUTES,
    *previews.ROUTES,
    *invoice_calls.ROUTES,
    *invoice_item_calls.ROUTES,
    *invoice_line_calls.ROUTES,
    *credit_notes.ROUTES,
    *item_calls.ROUTES,
    *subscription_routes.ROUTES,
    *coupons.ROUTES,
    *promotion_codes.ROUTES,
    *discount_calls.ROUTES,
    *tax_ids.ROUTES,
    *tax_rates.ROUTES,
    *tokens.ROUTES,
    *checkout_sessions.ROUTES,
    *features.ROUTES,
    *product_features.ROUTES,
    *active.ROUTES,
    *meters.ROUTES,
    *usage.ROUTES,
    *nested_lists.ROUTES,
    *configurations.ROUTES,
    *sessions.ROUTES,
    *schedule_calls.ROUTES,
    *test_clocks.ROUTES,
)
