"""Events of usage, and what they add up to (https://docs.stripe.com/billing/subscriptions/usage-based/recording-usage).

A value is a decimal number in an event's payload; an event is known by its identifier for at least a day, and counted
once. Stripe takes events in a while later; here they count at once.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from stripe_billing_cli.local_stripe.billing import customers
from stripe_billing_cli.local_stripe.billing.metering import meters, usage
from stripe_billing_cli.local_stripe.core import clocks, effects, identifiers
from stripe_billing_cli.local_stripe.core.errors import ApiError, invalid
from stripe_billing_cli.local_stripe.core.lists import page_of
from stripe_billing_cli.local_stripe.core.requests import AS_DOCUMENTED, Call, Route
from stripe_billing_cli.local_stripe.core.store import Object
from stripe_billing_cli.local_stripe.resources.meters import handlers

SUMMARY = "billing.meter_event_summary"
PAST, FUTURE = 35 * 24 * 60 * 60, 5 * 60
WINDOWS = {"day": 24 * 60 * 60, "hour": 60 * 60}


def create(call: Call) -> Object:
    params = call.params
    meter = meters.find_by_event_name(call, params["event_name"])
    if meter is None:
        raise invalid(f"No active meter found for event name `{params['event_name']}`.", "event_name", "no_meter")
    customer = _customer(call, meter, params["payload"])
    call = clocks.at_time_of(call, customer)
    value = _value(meter, params["payload"])
    at = params.get("timestamp", call.now)
    if not call.now - PAST <= at <= call.now + FUTURE:
        raise invalid(
            "The timestamp must be within the past 35 days, and not more than five minutes in the future.",
            "timestamp",
            "timestamp_too_far_in_past" if at < call.now else "timestamp_in_future",
        )
    identifier = params.get("identifier") or identifiers.short_id(call, "mevt")
    if call.store.get(usage.KIND, identifier) is not None:
        raise invalid(
            f"An event with the identifier `{identifier}` exists already.", "identifier", "duplicate_meter_event"
        )
    event = {
        "object": usage.KIND,
        "created": call.now,
        "event_name": params["event_name"],
        "identifier": identifier,
        "payload": params["payload"],
        "timestamp": at,
    }
    stored_event = {**event, "id": identifier, "customer": customer["id"], "meter": meter["id"], "value": str(value)}
    call.store.insert(usage.KIND, stored_event)
    effects.announce(call, usage.UsageReported(customer["id"]))
    return event


def _customer(call: Call, meter: Object, payload: dict[str, str]) -> Object:
    key = meter["customer_mapping"]["event_payload_key"]
    if key not in payload:
        raise invalid(f"The payload has no `{key}`, by which the meter knows the customer.", f"payload[{key}]")
    return customers.find(call, payload[key], f"payload[{key}]")


def _value(meter: Object, payload: dict[str, str]) -> Decimal:
    """Return how much was used; a meter that counts events takes each for one."""
    if meter["default_aggregation"]["formula"] == "count":
        return Decimal(1)
    key = meter["value_settings"]["event_payload_key"]
    if key not in payload:
        raise invalid(f"The payload has no `{key}`, which the meter adds up.", f"payload[{key}]")
    try:
        value = Decimal(payload[key])
    except InvalidOperation:
        raise _not_a_number(key) from None
    if not value.is_finite():
        raise _not_a_number(key)
    return value


def _not_a_number(key: str) -> ApiError:
    return invalid(f"The payload's `{key}` must be a number.", f"payload[{key}]", "invalid_meter_event_value")


def list_summaries(call: Call) -> Object:
    """Return the usage of a customer between two times, in one, or by days or hours, newest first."""
    params = call.params
    meter = handlers.retrieve(call)
    start, end = params["start_time"], params["end_time"]
    if start >= end or start % 60 or end % 60:
        raise invalid("`start_time` must be before `end_time`, both on a whole minute.", "start_time")
    step = WINDOWS.get(params.get("value_grouping_window", ""), end - start)
    windows = [(at, min(at + step, end)) for at in range(start, end, step)][::-1]
    summaries = [_summary(call, meter["id"], params["customer"], *window) for window in windows]
    url = f"/v1/billing/meters/{meter['id']}/event_summaries"
    return page_of(call, summaries, url, "meter event summary")


def _summary(call: Call, meter: str, customer: str, start: int, end: int) -> dict[str, Any]:
    value = usage.total_usage(call, meter, customer, start, end)
    return {
        "id": identifiers.derived_test_id("mtrusg", f"{meter} {customer} {start} {end}"),
        "object": SUMMARY,
        "aggregated_value": float(value),
        "end_time": end,
        "meter": meter,
        "start_time": start,
    }


ROUTES = (
    Route("POST", "/v1/billing/meter_events", usage.KIND, AS_DOCUMENTED, create),
    Route("GET", "/v1/billing/meters/{id}/event_summaries", SUMMARY, AS_DOCUMENTED, list_summaries, lists=True),
)
