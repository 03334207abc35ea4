"""Adjustments of usage (https://docs.stripe.com/api/billing/meter-event-adjustment): an event that counts no longer.

Stripe takes them in a while later; here they count at once. The words of the refusals are not recorded.
"""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing.metering import usage
from stripe_billing_cli.local_stripe.core import clocks
from stripe_billing_cli.local_stripe.core.errors import invalid, missing_param, no_such
from stripe_billing_cli.local_stripe.core.parameters import Params
from stripe_billing_cli.local_stripe.core.requests import AS_DOCUMENTED, Call, Route
from stripe_billing_cli.local_stripe.core.store import Object

KIND = "billing.meter_event_adjustment"
PATH = "/v1/billing/meter_event_adjustments"
LATEST = 24 * 60 * 60
"""How long after an event was received it can be canceled, in seconds."""


def check(params: Params) -> None:
    if "identifier" not in params.get("cancel", {}):
        raise missing_param("cancel[identifier]")


def create(call: Call) -> Object:
    params = call.params
    cancel = params["cancel"]
    event = call.store.get(usage.KIND, cancel["identifier"])
    if event is None or event["event_name"] != params["event_name"]:
        raise no_such("meter event", cancel["identifier"], "cancel[identifier]")
    if event.get("canceled"):
        raise invalid(f"The meter event `{event['identifier']}` is canceled already.", "cancel[identifier]")
    now = clocks.at_time_of_customer(call, event["customer"]).now
    if event["created"] + LATEST < now:
        raise invalid("A meter event can be canceled within 24 hours of its being received.", "cancel[identifier]")
    call.store.replace(usage.KIND, {**event, "canceled": True})
    return {
        "object": KIND,
        "cancel": {"identifier": cancel["identifier"]},
        "event_name": params["event_name"],
        "status": "complete",
        "type": "cancel",
    }


ROUTES = (Route("POST", PATH, KIND, AS_DOCUMENTED, create, check),)
