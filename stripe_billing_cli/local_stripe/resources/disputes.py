"""The calls on disputes (https://docs.stripe.com/api/disputes)."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing.payments import charge_lookup, disputes
from stripe_billing_cli.local_stripe.core import objects
from stripe_billing_cli.local_stripe.core.documented_form import form
from stripe_billing_cli.local_stripe.core.errors import ApiError
from stripe_billing_cli.local_stripe.core.metadata import changed_metadata
from stripe_billing_cli.local_stripe.core.parameters import EXPAND_ONLY
from stripe_billing_cli.local_stripe.core.requests import AS_DOCUMENTED, Api, Call, Route
from stripe_billing_cli.local_stripe.core.store import Object

UPDATE = form(
    "POST /v1/disputes/{dispute}",
    unset="evidence.cancellation_policy_disclosure evidence.refund_policy_disclosure evidence.*",
    refusals={
        "it has no files": (
            "evidence.cancellation_policy evidence.customer_communication "
            "evidence.customer_signature evidence.duplicate_charge_documentation "
            "evidence.receipt evidence.refund_policy evidence.service_documentation "
            "evidence.shipping_documentation evidence.uncategorized_file"
        ),
        "its banks read plain evidence only": "evidence.enhanced_evidence",
    },
    without="intended_submission_method evidence.appeal",
)


def find(call: Call) -> Object:
    return objects.find(call, disputes.KIND, call.id, "dispute", 404)


def find_by_charge(call: Call) -> Object:
    charge = objects.find(call, "charge", call.id, "charge", 404)
    dispute = call.store.get(disputes.KIND, charge["dispute"] or "")
    if dispute is None:
        raise ApiError(404, f"No dispute for charge: {charge['id']}")
    return dispute


def _update(call: Call, before: Object) -> Object:
    """Update a dispute's evidence, which is submitted unless the call says otherwise, and its metadata."""
    params = call.params
    after = before
    if "evidence" in params or params.get("submit"):
        after = disputes.give_evidence(call, before, params.get("evidence", {}), submit=params.get("submit", True))
    after = {**after, "metadata": changed_metadata(before, params)}
    return objects.save(call, disputes.KIND, before, after, "charge.dispute.updated")


def update(call: Call) -> Object:
    return _update(call, find(call))


def update_by_charge(call: Call) -> Object:
    return _update(call, find_by_charge(call))


def close(call: Call) -> Object:
    return disputes.close(call, find(call))


def close_by_charge(call: Call) -> Object:
    return disputes.close(call, find_by_charge(call))


def list_disputes(call: Call) -> Object:
    return charge_lookup.list_by_charge(call, disputes.KIND, "/v1/disputes")


PATH = "/v1/disputes"
OF_CHARGE = "/v1/charges/{id}/dispute"
ROUTES = (
    Route("GET", PATH, disputes.KIND, AS_DOCUMENTED, list_disputes, lists=True),
    Route("GET", f"{PATH}/{{id}}", disputes.KIND, EXPAND_ONLY, find),
    Route("POST", f"{PATH}/{{id}}", disputes.KIND, UPDATE, update),
    Route("POST", f"{PATH}/{{id}}/close", disputes.KIND, EXPAND_ONLY, close),
    Route("GET", OF_CHARGE, disputes.KIND, EXPAND_ONLY, find_by_charge),
    Route("POST", OF_CHARGE, disputes.KIND, UPDATE, update_by_charge),
    Route("POST", f"{OF_CHARGE}/close", disputes.KIND, EXPAND_ONLY, close_by_charge),
)
API = Api(ROUTES)
