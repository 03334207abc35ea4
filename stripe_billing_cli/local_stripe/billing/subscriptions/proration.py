"""Proration: what a change of a subscription's items does to its periods and its bills, decided without doing it.

https://docs.stripe.com/billing/subscriptions/prorations: what is left of the period is credited as it was billed and
charged at the new price, to the second, each line rounded by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from stripe_billing_cli.local_stripe.billing import billing_intervals, pricing
from stripe_billing_cli.local_stripe.billing.invoicing import lines
from stripe_billing_cli.local_stripe.billing.invoicing.lines import Line
from stripe_billing_cli.local_stripe.billing.subscriptions import items
from stripe_billing_cli.local_stripe.billing.subscriptions.billing_catalog import Catalog, DiscountedAmount
from stripe_billing_cli.local_stripe.core.store import Object


@dataclass(frozen=True)
class Change:
    """A change of a subscription's items. `after` is the subscription's items; `prorations` and what a new period costs
    `at_once` are yet to be billed.

    `anchor` is the new billing cycle anchor where the periods start anew, else None.
    """

    after: list[Object]
    prorations: list[Line] = field(default_factory=list)
    at_once: list[Line] = field(default_factory=list)
    anchor: int | None = None


def decide(
    subscription: Object,
    items_data: Sequence[Mapping[str, Any]],
    catalog: Catalog,
    *,
    at: int,
    now: int,
    prorates: bool,
    restart: bool = False,
    extends: bool = False,
) -> Change:
    """Return what a change of items does. `items_data` as in an update: `{"id", "price", "quantity", "deleted"}`, each
    for a known item or a new one.

    `at` is the proration date; `restart` starts a new period now. `extends`: where nothing else changes, what the new
    period has beyond the old one waits for the next invoice; otherwise it is billed at once. In classic billing mode
    another interval, or the first price that is not free, restarts too; in flexible billing mode the anchor "is never
    automatically reset"
    (https://docs.stripe.com/billing/subscriptions/billing-mode/compare#reset-the-billing-cycle-anchor).
    """
    before = list(subscription["items"]["data"])
    after = _change_items(subscription, before, items_data, catalog, now)
    if restart and extends and not _is_classic(subscription) and _are_billed_alike(before, after):
        return _extend(subscription, after, catalog, now)
    if restart or (_is_classic(subscription) and _moves(subscription, before, after, catalog)):
        return _begin_anew(subscription, before, after, catalog, at=at, now=now, prorates=prorates)
    if subscription["status"] == "trialing":
        return Change(after)
    if not prorates:
        return Change(after)
    return _prorate(subscription, before, after, catalog, at)


def _is_classic(subscription: Object) -> bool:
    return bool(subscription["billing_mode"]["type"] == "classic")


def _moves(subscription: Object, before: Sequence[Object], after: Sequence[Object], catalog: Catalog) -> bool:
    if subscription["status"] == "trialing":
        return False
    old = {billing_intervals.billing_interval(catalog.price(item["price"])) for item in before}
    new = {billing_intervals.billing_interval(catalog.price(item["price"])) for item in after}
    currency = subscription["currency"]
    return old != new or (_is_free(before, catalog, currency) and not _is_free(after, catalog, currency))


def _is_free(current_items: Sequence[Object], catalog: Catalog, currency: str) -> bool:
    return all(pricing.is_zero(catalog.price(item["price"]), currency) for item in current_items)


def _change_items(
    subscription: Object, before: Sequence[Object], items_data: Sequence[Mapping[str, Any]], catalog: Catalog, now: int
) -> list[Object]:
    changes = {change["id"]: change for change in items_data if "id" in change}
    items_after = [
        _change_item(subscription, item, changes.get(item["id"], {}), catalog, now)
        for item in before
        if not changes.get(item["id"], {}).get("deleted")
    ]
    new_items = []
    for change in items_data:
        if "id" not in change:
            price = catalog.price(change["price"])
            period = _period(subscription, price, now)
            item = items.new_item(catalog.item_id(), subscription["id"], price, change, now, period)
            new_items.append(items.counting_anew(item, catalog.last_report()))
    return [*items_after, *new_items]


def _period(subscription: Object, price: Object, now: int) -> tuple[int, int]:
    """Return the period of an item: a trial is one period for all items; otherwise it is reckoned from the anchor, cut
    short by an end that is set."""
    if subscription["status"] == "trialing" and subscription["trial_end"] is not None:
        return now, subscription["trial_end"]
    start, end = billing_intervals.period_at(price, subscription["billing_cycle_anchor"], now)
    ends = subscription["cancel_at"]
    return start, min(end, ends) if ends is not None and ends > now else end


def _change_item(subscription: Object, item: Object, change: Mapping[str, Any], catalog: Catalog, now: int) -> Object:
    """Return an item with a change; "Updating a subscription price automatically reverts the quantity to the default
    value of 1" (https://docs.stripe.com/billing/subscriptions/change-price#update)."""
    after = {**item}
    has_new_price = "price" in change and change["price"] != item["price"]
    price = catalog.price(change["price"] if has_new_price else item["price"])
    if has_new_price:
        after |= {"current_trial": None, "price": price["id"], "plan": price["id"]}
        after = items.counting_anew(after, catalog.last_report())
        if billing_intervals.billing_interval(price) != billing_intervals.billing_interval(
            catalog.price(item["price"])
        ):
            after = items.in_period(after, _period(subscription, price, now))
    after |= {name: change[name] for name in ("billing_thresholds", "discounts", "tax_rates") if name in change}
    if "metadata" in change:
        after["metadata"] = {
            key: value for key, value in {**item["metadata"], **(change["metadata"] or {})}.items() if value != ""
        }
        if change["metadata"] is None:
            after["metadata"] = {}
    if items.is_metered(price):
        after.pop("quantity", None)
    else:
        after["quantity"] = change.get("quantity", 1 if has_new_price else item.get("quantity", 1))
    return after


def is_billed_otherwise(old: Object | None, new: Object) -> bool:
    """Return whether an item is billed otherwise than before."""
    return old is None or (old["price"], old.get("quantity")) != (new["price"], new.get("quantity"))


def _are_billed_alike(before: Sequence[Object], after: Sequence[Object]) -> bool:
    by_id = {item["id"]: item for item in before}
    return len(before) == len(after) and not any(is_billed_otherwise(by_id.get(item["id"]), item) for item in after)


def _extend(subscription: Object, after: Sequence[Object], catalog: Catalog, now: int) -> Change:
    """Return the change where all items begin a new period now, and only what it has beyond the old one, which is paid
    for, is charged. Use goes on to be counted from where it was (recorded, 2026-08-26.dahlia, of a licensed price)."""
    items_after, new_lines = [], []
    for item in after:
        price = catalog.price(item["price"])
        ends = item["current_period_end"]
        new_item = items.in_period(item, (now, billing_intervals.billing_interval(price).next_after(now, now)))
        if items.is_metered(price):
            use = {"after": 0, "start": item["current_period_start"], **(item.get("_use") or {})}
            new_item = {**new_item, "_use": use}
        elif new_item["current_period_end"] > ends:
            debit = _share(new_item, after, catalog, subscription["currency"], now, ends)
            new_lines += debit
            new_item = {**new_item, "_debits": [*item["_debits"], *(items.debit(new_item, [line]) for line in debit)]}
        else:
            new_lines += credits_for(subscription, [item], catalog, new_item["current_period_end"])
        items_after.append(new_item)
    return Change(items_after, new_lines, anchor=now)


def _begin_anew(
    subscription: Object,
    before: Sequence[Object],
    after: Sequence[Object],
    catalog: Catalog,
    *,
    at: int,
    now: int,
    prorates: bool,
) -> Change:
    """Return the change where all items begin a new period now; what is left of the old ones is credited, and what was
    used of them billed. In classic billing mode use goes with its price
    (https://docs.stripe.com/billing/subscriptions/billing-mode/compare#usage-based-pricing)."""
    ends = None if subscription["cancel_at_period_end"] else subscription["cancel_at"]
    new_items = []
    for item in after:
        end = billing_intervals.billing_interval(catalog.price(item["price"])).next_after(now, now)
        new_item = items.in_period(item, (now, end if ends is None or ends <= now else min(end, ends)))
        new_items.append(items.counting_anew(new_item, catalog.last_report()))
    credits = credits_for(subscription, before, catalog, at) if prorates else []
    items_after, at_once = part_periods(new_items, catalog, subscription["currency"], now)
    by_id = {item["id"]: item for item in after}
    prorates_use = prorates and not _is_classic(subscription)
    billable = [item for item in before if prorates_use or not is_billed_otherwise(item, by_id.get(item["id"], item))]
    usage_lines = [line for item in billable for line in catalog.list_use(item)]
    return Change(items_after, credits, [*at_once, *usage_lines], anchor=now)


def _prorate(
    subscription: Object, before: Sequence[Object], after: Sequence[Object], catalog: Catalog, at: int
) -> Change:
    before_by_id = {item["id"]: item for item in before}
    after_by_id = {item["id"]: item for item in after}
    changed_items = [
        item for item in before if item["id"] not in after_by_id or is_billed_otherwise(item, after_by_id[item["id"]])
    ]
    new_lines = credits_for(subscription, changed_items, catalog, at)
    if not _is_classic(subscription):
        new_lines += [line for item in changed_items for line in catalog.list_use(item)]
    items_after = []
    for item in after:
        if is_billed_otherwise(before_by_id.get(item["id"]), item):
            debit = _share(item, after, catalog, subscription["currency"], subscription["billing_cycle_anchor"], at)
            new_lines += debit
            item = items.with_debit(item, debit)
        items_after.append(item)
    return Change(items_after, new_lines)


def credits_for(subscription: Object, current_items: Iterable[Object], catalog: Catalog, at: int) -> list[Line]:
    """Return what is unused of these items from `at` on. Nothing of a trial, which cost nothing."""
    if subscription["status"] == "trialing":
        return []
    classic = _is_classic(subscription)
    return [
        line
        for item in current_items
        for line in (_credit_of_price if classic else _credits_of_debits)(item, subscription, catalog, at)
    ]


def _credits_of_debits(item: Object, subscription: Object, catalog: Catalog, at: int) -> list[Line]:
    """Return one line for each debit of which something is left."""
    credit_lines = []
    for debit in item["_debits"]:
        start = max(at, debit["start"])
        end = min(debit["end"], item["current_period_end"])
        if start < end and debit["price"] is not None:
            net = catalog.net_debit(item, debit)
            credit = pricing.part_of(-net.amount, end - start, debit["end"] - debit["start"])
            share = replace(net, amount=credit)
            line = _line(share, "Unused time on", debit["quantity"], debit["price"], start, end, item, catalog)
            rates = tuple(debit.get("tax_rates", line.tax_rates))
            credit_lines.append(replace(line, credited_items=catalog.find_debit(item, debit), tax_rates=rates))
    return credit_lines


def _credit_of_price(item: Object, subscription: Object, catalog: Catalog, at: int) -> list[Line]:
    """Return the credit of as much of the current price as is left of the period."""
    among = subscription["items"]["data"]
    return _share(item, among, catalog, subscription["currency"], subscription["billing_cycle_anchor"], at, -1)


def _share(
    item: Object, among: Sequence[Object], catalog: Catalog, currency: str, anchor: int, at: int, sign: int = 1
) -> list[Line]:
    """Return the item's price for the rest of its period, as a share of a whole one, on a line. None for metered
    use. `among`: the items that its discounts are shared with."""
    price = catalog.price(item["price"])
    start, end = item["current_period_start"], item["current_period_end"]
    if items.is_metered(price) or not start <= at < end:
        return []
    whole = pricing.exact_amount(price, currency, item["quantity"])
    whole_length = _whole_length(price, anchor, start, end)
    words = "Unused time on" if sign < 0 else "Remaining time on"
    net = catalog.apply_discounts(item, abs(pricing.part_of(sign * whole, end - at, whole_length)), among)
    share = replace(net, amount=sign * net.amount)
    return [_line(share, words, item["quantity"], price["id"], at, end, item, catalog)]


def _whole_length(price: Object, anchor: int, start: int, end: int) -> int:
    """Return the seconds of the whole period of which [start, end) may be a part."""
    first, last = billing_intervals.period_at(price, anchor, start)
    return last - first if first <= start and end <= last else end - start


def _line(
    share: DiscountedAmount,
    words: str,
    quantity: int,
    price_id: str,
    start: int,
    end: int,
    item: Object,
    catalog: Catalog,
) -> Line:
    price = catalog.price(price_id)
    many = f"{quantity} × " if quantity != 1 else ""
    name = catalog.product_name(price["product"]).name + share.terms
    description = f"{words} {many}{name} after {lines.day(start)}"
    return Line(
        share.amount,
        description,
        start,
        end,
        price,
        quantity,
        item["id"],
        proration=True,
        discounts=share.discounts,
        tax_rates=tuple(item["tax_rates"]),
    )


def whole_periods(current_items: Sequence[Object], catalog: Catalog, currency: str) -> tuple[list[Object], list[Line]]:
    """Bill each item for its current period. Not the metered ones, which `metering.usage_of` bills when it is over
    (https://docs.stripe.com/billing/subscriptions/billing-mode/compare#usage-based-pricing)."""
    items_after, new_lines = [], []
    for item in current_items:
        price = catalog.price(item["price"])
        if items.is_metered(price):
            items_after.append(items.with_debit(item, ()))
            continue
        its = _whole(item, price, catalog, currency)
        new_lines += its
        items_after.append(items.with_debit(item, its))
    return items_after, new_lines


def _whole(item: Object, price: Object, catalog: Catalog, currency: str, whole_length: int | None = None) -> list[Line]:
    start, end = item["current_period_start"], item["current_period_end"]
    return lines.for_period(item, price, catalog.product_name(price["product"]), currency, start, end, whole_length)


def part_periods(
    current_items: Sequence[Object], catalog: Catalog, currency: str, anchor: int
) -> tuple[list[Object], list[Line]]:
    """Return the parts as `whole_periods` does, where a period may be only a part of one that the anchor makes
    whole."""
    items_after: list[Object] = []
    new_lines: list[Line] = []
    for item in current_items:
        price = catalog.price(item["price"])
        start, end = item["current_period_start"], item["current_period_end"]
        whole_length = _whole_length(price, anchor, start, end)
        if items.is_metered(price) or whole_length == end - start:
            one, its = whole_periods([item], catalog, currency)
            items_after, new_lines = [*items_after, *one], [*new_lines, *its]
        else:
            its = [
                replace(part, proration=True, discountable=True)
                for part in _whole(item, price, catalog, currency, whole_length)
            ]
            items_after, new_lines = [*items_after, items.with_debit(item, its)], [*new_lines, *its]
    return items_after, new_lines


def debited_from(
    current_items: Sequence[Object],
    catalog: Catalog,
    currency: str,
    anchor: int,
    at: int,
    among: Sequence[Object] | None = None,
) -> tuple[list[Object], list[Line]]:
    """Bill each item for what is left of its period from `at` on. `among`: all items, where these are not all."""
    items_after, new_lines = [], []
    for item in current_items:
        debit = _share(item, among or current_items, catalog, currency, anchor, at)
        new_lines += debit
        items_after.append(items.with_debit(item, debit))
    return items_after, new_lines


def with_earlier_end(
    subscription: Object, ends: int | None, catalog: Catalog, *, now: int, prorates: bool
) -> tuple[list[Object], list[Line]]:
    """Return the items where the subscription is to end at `ends`: a period that would go on is cut, and credited; one
    that was cut before goes on to its end again, and is charged for it
    (https://docs.stripe.com/api/subscriptions/update#update_subscription-cancel_at). A trial goes on until its end, and
    costs nothing."""
    items_after, new_lines = [], []
    is_trial = subscription["status"] == "trialing"
    for item in subscription["items"]["data"]:
        price = catalog.price(item["price"])
        _, natural = billing_intervals.period_at(
            price, subscription["billing_cycle_anchor"], item["current_period_start"]
        )
        if is_trial:
            natural = subscription["trial_end"]
        elif subscription["status"] == "paused" or item["current_period_end"] > natural:
            natural = item["current_period_end"]
        end = natural if ends is None else min(natural, max(ends, now))
        item_after = {**item, "current_period_end": end}
        if end < item["current_period_end"] and prorates:
            new_lines += credits_for(subscription, [item], catalog, end)
        if end > item["current_period_end"] and prorates and not is_trial:
            _, more = debited_from(
                [item_after],
                catalog,
                subscription["currency"],
                subscription["billing_cycle_anchor"],
                item["current_period_end"],
                subscription["items"]["data"],
            )
            new_lines += more
        items_after.append(item_after)
    return items_after, new_lines
