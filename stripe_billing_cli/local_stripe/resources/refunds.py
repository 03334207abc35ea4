"""The calls on refunds (https://docs.stripe.com/api/refunds), also those that begin at a charge."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing import customers
from stripe_billing_cli.local_stripe.billing.payments import bank_refunds, charge_lookup, charges, refunds
from stripe_billing_cli.local_stripe.core import objects
from stripe_billing_cli.local_stripe.core.documented_form import form
from stripe_billing_cli.local_stripe.core.errors import check_only_one, invalid, missing_param, no_such
from stripe_billing_cli.local_stripe.core.lists import equal, json_field, page
from stripe_billing_cli.local_stripe.core.metadata import changed_metadata
from stripe_billing_cli.local_stripe.core.parameters import (
    EXPAND,
    EXPAND_ONLY,
    Email,
    Integer,
    ObjectParam,
    Params,
    ParamType,
    Text,
    required_fields,
)
from stripe_billing_cli.local_stripe.core.reasons import NO_CONNECT
from stripe_billing_cli.local_stripe.core.requests import AS_DOCUMENTED, Api, Call, Route
from stripe_billing_cli.local_stripe.core.store import Object

TYPES: dict[str, ParamType] = {"amount": Integer(1), "instructions_email": Email()}
NO_TRANSFERS = {NO_CONNECT: "refund_application_fee reverse_transfer"}
NAMED_BY_PATH = {"the path names what is refunded": "payment_intent"}
CREATE = form("POST /v1/refunds", {**TYPES, "customer": Text()}, refusals=NO_TRANSFERS)
CREATE_BY_CHARGE = form(
    "POST /v1/charges/{charge}/refunds",
    TYPES,
    refusals={
        **NO_TRANSFERS,
        **NAMED_BY_PATH,
        "the path names what is refunded, and that is no cash balance": "currency customer origin",
    },
)
LEGACY = form("POST /v1/charges/{charge}/refund", TYPES, refusals={**NO_TRANSFERS, **NAMED_BY_PATH})
SUBMIT = ObjectParam({**required_fields(account_number=Text()), "expand": EXPAND})


OF_BALANCE = ("currency", "customer")


def check(params: Params) -> None:
    check_only_one(params, "charge", "payment_intent", "origin")
    if "origin" in params:
        if "customer" not in params:
            raise missing_param("customer")
        return
    for name in OF_BALANCE:
        if name in params:
            raise invalid(f"The parameter `{name}` can only be used with `origin=customer_balance`.", name)


def create(call: Call) -> Object:
    """Return the refund of a payment, or of what is left in a customer's cash balance, which `origin` says."""
    if "origin" in call.params:
        return bank_refunds.refund_cash_balance(call, customers.find(call, call.params["customer"]), call.params)
    return refunds.refund(call, _charge(call), call.params)


def _charge(call: Call) -> Object:
    """Return what is to be refunded. An unknown charge is a 404 here, as if the path named it (recorded)."""
    params = call.params
    if "charge" in params:
        return objects.find(call, charges.KIND, params["charge"], "id", 404)
    if "payment_intent" not in params:
        raise invalid("One of the following params should be provided for this request: payment_intent or charge.")
    intent = objects.find(call, "payment_intent", params["payment_intent"], "payment_intent")
    charge = call.store.get(charges.KIND, intent["latest_charge"] or "")
    if charge is None or not charge["paid"]:
        raise invalid(
            f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.", "payment_intent"
        )
    return charge


def create_by_charge(call: Call) -> Object:
    return refunds.refund(call, charge_lookup.find(call), call.params)


def refund_charge(call: Call) -> Object:
    """Return the charge, refunded. Its balance transaction shows in later answers only, if it was not there
    (recorded)."""
    before = charge_lookup.find(call)
    refunds.refund(call, before, call.params)
    return {**charge_lookup.find(call), "balance_transaction": before["balance_transaction"]}


def retrieve(call: Call) -> Object:
    return _find(call, call.id)


def _find(call: Call, id: str) -> Object:
    return objects.find(call, refunds.KIND, id, "refund", 404)


def retrieve_by_charge(call: Call) -> Object:
    charge = charge_lookup.find(call)
    refund = _find(call, call.second_id)
    if refund["charge"] != charge["id"]:
        raise no_such("refund", call.second_id, "refund", 404)
    return refund


def update(call: Call) -> Object:
    return _update(call, retrieve(call))


def update_by_charge(call: Call) -> Object:
    return _update(call, retrieve_by_charge(call))


def _update(call: Call, before: Object) -> Object:
    """Update a refund's metadata, which is all of it that can be changed."""
    after = {**before, "metadata": changed_metadata(before, call.params)}
    refunds.save(call, before, after)
    return after


def cancel(call: Call) -> Object:
    """Cancel a refund that waits for its customer; any other is refused, as is recorded of refunds of cards."""
    return bank_refunds.cancel(call, retrieve(call))


def expire(call: Call) -> Object:
    return bank_refunds.expire(call, retrieve(call))


def submit(call: Call) -> Object:
    """Name the bank account that takes a refund, as the customer does at the page which Stripe's mail leads to; this is
    not a call of Stripe's."""
    return bank_refunds.submit(call, retrieve(call), call.params["account_number"])


def list_refunds(call: Call) -> Object:
    return charge_lookup.list_by_charge(call, refunds.KIND, "/v1/refunds")


def list_of_charge(call: Call) -> Object:
    charge = charge_lookup.find(call)["id"]
    return page(call, refunds.KIND, f"/v1/charges/{charge}/refunds", equal(json_field("charge"), charge))


PATH = "/v1/refunds"
BY_CHARGE = "/v1/charges/{id}/refunds"
ROUTES = (
    Route("POST", PATH, refunds.KIND, CREATE, create, check),
    Route("GET", PATH, refunds.KIND, AS_DOCUMENTED, list_refunds, lists=True),
    Route("GET", f"{PATH}/{{id}}", refunds.KIND, EXPAND_ONLY, retrieve),
    Route("POST", f"{PATH}/{{id}}", refunds.KIND, AS_DOCUMENTED, update),
    Route("POST", f"{PATH}/{{id}}/cancel", refunds.KIND, EXPAND_ONLY, cancel),
    Route("POST", "/v1/test_helpers/refunds/{id}/expire", refunds.KIND, AS_DOCUMENTED, expire),
    Route("POST", "/local/refunds/{id}/bank_account", refunds.KIND, SUBMIT, submit),
    Route("POST", "/v1/charges/{id}/refund", charges.KIND, LEGACY, refund_charge),
    Route("POST", BY_CHARGE, refunds.KIND, CREATE_BY_CHARGE, create_by_charge),
    Route("GET", BY_CHARGE, refunds.KIND, AS_DOCUMENTED, list_of_charge, lists=True),
    Route("GET", f"{BY_CHARGE}/{{id}}", refunds.KIND, EXPAND_ONLY, retrieve_by_charge),
    Route("POST", f"{BY_CHARGE}/{{id}}", refunds.KIND, AS_DOCUMENTED, update_by_charge),
)
API = Api(ROUTES)
