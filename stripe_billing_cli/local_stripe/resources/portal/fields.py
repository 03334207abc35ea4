"""Parameters of a portal configuration, after `stripe/params/billing_portal/_configuration_*_params.py`."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.core.documented_form import form
from stripe_billing_cli.local_stripe.core.parameters import Choice, Integer, Text, Url

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
TYPES = {
    "business_profile.privacy_policy_url": Url(),
    "business_profile.terms_of_service_url": Url(),
    "default_return_url": Url(),
    "name": Text(),
    "*.interval": Choice(("month", "year", "week", "day")),
    "*.interval_count": Integer(1),
    "*.maximum": Integer(1),
    "*.minimum": Integer(0),
}
MOST = {"features.subscription_update.products": 10}
NOT_HERE = {
    "its payment methods are cards": "features.payment_method_update.payment_method_configuration",
    "it has no feedback options of one's own": "features.subscription_cancel.cancellation_reason.feedback_options",
}
CREATE = form(
    "POST /v1/billing_portal/configurations",
    TYPES,
    most=MOST,
    unset=(
        "business_profile.privacy_policy_url business_profile.terms_of_service_url metadata "
        "features.subscription_update.schedule_at_period_end.conditions"
    ),
    refusals=NOT_HERE,
)
UPDATE = form("POST /v1/billing_portal/configurations/{configuration}", TYPES, most=MOST, refusals=NOT_HERE)
