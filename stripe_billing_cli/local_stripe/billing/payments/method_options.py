"""Options of payment methods: what intents and sessions say of a payment by card, or by another type of payment method.

Fields after `payment_method_options` of `stripe/_payment_intent.py` and `stripe/_setup_intent.py`; what stands there
where a call says nothing is recorded of 2026-08-26.dahlia.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from stripe_billing_cli.local_stripe.billing.payments import mandates
from stripe_billing_cli.local_stripe.core.store import Object

Options = Mapping[str, Mapping[str, Any]]
"""Options by the type of payment method."""

TYPES = ("allowed_payment_method_types", "payment_method_types")
"""What an intent may be paid by, or set up: the parameter of our version of the SDK, and that of the recordings."""
OF_PAYMENTS: Options = {
    "card": {
        "installments": None,
        "mandate_options": None,
        "network": None,
        "request_three_d_secure": "automatic",
    },
    "customer_balance": {},
    "link": {"persistent_token": None},
    "sepa_debit": {},
}
"""What payment intents say where no call has said anything."""
AUTOMATIC = ("card", "link")
"""The types of payment methods of the account's configuration."""
OF_SETUPS: Options = {
    "card": {"mandate_options": None, "network": None, "request_three_d_secure": "automatic"},
}
OF_SESSIONS: Options = {"card": {"request_three_d_secure": "automatic"}}
NOT_SHOWN = frozenset({"cvc_token", "setup_credential_usage", "stored_credential_usage"})
"""Options that no intent shows (the document of Stripe's API has them in calls alone)."""
DISCOVER_GLOBAL_NETWORK = "discover_global_network"
CATEGORIES = {"amex": "american_express", "mastercard": "mastercard", "visa": "visa"}
"""The names by which Checkout blocks brands; all others are of Discover's network: "Discover, Diners, JCB, UnionPay,
Elo" (https://stripe.dev/stripe-react-native/api-reference/enums/PaymentSheet.CardBrandCategory.html)."""
INCREMENTABLE_BRANDS = ("amex", "discover", "mastercard", "unionpay", "visa")
"""The networks with incremental authorizations (https://docs.stripe.com/payments/incremental-authorization)."""
IN_PARTS: Mapping[str, Sequence[str] | None] = {
    **dict.fromkeys(("amex", "cartes_bancaires", "diners", "discover", "mastercard", "visa")),
    "jcb": ("AU", "CA", "NZ", "US"),
    "unionpay": ("US",),
}
"""The networks whose payments are captured more than once, and the countries of the accounts that can do so, None for
all (https://docs.stripe.com/payments/multicapture#availability)."""
WITHOUT_ENTERPRISE_FEATURES = "0076"
"""The last digits of Stripe's test card that supports none of these features."""
IN_FULL: Options = {
    "installments": {"available_plans": [], "enabled": False, "plan": None},
    "mandate_options": dict.fromkeys(("description", "end_date", "interval_count", "supported_types")),
}
"""The fields of options that are objects, which are there where a call does not say them."""


def configuration(account: Object) -> str:
    """Return the id of the account's payment method configuration, which says what may pay where no call does."""
    return f"pmc_{account['id'].removeprefix('acct_')}00000001"


def of_types(types: Iterable[str], usual: Options = OF_PAYMENTS) -> Object:
    """Return the options of the types of payment methods that may pay."""
    return {type: dict(usual[type]) for type in types if type in usual}


def types_from_params(params: Mapping[str, Any], usual: Options = OF_PAYMENTS) -> Object:
    """Return the types that a call names, which take the place of the configuration's; nothing where it names none."""
    types = next((params[name] for name in TYPES if params.get(name)), None)
    if types is None:
        return {}
    return {
        "allowed_payment_method_types": params.get("allowed_payment_method_types"),
        "automatic_payment_methods": None,
        "payment_method_configuration_details": None,
        "payment_method_options": of_types(types, usual),
        "payment_method_types": types,
    }


def merge(before: Mapping[str, Any], changes: Mapping[str, Any] | None, usual: Options = OF_PAYMENTS) -> Object:
    """Return options after those that a call gives. What a call unsets is as if no call had said it."""
    after = dict(before)
    for type, options in (changes or {}).items():
        if options is None:
            after[type] = dict(usual.get(type, {}))
        else:
            after[type] = _merge({**usual.get(type, {}), **(before.get(type) or {})}, options, usual.get(type, {}))
    return after


def _merge(before: Mapping[str, Any], changes: Mapping[str, Any], usual: Mapping[str, Any]) -> Object:
    after = dict(before)
    for name, value in changes.items():
        if value is None:
            after.pop(name, None)
            after |= {name: usual[name]} if name in usual else {}
        elif name not in NOT_SHOWN:
            value_before = (before.get(name) or {}) if name == "installments" else {}
            after[name] = {**IN_FULL[name], **value_before, **value} if name in IN_FULL and name in usual else value
    return after


def without_excluded(intent: Object, params: Mapping[str, Any]) -> Object:
    """Return an intent after a call that excludes types of payment methods."""
    if "excluded_payment_method_types" not in params:
        return intent
    excluded_types = params["excluded_payment_method_types"] or []
    types = AUTOMATIC if intent.get("automatic_payment_methods") else intent["payment_method_types"]
    return {
        **intent,
        "excluded_payment_method_types": excluded_types or None,
        "payment_method_types": [type for type in types if type not in excluded_types],
    }


def for_invoice(settings: Object, types: Iterable[str]) -> Object:
    """Return the options of the payment of an invoice, whose `payment_settings` say more than is usual."""
    options = of_types(types)
    invoice_options = settings["payment_method_options"] or {}
    return merge(options, {type: invoice_options[type] for type in options if invoice_options.get(type)})


def of_session(options: Mapping[str, Any] | None) -> Object:
    """Return the options of a Checkout session."""
    return merge(OF_SESSIONS, options, OF_SESSIONS)


def of_payment_by(session: Object) -> Object:
    """Return the options of the payment that a Checkout session makes; which cards pay is decided at its page."""
    session_options = dict(session["payment_method_options"])
    if "card" in session_options:
        session_options["card"] = {
            name: value for name, value in session_options["card"].items() if name != "restrictions"
        }
    return merge(of_types(session["payment_method_types"]), session_options)


def is_blocked(session: Object, card: Object) -> bool:
    """Return whether a Checkout session takes no cards of this brand, or of this funding."""
    restrictions = (session["payment_method_options"].get("card") or {}).get("restrictions") or {}
    brand = CATEGORIES.get(card["brand"], DISCOVER_GLOBAL_NETWORK)
    return brand in (restrictions.get("brands_blocked") or ()) or card["funding"] in (
        restrictions.get("funding_types_blocked") or ()
    )


def of_setup_by(session: Object) -> Object:
    """Return what the setup intent of a Checkout session says of how it may be confirmed."""
    types = session["payment_method_types"]
    options = of_types(types, OF_SETUPS)
    session_options = {type: session["payment_method_options"].get(type) or {} for type in options}
    setup_options = {
        type: {name: one[name] for name in options[type] if name in one} for type, one in session_options.items()
    }
    return {
        "payment_method_options": merge(options, setup_options, OF_SETUPS),
        "payment_method_types": types,
        "_mandate_data": mandates.BY_CUSTOMER,
    }


def of_card(intent: Object) -> Mapping[str, Any]:
    """Return the options of cards of a payment intent or a setup intent."""
    return (intent["payment_method_options"] or {}).get("card") or {}


def asks_to_authenticate(intent: Object) -> bool:
    """Return whether 3-D Secure is asked for wherever the card can do it (https://docs.stripe.com/payments/3d-secure)."""
    return of_card(intent).get("request_three_d_secure") in ("any", "challenge")


def can_be_incremented(intent: Object, brand: str) -> bool:
    """Return whether more may be reserved before the capture, as was asked for, of a card whose network lets one."""
    is_requested = of_card(intent).get("request_incremental_authorization") == "if_available"
    return is_requested and captures_by_hand(intent) and brand in INCREMENTABLE_BRANDS


def can_be_captured_in_parts(account: Object, intent: Object, method: Object) -> bool:
    """Return whether a payment may be captured more than once, as was asked for, by a card whose network lets one."""
    is_requested = of_card(intent).get("request_multicapture") == "if_available"
    card = method["card"]
    places = IN_PARTS.get(card["brand"], ())
    return (
        is_requested
        and card["last4"] != WITHOUT_ENTERPRISE_FEATURES
        and (places is None or account["country"] in places)
    )


def captures_by_hand(intent: Object, type: str = "card") -> bool:
    """Return whether a payment by this type of payment method only reserves the money: as the options of the type say,
    else as the intent does."""
    options = (intent["payment_method_options"] or {}).get(type) or {}
    return "manual" in (intent["capture_method"], options.get("capture_method"))


def usage(intent: Object) -> str | None:
    """Return for which later payments the card is kept: as the options of cards say, else as the intent does."""
    future_usage = of_card(intent).get("setup_future_usage") or intent["setup_future_usage"]
    return None if future_usage == "none" else future_usage
