"""Billing meters (https://docs.stripe.com/api/billing/meter): how events of usage add up."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.core import events, identifiers
from stripe_billing_cli.local_stripe.core.errors import invalid, no_such
from stripe_billing_cli.local_stripe.core.lists import LIST_FIELDS, equal, json_field, page
from stripe_billing_cli.local_stripe.core.parameters import EXPAND, Choice, ObjectParam, Text, optional, required
from stripe_billing_cli.local_stripe.core.requests import Call, Route
from stripe_billing_cli.local_stripe.core.store import Object

KIND = "billing.meter"
CREATE = ObjectParam(
    {
        **required(
            default_aggregation=ObjectParam(required(formula=Choice(("count", "last", "sum")))),
            display_name=Text(250),
            event_name=Text(100),
        ),
        **optional(
            customer_mapping=ObjectParam(required(event_payload_key=Text(100), type=Choice(("by_id",)))),
            event_time_window=Choice(("day", "hour")),
            value_settings=ObjectParam(required(event_payload_key=Text(100))),
        ),
        "expand": EXPAND,
    }
)
UPDATE = ObjectParam({**optional(display_name=Text(250)), "expand": EXPAND})
LIST = ObjectParam(
    {
        **{name: field for name, field in LIST_FIELDS.items() if name != "created"},
        **optional(status=Choice(("active", "inactive"))),
    }
)


def create(call: Call) -> Object:
    params = call.params
    _check_free(call, params["event_name"])
    meter = {
        "id": identifiers.test_id("mtr"),
        "object": KIND,
        "created": call.now,
        "customer_mapping": params.get(
            "customer_mapping", {"event_payload_key": "stripe_customer_id", "type": "by_id"}
        ),
        "default_aggregation": params["default_aggregation"],
        "display_name": params["display_name"],
        "event_name": params["event_name"],
        "event_time_window": params.get("event_time_window"),
        "livemode": False,
        "status": "active",
        "status_transitions": {"deactivated_at": None},
        "updated": call.now,
        "value_settings": params.get("value_settings", {"event_payload_key": "value"}),
    }
    call.store.insert(KIND, meter)
    events.record(call, "billing.meter.created", meter)
    return meter


def _check_free(call: Call, event_name: str) -> None:
    """One active meter for each name of an event."""
    if find_by_event_name(call, event_name) is not None:
        raise invalid(
            f"An active meter with the event name `{event_name}` already exists.",
            "event_name",
            "resource_already_exists",
        )


def find_by_event_name(call: Call, event_name: str) -> Object | None:
    """The active meter that events of this name go to."""
    conditions = [*equal(json_field("event_name"), event_name), *equal(json_field("status"), "active")]
    found = call.store.select(KIND, conditions, newest_first=True, limit=1)
    return found[0] if found else None


def retrieve(call: Call) -> Object:
    meter = call.store.get(KIND, call.id)
    if meter is None:
        raise no_such("meter", call.id, "id", 404)
    return meter


def _save(call: Call, before: Object, after: Object, event: str) -> Object:
    if after != before:
        after = {**after, "updated": call.now}
        call.store.replace(KIND, after)
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


def list_meters(call: Call) -> Object:
    return page(call, KIND, PATH, equal(json_field("status"), call.params.get("status")))


PATH = "/v1/billing/meters"
PLAIN = ObjectParam({"expand": EXPAND})
ROUTES = (
    Route("POST", PATH, KIND, CREATE, create),
    Route("GET", PATH, KIND, LIST, list_meters, lists=True),
    Route("GET", f"{PATH}/{{id}}", KIND, PLAIN, retrieve),
    Route("POST", f"{PATH}/{{id}}", KIND, UPDATE, update),
    Route("POST", f"{PATH}/{{id}}/deactivate", KIND, PLAIN, deactivate),
    Route("POST", f"{PATH}/{{id}}/reactivate", KIND, PLAIN, reactivate),
)
