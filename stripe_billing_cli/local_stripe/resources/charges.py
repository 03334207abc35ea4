"""The calls on charges (https://docs.stripe.com/api/charges), which payment intents make, or a call of these."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing import customers
from stripe_billing_cli.local_stripe.billing.payments import (
    charge_lookup,
    charges,
    direct_charges,
    payment_intents,
    payment_methods,
)
from stripe_billing_cli.local_stripe.core import clocks, descriptors, objects
from stripe_billing_cli.local_stripe.core.documented_form import form
from stripe_billing_cli.local_stripe.core.errors import ApiError, invalid, missing_param
from stripe_billing_cli.local_stripe.core.lists import equal, json_field, list_handler
from stripe_billing_cli.local_stripe.core.metadata import changed_metadata
from stripe_billing_cli.local_stripe.core.parameters import EXPAND_ONLY, Choice, Email, Field, Integer, Text
from stripe_billing_cli.local_stripe.core.reasons import NO_CONNECT, NO_RADAR
from stripe_billing_cli.local_stripe.core.requests import AS_DOCUMENTED, Api, Call, Route
from stripe_billing_cli.local_stripe.core.search import Kind, Searchable, SearchField
from stripe_billing_cli.local_stripe.core.store import Object

CREATE = form(
    "POST /v1/charges",
    {"customer": Text(), "receipt_email": Email()},
    fields={"payment_method": Field(Text())},
    refusals={
        "it charges cards that are sources or tokens": "card",
        NO_CONNECT: "destination",
        NO_RADAR: "radar_options",
    },
)
UPDATE = form(
    "POST /v1/charges/{charge}",
    {"receipt_email": Email()},
    fields={"fraud_details.user_report": Field(Choice(("fraudulent", "safe")), unset=True)},
)
CAPTURE = form(
    "POST /v1/charges/{charge}/capture",
    {"amount": Integer(1), "receipt_email": Email()},
)


def create(call: Call) -> Object:
    """Charge a customer's card that is a source, or the card of a token where the account's settings take those."""
    params = call.params
    descriptors.check_all(params)
    if "customer" not in params and "source" not in params:
        raise invalid("Must provide source or customer.", code="parameter_missing")
    for name in ("amount", "currency"):
        if name not in params:
            raise missing_param(name)
    if "customer" in params:
        customer = customers.find(call, params["customer"])
        call = clocks.at_time_of(call, customer)
        method = _card(call, customer)
        charges.check_amount(params["amount"], params["currency"])
        return direct_charges.create(call, customer, method)
    payment_methods.check_takes_tokens(call)
    charges.check_amount(params["amount"], params["currency"])
    return direct_charges.create(call, None, payment_methods.create_from_token(call, params["source"]))


def _card(call: Call, customer: Object) -> Object:
    """Return the customer's card that is named, else their default; Stripe's refusals are recorded, but for the last
    (https://github.com/stripe/stripe-java/issues/550)."""
    source = call.params.get("source")
    id = source or customer["default_source"]
    if id is None:
        raise _no_saved_card(call, customer["id"])
    method = call.store.get("payment_method", id)
    if method is None or method["customer"] != customer["id"] or not id.startswith("card_"):
        message = f"Customer {customer['id']} does not have a linked source with ID {id}."
        raise invalid(message, "source", "missing")
    return method


def _no_saved_card(call: Call, customer: str) -> ApiError:
    methods = call.store.select("payment_method", equal(json_field("customer"), customer), newest_first=True, limit=1)
    message = (
        "This Customer doesn't have any legacy saved payment details, but does have a Payment Method attached. Use a "
        "Payment Intent instead of creating a Charge: https://stripe.com/docs/payments/payment-intents/migration"
        if methods
        else "This Customer doesn't have any saved payment details. Attach a legacy Token, Card, Bank Account, or "
        "Source to this Customer and then try this request again, or use Payment Intents and Payment Methods instead."
    )
    return ApiError(402, message, "missing", "card", type="card_error")


def update(call: Call) -> Object:
    before = charge_lookup.find(call)
    params = call.params
    if "transfer_group" in params and before["payment_intent"] is not None:
        raise invalid(
            f"This Charge was created by a PaymentIntent ({before['payment_intent']}). You must update the "
            "`transfer_group` on the PaymentIntent instead of updating the Charge directly. See "
            "https://stripe.com/docs/api#update_payment_intent"
        )
    texts = ("description", "receipt_email", "transfer_group")
    after = {**before, **{name: params[name] for name in texts if name in params}}
    if "customer" in params:
        after["customer"] = _customer(call, before)
    if "shipping" in params:
        after["shipping"] = payment_intents.shipping_of(params["shipping"])
    if "fraud_details" in params:
        report = params["fraud_details"].get("user_report")
        after["fraud_details"] = {"user_report": report} if report else {}
    after["metadata"] = changed_metadata(before, params)
    return objects.save(call, charges.KIND, before, after)


def _customer(call: Call, charge: Object) -> str:
    """Return the customer that a charge is given; "This field may only be updated if there is no existing associated
    customer with this charge"."""
    customer = str(customers.find(call, call.params["customer"])["id"])
    if charge["customer"] not in (None, customer):
        raise invalid(f"Charge {charge['id']} has a customer already, which cannot be changed.", "customer")
    return customer


def capture(call: Call) -> Object:
    """Capture a charge that no payment intent made; what one made is captured at the intent."""
    charge = charge_lookup.find(call)
    if charge["captured"]:
        raise invalid(f"Charge {charge['id']} has already been captured.", code="charge_already_captured")
    if charge["payment_intent"] is None:
        call = clocks.at_time_of(call, call.store.get("customer", charge["customer"] or "") or {})
        return direct_charges.capture(call, charge, call.params)
    raise invalid(
        f"This uncaptured Charge was created by a PaymentIntent ({charge['payment_intent']}). You must capture the "
        "PaymentIntent instead. For more information, see "
        "https://stripe.com/docs/payments/place-a-hold-on-a-payment-method"
    )


PATH = "/v1/charges"


def _refund_state(charge: Object) -> str | None:
    """Return "true" of a charge that was refunded whole, "false" of one in part; None of one that was not refunded
    (https://docs.stripe.com/search#query-fields-for-charges)."""
    return str(charge["refunded"]).lower() if charge["amount_refunded"] else None


SOURCES = ("card", "card_present", "interac_present")
OF_CARDS = ("last4", "exp_month", "exp_year", "brand", "fingerprint")
SEARCH = Searchable(
    charges.KIND,
    PATH,
    {
        "amount": SearchField(Kind.NUMERIC),
        "billing_details.address.postal_code": SearchField(),
        "created": SearchField(Kind.NUMERIC),
        "currency": SearchField(),
        "customer": SearchField(),
        "disputed": SearchField(),
        "refunded": SearchField(read=_refund_state),
        "status": SearchField(),
        **{f"payment_method_details.{source}.{name}": SearchField() for source in SOURCES for name in OF_CARDS},
    },
)
list_charges = list_handler(charges.KIND, PATH, "transfer_group", reference_filters="customer payment_intent")
ROUTES = (
    SEARCH.route,
    Route("POST", PATH, charges.KIND, CREATE, create),
    Route("GET", PATH, charges.KIND, AS_DOCUMENTED, list_charges, lists=True),
    Route("GET", f"{PATH}/{{id}}", charges.KIND, EXPAND_ONLY, charge_lookup.find),
    Route("POST", f"{PATH}/{{id}}", charges.KIND, UPDATE, update),
    Route("POST", f"{PATH}/{{id}}/capture", charges.KIND, CAPTURE, capture),
)
API = Api(ROUTES)
