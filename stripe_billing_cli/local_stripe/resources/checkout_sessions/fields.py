"""The parameters of calls on Checkout sessions, after `stripe/params/checkout/_session_{create,update}_params.py`."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing.catalog import price_data
from stripe_billing_cli.local_stripe.core.documented_form import form
from stripe_billing_cli.local_stripe.core.errors import invalid
from stripe_billing_cli.local_stripe.core.forms import Raw
from stripe_billing_cli.local_stripe.core.locales import LOCALES
from stripe_billing_cli.local_stripe.core.parameters import (
    EXPAND,
    Boolean,
    Choice,
    Email,
    Integer,
    ListOf,
    Metadata,
    ObjectParam,
    ParamType,
    Text,
    Url,
    nested_name,
    optional,
    required_fields,
)
from stripe_billing_cli.local_stripe.core.reasons import NO_CONFIGURATIONS, NO_CONNECT


class Quantities(ParamType):
    """A quantity for each of some line items, by their ids."""

    def read(self, raw: Raw, name: str) -> dict[str, int]:
        if isinstance(raw, str):
            raise invalid("Invalid object", name)
        return {id: Integer(0).read(quantity, nested_name(name, id)) for id, quantity in raw.items()}


DELIVERY_ESTIMATES: dict[str, ParamType] = {
    f"shipping_options[].shipping_rate_data.delivery_estimate.{end}.value": Integer(1) for end in ("maximum", "minimum")
}
TYPES: dict[str, ParamType] = {
    **DELIVERY_ESTIMATES,
    **price_data.RECURRING,
    "*.unit_amount": Integer(0),
    "line_items[].quantity": Integer(0),
    "line_items[].adjustable_quantity.maximum": Integer(1, 999_999),
    "line_items[].adjustable_quantity.minimum": Integer(0, 999_999),
    "shipping_options[].shipping_rate_data.fixed_amount.amount": Integer(0),
    "shipping_options[].shipping_rate_data.fixed_amount.currency_options*.amount": Integer(0),
}
CREATE = form(
    "POST /v1/checkout/sessions",
    {
        **TYPES,
        "after_expiration.recovery.allow_promotion_codes": Boolean(),
        "cancel_url": Url(),
        "custom_fields[].key": Text(200),
        "customer_email": Email(800),
        "line_items[].tax_rates[]": Text(),
        "invoice_creation.invoice_data.issuer.type": Choice(("self",)),
        "subscription_data.invoice_settings.issuer.type": Choice(("self",)),
        "locale": Choice(LOCALES),
        "optional_items[].adjustable_quantity.maximum": Integer(1, 999_999),
        "optional_items[].adjustable_quantity.minimum": Integer(0, 999_999),
        "optional_items[].quantity": Integer(1),
        "payment_intent_data.receipt_email": Email(),
        "return_url": Url(),
        "subscription_data.billing_mode.flexible.proration_discounts": Choice(("included",)),
        "subscription_data.billing_cycle_anchor_config.day_of_month": Integer(1, 31),
        "subscription_data.billing_cycle_anchor_config.hour": Integer(0, 23),
        "subscription_data.billing_cycle_anchor_config.minute": Integer(0, 59),
        "subscription_data.billing_cycle_anchor_config.month": Integer(1, 12),
        "subscription_data.billing_cycle_anchor_config.second": Integer(0, 59),
        "subscription_data.trial_period_days": Integer(1, 730),
        "success_url": Url(),
    },
    most={
        "custom_fields": 3,
        "invoice_creation.invoice_data.custom_fields": 4,
        "subscription_data.invoice_settings.custom_fields": 4,
        "discounts": 1,
        "line_items": 100,
        "optional_items": 10,
        "payment_method_types": 100,
        "shipping_options": 5,
    },
    required_names="mode",
    refusals={
        NO_CONNECT: ("invoice_creation.invoice_data.issuer.account subscription_data.invoice_settings.issuer.account"),
        "it has no invoice templates": "invoice_creation.invoice_data.rendering_options.template",
        NO_CONFIGURATIONS: "payment_method_configuration",
    },
)
UPDATE = form(
    "POST /v1/checkout/sessions/{session}",
    {**TYPES, "line_items[].tax_rates[]": Text()},
    most={"line_items": 100, "shipping_options": 5},
)
LIST = form(
    "GET /v1/checkout/sessions",
    {"customer_details.email": Text(800)},
)
LINE_ITEMS = form("GET /v1/checkout/sessions/{session}/line_items")

ADDRESS = ObjectParam(
    optional(**{name: Text() for name in ("city", "country", "line1", "line2", "postal_code", "state")})
)
PAY = ObjectParam(
    {
        **optional(
            address=ADDRESS,
            business_name=Text(),
            by_transfer=Boolean(),
            custom_fields=Metadata(),
            email=Email(),
            individual_name=Text(),
            name=Text(),
            optional_items=ListOf(Text()),
            payment_method=Text(),
            phone=Text(),
            promotion_code=Text(),
            promotions=Boolean(),
            quantities=Quantities(),
            shipping=ObjectParam({**required_fields(address=ADDRESS, name=Text())}),
            shipping_rate=Text(),
            tax_id=ObjectParam(required_fields(type=Text(), value=Text())),
            terms_of_service=Boolean(),
        ),
        "expand": EXPAND,
    }
)
"""What the page of a session sends; none of it is Stripe's API."""
CONFIRM = ObjectParam(
    {**required_fields(payment_method=Text()), **optional(expected_amount=Integer(0)), "expand": EXPAND}
)
"""What Stripe's CLI sends to the address of Stripe's page."""
