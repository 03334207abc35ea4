"""The parameters of calls on subscriptions, after `stripe/params/_subscription_{create,update,…}_params.py`."""

from __future__ import annotations

from typing import Any

from stripe_billing_cli.local_stripe.billing.discounts import discount
from stripe_billing_cli.local_stripe.core.amount_parameters import Currency
from stripe_billing_cli.local_stripe.core.errors import only_one_of
from stripe_billing_cli.local_stripe.core.forms import Raw
from stripe_billing_cli.local_stripe.core.parameters import (
    EXPAND,
    Boolean,
    Choice,
    Integer,
    ListOf,
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

COLLECTION = Choice(("charge_automatically", "send_invoice"))
BEHAVIORS = ("allow_incomplete", "error_if_incomplete", "pending_if_incomplete", "default_incomplete")
PRORATIONS = Choice(("always_invoice", "create_prorations", "none"))
NO_TAXES = "it computes no taxes"
NO_CONNECT = "it has no connected accounts"
NO_THRESHOLDS = "it has no billing thresholds"


class NowOr(ParamType):
    """A time in Unix seconds, or a word that stands for one."""

    def __init__(self, *words: str) -> None:
        self.words = words

    def read(self, raw: Raw, name: str) -> Any:
        return raw if raw in self.words else Integer().read(raw, name)


PAYMENT_SETTINGS = ObjectParam(
    {
        **optional(save_default_payment_method=Choice(("off", "on_subscription"))),
        **unsettable(payment_method_types=ListOf(Choice(("card",)))),
        **unsupported("its cards have no options", "payment_method_options"),
    }
)
TRIAL_SETTINGS = ObjectParam(
    required(
        end_behavior=ObjectParam(
            {
                **required(missing_payment_method=Choice(("cancel", "create_invoice", "pause"))),
                **unsupported("a trial's end sets the anchor", "billing_cycle_anchor"),
            }
        )
    )
)
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
COMMON = {
    **optional(
        automatic_tax=AUTOMATIC_TAX,
        cancel_at_period_end=Boolean(),
        collection_method=COLLECTION,
        days_until_due=Integer(0),
        off_session=Boolean(),
        payment_behavior=Choice(BEHAVIORS),
        payment_settings=PAYMENT_SETTINGS,
        proration_behavior=PRORATIONS,
        trial_from_plan=Boolean(),
        trial_settings=TRIAL_SETTINGS,
    ),
    **unsettable(cancel_at=NowOr("min_period_end", "max_period_end"), description=Text(500), metadata=Metadata()),
    **REST,
}
ADDED_ITEM = ObjectParam(
    {
        **optional(price=Text(), quantity=Integer(1)),
        **unsettable(metadata=Metadata()),
        **unsupported(NO_TAXES, "tax_rates"),
        **unsupported("its invoice items have prices", "price_data"),
        **unsupported("discount the whole subscription", "discountable discounts"),
        **unsupported("it bills them for the period of the subscription's items", "period"),
    }
)
"""What is billed once, with the first invoice (https://docs.stripe.com/billing/invoices/subscription#first-invoice-extra)."""
BILLING_MODE = ObjectParam(
    {
        **required(type=Choice(("classic", "flexible"))),
        **unsupported("it itemizes no discounts", "flexible"),
    }
)
CREATE = ObjectParam(
    {
        **COMMON,
        **required(customer=Text(), items=ListOf(NEW_ITEM, 20)),
        **optional(
            add_invoice_items=ListOf(ADDED_ITEM, 20),
            billing_cycle_anchor=Integer(),
            billing_mode=BILLING_MODE,
            currency=Currency(),
            default_payment_method=Text(),
            trial_end=NowOr("now"),
            trial_period_days=Integer(1, 730),
        ),
        **unsupported("give a time as billing_cycle_anchor", "billing_cycle_anchor_config"),
        **unsupported("its subscriptions start when they are made", "backdate_start_date"),
        **unsupported("it has no accounts that are customers", "customer_account"),
    }
)
CANCELLATION_DETAILS = ObjectParam(
    {
        **unsettable(
            comment=Text(),
            feedback=Choice(
                (
                    "customer_service",
                    "low_quality",
                    "missing_features",
                    "other",
                    "switched_service",
                    "too_complex",
                    "too_expensive",
                    "unused",
                )
            ),
        ),
        **unsupported("it has no feedback options of one's own", "feedback_option"),
    }
)
UPDATE = ObjectParam(
    {
        **COMMON,
        **optional(
            billing_cycle_anchor=ObjectParam(
                {
                    **required(type=Choice(("now", "unchanged"))),
                }
            ),
            cancellation_details=CANCELLATION_DETAILS,
            items=ListOf(CHANGED_ITEM, 20),
            proration_date=Integer(),
            trial_end=NowOr("now"),
        ),
        **unsettable(
            default_payment_method=Text(),
            pause_collection=ObjectParam(
                {
                    **required(behavior=Choice(("keep_as_draft", "mark_uncollectible", "void"))),
                    **optional(resumes_at=Integer()),
                }
            ),
        ),
    }
)
CANCEL = ObjectParam(
    {
        **optional(cancellation_details=CANCELLATION_DETAILS, invoice_now=Boolean(), prorate=Boolean()),
        "expand": EXPAND,
    }
)
RESUME_ANCHOR = ObjectParam(required(type=Choice(("now", "unchanged"))))
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
PAUSE = ObjectParam({**PAUSE_SETTINGS, "expand": EXPAND})
RESUME = ObjectParam(
    {
        **optional(
            billing_cycle_anchor=RESUME_ANCHOR,
            payment_behavior=Choice(("resume_on_payment_attempt", "resume_on_payment_success")),
            proration_behavior=PRORATIONS,
            proration_date=Integer(),
        ),
        "expand": EXPAND,
    }
)
