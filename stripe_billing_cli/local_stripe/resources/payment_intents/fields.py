"""What the calls on payment intents take. Names and types after the SDK's `params/_payment_intent_*_params.py`."""

from __future__ import annotations

from typing import Any

from stripe_billing_cli.local_stripe.billing.payments import intent_checks
from stripe_billing_cli.local_stripe.core.amount_parameters import Currency
from stripe_billing_cli.local_stripe.core.errors import invalid, only_one_of
from stripe_billing_cli.local_stripe.core.forms import Raw
from stripe_billing_cli.local_stripe.core.lists import LIST_FIELDS
from stripe_billing_cli.local_stripe.core.parameters import (
    EXPAND,
    Boolean,
    Choice,
    Email,
    Integer,
    ListOf,
    Metadata,
    ObjectParam,
    Params,
    ParamType,
    Text,
    optional,
    required,
    unsettable,
    unsupported,
)
from stripe_billing_cli.local_stripe.resources.payment_intents import refusals as payment_rules

ADDRESS = ObjectParam(
    optional(**{name: Text() for name in ("city", "country", "line1", "line2", "postal_code", "state")})
)
SHIPPING = ObjectParam(
    {**required(address=ADDRESS, name=Text()), **optional(carrier=Text(), phone=Text(), tracking_number=Text())}
)
CAPTURE_METHOD = Choice(("automatic", "automatic_async", "manual"))
TYPES = ("allowed_payment_method_types", "payment_method_types")
"""What an intent may be paid by: the parameter of our version of the SDK, and that of the recordings."""
NO_ACCOUNTS = "it has no accounts that are customers"


class OffSession(ParamType):
    """Whether the customer is away: a boolean, or by which of two kinds of payments Stripe once told that."""

    def read(self, raw: Raw, name: str) -> bool:
        return raw in ("one_off", "recurring") or Boolean().read(raw, name)


ANYWHERE: dict[str, Any] = {
    **optional(allowed_payment_method_types=ListOf(Text()), payment_method_types=ListOf(Text())),
    **unsupported(
        intent_checks.NOT_HERE,
        "amount_details excluded_payment_method_types hooks payment_details payment_method_data payment_method_options",
    ),
    "expand": EXPAND,
}
ON_CONFIRMATION = {
    **optional(
        error_on_requires_action=Boolean(), off_session=OffSession(), return_url=Text(), use_stripe_sdk=Boolean()
    ),
    **unsupported(intent_checks.NOT_HERE, "confirmation_token mandate mandate_data radar_options"),
}
CREATE = ObjectParam(
    {
        **required(amount=Integer(), currency=Currency()),
        **optional(
            automatic_payment_methods=intent_checks.METHODS,
            capture_method=CAPTURE_METHOD,
            confirm=Boolean(),
            confirmation_method=Choice(("automatic", "manual")),
            customer=Text(),
            description=Text(1000),
            payment_method=Text(),
            receipt_email=Email(),
            setup_future_usage=intent_checks.USAGE,
            shipping=SHIPPING,
            statement_descriptor=Text(22),
            statement_descriptor_suffix=Text(22),
        ),
        **unsettable(metadata=Metadata()),
        **unsupported(NO_ACCOUNTS, "customer_account"),
        **unsupported(intent_checks.NO_CONNECT, "application_fee_amount on_behalf_of transfer_data transfer_group"),
        **unsupported(intent_checks.NOT_HERE, "payment_method_configuration"),
        **ON_CONFIRMATION,
        **ANYWHERE,
    }
)
CONFIRM = ObjectParam(
    {
        **optional(
            capture_method=CAPTURE_METHOD,
            client_secret=Text(),
            payment_method=Text(),
        ),
        **unsettable(receipt_email=Email(), setup_future_usage=intent_checks.USAGE, shipping=SHIPPING),
        **unsupported(intent_checks.NOT_HERE, "amount_to_confirm"),
        **ON_CONFIRMATION,
        **ANYWHERE,
    }
)
UPDATE = ObjectParam(
    {
        **optional(
            amount=Integer(),
            capture_method=CAPTURE_METHOD,
            currency=Currency(),
            customer=Text(),
            description=Text(1000),
            payment_method=Text(),
            statement_descriptor=Text(22),
            statement_descriptor_suffix=Text(22),
        ),
        **unsettable(
            metadata=Metadata(), receipt_email=Email(), setup_future_usage=intent_checks.USAGE, shipping=SHIPPING
        ),
        **unsupported(NO_ACCOUNTS, "customer_account"),
        **unsupported(intent_checks.NO_CONNECT, "application_fee_amount transfer_data transfer_group"),
        **unsupported(intent_checks.NOT_HERE, "payment_method_configuration"),
        **ANYWHERE,
    }
)
CANCEL = ObjectParam(
    {
        **optional(cancellation_reason=Choice(("duplicate", "fraudulent", "requested_by_customer", "abandoned"))),
        "expand": EXPAND,
    }
)
CAPTURE = ObjectParam(
    {
        **optional(amount_to_capture=Integer(), final_capture=Boolean()),
        **unsettable(metadata=Metadata()),
        **unsupported(intent_checks.NO_CONNECT, "application_fee_amount transfer_data"),
        **unsupported(
            intent_checks.NOT_HERE,
            "amount_details hooks payment_details statement_descriptor statement_descriptor_suffix",
        ),
        "expand": EXPAND,
    }
)
LIST = ObjectParam({**LIST_FIELDS, **optional(customer=Text()), **unsupported(NO_ACCOUNTS, "customer_account")})
RETRIEVE = ObjectParam({**optional(client_secret=Text()), "expand": EXPAND})
AUTHENTICATE = ObjectParam({**required(succeeds=Boolean()), "expand": EXPAND})


ONLY_CONFIRMING = ("error_on_requires_action", "off_session", "return_url", "use_stripe_sdk")


def check_creation(params: Params) -> None:
    """Raise for parameters that do not go together, and for an amount that Stripe does not charge."""
    payment_rules.check_amount(params["amount"], params["currency"])
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
        payment_rules.check_types(params.get(name), name)


def check_capture(params: Params) -> None:
    if params.get("final_capture") is False:
        raise invalid("The local Stripe captures once only: `final_capture` cannot be false.", "final_capture")
