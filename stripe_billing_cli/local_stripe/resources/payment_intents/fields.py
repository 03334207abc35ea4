"""Parameters of the calls on payment intents. Names and types after the SDK's `params/_payment_intent_*_params.py`."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing.payments import (
    amount_details,
    cash_balances,
    charges,
    installments,
    method_options,
)
from stripe_billing_cli.local_stripe.core import descriptors
from stripe_billing_cli.local_stripe.core.documented_form import form
from stripe_billing_cli.local_stripe.core.errors import check_only_one, invalid
from stripe_billing_cli.local_stripe.core.forms import Raw
from stripe_billing_cli.local_stripe.core.parameters import (
    EXPAND,
    Boolean,
    Choice,
    Email,
    Integer,
    ObjectParam,
    Params,
    ParamType,
    Text,
    optional,
    required_fields,
)
from stripe_billing_cli.local_stripe.core.reasons import (
    NO_CONFIGURATIONS,
    NO_CONNECT,
    NO_MOTO,
    NO_OTHER_3DS,
    NO_RADAR,
    NO_READERS,
    NO_TAXES,
)
from stripe_billing_cli.local_stripe.resources import payment_methods
from stripe_billing_cli.local_stripe.resources.payment_intents import refusals

ADDRESS = ObjectParam(
    optional(**{name: Text() for name in ("city", "country", "line1", "line2", "postal_code", "state")})
)
SHIPPING = ObjectParam(
    {**required_fields(address=ADDRESS, name=Text()), **optional(carrier=Text(), phone=Text(), tracking_number=Text())}
)

OF_AMOUNTS = {
    NO_CONNECT: "amount_details.line_items[].payment_method_options.paypal.sold_by",
    NO_TAXES: "hooks",
}
"""The parameters that are refused in every call which says an amount, by the reason."""
NOT_HERE = {
    **OF_AMOUNTS,
    NO_MOTO: "payment_method_options.card.moto",
    NO_OTHER_3DS: "payment_method_options.card.three_d_secure",
    NO_READERS: "payment_method_options.card_present payment_method_options.interac_present",
}
"""What no call on intents has here, by the reason."""


class OffSession(ParamType):
    """The absence of the customer: a boolean, or one of the two kinds of payments by which Stripe once said that."""

    def read(self, raw: Raw, name: str) -> bool:
        return raw in ("one_off", "recurring") or Boolean().read(raw, name)


class TransferType(Choice):
    """A type of bank transfers. Stripe's own CLI still names that of yen by an earlier name (`stripe trigger
    payment_intent.partially_funded`); Stripe's document does not claim to name all values."""

    def read(self, raw: Raw, name: str) -> str:
        return "jp_bank_transfer" if raw == "jp_bank_account" else super().read(raw, name)


TYPED: dict[str, ParamType] = {
    **amount_details.TYPES,
    "allowed_payment_method_types[]": Text(),
    "off_session": OffSession(),
    "payment_method_data": payment_methods.MethodData(),
    "payment_method_options.customer_balance.bank_transfer.type": TransferType(
        tuple(type for type, _ in cash_balances.SENDERS.values())
    ),
    "receipt_email": Email(),
}

CREATE = form(
    "POST /v1/payment_intents",
    TYPED,
    unset="metadata",
    most=amount_details.MOST,
    refusals={**NOT_HERE, NO_CONFIGURATIONS: "payment_method_configuration", NO_RADAR: "radar_options"},
)
CONFIRM = form(
    "POST /v1/payment_intents/{intent}/confirm",
    TYPED,
    most=amount_details.MOST,
    refusals={**NOT_HERE, NO_RADAR: "radar_options", "it confirms the whole amount": "amount_to_confirm"},
)
UPDATE = form(
    "POST /v1/payment_intents/{intent}",
    {name: kind for name, kind in TYPED.items() if name != "off_session"},
    most=amount_details.MOST,
    refusals={**NOT_HERE, NO_CONFIGURATIONS: "payment_method_configuration"},
)
CANCEL = form(
    "POST /v1/payment_intents/{intent}/cancel",
    {"cancellation_reason": Choice(("duplicate", "fraudulent", "requested_by_customer", "abandoned"))},
)
CAPTURE = form(
    "POST /v1/payment_intents/{intent}/capture",
    amount_details.TYPES,
    most=amount_details.MOST,
    refusals=OF_AMOUNTS,
)
INCREMENT = form(
    "POST /v1/payment_intents/{intent}/increment_authorization",
    amount_details.TYPES,
    most=amount_details.MOST,
    refusals=OF_AMOUNTS,
)
APPLY = form("POST /v1/payment_intents/{intent}/apply_customer_balance", {"amount": Integer(1)})
VERIFY = form("POST /v1/payment_intents/{intent}/verify_microdeposits", most={"amounts": 2})
AUTHENTICATE = ObjectParam({**required_fields(succeeds=Boolean()), "expand": EXPAND})

CVC_TOKEN = "payment_method_options[card][cvc_token]"
ONLY_CONFIRMING = (
    "confirmation_token",
    "error_on_requires_action",
    "mandate",
    "off_session",
    "return_url",
    "use_stripe_sdk",
)
"""Parameters of a confirmation; a flag that is false is the default and says nothing (Tryton's tests send one to Stripe
without confirming: `account_payment_stripe`)."""


def check_creation(params: Params) -> None:
    """Raise for parameters that do not go together, and for an amount that Stripe does not charge."""
    charges.check_amount(params["amount"], params["currency"])
    check_types(params)
    check_only_one(params, "automatic_payment_methods", *method_options.TYPES)
    if params.get("confirm"):
        return
    early = [name for name in ONLY_CONFIRMING if params.get(name, False) is not False]
    if early:
        raise invalid(f"The parameter `{early[0]}` can only be used with `confirm=true`.", early[0])
    check_early_options(params)


def cvc_token(params: Params) -> str | None:
    """Return the token of the security code that was entered again for a saved card, if a call names one."""
    options = (params.get("payment_method_options") or {}).get("card") or {}
    token = options.get("cvc_token")
    return None if token is None else str(token)


def check_early_options(params: Params) -> None:
    """Raise for a token of a security code and for a plan of installments: "This parameter can only be provided during
    confirmation" (`stripe/params/_payment_intent_create_params.py`)."""
    options = (params.get("payment_method_options") or {}).get("card") or {}
    plan = (options.get("installments") or {}).get("plan")
    for param, value in ((CVC_TOKEN, cvc_token(params)), (installments.PARAM, plan)):
        if value is not None:
            raise invalid(f"The parameter `{param}` can only be used with `confirm=true`.", param)


def check_update(params: Params) -> None:
    check_types(params)
    check_early_options(params)


def check_types(params: Params) -> None:
    payment_methods.check_one(params)
    for name in method_options.TYPES:
        refusals.check_types(params.get(name), name)
    descriptors.check_all(params)
    types = next((params[name] for name in method_options.TYPES if params.get(name)), ())
    if "card" in types and "statement_descriptor" in params:
        raise invalid(descriptors.NOT_FOR_CARDS, "statement_descriptor")
