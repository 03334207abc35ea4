"""All calls on customers, payments, invoices and subscriptions."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing.discounts import coupons, promotion_codes
from stripe_billing_cli.local_stripe.billing.entitlements import active
from stripe_billing_cli.local_stripe.billing.invoicing import customer_balance
from stripe_billing_cli.local_stripe.resources import (
    balance,
    charges,
    checkout_sessions,
    disputes,
    invoice_items,
    nested_lists,
    payouts,
    refunds,
    setup_attempts,
    subscription_items,
    tax_ids,
    tax_rates,
    test_clocks,
    tokens,
)
from stripe_billing_cli.local_stripe.resources import discounts as discount_calls
from stripe_billing_cli.local_stripe.resources.credit_notes import handlers as credit_notes
from stripe_billing_cli.local_stripe.resources.customers import customers, deletion
from stripe_billing_cli.local_stripe.resources.entitlements import features, product_features
from stripe_billing_cli.local_stripe.resources.invoices import handlers as invoices
from stripe_billing_cli.local_stripe.resources.invoices import line_handlers, previews
from stripe_billing_cli.local_stripe.resources.meters import handlers as meters
from stripe_billing_cli.local_stripe.resources.meters import meter_events
from stripe_billing_cli.local_stripe.resources.payment_intents import handlers as intents
from stripe_billing_cli.local_stripe.resources.payment_methods import payment_methods
from stripe_billing_cli.local_stripe.resources.portal import configurations, sessions
from stripe_billing_cli.local_stripe.resources.setup_intents import handlers as setup_intents
from stripe_billing_cli.local_stripe.resources.subscription_schedules import handlers as schedule_calls
from stripe_billing_cli.local_stripe.resources.subscriptions import routes as subscription_routes

ROUTES = (
    *customers.ROUTES,
    *deletion.ROUTES,
    *customer_balance.ROUTES,
    *payment_methods.ROUTES,
    *intents.ROUTES,
    *setup_intents.ROUTES,
    *setup_attempts.ROUTES,
    *charges.ROUTES,
    *refunds.ROUTES,
    *disputes.ROUTES,
    *balance.ROUTES,
    *payouts.ROUTES,
    *previews.ROUTES,
    *invoices.ROUTES,
    *invoice_items.ROUTES,
    *line_handlers.ROUTES,
    *credit_notes.ROUTES,
    *subscription_items.ROUTES,
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
    *meter_events.ROUTES,
    *nested_lists.ROUTES,
    *configurations.ROUTES,
    *sessions.ROUTES,
    *schedule_calls.ROUTES,
    *test_clocks.ROUTES,
)
