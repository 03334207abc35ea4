"""The parameters of calls on quotes, after `stripe/params/_quote_{create,modify}_params.py`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stripe_billing_cli.local_stripe.billing.catalog.price_data import INTERVAL
from stripe_billing_cli.local_stripe.billing.discounts import discount
from stripe_billing_cli.local_stripe.core.documented_form import form
from stripe_billing_cli.local_stripe.core.errors import invalid
from stripe_billing_cli.local_stripe.core.forms import Raw
from stripe_billing_cli.local_stripe.core.parameters import Choice, Integer, ParamType
from stripe_billing_cli.local_stripe.core.reasons import NO_CONNECT


class EffectiveDate(ParamType):
    """A parameter for the time at which a quote's subscription begins, in Unix seconds.

    "The special value `current_period_end` can be provided to update a subscription at the end of its current period"
    (Stripe's document of the calls that had `from_subscription`, by which a quote updates one). No call of this version
    has that, and the words of the refusal are not recorded.
    """

    def read(self, raw: Raw, name: str) -> Any:
        if raw == "current_period_end":
            raise invalid(f"You can only use `{raw}` for a quote that updates a subscription.", name)
        return Integer().read(raw, name)


TYPES: Mapping[str, ParamType] = {
    "discounts": discount.FORM,
    "invoice_settings.days_until_due": Integer(0),
    "invoice_settings.issuer.type": Choice(("self",)),
    "line_items[].discounts": discount.FORM,
    "line_items[].price_data.recurring.interval": INTERVAL,
    "line_items[].price_data.recurring.interval_count": Integer(1),
    "line_items[].price_data.unit_amount": Integer(0),
    "line_items[].quantity": Integer(0),
    "subscription_data.effective_date": EffectiveDate(),
    "subscription_data.trial_period_days": Integer(1, 730),
}
REFUSALS: Mapping[str, str] = {NO_CONNECT: "invoice_settings.issuer.account"}
MOST = {"discounts": 20, "invoice_settings.custom_fields": 4, "line_items": 20}
CREATE = form(
    "POST /v1/quotes",
    {**TYPES, "subscription_data.billing_mode.flexible.proration_discounts": Choice(("included",))},
    most=MOST,
    refusals=REFUSALS,
)
UPDATE = form("POST /v1/quotes/{quote}", TYPES, most=MOST, refusals=REFUSALS)
LIST = form(
    "GET /v1/quotes",
    {"status": Choice(("draft", "open", "accepted", "canceled"))},
)
