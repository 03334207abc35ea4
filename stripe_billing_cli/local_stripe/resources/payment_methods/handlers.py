"""Payment methods: cards, from Stripe's test ids, test tokens and test numbers.

https://docs.stripe.com/api/payment_methods, https://docs.stripe.com/testing. A test id such as `pm_card_visa` stands
for a new card each time it is used; what is used is stored under an id of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stripe_billing_cli.local_stripe.billing import customers
from stripe_billing_cli.local_stripe.billing.payments import card_input, payment_method_types, payment_methods
from stripe_billing_cli.local_stripe.core import clocks, events, objects
from stripe_billing_cli.local_stripe.core.errors import ApiError, invalid
from stripe_billing_cli.local_stripe.core.lists import equal, filter_conditions, json_field, list_object, page
from stripe_billing_cli.local_stripe.core.metadata import changed_metadata, new_metadata
from stripe_billing_cli.local_stripe.core.parameters import EXPAND_ONLY
from stripe_billing_cli.local_stripe.core.requests import Call, Route
from stripe_billing_cli.local_stripe.core.store import Object
from stripe_billing_cli.local_stripe.resources.payment_methods import fields


def create(call: Call) -> Object:
    params = call.params
    type = params["type"]
    if type == "card":
        method = _new_card(call, params["card"])
    elif type == "sepa_debit":
        method = payment_methods.new_account(call, params.get(type, {})["iban"])
    else:
        method = {
            **payment_methods.blank_method(call, type),
            type: payment_method_types.TYPES[type].show(params.get(type, {})),
        }
    method["billing_details"] = _details(method["billing_details"], params.get("billing_details", {}))
    method["allow_redisplay"] = params.get("allow_redisplay", "unspecified")
    method["metadata"] = new_metadata(params)
    if type == "card":
        _await_checks(method)
    call.store.insert("payment_method", method)
    return method


def _new_card(call: Call, params: Mapping[str, Any]) -> Object:
    card, expiry = card_input.read_card(call, params)
    method = payment_methods.new_card(call, card)
    card_fields = method["card"]
    for name in ("exp_month", "exp_year"):
        card_fields[name] = expiry.get(name, card_fields[name])
    without_cvc = "cvc" not in expiry if "number" in expiry else expiry.get("cvc_check", "unchecked") is None
    if without_cvc:
        card_fields["checks"]["cvc_check"] = None
    _prefer(card_fields, params.get("networks") or expiry.get("networks", {}))
    return method


def _prefer(card_fields: Object, networks: Mapping[str, Any]) -> None:
    """Set the preferred network; one that the card does not have is stored as invalid (SDK,
    `_payment_method_create_params.py`)."""
    network = networks.get("preferred")
    if network is not None:
        is_available = network in card_fields["networks"]["available"]
        card_fields["networks"] = {
            **card_fields["networks"],
            "preferred": network if is_available else "invalid_preference",
        }
        card_fields["display_brand"] = network if is_available else card_fields["display_brand"]


def _await_checks(method: Object) -> None:
    """Let the bank check what was given of the address."""
    address, checks = method["billing_details"]["address"], method["card"]["checks"]
    for field, check in (("line1", "address_line1_check"), ("postal_code", "address_postal_code_check")):
        if address[field] is not None and checks[check] is None:
            checks[check] = "unchecked"


def retrieve(call: Call) -> Object:
    """Return a payment method; a test id is a card of its own each time, which is kept only once it is used."""
    if payment_methods.is_test_id(call.id):
        return {**payment_methods.of_test_id(call, call.id), "id": call.id}
    method = call.store.get("payment_method", call.id)
    if method is None:
        raise payment_methods.no_such_method(call.id, "payment_method", 404)
    return method


def _owner(call: Call, id: str) -> Object:
    return customers.find(call, id)


def update(call: Call) -> Object:
    before = retrieve(call)
    params = call.params
    if before["customer"] is None:
        # "A PaymentMethod must be attached to a customer to be updated" (stripe/_payment_method.py)
        raise invalid("You must save this PaymentMethod to a customer before you can update it.")
    method = {**before}
    if "card" in params:
        if before["type"] != "card":
            raise invalid("You cannot update `card` on a PaymentMethod that is not a card.", "card")
        card_input.check_expiry(call, card_input.in_full({**before["card"], **params["card"]}))
        method["card"] = {
            **before["card"],
            **{name: value for name, value in params["card"].items() if name != "networks"},
        }
        _prefer(method["card"], params["card"].get("networks", {}))
    method["billing_details"] = _details(before["billing_details"], params.get("billing_details", {}))
    method["allow_redisplay"] = params.get("allow_redisplay", before["allow_redisplay"])
    method["metadata"] = changed_metadata(before, params)
    return objects.save(call, "payment_method", before, method)


def attach(call: Call) -> Object:
    customer = _owner(call, call.params["customer"])
    return payment_methods.attach_to(clocks.at_time_of(call, customer), call.id, customer["id"], "payment_method", 404)


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
    objects.save(call, "customer", customer, after)


def list_payment_methods(call: Call) -> Object:
    """Return the customer's; none at all where no customer is named (recorded)."""
    customer = call.params.get("customer")
    if customer is None:
        return list_object([], False, PATH)
    return list_of_customer(call, _owner(call, customer)["id"], PATH)


def list_of_customer(call: Call, customer: str, url: str) -> Object:
    conditions = [*equal(json_field("customer"), customer), *filter_conditions(call, "type allow_redisplay")]
    return page(call, "payment_method", url, conditions)


def retrieve_of_customer(call: Call, customer: str) -> Object:
    """Return the payment method, if it is the customer's."""
    method = call.store.get("payment_method", call.second_id)
    if method is None:
        raise payment_methods.no_such_method(call.second_id, "payment_method", 404)
    if method["customer"] != customer:
        raise ApiError(404, "Invalid request", param="customer")
    return method


PATH = "/v1/payment_methods"
ROUTES = (
    Route("POST", PATH, "payment_method", fields.CREATE, create, fields.check_new),
    Route("GET", PATH, "payment_method", fields.LIST, list_payment_methods, lists=True),
    Route("GET", f"{PATH}/{{id}}", "payment_method", EXPAND_ONLY, retrieve),
    Route("POST", f"{PATH}/{{id}}", "payment_method", fields.UPDATE, update),
    Route("POST", f"{PATH}/{{id}}/attach", "payment_method", fields.ATTACH, attach, fields.check_attach),
    Route("POST", f"{PATH}/{{id}}/detach", "payment_method", EXPAND_ONLY, detach),
)


def _details(before: Object, changes: Mapping[str, Any]) -> Object:
    """Return the billing details with what a call names of them; an address that is unset is unset as a whole."""
    details = {**before, **{name: value for name, value in changes.items() if name != "address"}}
    if "address" in changes:
        address_changes = changes["address"]
        details["address"] = (
            customers.address_of({}) if address_changes is None else {**before["address"], **address_changes}
        )
    return details
