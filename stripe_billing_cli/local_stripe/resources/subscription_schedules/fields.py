"""The parameters of calls on subscription schedules, after `stripe/params/_subscription_schedule_*_params.py`."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.core.amount_parameters import Currency
from stripe_billing_cli.local_stripe.core.documented_form import form
from stripe_billing_cli.local_stripe.core.parameters import (
    Choice,
    Integer,
)
from stripe_billing_cli.local_stripe.core.reasons import NO_ACCOUNTS, NO_CONNECT, NO_RENDERING, NO_TAXES, NO_THRESHOLDS
from stripe_billing_cli.local_stripe.resources import subscriptions

ITEM = subscriptions.Item(
    {name: field for name, field in subscriptions.NEW_ITEM.fields.items() if name != "current_trial"}
)
UNSUPPORTED = {
    NO_CONNECT: (
        "default_settings.automatic_tax.liability default_settings.invoice_settings.issuer "
        "default_settings.application_fee_percent default_settings.on_behalf_of "
        "default_settings.transfer_data phases[].automatic_tax.liability "
        "phases[].invoice_settings.issuer phases[].application_fee_percent "
        "phases[].on_behalf_of phases[].transfer_data"
    ),
    NO_RENDERING: (
        "default_settings.invoice_settings.account_tax_ids "
        "default_settings.invoice_settings.custom_fields "
        "default_settings.invoice_settings.description "
        "default_settings.invoice_settings.footer phases[].invoice_settings.account_tax_ids "
        "phases[].invoice_settings.custom_fields phases[].invoice_settings.description "
        "phases[].invoice_settings.footer"
    ),
    NO_THRESHOLDS: "default_settings.billing_thresholds phases[].billing_thresholds",
    "its schedules do not pause": "pause_schedules",
    NO_TAXES: "phases[].default_tax_rates",
    "add an invoice item to the customer instead": "phases[].add_invoice_items",
}
"""What neither a new schedule nor an update of one can say here."""
MOST = {"phases": 10, "phases[].items": 20, "phases[].discounts": 20}
CREATE = form(
    "POST /v1/subscription_schedules",
    {
        "end_behavior": Choice(("cancel", "release")),
        "phases[].items[]": ITEM,
        "phases[].duration.interval": Choice(("month", "year", "week", "day")),
        "phases[].duration.interval_count": Integer(1),
        "start_date": subscriptions.NowOr("now"),
        "*.days_until_due": Integer(0),
    },
    most=MOST,
    unsupported={
        **UNSUPPORTED,
        "it itemizes no discounts": "billing_mode.flexible",
        NO_ACCOUNTS: "customer_account",
    },
)
UPDATE = form(
    "POST /v1/subscription_schedules/{schedule}",
    {
        "end_behavior": Choice(("cancel", "release")),
        "phases[].items[]": ITEM,
        "phases[].currency": Currency(),
        "phases[].duration.interval": Choice(("month", "year", "week", "day")),
        "phases[].duration.interval_count": Integer(1),
        "phases[].end_date": subscriptions.NowOr("now"),
        "phases[].start_date": subscriptions.NowOr("now"),
        "*.days_until_due": Integer(0),
    },
    most=MOST,
    unsupported=UNSUPPORTED,
)
CANCEL = form("POST /v1/subscription_schedules/{schedule}/cancel")
RELEASE = form("POST /v1/subscription_schedules/{schedule}/release")
LIST = form("GET /v1/subscription_schedules", unsupported={NO_ACCOUNTS: "customer_account"})
