"""The items of a schedule's phases: as a call says them, as a phase keeps them, and as its subscription gets them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stripe_billing_cli.local_stripe.billing.catalog import inline_prices
from stripe_billing_cli.local_stripe.billing.discounts import discount
from stripe_billing_cli.local_stripe.billing.invoicing import taxes
from stripe_billing_cli.local_stripe.core import objects
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object

SOURCES = ("coupon", "discount", "promotion_code")
PERIOD = {"end": {"type": "min_item_period_end"}, "start": {"type": "max_item_period_start"}}
"""The period of what is billed once, where nothing is said of it (`stripe/params/_subscription_create_params.py`)."""


def name_prices(call: Call, phases: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the phases that a call wants by the ids of prices and tax rates alone."""
    return [_name_phase(call, phase, f"phases[{number}]") for number, phase in enumerate(phases)]


def _name_phase(call: Call, phase: Mapping[str, Any], param: str) -> Mapping[str, Any]:
    after = dict(phase)
    for name in ("items", "add_invoice_items"):
        if name in after:
            after[name] = [_name_item(call, item, f"{param}[{name}][{at}]") for at, item in enumerate(after[name])]
    if "default_tax_rates" in after:
        rates = taxes.check_rates(call, after["default_tax_rates"], f"{param}[default_tax_rates]")
        after["default_tax_rates"] = rates
    return after


def _name_item(call: Call, item: Mapping[str, Any], param: str) -> Mapping[str, Any]:
    after = dict(item)
    if "price_data" in after:
        price = inline_prices.create(call, after.pop("price_data"), f"{param}[price_data]")
        after |= {"price": price["id"], inline_prices.INLINE: True}
    if "tax_rates" in after:
        after["tax_rates"] = taxes.check_rates(call, after["tax_rates"], f"{param}[tax_rates]")
    return after


def keep(item: Mapping[str, Any]) -> Object:
    """Return an item as a phase keeps it."""
    return {
        "billing_thresholds": item.get("billing_thresholds"),
        "discounts": discount_fields(item),
        "metadata": dict(item.get("metadata") or {}),
        "plan": item["price"],
        "price": item["price"],
        "quantity": item.get("quantity", 1),
        "tax_rates": list(item.get("tax_rates") or ()),
    }


def one_time_fields(item: Mapping[str, Any]) -> Object:
    """Return what a phase bills once, when it begins, as the phase keeps it."""
    return {
        "discountable": item.get("discountable"),
        "discounts": discount_fields(item),
        "metadata": dict(item.get("metadata") or {}),
        "period": {**PERIOD, **item.get("period", {})},
        "price": item["price"],
        "quantity": item.get("quantity", 1),
        "tax_rates": list(item.get("tax_rates") or ()),
        "_inline": bool(item.get(inline_prices.INLINE)),
    }


def discount_fields(item: Mapping[str, Any]) -> list[Object]:
    return [{**dict.fromkeys(SOURCES), **source} for source in item.get("discounts") or ()]


def params(item: Object) -> Object:
    """Return an item of a phase as the parameters of other calls have it."""
    names = ("billing_thresholds", "discountable", "metadata", "period", "price", "quantity", "tax_rates")
    item_params: Object = {name: item[name] for name in names if item.get(name) is not None}
    if item["discounts"]:
        item_params["discounts"] = discount_params(item["discounts"])
    if item.get("_inline"):
        item_params[inline_prices.INLINE] = True
    return item_params


def discount_params(sources: Sequence[Object]) -> list[Object]:
    """Return the discounts that a phase keeps as they are asked for."""
    return [{name: id for name, id in source.items() if id is not None} for source in sources]


def for_subscription(
    call: Call, subscription: Object, items: Sequence[Object], *, redeems: bool = True
) -> list[Object]:
    """Return the items of a phase with the ids of their discounts: those that the subscription's item of this price has
    by the same coupon go on, others are made, and redeemed once they are on an item. `redeems`: none is made
    otherwise, for an item that is there already."""
    own = {item["price"]: item for item in subscription["items"]["data"]}
    customer = objects.get_known(call, "customer", subscription["customer"])
    on = discount.Redemption(customer, subscription["id"], subscription["currency"], 0)
    after = []
    for item in items:
        ids = own.get(item["price"], {}).get("discounts", [])
        if not redeems and item["price"] in own:
            after.append({**item, "discounts": ids})
            continue
        ids_by_coupon = {one["source"]["coupon"]: one["id"] for one in discount.not_ended(call, ids)}
        sources = [
            {"discount": ids_by_coupon[source["coupon"]]} if source.get("coupon") in ids_by_coupon else source
            for source in discount_params(item["discounts"])
        ]
        discounts = discount.redeem_for_part(call, sources, "discounts", on, is_preview=True)
        after.append({**item, "discounts": discounts})
    return after
