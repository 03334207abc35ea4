"""Everything that the local Stripe answers and does by itself, put together for `core`, which knows no resource.

What is not called is not imported: of each part only its place is said here. Where a part does more than that,
tests/local_stripe/test_parts.py says so.
"""

from __future__ import annotations

from stripe_billing_cli.local_stripe.core.parts import Part, Parts

RESOURCES = "stripe_billing_cli.local_stripe.resources"
BILLING = "stripe_billing_cli.local_stripe.billing"

PARTS = (
    Part(f"{RESOURCES}.products", ("/v1/products",)),
    Part(f"{RESOURCES}.prices", ("/v1/prices",)),
    Part(f"{RESOURCES}.trial_offers", ("/v1/product_catalog/trial_offers",)),
    Part(f"{RESOURCES}.plans", ("/v1/plans",)),
    Part(f"{RESOURCES}.accounts", ("/v1/account", "/v1/accounts", "/v1/accounts/{id}/external_accounts")),
    Part(f"{RESOURCES}.events", ("/v1/events",)),
    Part(f"{RESOURCES}.customers", ("/v1/customers",)),
    Part(f"{RESOURCES}.customer_balance_transactions", ("/v1/customers/{id}/balance_transactions",)),
    Part(f"{RESOURCES}.confirmation_tokens", ("/v1/confirmation_tokens", "/v1/test_helpers/confirmation_tokens")),
    Part(f"{RESOURCES}.customer_sessions", ("/v1/customer_sessions",)),
    Part(f"{RESOURCES}.ephemeral_keys", ("/v1/ephemeral_keys",)),
    Part(
        f"{RESOURCES}.cash_balances",
        (
            "/v1/customers/{id}/cash_balance",
            "/v1/customers/{id}/cash_balance_transactions",
            "/v1/customers/{id}/funding_instructions",
            "/v1/test_helpers/customers/{id}/fund_cash_balance",
        ),
    ),
    Part(f"{RESOURCES}.payment_methods", ("/v1/payment_methods",)),
    Part(
        f"{RESOURCES}.sources",
        ("/v1/customers/{id}/sources", "/v1/customers/{id}/cards", "/v1/customers/{id}/bank_accounts"),
    ),
    Part(f"{RESOURCES}.early_fraud_warnings", ("/v1/radar/early_fraud_warnings",)),
    Part(f"{RESOURCES}.payment_intents", ("/v1/payment_intents", "/local/payment_intents")),
    Part(f"{RESOURCES}.setup_intents", ("/v1/setup_intents", "/local/setup_intents")),
    Part(f"{RESOURCES}.setup_attempts", ("/v1/setup_attempts",)),
    Part(f"{RESOURCES}.mandates", ("/v1/mandates",)),
    Part(f"{RESOURCES}.charges", ("/v1/charges",)),
    Part(
        f"{RESOURCES}.refunds",
        (
            "/v1/refunds",
            "/v1/charges/{id}/refund",
            "/v1/charges/{id}/refunds",
            "/v1/test_helpers/refunds",
            "/local/refunds",
        ),
    ),
    Part(f"{RESOURCES}.disputes", ("/v1/disputes", "/v1/charges/{id}/dispute")),
    Part(f"{RESOURCES}.balance", ("/v1/balance", "/v1/balance_transactions")),
    Part(f"{RESOURCES}.payouts", ("/v1/payouts",)),
    Part(f"{RESOURCES}.invoices", ("/v1/invoices", "/v1/invoice_payments"), jobs=("subscription.upcoming",)),
    Part(f"{RESOURCES}.invoice_items", ("/v1/invoiceitems",)),
    Part(f"{RESOURCES}.credit_notes", ("/v1/credit_notes",)),
    Part(f"{RESOURCES}.subscription_items", ("/v1/subscription_items",)),
    Part(f"{RESOURCES}.subscriptions", ("/v1/subscriptions",)),
    Part(f"{RESOURCES}.customer_subscriptions", ("/v1/customers/{id}/subscriptions",)),
    Part(f"{RESOURCES}.quotes", ("/v1/quotes",), jobs=("quote.expire",)),
    Part(f"{RESOURCES}.coupons", ("/v1/coupons",)),
    Part(f"{RESOURCES}.promotion_codes", ("/v1/promotion_codes",)),
    Part(f"{RESOURCES}.discounts", ("/v1/customers/{id}/discount", "/v1/subscriptions/{id}/discount")),
    Part(f"{RESOURCES}.tax_ids", ("/v1/tax_ids", "/v1/customers/{id}/tax_ids"), jobs=("tax_id.verify",)),
    Part(f"{RESOURCES}.tax_rates", ("/v1/tax_rates",)),
    Part(f"{RESOURCES}.shipping_rates", ("/v1/shipping_rates",)),
    Part(f"{RESOURCES}.tokens", ("/v1/tokens",)),
    Part(
        f"{RESOURCES}.checkout_sessions",
        ("/v1/checkout/sessions", "/v1/payment_pages", "/local/checkout/sessions"),
        jobs=("checkout.session.expire",),
    ),
    Part(f"{RESOURCES}.entitlements", ("/v1/entitlements", "/v1/products/{id}/features")),
    Part(
        f"{RESOURCES}.meters", ("/v1/billing/meters", "/v1/billing/meter_events", "/v1/billing/meter_event_adjustments")
    ),
    Part(f"{RESOURCES}.payment_links", ("/v1/payment_links", "/local/payment_links"), effects=("SessionCompleted",)),
    Part(f"{RESOURCES}.portal", ("/v1/billing_portal", "/local/billing_portal")),
    Part(f"{RESOURCES}.subscription_schedules", ("/v1/subscription_schedules",)),
    Part(f"{RESOURCES}.test_clocks", ("/v1/test_helpers/test_clocks",)),
    Part(f"{RESOURCES}.webhook_endpoints", ("/v1/webhook_endpoints",)),
    Part(
        f"{BILLING}.scheduled_jobs",
        jobs=(
            "subscription.bill_pending_items",
            "subscription.cancel",
            "subscription.discard_update",
            "subscription.expire",
            "subscription.renew",
            "subscription.resume",
            "subscription.trial_will_end",
            "invoice.finalize",
            "invoice.retry",
            "invoice.overdue",
            "charge.settle",
            "dispute.decide",
            "dispute.fill_in",
            "dispute.run_out",
            "balance_transaction.become_available",
            "payment_intent.debit",
            "charge.expire",
            "payment_intent.expire",
            "refund.arrive",
            "refund.expire",
            "refund.fail",
            "refund.trace",
            "coupon.expire",
            "discount.end",
            "promotion_code.expire",
            "subscription_schedule.turn",
            "subscription_schedule.expiring",
        ),
    ),
    Part(f"{BILLING}.invoicing.reconciliation", jobs=("cash_balance.reconcile",)),
    Part(f"{BILLING}.invoicing.collection", effects=("DebitEnded",)),
    Part(f"{BILLING}.invoicing.draft_customers", effects=("CustomerChanged",)),
    Part(f"{BILLING}.invoicing.attached_payments", effects=("PaymentMade",)),
    Part(f"{BILLING}.subscriptions.payment_status", effects=("InvoicePaid", "PaymentFailed", "PaymentPending")),
    Part(f"{BILLING}.subscriptions.threshold_invoices", effects=("UsageReported",)),
    Part(f"{BILLING}.schedules.schedule", effects=("SubscriptionEnded",)),
    Part(
        f"{BILLING}.checkout.completion",
        effects=("CardSetUp", "DebitEnded", "InvoicePaid", "PaymentMade", "PaymentPending"),
    ),
)
API = Parts(PARTS)
