"""Payment methods as payments use them: cards from test ids, what their banks say, and whose they are."""

from __future__ import annotations

from datetime import UTC, datetime

from stripe_billing_cli.local_stripe.billing import customers, settings
from stripe_billing_cli.local_stripe.billing.payments import card_input, debits, payment_method_types
from stripe_billing_cli.local_stripe.billing.payments.cards import WRONG_CVC, Card, Decline
from stripe_billing_cli.local_stripe.billing.payments.test_cards import BY_ID, BY_KEY
from stripe_billing_cli.local_stripe.core import events, identifiers
from stripe_billing_cli.local_stripe.core.errors import ApiError, invalid, no_such
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object

CHARGEABLE = ("card", "sepa_debit")
"""The types of payment methods that pay wherever one may be named."""
OF_INTENTS = (*CHARGEABLE, "customer_balance")
"""The types of payment methods that pay payment intents; methods of other types are objects only."""
NETWORK_CODES = ("network_advice_code", "network_decline_code")
NO_TOKENS = (
    "Card Token usage on the Customers API and Charges API has reached end of life. In order to continue processing "
    "your payments, you will need to use the Payment Intents and Payment Methods API. Read more about what you should "
    "do here: https://docs.stripe.com/payments/payment-methods/integration-options. If you need to continue to use "
    "Card Tokens on the Customers and Charges API, enable this functionality in your API policies settings: "
    "https://dashboard.stripe.com/settings/developers/api-policies"
)
"""The refusal of the calls on customers and charges (recorded 2026-08-26.dahlia)."""


def blank_method(call: Call, type: str) -> Object:
    return {
        "id": identifiers.long_id(call, "pm"),
        "object": "payment_method",
        "allow_redisplay": "unspecified",
        "billing_details": {
            "address": customers.address_of({}),
            "email": None,
            "name": None,
            "phone": None,
            "tax_id": None,
        },
        "created": call.now,
        "customer": None,
        "metadata": {},
        "type": type,
    }


def new_card(call: Call, card: Card) -> Object:
    """Return a card that expires this month of next year, its CVC not yet checked (recorded)."""
    today = datetime.fromtimestamp(call.real_now, UTC)
    return {
        **blank_method(call, "card"),
        "card": {
            "brand": card.brand,
            "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "unchecked"},
            "country": card.country,
            "display_brand": card.display_brand,
            "exp_month": today.month,
            "exp_year": today.year + 1,
            "fingerprint": card.fingerprint,
            "funding": card.funding,
            "last4": card.last4,
            "networks": {"available": card.available_networks, "preferred": None},
            "regulated_status": "unregulated",
            "three_d_secure_usage": {"supported": card.supports_3ds},
            "wallet": None,
        },
        "_card": card.id,
    }


def check_by_bank(call: Call, method: Object) -> Object:
    """Return the payment method after its bank was asked: what had not been checked of it has been (recorded)."""
    if method["type"] != "card":
        return method
    card, checks = card_of(method), method["card"]["checks"]
    results = {
        "address_line1_check": card.line1_check,
        "address_postal_code_check": card.postal_code_check,
        "cvc_check": card.cvc_check,
    }
    checks_after = {name: results[name] if value == "unchecked" else value for name, value in checks.items()}
    if checks_after == checks:
        return method
    after = {**method, "card": {**method["card"], "checks": checks_after}}
    call.store.replace("payment_method", after)
    return after


def recheck_security_code(call: Call, method: Object) -> Object:
    """Return the card, whose bank is to check the security code that was entered again."""
    checks = {**method["card"]["checks"], "cvc_check": "unchecked"}
    after = {**method, "card": {**method["card"], "checks": checks}}
    call.store.replace("payment_method", after)
    return after


def setup_decline(method: Object) -> Decline | None:
    """Return what the bank says to saving the card."""
    return _decline(method, card_of(method).declines_setup)


def payment_decline(method: Object) -> Decline | None:
    """Return what the bank, or Radar, says to charging the card."""
    return _decline(method, card_of(method).declines_payment)


def _decline(method: Object, decline: Decline | None) -> Decline | None:
    """Return a card's decline, but for that of a CVC where none was given, which cannot be wrong
    (https://docs.stripe.com/testing#declined-payments)."""
    return None if decline is WRONG_CVC and method["card"]["checks"]["cvc_check"] is None else decline


def card_of(method: Object) -> Card:
    """Return which of Stripe's test cards it is. A bank account pays as a card does that is good for everything."""
    return BY_KEY[method["_card"]] if method["type"] == "card" else BY_ID["pm_card_visa"]


def is_test_id(id: str) -> bool:
    return id in BY_ID or id in debits.BY_ID


def of_test_id(call: Call, id: str) -> Object:
    """Return the new card, or bank account, that a test id stands for."""
    return new_card(call, BY_ID[id]) if id in BY_ID else new_account(call, debits.BY_ID[id])


def new_account(call: Call, iban: str) -> Object:
    """Return a bank account that is debited by SEPA."""
    details = payment_method_types.TYPES["sepa_debit"].show({"iban": iban})
    return {**blank_method(call, "sepa_debit"), "sepa_debit": details, "_iban": "".join(iban.split()).upper()}


def create_transfer(call: Call) -> Object:
    """Return a payment method by which a customer's cash balance pays, stored."""
    method = {**blank_method(call, "customer_balance"), "customer_balance": {}}
    call.store.insert("payment_method", method)
    return method


def no_such_method(id: str, param: str, status: int = 400) -> ApiError:
    """Return the refusal of an unknown payment method, as recorded of 2026-03-25.dahlia."""
    return ApiError(
        status,
        f"No such PaymentMethod: '{id}'; It's possible this PaymentMethod exists on one of your connected accounts, in "
        "which case you should retry this request on that connected account. Learn more at "
        "https://stripe.com/docs/connect/authentication",
        "resource_missing",
        param,
    )


def find(call: Call, id: str, param: str) -> Object:
    """Return the payment method that a parameter names; a test id becomes a new one. Raises `resource_missing`."""
    if is_test_id(id):
        method = of_test_id(call, id)
        call.store.insert("payment_method", method)
        return method
    stored_method = call.store.get("payment_method", id)
    if stored_method is None:
        raise no_such_method(id, param)
    return stored_method


def find_chargeable(call: Call, id: str, param: str) -> Object:
    """Return the payment method that a parameter names. Raises for one of a type that pays nothing here."""
    method = find(call, id, param)
    if method["type"] not in CHARGEABLE:
        raise invalid(
            f"The local Stripe does not have payments with payment methods of type `{method['type']}`.", param
        )
    return method


def attach_to(call: Call, id: str, customer: str, param: str, status_if_missing: int = 400) -> Object:
    """Return the payment method, now the customer's. Attaching again changes nothing.

    Raises the card's decline where it cannot be saved, and Stripe's refusal where it is another customer's, or of a
    type that belongs to no customer.
    """
    if not is_test_id(id) and call.store.get("payment_method", id) is None:
        raise no_such_method(id, param, status_if_missing)
    before = find(call, id, param)
    if before["customer"] == customer:
        return before
    _check_attachable(before, param)
    if before["type"] == "card" and (decline := setup_decline(before)) is not None:
        raise _declined_error(decline)
    method = check_by_bank(call, {**before, "customer": customer})
    call.store.replace("payment_method", method)
    events.record(call, "payment_method.attached", method)
    return method


def _check_attachable(method: Object, param: str) -> None:
    if method["customer"] is not None:
        raise invalid("The payment method you provided has already been attached to a customer.", param)
    if is_used_up(method):
        raise invalid(
            "This PaymentMethod was previously used without being attached to a Customer or was detached from a "
            "Customer, and may not be used again.",
            param,
        )
    if method["type"] != "card" and not payment_method_types.TYPES[method["type"]].saved:
        raise invalid(f"PaymentMethods of type '{method['type']}' cannot be saved to customers.")


def is_used_up(method: Object) -> bool:
    """Return whether a payment method may not be used again: it was detached, or has paid while it was nobody's."""
    return bool(method.get("_detached") or method.get("_used"))


def use_up(call: Call, method: Object) -> None:
    """Note that a payment method has paid: once only, if it is nobody's
    (https://docs.stripe.com/payments/payment-methods#customer-object)."""
    if method["customer"] is None:
        call.store.replace("payment_method", {**method, "_used": True})


def _declined_error(decline: Decline) -> ApiError:
    """Return the refusal, 402, of a card that the bank declines. The param is there, and empty where the bank blames
    nothing that was given (recorded)."""
    details = {name: value for name, value in decline.error().items() if name in ("advice_code", *NETWORK_CODES)}
    return ApiError(
        402,
        decline.message,
        decline.code,
        decline.param or "",
        type="card_error",
        decline_code=decline.decline_code,
        objects=details,
    )


def set_up(call: Call, method: Object) -> None:
    """Note that payments off session were agreed to, after which some cards no longer ask for 3-D Secure."""
    call.store.replace("payment_method", {**method, "_set_up": True})


def as_source(call: Call, token: str, customer: str) -> str:
    """Return the id of a new card of the customer's, made of a token: what programs did before there were payment
    methods, and Stripe's CLI still does. It is a payment method with the id of a card
    (https://docs.stripe.com/payments/payment-methods/transitioning#compatibility)."""
    check_takes_tokens(call)
    return str(attach_to(call, create_from_token(call, token)["id"], customer, "source")["id"])


def check_takes_tokens(call: Call) -> None:
    """Raise Stripe's refusal where the account's settings do not take card tokens."""
    if settings.read(call.store, call.account)["card_tokens"] == "refuse":
        raise invalid(NO_TOKENS)


def create_from_token(call: Call, token: str) -> Object:
    """Return the new card, nobody's yet, that a token stands for."""
    card, expiry = card_input.read_card(call, {"token": token}, "source")
    method = {**new_card(call, card), "id": identifiers.long_id(call, "card")}
    for name in ("exp_month", "exp_year"):
        method["card"][name] = expiry.get(name, method["card"][name])
    call.store.insert("payment_method", method)
    return method


def own_method(call: Call, customer: Object, id: str | None, param: str = "default_payment_method") -> str | None:
    """Return the customer's payment method that a parameter names; None for none."""
    if id is None:
        return None
    method = find_chargeable(call, id, param)
    if method["customer"] != customer["id"]:
        raise invalid(
            f"The customer does not have a payment method with the ID {id}. The payment method must be attached to "
            "the customer.",
            param,
            "resource_missing",
        )
    return str(method["id"])


def own_source(call: Call, customer: Object, id: str | None, param: str = "default_source") -> str | None:
    """Return the customer's card, in the form of a source, that a parameter names; None for none."""
    if id is None:
        return None
    method = call.store.get("payment_method", id)
    if method is None or method["customer"] != customer["id"] or not id.startswith("card_"):
        raise no_such("source", id, param)
    return id


def own_defaults(call: Call, customer: Object) -> Object:
    """Return what is to pay by default, of the customer's, as far as the call's parameters name it."""
    finders = {"default_payment_method": own_method, "default_source": own_source}
    return {
        name: find_own(call, customer, call.params[name]) for name, find_own in finders.items() if name in call.params
    }
