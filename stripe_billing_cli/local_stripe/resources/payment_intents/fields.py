"""Parameters of the calls on payment intents. Names and types after the SDK's `params/_payment_intent_*_params.py`."""

from __future__ import annotations

from typing import Any

from stripe_billing_cli.local_stripe.core.documented_form import form
from stripe_billing_cli.local_stripe.core.errors import invalid, only_one_of
from stripe_billing_cli.local_stripe.core.forms import Raw
from stripe_billing_cli.local_stripe.core.parameters import (
    EXPAND,
    Boolean,
    Choice,
    Email,
    ListOf,
    ObjectParam,
    Params,
    ParamType,
    Text,
    optional,
    required,
    unsupported,
)
from stripe_billing_cli.local_stripe.core.reasons import NO_ACCOUNTS, NO_CONNECT, NO_OPTIONS
from stripe_billing_cli.local_stripe.resources.payment_intents import refusals

ADDRESS = ObjectParam(
    optional(**{name: Text() for name in ("city", "country", "line1", "line2", "postal_code", "state")})
)
SHIPPING = ObjectParam(
    {**required(address=ADDRESS, name=Text()), **optional(carrier=Text(), phone=Text(), tracking_number=Text())}
)
TYPES = ("allowed_payment_method_types", "payment_method_types")
"""What an intent may be paid by: the parameter of our version of the SDK, and that of the recordings."""


class OffSession(ParamType):
    """The absence of the customer: a boolean, or one of the two kinds of payments by which Stripe once said that."""

    def read(self, raw: Raw, name: str) -> bool:
        return raw in ("one_off", "recurring") or Boolean().read(raw, name)


ANYWHERE: dict[str, Any] = {
    **optional(allowed_payment_method_types=ListOf(Text()), payment_method_types=ListOf(Text())),
    **unsupported(
        NO_OPTIONS,
        "amount_details excluded_payment_method_types hooks payment_details payment_method_data payment_method_options",
    ),
    "expand": EXPAND,
}
CREATE = form(
    "POST /v1/payment_intents",
    {"receipt_email": Email(), "off_session": OffSession(), "allowed_payment_method_types[]": Text()},
    unset="metadata",
    unsupported={
        NO_ACCOUNTS: "customer_account",
        NO_CONNECT: "application_fee_amount on_behalf_of transfer_data transfer_group",
        NO_OPTIONS: (
            "payment_method_configuration confirmation_token mandate mandate_data radar_options "
            "amount_details excluded_payment_method_types hooks payment_details "
            "payment_method_data payment_method_options"
        ),
    },
)
CONFIRM = form(
    "POST /v1/payment_intents/{intent}/confirm",
    {"receipt_email": Email(), "off_session": OffSession(), "allowed_payment_method_types[]": Text()},
    unsupported={
        NO_OPTIONS: (
            "amount_to_confirm confirmation_token mandate mandate_data radar_options "
            "amount_details excluded_payment_method_types hooks payment_details "
            "payment_method_data payment_method_options"
        )
    },
)
UPDATE = form(
    "POST /v1/payment_intents/{intent}",
    {"receipt_email": Email(), "allowed_payment_method_types[]": Text()},
    unsupported={
        NO_ACCOUNTS: "customer_account",
        NO_CONNECT: "application_fee_amount transfer_data transfer_group",
        NO_OPTIONS: (
            "payment_method_configuration amount_details excluded_payment_method_types hooks "
            "payment_details payment_method_data payment_method_options"
        ),
    },
)
CANCEL = form(
    "POST /v1/payment_intents/{intent}/cancel",
    {"cancellation_reason": Choice(("duplicate", "fraudulent", "requested_by_customer", "abandoned"))},
)
CAPTURE = form(
    "POST /v1/payment_intents/{intent}/capture",
    unsupported={
        NO_CONNECT: "application_fee_amount transfer_data",
        NO_OPTIONS: ("amount_details hooks payment_details statement_descriptor statement_descriptor_suffix"),
    },
)
LIST = form("GET /v1/payment_intents", unsupported={NO_ACCOUNTS: "customer_account"})
RETRIEVE = form("GET /v1/payment_intents/{intent}")
AUTHENTICATE = ObjectParam({**required(succeeds=Boolean()), "expand": EXPAND})


ONLY_CONFIRMING = ("error_on_requires_action", "off_session", "return_url", "use_stripe_sdk")


def check_creation(params: Params) -> None:
    """Raise for parameters that do not go together, and for an amount that Stripe does not charge."""
    refusals.check_amount(params["amount"], params["currency"])
    check_types(params)
    if params.get("confirmation_method") == "manual":
        raise invalid(
            "The local Stripe does not have the confirmation method `manual`: it is confirmed where it is paid.",
            "confirmation_method",
        )
    named = [name for name in ("automatic_payment_methods", *TYPES) if name in params]
    if len(named) > 1:
        raise only_one_of(named)
    early = [name for name in ONLY_CONFIRMING if name in params]
    if early and not params.get("confirm"):
        raise invalid(f"The parameter `{early[0]}` can only be used with `confirm=true`.", early[0])


def check_types(params: Params) -> None:
    for name in TYPES:
        refusals.check_types(params.get(name), name)


def check_capture(params: Params) -> None:
    if params.get("final_capture") is False:
        raise invalid("The local Stripe captures once only: `final_capture` cannot be false.", "final_capture")
