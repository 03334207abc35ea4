"""Everything that the local Stripe answers and does by itself, put together for `core`, which knows no resource."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing import scheduled_jobs
from stripe_billing_cli.local_stripe.billing.schedules import schedule
from stripe_billing_cli.local_stripe.billing.subscriptions import payment_status
from stripe_billing_cli.local_stripe.core.requests import Api, join
from stripe_billing_cli.local_stripe.resources import (
    accounts,
    balance,
    charges,
    checkout_sessions,
    coupons,
    customer_balance_transactions,
    disputes,
    events,
    invoice_items,
    nested_lists,
    payouts,
    promotion_codes,
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
from stripe_billing_cli.local_stripe.resources.customers import deletion
from stripe_billing_cli.local_stripe.resources.customers import handlers as customers
from stripe_billing_cli.local_stripe.resources.entitlements import active_entitlements, features, product_features
from stripe_billing_cli.local_stripe.resources.invoices import handlers as invoices
from stripe_billing_cli.local_stripe.resources.invoices import line_handlers, previews
from stripe_billing_cli.local_stripe.resources.meters import handlers as meters
from stripe_billing_cli.local_stripe.resources.meters import meter_events
from stripe_billing_cli.local_stripe.resources.payment_intents import handlers as intents
from stripe_billing_cli.local_stripe.resources.payment_methods import handlers as payment_methods
from stripe_billing_cli.local_stripe.resources.portal import configurations, sessions
from stripe_billing_cli.local_stripe.resources.prices import routes as price_routes
from stripe_billing_cli.local_stripe.resources.products import handlers as products
from stripe_billing_cli.local_stripe.resources.setup_intents import handlers as setup_intents
from stripe_billing_cli.local_stripe.resources.subscription_schedules import handlers as schedule_calls
from stripe_billing_cli.local_stripe.resources.subscriptions import routes as subscription_routes
from stripe_billing_cli.local_stripe.resources.webhook_endpoints import handlers as endpoints

ROUTES = (
    *products.ROUTES,
    *price_routes.ROUTES,
    *accounts.ROUTES,
    *events.ROUTES,
    *customers.ROUTES,
    *deletion.ROUTES,
    *customer_balance_transactions.ROUTES,
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
    *active_entitlements.ROUTES,
    *meters.ROUTES,
    *meter_events.ROUTES,
    *nested_lists.ROUTES,
    *configurations.ROUTES,
    *sessions.ROUTES,
    *schedule_calls.ROUTES,
    *test_clocks.ROUTES,
    *endpoints.ROUTES,
)

API = join(
    [
        Api(ROUTES),
        Api(jobs=scheduled_jobs.JOBS),
        Api(jobs=checkout_sessions.JOBS),
        Api(jobs=previews.JOBS),
        Api(jobs=tax_ids.JOBS),
        Api(listeners=payment_status.LISTENERS),
        Api(listeners=schedule.LISTENERS),
    ]
)
