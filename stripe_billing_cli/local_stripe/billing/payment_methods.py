"""Payment methods: cards, from Stripe's test ids, test tokens and test numbers.

https://docs.stripe.com/api/payment_methods, https://docs.stripe.com/testing. A test id such as `pm_card_visa` stands
for a new card each time it is used; what is used is stored under an id of its own.
"""

from __future__ import annotations

from typing import Any

from stripe_billing_cli.local_stripe import events, identifiers
from stripe_billing_cli.local_stripe.billing import cards_given, clocks
from stripe_billing_cli.local_stripe.billing.card_table import BY_ID, BY_KEY
from stripe_billing_cli.local_stripe.billing.cards import Card
from stripe_billing_cli.local_stripe.calls import Call, Route
from stripe_billing_cli.local_stripe.errors import ApiError, invalid, no_such
from stripe_billing_cli.local_stripe.lists import LIST_FIELDS, check_cursors, equal, json_field, page
from stripe_billing_cli.local_stripe.metadata import merged
from stripe_billing_cli.local_stripe.parameters import (
    EXPAND,
    Choice,
    Hash,
    Integer,
    Metadata,
    Text,
    optional,
    required,
    unsettable,
    unsupported,
)
from stripe_billing_cli.local_stripe.store import Object

ADDRESS = ("city", "country", "line1", "line2", "postal_code", "state")
BILLING_DETAILS = Hash(
    unsettable(address=Hash(unsettable(**{name: Text() for name in ADDRESS})), email=Text(), name=Text(), phone=Text())
)
CARD = Hash(optional(cvc=Text(), exp_month=Integer(1, 12), exp_year=Integer(), number=Text(), token=Text()))
OTHER_TYPES = (
    "acss_debit affirm afterpay_clearpay alipay alma amazon_pay au_becs_debit bacs_debit bancontact billie bizum blik "
    "boleto cashapp crypto custom customer_balance eps fpx giropay grabpay ideal interac_present kakao_pay klarna "
    "konbini kr_card link mb_way mobilepay multibanco naver_pay nz_bank_account oxxo p24 pay_by_bank payco paynow "
    "paypal paypay payto pix promptpay radar_options revolut_pay samsung_pay satispay scalapay sepa_debit sequra "
    "sofort sunbit swish twint upi us_bank_account wechat_pay zip"
)
ONLY_CARDS = "its payment methods are cards"
CREATE = Hash(
    {
        **required(type=Choice(("card",))),
        **optional(
            allow_redisplay=Choice(("always", "limited", "unspecified")),
            billing_details=BILLING_DETAILS,
            card=CARD,
            metadata=Metadata(),
        ),
        **unsupported("it has no platforms to copy a payment method from", "customer payment_method"),
        **unsupported(ONLY_CARDS, OTHER_TYPES),
        "expand": EXPAND,
    }
)
UPDATE = Hash(
    {
        **optional(
            allow_redisplay=Choice(("always", "limited", "unspecified")),
            billing_details=BILLING_DETAILS,
            card=Hash(optional(exp_month=Integer(1, 12), exp_year=Integer())),
        ),
        **unsettable(metadata=Metadata()),
        **unsupported(ONLY_CARDS, "link payto us_bank_account"),
        "expand": EXPAND,
    }
)
LIST_FILTERS = optional(allow_redisplay=Choice(("always", "limited", "unspecified")), type=Text())


def create(call: Call) -> Object:
    card = call.params.get("card")
    if card is None:
        raise invalid("Missing required param: card.", "card", "parameter_missing")
    known, expiry = cards_given.given(call, card)
    method = _new(call, known)
    method["billing_details"] |= _details(call.params.get("billing_details", {}))
    method["allow_redisplay"] = call.params.get("allow_redisplay", "unspecified")
    method["metadata"] = merged({}, call.params.get("metadata", {}))
    for name in ("exp_month", "exp_year"):
        method["card"][name] = expiry.get(name, method["card"][name])
    call.store.insert("payment_method", method)
    return method


def _details(params: Any) -> Object:
    details = {name: params[name] for name in ("email", "name", "phone") if name in params}
    if params.get("address"):
        details["address"] = {name: params["address"].get(name) for name in ADDRESS}
    return details


def _new(call: Call, card: Card) -> Object:
    return {
        "id": identifiers.long_id(call, "pm"),
        "object": "payment_method",
        "allow_redisplay": "unspecified",
        "billing_details": {
            "address": dict.fromkeys(ADDRESS),
            "email": None,
            "name": None,
            "phone": None,
            "tax_id": None,
        },
        "card": {
            "brand": card.brand,
            "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": None},
            "country": card.country,
            "display_brand": card.display_brand,
            "exp_month": 12,
            "exp_year": 2034,
            "fingerprint": card.fingerprint,
            "funding": card.funding,
            "generated_from": None,
            "last4": card.last4,
            "networks": {"available": card.available_networks, "preferred": None},
            "regulated_status": "unregulated",
            "three_d_secure_usage": {"supported": card.supports_3ds},
            "wallet": None,
        },
        "created": call.now,
        "customer": None,
        "customer_account": None,
        "livemode": False,
        "metadata": {},
        "type": "card",
        "_card": card.id,
    }


def card_of(method: Object) -> Card:
    """Which of Stripe's test cards it is."""
    return BY_KEY[method["_card"]]


def find(call: Call, id: str, param: str) -> Object:
    """The payment method that a parameter names; a test id becomes a new one. Raises `resource_missing`."""
    if id in BY_ID:
        method = _new(call, BY_ID[id])
        call.store.insert("payment_method", method)
        return method
    found = call.store.get("payment_method", id)
    if found is None:
        raise no_such("PaymentMethod", id, param)
    return found


def retrieve(call: Call) -> Object:
    method = call.store.get("payment_method", call.id)
    if method is None:
        raise no_such("PaymentMethod", call.id, "payment_method", 404)
    return method


def update(call: Call) -> Object:
    before = retrieve(call)
    params = call.params
    method = {**before, "card": {**before["card"], **params.get("card", {})}}
    method["billing_details"] = {**before["billing_details"], **_details(params.get("billing_details", {}))}
    method["allow_redisplay"] = params.get("allow_redisplay", before["allow_redisplay"])
    if "metadata" in params:
        method["metadata"] = {} if params["metadata"] is None else merged(before["metadata"], params["metadata"])
    if method != before:
        call.store.replace("payment_method", method)
        events.record(call, "payment_method.updated", method, before)
    return method


def attach(call: Call) -> Object:
    customer = call.store.get("customer", call.params["customer"])
    if customer is None or customer.get("deleted"):
        raise no_such("customer", call.params["customer"], "customer")
    return attach_to(clocks.at_time_of(call, customer), call.id, customer["id"], "payment_method", 404)


def attach_to(call: Call, id: str, customer: str, param: str, missing: int = 400) -> Object:
    """The payment method, now the customer's. Attaching again changes nothing.

    Raises the card's decline where it cannot be saved, and Stripe's refusal where it is another customer's.
    """
    if id not in BY_ID and call.store.get("payment_method", id) is None:
        raise no_such("PaymentMethod", id, param, missing)
    before = find(call, id, param)
    if before["customer"] == customer:
        return before
    if before["customer"] is not None:
        raise invalid("The payment method you provided has already been attached to a customer.", param)
    if before.get("_detached"):
        raise invalid(
            "This PaymentMethod was previously used without being attached to a Customer or was detached from a "
            "Customer, and may not be used again.",
            param,
        )
    decline = card_of(before).declines_setup
    if decline is not None:
        raise ApiError(402, decline.message, decline.code, type="card_error", decline_code=decline.decline_code)
    method = {**before, "customer": customer}
    call.store.replace("payment_method", method)
    events.record(call, "payment_method.attached", method)
    return method


def set_up(call: Call, method: Object) -> None:
    """Remember that payments off session were agreed to, after which some cards no longer ask for 3-D Secure."""
    call.store.replace("payment_method", {**method, "_set_up": True})


def as_source(call: Call, token: str, customer: str) -> str:
    """The id of a new card of the customer's, made of a token: what programs did before there were payment methods, and
    Stripe's CLI still does. It is a payment method with the id of a card
    (https://docs.stripe.com/payments/payment-methods/transitioning#compatibility)."""
    card, expiry = cards_given.given(call, {"token": token}, "source")
    method = {**_new(call, card), "id": identifiers.long_id(call, "card")}
    for name in ("exp_month", "exp_year"):
        method["card"][name] = expiry.get(name, method["card"][name])
    call.store.insert("payment_method", method)
    return str(attach_to(call, method["id"], customer, "source")["id"])


def detach(call: Call) -> Object:
    before = retrieve(call)
    if before["customer"] is None:
        raise invalid("The payment method you provided is not attached to a customer so detachment is impossible.")
    method = {**before, "customer": None, "_detached": True}
    call.store.replace("payment_method", method)
    _forget_default(call, before)
    events.record(call, "payment_method.detached", method, before)
    return method


def _forget_default(call: Call, method: Object) -> None:
    customer = call.store.get("customer", method["customer"])
    if customer is None:
        return
    after = {**customer}
    if customer["default_source"] == method["id"]:
        after["default_source"] = None
    if customer["invoice_settings"]["default_payment_method"] == method["id"]:
        after["invoice_settings"] = {**customer["invoice_settings"], "default_payment_method": None}
    if after != customer:
        call.store.replace("customer", after)
        events.record(call, "customer.updated", after, customer)


def list_payment_methods(call: Call) -> Object:
    return of_customer(call, call.params.get("customer"), "/v1/payment_methods")


def of_customer(call: Call, customer: str | None, url: str) -> Object:
    conditions = [
        *equal(json_field("customer"), customer),
        *equal(json_field("type"), call.params.get("type")),
        *equal(json_field("allow_redisplay"), call.params.get("allow_redisplay")),
    ]
    return page(call, "payment_method", url, conditions)


RETRIEVE = Hash({"expand": EXPAND})
LIST = Hash(
    {
        **{name: field for name, field in LIST_FIELDS.items() if name != "created"},
        **LIST_FILTERS,
        **optional(customer=Text()),
        **unsupported("it has no accounts that are customers", "customer_account"),
    }
)
ATTACH = Hash(
    {
        **required(customer=Text()),
        **unsupported("it has no accounts that are customers", "customer_account"),
        "expand": EXPAND,
    }
)
PATH = "/v1/payment_methods"
ROUTES = (
    Route("POST", PATH, "payment_method", CREATE, create),
    Route("GET", PATH, "payment_method", LIST, list_payment_methods, check_cursors, lists=True),
    Route("GET", f"{PATH}/{{id}}", "payment_method", RETRIEVE, retrieve),
    Route("POST", f"{PATH}/{{id}}", "payment_method", UPDATE, update),
    Route("POST", f"{PATH}/{{id}}/attach", "payment_method", ATTACH, attach),
    Route("POST", f"{PATH}/{{id}}/detach", "payment_method", RETRIEVE, detach),
)
