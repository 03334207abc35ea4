"""Billing meters (https://docs.stripe.com/api/billing/meter): how events of usage add up."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing.metering import meters
from stripe_billing_cli.local_stripe.core import events, identifiers, objects
from stripe_billing_cli.local_stripe.core.errors import invalid
from stripe_billing_cli.local_stripe.core.lists import list_handler
from stripe_billing_cli.local_stripe.core.parameters import EXPAND_ONLY
from stripe_billing_cli.local_stripe.core.requests import AS_DOCUMENTED, Call, Route
from stripe_billing_cli.local_stripe.core.store import Object


def create(call: Call) -> Object:
    params = call.params
    _check_free(call, params["event_name"])
    meter = {
        "id": identifiers.test_id("mtr"),
        "object": meters.KIND,
        "created": call.now,
        "customer_mapping": params.get(
            "customer_mapping", {"event_payload_key": "stripe_customer_id", "type": "by_id"}
        ),
        "default_aggregation": params["default_aggregation"],
        "display_name": params["display_name"],
        "event_name": params["event_name"],
        "event_time_window": params.get("event_time_window"),
        "status": "active",
        "status_transitions": {"deactivated_at": None},
        "updated": call.now,
        "value_settings": params.get("value_settings", {"event_payload_key": "value"}),
    }
    return objects.insert(call, meters.KIND, meter)


def _check_free(call: Call, event_name: str) -> None:
    """Refuse a second active meter for a name of events."""
    if meters.find_by_event_name(call, event_name) is not None:
        raise invalid(
            f"An active meter already exists for event name '{event_name}'. To create a new meter with the same event "
            "name, first deactivate the currently active meter.",
            "event_name",
            "resource_already_exists",
        )


retrieve = objects.retrieve_handler(meters.KIND, noun="meter")


def _save(call: Call, before: Object, after: Object, event: str) -> Object:
    if after != before:
        after = {**after, "updated": call.now}
        call.store.replace(meters.KIND, after)
        events.record(call, f"billing.meter.{event}", after, before if event == "updated" else None)
    return after


def update(call: Call) -> Object:
    before = retrieve(call)
    return _save(
        call, before, {**before, "display_name": call.params.get("display_name", before["display_name"])}, "updated"
    )


def deactivate(call: Call) -> Object:
    before = retrieve(call)
    if before["status"] == "inactive":
        raise invalid("This meter is already inactive.")
    after = {**before, "status": "inactive", "status_transitions": {"deactivated_at": call.now}}
    return _save(call, before, after, "deactivated")


def reactivate(call: Call) -> Object:
    before = retrieve(call)
    if before["status"] == "active":
        raise invalid("This meter is already active.")
    _check_free(call, before["event_name"])
    after = {**before, "status": "active", "status_transitions": {"deactivated_at": None}}
    return _save(call, before, after, "reactivated")


PATH = "/v1/billing/meters"
ROUTES = (
    Route("POST", PATH, meters.KIND, AS_DOCUMENTED, create),
    Route("GET", PATH, meters.KIND, AS_DOCUMENTED, list_handler(meters.KIND, PATH, "status"), lists=True),
    Route("GET", f"{PATH}/{{id}}", meters.KIND, EXPAND_ONLY, retrieve),
    Route("POST", f"{PATH}/{{id}}", meters.KIND, AS_DOCUMENTED, update),
    Route("POST", f"{PATH}/{{id}}/deactivate", meters.KIND, EXPAND_ONLY, deactivate),
    Route("POST", f"{PATH}/{{id}}/reactivate", meters.KIND, EXPAND_ONLY, reactivate),
)
