"""Invoice items that a call on a subscription adds, to be billed once: `add_invoice_items`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stripe_billing_cli.local_stripe.billing.invoicing import invoice_items
from stripe_billing_cli.local_stripe.billing.invoicing.lines import check_period
from stripe_billing_cli.local_stripe.core.errors import check_only_one, missing_param
from stripe_billing_cli.local_stripe.core.metadata import new_metadata
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object

ItemsData = Sequence[Mapping[str, Any]]


def add(
    call: Call, customer: Object, subscription: Object, items_data: ItemsData, param: str = "add_invoice_items"
) -> None:
    """Keep what is billed once for the subscription's next invoice, which may be made by the same call."""
    for at, one in enumerate(items_data):
        _add(call, customer, subscription, one, f"{param}[{at}]")


def _add(call: Call, customer: Object, subscription: Object, item_data: Mapping[str, Any], param: str) -> None:
    check_only_one(item_data, "price", "price_data", param=f"{param}[price_data]")
    if not item_data.keys() & {"price", "price_data"}:
        raise missing_param(f"{param}[price]")
    start, end = _period(call, subscription, item_data.get("period", {}), param)
    line_params = {
        **{name: value for name, value in item_data.items() if name not in ("metadata", "period")},
        "period": {"start": start, "end": end},
    }
    line = invoice_items.line_from_params(call, line_params, subscription["currency"], param)
    item = invoice_items.add_pending(call, customer, line, subscription["currency"], subscription["id"])
    after = invoice_items.with_discounts(call, item, customer, line_params, param)
    after["metadata"] = new_metadata(item_data)
    call.store.replace(invoice_items.KIND, after)


def _period(call: Call, subscription: Object, period_data: Mapping[str, Any], param: str) -> tuple[int, int]:
    """Return the period of what is billed once: "If not set, `period.start.type` defaults to `max_item_period_start`
    and `period.end.type` defaults to `min_item_period_end`" (`stripe/params/_subscription_create_params.py`)."""
    item_objects = subscription["items"]["data"]
    moments = {
        "max_item_period_start": max(one["current_period_start"] for one in item_objects),
        "min_item_period_end": min(one["current_period_end"] for one in item_objects),
        "now": call.now,
    }
    bounds = {"start": moments["max_item_period_start"], "end": moments["min_item_period_end"]}
    for name, choice in period_data.items():
        if choice["type"] == "timestamp" and "timestamp" not in choice:
            raise missing_param(f"{param}[period][{name}][timestamp]")
        bounds[name] = choice["timestamp"] if choice["type"] == "timestamp" else moments[choice["type"]]
    check_period(bounds, f"{param}[period]")
    return bounds["start"], bounds["end"]
