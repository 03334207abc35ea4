"""The calls on refunds (https://docs.stripe.com/api/refunds), also those that begin at a charge."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing.payments import charge_lookup, charges, refunds
from stripe_billing_cli.local_stripe.core import objects
from stripe_billing_cli.local_stripe.core.documented_form import form
from stripe_billing_cli.local_stripe.core.errors import check_only_one, invalid, no_such
from stripe_billing_cli.local_stripe.core.lists import equal, json_field, page
from stripe_billing_cli.local_stripe.core.metadata import changed_metadata
from stripe_billing_cli.local_stripe.core.parameters import EXPAND_ONLY, Integer, Params
from stripe_billing_cli.local_stripe.core.reasons import NO_CONNECT
from stripe_billing_cli.local_stripe.core.requests import Api, Call, Route
from stripe_billing_cli.local_stripe.core.store import Object

NOT_HERE = {
    "it sends no instructions, since cards need none": "instructions_email",
    NO_CONNECT: "refund_application_fee reverse_transfer",
}
NAMED_BY_PATH = {"the path names what is refunded": "payment_intent"}
NO_CASH = {"it does not return what is left in a cash balance": "currency customer origin"}
CREATE = form("POST /v1/refunds", {"amount": Integer(1)}, unsupported={**NOT_HERE, **NO_CASH})
CREATE_BY_CHARGE = form(
    "POST /v1/charges/{charge}/refunds",
    {"amount": Integer(1)},
    unsupported={**NOT_HERE, **NAMED_BY_PATH, **NO_CASH},
)
LEGACY = form("POST /v1/charges/{charge}/refund", {"amount": Integer(1)}, unsupported={**NOT_HERE, **NAMED_BY_PATH})
UPDATE = form("POST /v1/refunds/{refund}")
LIST = form("GET /v1/refunds")
LIST_BY_CHARGE = form("GET /v1/charges/{charge}/refunds")


def check(params: Params) -> None:
    check_only_one(params, "charge", "payment_intent")


def create(call: Call) -> Object:
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
    """Refuse to cancel a refund, as is recorded of every refund of a card."""
    retrieve(call)
    raise invalid("Canceling this refund is unsupported.")


def list_refunds(call: Call) -> Object:
    return charge_lookup.list_by_charge(call, refunds.KIND, "/v1/refunds")


def list_of_charge(call: Call) -> Object:
    charge = charge_lookup.find(call)["id"]
    return page(call, refunds.KIND, f"/v1/charges/{charge}/refunds", equal(json_field("charge"), charge))


PATH = "/v1/refunds"
BY_CHARGE = "/v1/charges/{id}/refunds"
ROUTES = (
    Route("POST", PATH, refunds.KIND, CREATE, create, check),
    Route("GET", PATH, refunds.KIND, LIST, list_refunds, lists=True),
    Route("GET", f"{PATH}/{{id}}", refunds.KIND, EXPAND_ONLY, retrieve),
    Route("POST", f"{PATH}/{{id}}", refunds.KIND, UPDATE, update),
    Route("POST", f"{PATH}/{{id}}/cancel", refunds.KIND, EXPAND_ONLY, cancel),
    Route("POST", "/v1/charges/{id}/refund", charges.KIND, LEGACY, refund_charge),
    Route("POST", BY_CHARGE, refunds.KIND, CREATE_BY_CHARGE, create_by_charge),
    Route("GET", BY_CHARGE, refunds.KIND, LIST_BY_CHARGE, list_of_charge, lists=True),
    Route("GET", f"{BY_CHARGE}/{{id}}", refunds.KIND, EXPAND_ONLY, retrieve_by_charge),
    Route("POST", f"{BY_CHARGE}/{{id}}", refunds.KIND, UPDATE, update_by_charge),
)
API = Api(ROUTES)
