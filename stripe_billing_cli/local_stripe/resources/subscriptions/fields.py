"""The parameters of calls on subscriptions, after `stripe/params/_subscription_{create,update,…}_params.py`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stripe_billing_cli.local_stripe.billing.catalog.price_data import INTERVAL
from stripe_billing_cli.local_stripe.billing.discounts import discount
from stripe_billing_cli.local_stripe.billing.subscriptions import thresholds
from stripe_billing_cli.local_stripe.core.amount_parameters import Currency, DecimalText
from stripe_billing_cli.local_stripe.core.documented_form import form
from stripe_billing_cli.local_stripe.core.errors import only_one_of
from stripe_billing_cli.local_stripe.core.forms import Raw
from stripe_billing_cli.local_stripe.core.parameters import (
    Boolean,
    Choice,
    Integer,
    ListOf,
    Metadata,
    ObjectParam,
    ParamType,
    Text,
    nested_name,
    not_clearable,
    optional,
    required_fields,
    unsupported_fields,
)
from stripe_billing_cli.local_stripe.core.reasons import NO_CONNECT

COLLECTION = Choice(("charge_automatically", "send_invoice"))
BEHAVIORS = ("allow_incomplete", "error_if_incomplete", "pending_if_incomplete", "default_incomplete")
PRORATIONS = Choice(("always_invoice", "create_prorations", "none"))


class NowOr(ParamType):
    """A time in Unix seconds, or a word that stands for one."""

    def __init__(self, *words: str) -> None:
        self.words = words

    def read(self, raw: Raw, name: str) -> Any:
        return raw if raw in self.words else Integer().read(raw, name)


AUTOMATIC_TAX = ObjectParam({**required_fields(enabled=Boolean()), **unsupported_fields(NO_CONNECT, "liability")})


class Item(ObjectParam):
    """A subscription's item, which may name its price as its plan (recorded)."""

    def read(self, raw: Raw, name: str) -> dict[str, Any]:
        present = [key for key in ("price", "price_data", "plan") if not isinstance(raw, str) and key in raw]
        if len(present) > 1:
            raise only_one_of(list[str](present), nested_name(name, present[1]))
        if isinstance(raw, str) or "plan" not in raw:
            return super().read(raw, name)
        return super().read({"price" if key == "plan" else key: value for key, value in raw.items()}, name)


PRICE_DATA = ObjectParam(
    {
        **required_fields(
            currency=Currency(),
            product=Text(),
            recurring=ObjectParam({**required_fields(interval=INTERVAL), **optional(interval_count=Integer(1))}),
        ),
        **optional(
            tax_behavior=Choice(("inclusive", "exclusive", "unspecified")),
            unit_amount=Integer(0),
            unit_amount_decimal=DecimalText(),
        ),
    }
)
ITEM_REST = {
    **optional(plan=Text(), price_data=PRICE_DATA),
    **not_clearable(
        billing_thresholds=thresholds.OF_ITEM, discounts=discount.FORM, metadata=Metadata(), tax_rates=ListOf(Text())
    ),
    **unsupported_fields("trial offers begin with their subscription here", "current_trial"),
}
NEW_ITEM = Item({**optional(price=Text(), quantity=Integer(0)), **ITEM_REST})
PHASE_ITEM = Item({name: field for name, field in NEW_ITEM.fields.items() if name != "current_trial"})
FIRST_ITEM = Item(
    {**NEW_ITEM.fields, **optional(current_trial=ObjectParam(required_fields(trial_offer=Text())))},
)
CHANGED_ITEM = Item(
    {
        **optional(id=Text(), price=Text(), quantity=Integer(0), deleted=Boolean(), clear_usage=Boolean()),
        **ITEM_REST,
    }
)
BILLING_MODE = ObjectParam(
    {
        **required_fields(type=Choice(("classic", "flexible"))),
        **optional(flexible=ObjectParam(optional(proration_discounts=Choice(("included",))))),
    }
)
TYPES: Mapping[str, ParamType] = {
    "add_invoice_items[].discounts": discount.FORM,
    "add_invoice_items[].price_data.unit_amount": Integer(),
    "add_invoice_items[].quantity": Integer(1),
    "billing_thresholds": thresholds.OF_SUBSCRIPTION,
    "cancel_at": NowOr("min_period_end", "max_period_end"),
    "days_until_due": Integer(0),
    "invoice_settings.issuer.type": Choice(("self",)),
    "payment_behavior": Choice(BEHAVIORS),
    "pending_invoice_item_interval.interval_count": Integer(1),
    "trial_end": NowOr("now"),
    "trial_settings.end_behavior.billing_cycle_anchor": Choice(("now",)),
}
"""The types of parameters with which a subscription is created and updated alike."""
MOST = {"discounts": 20, "add_invoice_items": 20, "invoice_settings.custom_fields": 4, "items": 20}
REFUSALS: Mapping[str, str] = {
    NO_CONNECT: "invoice_settings.issuer.account",
}
CREATE = form(
    "POST /v1/subscriptions",
    {
        **TYPES,
        "billing_cycle_anchor_config.day_of_month": Integer(1, 31),
        "billing_cycle_anchor_config.hour": Integer(0, 23),
        "billing_cycle_anchor_config.minute": Integer(0, 59),
        "billing_cycle_anchor_config.month": Integer(1, 12),
        "billing_cycle_anchor_config.second": Integer(0, 59),
        "items[]": FIRST_ITEM,
        "trial_period_days": Integer(1, 730),
        "trial_settings.end_behavior.billing_cycle_anchor": Choice(("now", "unchanged")),
    },
    most=MOST,
    required_names="customer items",
    unset="cancel_at description add_invoice_items[].metadata",
    refusals={
        **REFUSALS,
        "it itemizes no discounts": "billing_mode.flexible",
    },
)
UPDATE = form(
    "POST /v1/subscriptions/{subscription_exposed_id}",
    {
        **TYPES,
        "items[]": CHANGED_ITEM,
    },
    most=MOST,
    unset="default_payment_method add_invoice_items[].metadata",
    refusals=REFUSALS,
)
CANCEL = form(
    "DELETE /v1/subscriptions/{subscription_exposed_id}",
)
BILL_FOR = ObjectParam(
    optional(
        outstanding_usage_through=ObjectParam(required_fields(type=Choice(("none", "now")))),
        unused_time_from=ObjectParam(required_fields(type=Choice(("item_current_period_start", "none", "now")))),
    )
)
PAUSE_SETTINGS = optional(
    bill_for=BILL_FOR,
    invoicing_behavior=Choice(("invoice", "pending_invoice_item")),
    type=Choice(("subscription",)),
)
