"""The parameters of calls on subscriptions, after `stripe/params/_subscription_{create,update,…}_params.py`."""

from __future__ import annotations

from typing import Any

from stripe_billing_cli.local_stripe.billing.discounts import discount
from stripe_billing_cli.local_stripe.core.documented_form import form
from stripe_billing_cli.local_stripe.core.errors import only_one_of
from stripe_billing_cli.local_stripe.core.forms import Raw
from stripe_billing_cli.local_stripe.core.parameters import (
    EXPAND,
    Boolean,
    Choice,
    Integer,
    Metadata,
    ObjectParam,
    ParamType,
    Text,
    nested,
    optional,
    required,
    unsettable,
    unsupported,
)
from stripe_billing_cli.local_stripe.core.reasons import NO_ACCOUNTS, NO_CONNECT, NO_RENDERING, NO_TAXES, NO_THRESHOLDS

COLLECTION = Choice(("charge_automatically", "send_invoice"))
BEHAVIORS = ("allow_incomplete", "error_if_incomplete", "pending_if_incomplete", "default_incomplete")
PRORATIONS = Choice(("always_invoice", "create_prorations", "none"))


class NowOr(ParamType):
    """A time in Unix seconds, or a word that stands for one."""

    def __init__(self, *words: str) -> None:
        self.words = words

    def read(self, raw: Raw, name: str) -> Any:
        return raw if raw in self.words else Integer().read(raw, name)


AUTOMATIC_TAX = ObjectParam({**required(enabled=Boolean()), **unsupported(NO_CONNECT, "liability")})


class Item(ObjectParam):
    """A subscription's item, which may name its price as its plan (recorded)."""

    def read(self, raw: Raw, name: str) -> dict[str, Any]:
        if not isinstance(raw, str) and "price_data" in raw:
            self._value(self.fields["price_data"], raw["price_data"], nested(name, "price_data"))
        if isinstance(raw, str) or "plan" not in raw:
            return super().read(raw, name)
        if "price" in raw:
            raise only_one_of(["price", "plan"], nested(name, "plan"))
        return super().read({"price" if key == "plan" else key: value for key, value in raw.items()}, name)


ITEM_REST = {
    **optional(plan=Text()),
    **unsettable(metadata=Metadata()),
    **unsupported(NO_THRESHOLDS, "billing_thresholds"),
    **unsupported("discount the whole subscription", "discounts"),
    **unsupported(NO_TAXES, "tax_rates"),
    **unsupported("its items have prices", "price_data"),
    **unsupported("it has no trial offers", "current_trial"),
}
NEW_ITEM = Item({**required(price=Text()), **optional(quantity=Integer(0)), **ITEM_REST})
CHANGED_ITEM = Item(
    {
        **optional(id=Text(), price=Text(), quantity=Integer(0), deleted=Boolean(), clear_usage=Boolean()),
        **ITEM_REST,
    }
)
REST = {
    **unsettable(discounts=discount.FORM),
    **unsupported(NO_TAXES, "default_tax_rates"),
    **unsupported(NO_CONNECT, "application_fee_percent on_behalf_of transfer_data"),
    **unsupported(NO_THRESHOLDS, "billing_thresholds"),
    **unsupported("it has no sources; use a payment method", "default_source"),
    **unsupported("it has no billing schedules", "billing_schedules"),
    **unsupported("it renders no invoices", "invoice_settings"),
    **unsupported("it invoices pending items with the next period", "pending_invoice_item_interval"),
    **unsupported("add an invoice item to the customer instead", "add_invoice_items"),
    "expand": EXPAND,
}
BILLING_MODE = ObjectParam(
    {
        **required(type=Choice(("classic", "flexible"))),
        **unsupported("it itemizes no discounts", "flexible"),
    }
)
CREATE = form(
    "POST /v1/subscriptions",
    {
        "days_until_due": Integer(0),
        "payment_behavior": Choice(
            ("allow_incomplete", "error_if_incomplete", "pending_if_incomplete", "default_incomplete")
        ),
        "payment_settings.payment_method_types[]": Choice(("card",)),
        "cancel_at": NowOr("min_period_end", "max_period_end"),
        "add_invoice_items[].quantity": Integer(1),
        "items[]": NEW_ITEM,
        "trial_end": NowOr("now"),
        "trial_period_days": Integer(1, 730),
    },
    most={"discounts": 20, "add_invoice_items": 20, "items": 20},
    required="trial_settings.end_behavior.missing_payment_method customer items",
    unset="cancel_at description add_invoice_items[].metadata",
    unsupported={
        NO_CONNECT: "automatic_tax.liability application_fee_percent on_behalf_of transfer_data",
        "its cards have no options": "payment_settings.payment_method_options",
        "a trial's end sets the anchor": "trial_settings.end_behavior.billing_cycle_anchor",
        NO_TAXES: "default_tax_rates add_invoice_items[].tax_rates",
        NO_THRESHOLDS: "billing_thresholds",
        "it has no sources; use a payment method": "default_source",
        "it has no billing schedules": "billing_schedules",
        NO_RENDERING: "invoice_settings",
        "it invoices pending items with the next period": "pending_invoice_item_interval",
        "its invoice items have prices": "add_invoice_items[].price_data",
        "discount the whole subscription": "add_invoice_items[].discountable add_invoice_items[].discounts",
        "it bills them for the period of the subscription's items": "add_invoice_items[].period",
        "it itemizes no discounts": "billing_mode.flexible",
        "give a time as billing_cycle_anchor": "billing_cycle_anchor_config",
        "its subscriptions start when they are made": "backdate_start_date",
        NO_ACCOUNTS: "customer_account",
    },
)
UPDATE = form(
    "POST /v1/subscriptions/{subscription_exposed_id}",
    {
        "days_until_due": Integer(0),
        "payment_behavior": Choice(
            ("allow_incomplete", "error_if_incomplete", "pending_if_incomplete", "default_incomplete")
        ),
        "payment_settings.payment_method_types[]": Choice(("card",)),
        "cancel_at": NowOr("min_period_end", "max_period_end"),
        "items[]": CHANGED_ITEM,
        "trial_end": NowOr("now"),
    },
    most={"discounts": 20, "items": 20},
    required="trial_settings.end_behavior.missing_payment_method",
    unset="default_payment_method",
    unsupported={
        NO_CONNECT: "automatic_tax.liability application_fee_percent on_behalf_of transfer_data",
        "its cards have no options": "payment_settings.payment_method_options",
        "a trial's end sets the anchor": "trial_settings.end_behavior.billing_cycle_anchor",
        NO_TAXES: "default_tax_rates",
        NO_THRESHOLDS: "billing_thresholds",
        "it has no sources; use a payment method": "default_source",
        "it has no billing schedules": "billing_schedules",
        NO_RENDERING: "invoice_settings",
        "it invoices pending items with the next period": "pending_invoice_item_interval",
        "add an invoice item to the customer instead": "add_invoice_items",
        "it has no feedback options of one's own": "cancellation_details.feedback_option",
    },
)
CANCEL = form(
    "DELETE /v1/subscriptions/{subscription_exposed_id}",
    unsupported={"it has no feedback options of one's own": "cancellation_details.feedback_option"},
)
BILL_FOR = ObjectParam(
    optional(
        outstanding_usage_through=ObjectParam(required(type=Choice(("none", "now")))),
        unused_time_from=ObjectParam(required(type=Choice(("item_current_period_start", "none", "now")))),
    )
)
PAUSE_SETTINGS = optional(
    bill_for=BILL_FOR,
    invoicing_behavior=Choice(("invoice", "pending_invoice_item")),
    type=Choice(("subscription",)),
)
PAUSE = form("POST /v1/subscriptions/{subscription}/pause")
RESUME = form("POST /v1/subscriptions/{subscription}/resume")
