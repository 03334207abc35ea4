"""The parameters of calls on subscription schedules, after `stripe/params/_subscription_schedule_*_params.py`."""

from __future__ import annotations

from collections.abc import Mapping

from stripe_billing_cli.local_stripe.billing.discounts import discount
from stripe_billing_cli.local_stripe.billing.subscriptions import thresholds
from stripe_billing_cli.local_stripe.core.amount_parameters import Currency
from stripe_billing_cli.local_stripe.core.documented_form import form
from stripe_billing_cli.local_stripe.core.parameters import Choice, Integer, ParamType
from stripe_billing_cli.local_stripe.core.reasons import NO_CONNECT
from stripe_billing_cli.local_stripe.resources import subscriptions

REFUSALS = {
    NO_CONNECT: (
        "default_settings.automatic_tax.liability default_settings.invoice_settings.issuer.account "
        "default_settings.application_fee_percent default_settings.on_behalf_of "
        "default_settings.transfer_data phases[].automatic_tax.liability "
        "phases[].invoice_settings.issuer.account phases[].application_fee_percent "
        "phases[].on_behalf_of phases[].transfer_data"
    ),
    "its schedules do not pause": "pause_schedules",
}
"""What neither a new schedule nor an update of one can say here."""
MOST = {
    "*.add_invoice_items": 20,
    "*.custom_fields": 4,
    "phases": 10,
    "phases[].items": 20,
    "phases[].discounts": 20,
}
ISSUER = Choice(("self",))
"""The account itself: others would be connected accounts."""
ADDED: Mapping[str, ParamType] = {
    "*.billing_thresholds": thresholds.OF_SUBSCRIPTION,
    "default_settings.invoice_settings.issuer.type": ISSUER,
    "phases[].add_invoice_items[].discounts": discount.FORM,
    "phases[].add_invoice_items[].quantity": Integer(1),
    "phases[].invoice_settings.issuer.type": ISSUER,
}
CREATE = form(
    "POST /v1/subscription_schedules",
    {
        "end_behavior": Choice(("cancel", "release")),
        "phases[].items[]": subscriptions.PHASE_ITEM,
        "phases[].duration.interval": Choice(("month", "year", "week", "day")),
        "phases[].duration.interval_count": Integer(1),
        "start_date": subscriptions.NowOr("now"),
        "*.days_until_due": Integer(0),
        **ADDED,
    },
    most=MOST,
    refusals={
        **REFUSALS,
        "it itemizes no discounts": "billing_mode.flexible",
    },
)
UPDATE = form(
    "POST /v1/subscription_schedules/{schedule}",
    {
        "end_behavior": Choice(("cancel", "release")),
        "phases[].items[]": subscriptions.PHASE_ITEM,
        "phases[].currency": Currency(),
        "phases[].duration.interval": Choice(("month", "year", "week", "day")),
        "phases[].duration.interval_count": Integer(1),
        "phases[].end_date": subscriptions.NowOr("now"),
        "phases[].start_date": subscriptions.NowOr("now"),
        "*.days_until_due": Integer(0),
        **ADDED,
    },
    most=MOST,
    refusals=REFUSALS,
)
