"""Trial offers: the price of a subscription's item for a while, and the price that comes after it.

https://docs.stripe.com/billing/subscriptions/trials: "If a subscription only contains trial offers, and all trial offer
prices are set to 0, the subscription status is `trialing`. This matches the legacy `trial_end` behavior"; any other
begins as subscriptions do. Fields after `stripe/product_catalog/_trial_offer.py`. Nothing of it is recorded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stripe_billing_cli.local_stripe.billing import billing_intervals
from stripe_billing_cli.local_stripe.billing.periods import BillingInterval
from stripe_billing_cli.local_stripe.billing.subscriptions import items
from stripe_billing_cli.local_stripe.core import objects
from stripe_billing_cli.local_stripe.core.errors import invalid, not_here, only_one_of
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object

KIND = "product_catalog.trial_offer"
PARAM = "current_trial"
LEGACY = ("trial_end", "trial_from_plan", "trial_period_days")
""" "You can't use trial offers and the legacy `trial_end` parameter together"."""
NO_ANCHORS = ("backdate_start_date", "billing_cycle_anchor", "billing_cycle_anchor_config")
UNCHANGED, ANCHOR = "unchanged", "trial_settings[end_behavior][billing_cycle_anchor]"
PRICE_DESCRIPTIONS = ("plan", "price_data")

ItemData = Mapping[str, Any]


def find(call: Call, id: str, param: str) -> Object:
    """Return an offer that a new subscription may have."""
    offer = objects.find(call, KIND, id, param, noun="trial offer")
    if not offer["active"]:
        raise invalid("The trial offer specified is inactive.", param)
    return offer


def apply_offers(call: Call, params: ItemData) -> Sequence[ItemData]:
    """Return the items that a call wants of a new subscription, each with the price of its trial offer where it has
    one. Raises for what does not go with trial offers."""
    items_data: Sequence[ItemData] = params["items"]
    if not any(PARAM in item for item in items_data):
        if params.get("trial_settings", {}).get("end_behavior", {}).get("billing_cycle_anchor") == UNCHANGED:
            raise not_here("trials without an offer that leave the anchor unchanged", ANCHOR)
        return items_data
    for name in LEGACY:
        if params.get(name):
            raise only_one_of([f"items[{PARAM}]", name], name)
    if params.get("billing_mode", {}).get("type") == "classic":
        raise invalid("Trial offers need the billing mode `flexible`.", "billing_mode[type]")
    for name in NO_ANCHORS:
        if name in params:
            raise not_here(f"trial offers with `{name}`", name)
    return [_apply_offer(call, item, f"items[{at}]") for at, item in enumerate(items_data)]


def _apply_offer(call: Call, item: ItemData, param: str) -> ItemData:
    if PARAM not in item:
        return item
    for name in PRICE_DESCRIPTIONS:
        if name in item:
            raise only_one_of([f"{param}[{PARAM}]", f"{param}[{name}]"])
    offer = find(call, item[PARAM]["trial_offer"], f"{param}[{PARAM}][trial_offer]")
    return {**item, "price": offer["price"], PARAM: offer["id"]}


def free_until(call: Call, items_data: Sequence[ItemData], prices: Sequence[Object]) -> int | None:
    """Return when a subscription of free trial offers alone begins to cost; None of any other."""
    if not items_data or not all(
        PARAM in item and price["unit_amount"] == 0 for item, price in zip(items_data, prices, strict=True)
    ):
        return None
    ends = {_end(call, item, price) for item, price in zip(items_data, prices, strict=True)}
    if len(ends) > 1:
        raise not_here("free trial offers of several lengths in one subscription", "items")
    return ends.pop()


def _end(call: Call, item: ItemData, price: Object) -> int:
    """Return when a trial that begins now is over: after so many intervals of its price."""
    interval = billing_intervals.billing_interval(price)
    offer = objects.get_known(call, KIND, item[PARAM])
    whole = BillingInterval(interval.interval, interval.count * offer["duration"]["relative"]["iterations"])
    return whole.next_after(call.now, call.now)


def begin_trial(call: Call, item: Object, item_data: ItemData, price: Object) -> Object:
    """Return a new subscription's item, in the trial that the call wants for it."""
    if PARAM not in item_data:
        return item
    trial = {"end_date": _end(call, item_data, price), "start_date": call.now, "trial_offer": item_data[PARAM]}
    return {**item, PARAM: trial}


def end_trials(call: Call, subscription: Object, now: int) -> Object:
    """Return a subscription whose trials that are over have the price that comes after them. Its billing cycle begins
    anew then, unless its trial settings say that the anchor is `unchanged`."""
    ended_items = [item for item in subscription["items"]["data"] if item[PARAM] and item[PARAM]["end_date"] <= now]
    if not ended_items:
        return subscription
    item_objects = [_end_trial(call, item) if item in ended_items else item for item in subscription["items"]["data"]]
    keeps_anchor = subscription["trial_settings"]["end_behavior"]["billing_cycle_anchor"] == UNCHANGED
    anchor = subscription["billing_cycle_anchor"] if keeps_anchor else now
    return {**subscription, "billing_cycle_anchor": anchor, "items": items.with_items(subscription, item_objects)}


def _end_trial(call: Call, item: Object) -> Object:
    offer = objects.get_known(call, KIND, item[PARAM]["trial_offer"])
    price = objects.get_known(call, "price", offer["end_behavior"]["transition"]["price"])
    after = {**item, PARAM: None, "plan": price["id"], "price": price["id"]}
    if items.is_metered(price):
        after.pop("quantity", None)
    else:
        after.setdefault("quantity", 1)
    return after
