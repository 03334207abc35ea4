"""What a change of a subscription's items does to its periods and its bills, decided without doing it.

https://docs.stripe.com/billing/subscriptions/prorations: what is left of the period is credited at the old price and
charged at the new one, to the second, each line rounded by itself. Another interval starts a new period at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from stripe_billing_cli.local_stripe import identifiers
from stripe_billing_cli.local_stripe.billing import lines, pricing
from stripe_billing_cli.local_stripe.billing.lines import Line
from stripe_billing_cli.local_stripe.billing.periods import Rhythm
from stripe_billing_cli.local_stripe.store import Object

PriceOf = Callable[[str], Object]
NameOf = Callable[[str], str]


@dataclass(frozen=True)
class Catalog:
    """`price` by its id, and the `name` of a product by its id."""

    price: PriceOf
    name: NameOf


@dataclass(frozen=True)
class Change:
    """`after` is the subscription's items; `prorations` and what a new period costs `at_once` are yet to be billed.

    `anchor` is the new billing cycle anchor where the periods start anew, else None.
    """

    after: list[Object]
    prorations: list[Line] = field(default_factory=list)
    at_once: list[Line] = field(default_factory=list)
    anchor: int | None = None


def rhythm(price: Object) -> Rhythm:
    return Rhythm(price["recurring"]["interval"], price["recurring"]["interval_count"])


def new_item(subscription: str, price: Object, params: Mapping[str, Any], now: int, start: int, end: int) -> Object:
    """A subscription item for [start, end). Metered prices have no quantity."""
    metered = price["recurring"]["usage_type"] == "metered"
    item: Object = {
        "id": identifiers.short_id("si"),
        "object": "subscription_item",
        "billed_until": None,
        "billing_thresholds": None,
        "created": now,
        "current_period_end": end,
        "current_period_start": start,
        "current_trial": None,
        "discounts": [],
        "metadata": {key: value for key, value in (params.get("metadata") or {}).items() if value != ""},
        "plan": price["id"],
        "price": price["id"],
        "subscription": subscription,
        "tax_rates": [],
    }
    if not metered:
        item["quantity"] = params.get("quantity", 1)
    return item


def decide(
    subscription: Object,
    items: Sequence[Mapping[str, Any]],
    catalog: Catalog,
    *,
    at: int,
    now: int,
    prorates: bool,
    restart: bool = False,
) -> Change:
    """`items` as in an update: `{"id", "price", "quantity", "deleted"}`, each for a known item or a new one.

    `at` is the proration date; `restart` starts a new period now even if no interval changes.
    """
    before = {item["id"]: item for item in subscription["items"]["data"]}
    after = _after(subscription, before, items, catalog, now)
    trial = subscription["status"] == "trialing"
    old_rhythm = rhythm(catalog.price(next(iter(before.values()))["price"]))
    moved = restart or any(
        rhythm(catalog.price(item["price"])) != old_rhythm for item in after if _differs(before.get(item["id"]), item)
    )
    currency = subscription["currency"]
    if moved and not trial:
        after = [_restarted(item, catalog, now) for item in after]
        credits = [_credit(item, catalog, currency, at) for item in before.values()] if prorates else []
        at_once = [_whole(item, catalog, currency) for item in after]
        return Change(after, [line for line in credits if line is not None], at_once, anchor=now)
    if trial or not prorates:
        return Change(after)
    return Change(after, _prorations(before, after, catalog, currency, at))


def _after(
    subscription: Object,
    before: Mapping[str, Object],
    items: Sequence[Mapping[str, Any]],
    catalog: Catalog,
    now: int,
) -> list[Object]:
    named = {item["id"]: item for item in items if "id" in item}
    kept = [_changed(item, named.get(id, {}), catalog) for id, item in before.items()]
    remaining = [item for item in kept if not named.get(item["id"], {}).get("deleted")]
    period = next(iter(before.values()))
    start, end = period["current_period_start"], period["current_period_end"]
    added = [
        new_item(subscription["id"], catalog.price(item["price"]), item, now, start, end)
        for item in items
        if "id" not in item
    ]
    return [*remaining, *added]


def _changed(item: Object, change: Mapping[str, Any], catalog: Catalog) -> Object:
    after = {**item}
    if "price" in change:
        after |= {"price": change["price"], "plan": change["price"]}
    if "metadata" in change:
        after["metadata"] = {
            key: value for key, value in {**item["metadata"], **(change["metadata"] or {})}.items() if value != ""
        }
    if catalog.price(after["price"])["recurring"]["usage_type"] == "metered":
        after.pop("quantity", None)
    else:
        after["quantity"] = change.get("quantity", item.get("quantity", 1))
    return after


def _differs(old: Object | None, new: Object) -> bool:
    return old is None or (old["price"], old.get("quantity")) != (new["price"], new.get("quantity"))


def _restarted(item: Object, catalog: Catalog, now: int) -> Object:
    end = rhythm(catalog.price(item["price"])).next_after(now, now)
    return {**item, "current_period_start": now, "current_period_end": end}


def _prorations(
    before: Mapping[str, Object], after: Sequence[Object], catalog: Catalog, currency: str, at: int
) -> list[Line]:
    found: list[Line | None] = []
    staying = {item["id"]: item for item in after}
    for id, old in before.items():
        new = staying.get(id)
        if new is None or _differs(old, new):
            found.append(_credit(old, catalog, currency, at))
    found += [_debit(item, catalog, currency, at) for item in after if _differs(before.get(item["id"]), item)]
    return [line for line in found if line is not None]


def _credit(item: Object, catalog: Catalog, currency: str, at: int) -> Line | None:
    return _part(item, catalog, currency, at, -1, "Unused time on")


def _debit(item: Object, catalog: Catalog, currency: str, at: int) -> Line | None:
    return _part(item, catalog, currency, at, 1, "Remaining time on")


def _part(item: Object, catalog: Catalog, currency: str, at: int, sign: int, words: str) -> Line | None:
    """The rest of the item's period from `at` on. None for metered use, which is billed afterwards."""
    price = catalog.price(item["price"])
    if price["recurring"]["usage_type"] == "metered":
        return None
    start, end = item["current_period_start"], item["current_period_end"]
    if not start <= at < end:
        return None
    quantity = item["quantity"]
    whole = pricing.amount(price, currency, quantity)
    many = f"{quantity} × " if quantity != 1 else ""
    return Line(
        sign * pricing.part_of(whole, end - at, end - start),
        f"{words} {many}{catalog.name(price['product'])} after {lines.day(at)}",
        at,
        end,
        price,
        quantity,
        item["id"],
        proration=True,
    )


def credits_for_all(subscription: Object, catalog: Catalog, at: int) -> list[Line]:
    """What is unused of all items, for a cancellation at `at`."""
    if subscription["status"] == "trialing":
        return []
    credits = [_credit(item, catalog, subscription["currency"], at) for item in subscription["items"]["data"]]
    return [line for line in credits if line is not None]


def _whole(item: Object, catalog: Catalog, currency: str) -> Line:
    price = catalog.price(item["price"])
    start, end = item["current_period_start"], item["current_period_end"]
    return lines.for_period(item, price, catalog.name(price["product"]), currency, start, end)


def whole_periods(items: Sequence[Object], catalog: Catalog, currency: str) -> list[Line]:
    """Each item for its current period."""
    return [_whole(item, catalog, currency) for item in items]


def first_period(item: Object, catalog: Catalog, currency: str, anchor: int) -> Line | None:
    """The time until an anchor to come, as a part of a whole period. None where it begins a whole one."""
    price = catalog.price(item["price"])
    start, end = item["current_period_start"], item["current_period_end"]
    began = rhythm(price).last_before(anchor, end)
    if began == start or price["recurring"]["usage_type"] == "metered":
        return None
    whole = _whole(item, catalog, currency)
    return Line(
        pricing.part_of(whole.amount, end - start, end - began),
        whole.description,
        start,
        end,
        price,
        whole.quantity,
        item["id"],
        proration=True,
    )
