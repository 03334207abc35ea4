"""Lists of subscriptions. Parameters after `stripe/params/_subscription_list_params.py`."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.core import clocks
from stripe_billing_cli.local_stripe.core.documented_form import form
from stripe_billing_cli.local_stripe.core.lists import (
    check_named,
    equal,
    filter_conditions,
    json_field,
    one_of,
    page,
    timestamp_range,
)
from stripe_billing_cli.local_stripe.core.parameters import Choice, Params
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Condition, Object

ITEMS = "SELECT 1 FROM json_each(body, '$.items.data') AS item WHERE"
PERIOD = "(SELECT {}(json_extract(item.value, '$.{}')) FROM json_each(body, '$.items.data') AS item)"

LIST = form(
    "GET /v1/subscriptions",
    {
        "status": Choice(
            (
                "active",
                "past_due",
                "unpaid",
                "canceled",
                "incomplete",
                "incomplete_expired",
                "trialing",
                "paused",
                "all",
                "ended",
            )
        )
    },
)


def list_subscriptions(call: Call) -> Object:
    params = call.params
    check_named(call, "price")
    check_named(call, "plan", "price", "plan")
    check_named(call, "test_clock", clocks.KIND, "billingclock")
    restrictions = [
        *(_with_item(params[name], name) for name in ("price", "plan") if name in params),
        *_status(params),
        *equal(json_field("automatic_tax.enabled"), params.get("automatic_tax", {}).get("enabled")),
        *filter_conditions(call, "collection_method", reference_filters="customer"),
        *_clock(params),
        *timestamp_range(PERIOD.format("min", "current_period_end"), params.get("current_period_end")),
        *timestamp_range(PERIOD.format("max", "current_period_start"), params.get("current_period_start")),
    ]
    return page(call, "subscription", "/v1/subscriptions", restrictions)


def _with_item(price: str, name: str) -> Condition:
    """Return the restriction to subscriptions one of whose items names the price, found by indexes of the store."""
    subscriptions = "SELECT seq FROM objects WHERE kind = 'subscription' AND"
    first = f"{subscriptions} first_item_price = ?"
    several = f"{subscriptions} item_count > 1"
    among_several = f"{several} AND EXISTS ({ITEMS} json_extract(item.value, '$.{name}') = ?)"
    return Condition(f"seq IN ({first} UNION ALL {among_several})", (price, price), by_seq=True)


def _clock(params: Params) -> list[Condition]:
    """Return the conditions of the list by test clock: subscriptions of test clocks are listed by their clock or their
    customer only."""
    if "test_clock" in params:
        return equal(json_field("test_clock"), params["test_clock"])
    return [] if "customer" in params else [Condition(f"{json_field('test_clock')} IS NULL")]


def _status(params: Params) -> list[Condition]:
    """Return the restriction by status: without it, whatever has not been canceled; `ended` is canceled or
    incomplete_expired.
    """
    match params.get("status"):
        case None:
            return [Condition(f"{json_field('status')} <> 'canceled'")]
        case "all":
            return []
        case "ended":
            return one_of(json_field("status"), ["canceled", "incomplete_expired"])
        case status:
            return equal(json_field("status"), status)
