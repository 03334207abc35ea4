"""What a portal configuration may say, after `stripe/params/billing_portal/_configuration_*_params.py`."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.core.lists import LIST_FIELDS
from stripe_billing_cli.local_stripe.core.parameters import (
    EXPAND,
    Boolean,
    Choice,
    Field,
    Integer,
    ListOf,
    Metadata,
    ObjectParam,
    ParamType,
    Text,
    Url,
    optional,
    required,
    unsettable,
    unsupported,
)
from stripe_billing_cli.local_stripe.resources import subscriptions

REASONS = (
    "customer_service",
    "low_quality",
    "missing_features",
    "other",
    "switched_service",
    "too_complex",
    "too_expensive",
    "unused",
)
UPDATES = ("address", "email", "name", "phone", "shipping", "tax_id")
PRODUCT = ObjectParam(
    {
        **required(prices=ListOf(Text()), product=Text()),
        **optional(
            adjustable_quantity=ObjectParam(
                {**required(enabled=Boolean()), **optional(maximum=Integer(1), minimum=Integer(0))},
            ),
        ),
    }
)
CONDITION = ObjectParam(required(type=Choice(("decreasing_item_amount", "shortening_interval"))))
INTERVAL = ObjectParam(
    {**required(interval=Choice(("month", "year", "week", "day"))), **optional(interval_count=Integer(1))},
)


def _feature(new: bool, fields: dict[str, Field], *, enabled: bool = True) -> ParamType:
    """A feature says whether it is enabled: a new one must."""
    return ObjectParam({"enabled": Field(Boolean(), required=new and enabled), **fields})


def _features(new: bool) -> ObjectParam:
    options = ListOf(Choice(REASONS))
    reason = ObjectParam(
        {
            **required(enabled=Boolean()),
            "options": Field(options, required=new, unset=True),
            **unsupported("it has no feedback options of one's own", "feedback_options"),
        }
    )
    return ObjectParam(
        optional(
            customer_update=_feature(new, unsettable(allowed_updates=ListOf(Choice(UPDATES)))),
            invoice_history=_feature(True, {}),
            payment_method_update=_feature(
                True, unsupported("its payment methods are cards", "payment_method_configuration")
            ),
            subscription_cancel=_feature(
                new,
                optional(
                    cancellation_reason=reason,
                    mode=Choice(("at_period_end", "immediately")),
                    proration_behavior=subscriptions.PRORATIONS,
                ),
            ),
            subscription_pause=_feature(
                new,
                optional(
                    duration=ObjectParam(
                        {
                            **required(type=Choice(("indefinite", "interval_options"))),
                            **unsettable(interval_options=ListOf(INTERVAL)),
                        }
                    )
                ),
                enabled=False,
            ),
            subscription_update=_feature(
                new,
                {
                    **optional(
                        billing_cycle_anchor=Choice(("now", "unchanged")),
                        proration_behavior=subscriptions.PRORATIONS,
                        schedule_at_period_end=ObjectParam(unsettable(conditions=ListOf(CONDITION))),
                        trial_update_behavior=Choice(("continue_trial", "end_trial")),
                    ),
                    **unsettable(
                        default_allowed_updates=ListOf(Choice(("price", "promotion_code", "quantity"))),
                        products=ListOf(PRODUCT, 10),
                    ),
                },
            ),
        )
    )


def _common() -> dict[str, Field]:
    return {
        **optional(
            business_profile=ObjectParam(
                unsettable(headline=Text(60), privacy_policy_url=Url(), terms_of_service_url=Url())
            ),
            login_page=ObjectParam(required(enabled=Boolean())),
        ),
        **unsettable(default_return_url=Url(), metadata=Metadata(), name=Text()),
        "expand": EXPAND,
    }


CREATE = ObjectParam({**_common(), **required(features=_features(True))})
UPDATE = ObjectParam({**_common(), **optional(active=Boolean(), features=_features(False))})
LIST = ObjectParam(
    {
        **{name: field for name, field in LIST_FIELDS.items() if name != "created"},
        **optional(active=Boolean(), is_default=Boolean()),
    }
)
