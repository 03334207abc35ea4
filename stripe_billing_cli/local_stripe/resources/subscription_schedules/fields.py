"""The parameters of calls on subscription schedules, after `stripe/params/_subscription_schedule_*_params.py`."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing.discounts import discount
from stripe_billing_cli.local_stripe.core.amount_parameters import Currency
from stripe_billing_cli.local_stripe.core.lists import LIST_FIELDS
from stripe_billing_cli.local_stripe.core.parameters import (
    EXPAND,
    Boolean,
    Choice,
    Integer,
    ListOf,
    Metadata,
    ObjectParam,
    Text,
    TimestampRange,
    optional,
    required,
    unsettable,
    unsupported,
)
from stripe_billing_cli.local_stripe.resources import subscriptions

MOST_PHASES = 10
ANCHOR = Choice(("automatic", "phase_start"))
INVOICE_SETTINGS = ObjectParam(
    {
        **optional(days_until_due=Integer(0)),
        **unsupported("it renders no invoices", "account_tax_ids custom_fields description footer"),
        **unsupported(subscriptions.NO_CONNECT, "issuer"),
    }
)
ITEM = subscriptions.Item(
    {name: field for name, field in subscriptions.NEW_ITEM.fields.items() if name != "current_trial"}
)
SETTINGS = {
    **optional(
        automatic_tax=subscriptions.AUTOMATIC_TAX,
        billing_cycle_anchor=ANCHOR,
        collection_method=subscriptions.COLLECTION,
        default_payment_method=Text(),
        invoice_settings=INVOICE_SETTINGS,
    ),
    **unsettable(description=Text(500)),
    **unsupported(subscriptions.NO_CONNECT, "application_fee_percent on_behalf_of transfer_data"),
    **unsupported(subscriptions.NO_THRESHOLDS, "billing_thresholds"),
}
"""What a phase can say, and the schedule for those that do not."""
PHASE = {
    **SETTINGS,
    **required(items=ListOf(ITEM, 20)),
    **optional(
        currency=Currency(),
        duration=ObjectParam(
            {
                **required(interval=Choice(("month", "year", "week", "day"))),
                **optional(interval_count=Integer(1)),
            }
        ),
        metadata=Metadata(),
        proration_behavior=subscriptions.PRORATIONS,
        trial=Boolean(),
    ),
    **unsettable(discounts=discount.FORM),
    **{name: subscriptions.REST[name] for name in ("default_tax_rates", "add_invoice_items")},
}
NEW_PHASE = ObjectParam({**PHASE, **optional(end_date=Integer(), trial_end=Integer())})
CHANGED_PHASE = ObjectParam(
    {
        **PHASE,
        **optional(end_date=subscriptions.NowOr("now"), start_date=subscriptions.NowOr("now"), trial_end=Integer()),
    }
)
COMMON = {
    **optional(default_settings=ObjectParam(SETTINGS), end_behavior=Choice(("cancel", "release"))),
    **unsettable(metadata=Metadata()),
    **unsupported("its schedules do not pause", "pause_schedules"),
    "expand": EXPAND,
}
CREATE = ObjectParam(
    {
        **COMMON,
        **optional(
            billing_mode=subscriptions.BILLING_MODE,
            customer=Text(),
            from_subscription=Text(),
            phases=ListOf(NEW_PHASE, MOST_PHASES),
            start_date=subscriptions.NowOr("now"),
        ),
        **unsupported("it has no accounts that are customers", "customer_account"),
    }
)
UPDATE = ObjectParam(
    {
        **COMMON,
        **optional(phases=ListOf(CHANGED_PHASE, MOST_PHASES), proration_behavior=subscriptions.PRORATIONS),
    }
)
CANCEL = ObjectParam({**optional(invoice_now=Boolean(), prorate=Boolean()), "expand": EXPAND})
RELEASE = ObjectParam({**optional(preserve_cancel_date=Boolean()), "expand": EXPAND})
LIST = ObjectParam(
    {
        **LIST_FIELDS,
        **optional(
            canceled_at=TimestampRange(),
            completed_at=TimestampRange(),
            customer=Text(),
            released_at=TimestampRange(),
            scheduled=Boolean(),
        ),
        **unsupported("it has no accounts that are customers", "customer_account"),
    }
)
