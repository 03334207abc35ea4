"""Discounts: coupons redeemed on a subscription (https://docs.stripe.com/api/discounts). See `stripe/_discount.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from stripe_billing_cli.local_stripe.billing.discounts import coupons, promotion_codes
from stripe_billing_cli.local_stripe.billing.periods import add_months
from stripe_billing_cli.local_stripe.core import events, identifiers, objects, scheduler, shapes
from stripe_billing_cli.local_stripe.core.errors import invalid, no_such, only_one_of
from stripe_billing_cli.local_stripe.core.parameters import ListOf, ObjectParam, Text, optional
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Condition, Object

KIND = "discount"
END = "discount.end"
MOST = 20
FORM = ListOf(ObjectParam(optional(coupon=Text(), discount=Text(), promotion_code=Text())), MOST)
SOURCES = ("coupon", "discount", "promotion_code")
DiscountSources = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Redemption:
    """The customer and the subscription for which a coupon is redeemed, or the part of an invoice that `place` names.

    `subtotal`: what a period costs, or the invoice, before discounts.
    """

    customer: Object
    subscription: str | None
    currency: str
    subtotal: int
    place: Mapping[str, str] = field(default_factory=dict)


def redeem_all(call: Call, sources: DiscountSources | None, on: Redemption) -> list[str]:
    """Return the ids of the discounts that `discounts` in a new subscription asks for; they are stored, with their
    events."""
    discounts = [_redeem_source(call, one, f"discounts[{at}]", on) for at, one in enumerate(sources or ())]
    for discount in discounts:
        events.record(call, "customer.discount.created", discount)
    return _distinct(discounts)


def change_discounts(call: Call, sources: DiscountSources | None, before: Object, on: Redemption) -> list[str]:
    """Return the ids of the discounts that an update leaves a subscription with; what came and went has its events.

    "A populated array overwrites the existing discounts on the subscription. If not specified or empty array, it
    leaves the subscription's discounts unchanged. If empty string, it clears the subscription's discounts."
    """
    own: list[str] = before["discounts"]
    if sources is not None and not sources:
        return own
    discounts = [_redeem_source(call, one, f"discounts[{at}]", on) for at, one in enumerate(sources or ())]
    ids = _distinct(discounts)
    new_ones = [discount for discount in discounts if discount["id"] not in own]
    removals = [find(call, id) for id in own if id not in ids]
    if len(new_ones) == len(removals) == 1:
        _cancel_end(call, removals[0])
        events.record(call, "customer.discount.updated", new_ones[0], removals[0])
        return ids
    for discount in new_ones:
        events.record(call, "customer.discount.created", discount)
    for discount in removals:
        _cancel_end(call, discount)
        events.record(call, "customer.discount.deleted", discount)
    return ids


def redeem_for_part(
    call: Call, sources: DiscountSources | None, param: str, on: Redemption, *, is_preview: bool = False
) -> list[str]:
    """Return the ids of the discounts of an item, of an invoice item or of an invoice; they are stored, and not
    announced. `is_preview`: the coupon is not redeemed by it."""
    if not is_preview:
        return _distinct([_redeem_source(call, one, f"{param}[{at}]", on) for at, one in enumerate(sources or ())])
    previews = []
    for at, one in enumerate(sources or ()):
        if "discount" in one:
            previews.append(existing_discount(call, one, f"{param}[{at}]", on))
            continue
        coupon, promotion = find_applicable(call, one, f"{param}[{at}]", on)
        previews.append({**new(call, coupon, on.customer["id"], on.subscription, promotion), "_unredeemed": True})
        call.store.insert(KIND, previews[-1])
    return _distinct(previews)


def attach(call: Call, id: str, **places: str) -> None:
    """Write into a discount, and announce, the part of its subscription or invoice that it is on. A discount of a
    preview is redeemed by that."""
    before = find(call, id)
    after = {**before, **places, "_unredeemed": False}
    call.store.replace(KIND, after)
    if before.get("_unredeemed"):
        count_redemption(call, after)
    customer = call.store.get("customer", after["customer"]) or {}
    scheduler.put(call.store, END, id, after["end"], customer.get("test_clock"))
    events.record(call, "customer.discount.created", after)


def count_redemption(call: Call, discount: Object) -> None:
    """Count that a discount's coupon, and the promotion code by which it was found, were redeemed once more."""
    promotion = call.store.get(promotion_codes.KIND, discount["promotion_code"] or "")
    if promotion is not None:
        promotion_codes.redeem(call, promotion)
    coupon = call.store.get(coupons.KIND, discount["source"]["coupon"])
    if coupon is not None:
        coupons.redeem(call, coupon)


def detach(call: Call, id: str) -> None:
    """Take a discount off what it was redeemed for."""
    discount = find(call, id)
    _cancel_end(call, discount)
    events.record(call, "customer.discount.deleted", discount)


def _distinct(discounts: Sequence[Object]) -> list[str]:
    ids = [str(discount["id"]) for discount in discounts]
    if len(set(ids)) < len(ids):
        raise invalid("You cannot apply the same discount twice.", "discounts")
    return ids


def _redeem_source(call: Call, source: Mapping[str, Any], param: str, on: Redemption) -> Object:
    """Return a discount that is there already, or a new one, stored."""
    if "discount" in source:
        return existing_discount(call, source, param, on)
    coupon, promotion = find_applicable(call, source, param, on)
    discount = {**new(call, coupon, on.customer["id"], on.subscription, promotion), **on.place}
    call.store.insert(KIND, discount)
    if promotion is not None:
        promotion_codes.redeem(call, promotion)
    coupons.redeem(call, coupon)
    if on.subscription is not None:
        scheduler.put(call.store, END, discount["id"], discount["end"], on.customer["test_clock"])
    return discount


def existing_discount(call: Call, source: Mapping[str, Any], param: str, on: Redemption) -> Object:
    """Return a discount that the subscription has already, to be kept."""
    _check_one(source, param)
    discount = call.store.get(KIND, source["discount"])
    is_own = discount is not None and discount["customer"] == on.customer["id"]
    if discount is None or not is_own or on.subscription not in (None, discount["subscription"]):
        raise no_such("discount", source["discount"], f"{param}[discount]")
    return discount


def _check_one(source: Mapping[str, Any], param: str) -> None:
    names = [name for name in SOURCES if name in source]
    if len(names) != 1:
        raise only_one_of([f"{param}[{name}]" for name in names or SOURCES])


def find_applicable(call: Call, source: Mapping[str, Any], param: str, on: Redemption) -> tuple[Object, Object | None]:
    """Return the coupon, and the promotion code where the source names one. Raises where it cannot be redeemed."""
    _check_one(source, param)
    promotion = None
    if "promotion_code" in source:
        promotion = _promotion(call, source["promotion_code"], f"{param}[promotion_code]")
        _check_restrictions(call, promotion, on, f"{param}[promotion_code]")
    id = promotion["promotion"]["coupon"] if promotion else source["coupon"]
    return _coupon(call, id, on.currency, param), promotion


def new(call: Call, coupon: Object, customer: str, subscription: str | None, promotion: Object | None = None) -> Object:
    """Return a discount that begins now, not yet stored. It keeps the coupon's terms, which outlive the coupon."""
    months = coupon["duration_in_months"]
    return {
        **shapes.blank("discount"),
        "id": identifiers.long_id(call, "di"),
        "object": KIND,
        "customer": customer,
        "end": None if months is None else add_months(call.now, months),
        "promotion_code": promotion and promotion["id"],
        "source": {"coupon": coupon["id"], "type": "coupon"},
        "start": call.now,
        "subscription": subscription,
        "_coupon_terms": coupon,
    }


def _coupon(call: Call, id: str, currency: str, param: str) -> Object:
    coupon = objects.find(call, coupons.KIND, id, f"{param}[coupon]")
    if not coupon["valid"]:
        most = coupon["max_redemptions"]
        reason = "used up" if most is not None and coupon["times_redeemed"] >= most else "expired"
        raise invalid(f"Coupon {id} is {reason} and cannot be applied.", f"{param}[coupon]", "coupon_expired")
    if coupon["amount_off"] is not None and currency not in coupon["currency_options"]:
        raise invalid(
            f"The coupon `{id}` takes off an amount in `{coupon['currency']}`, which is not the currency of the "
            f"subscription (`{currency}`).",
            f"{param}[coupon]",
        )
    return coupon


def _promotion(call: Call, id: str, param: str) -> Object:
    promotion = objects.find(call, promotion_codes.KIND, id, param, noun="promotion code")
    if not promotion["active"]:
        raise invalid(f"The promotion code {id} is inactive.", param)
    return promotion


def _check_restrictions(call: Call, promotion: Object, on: Redemption, param: str) -> None:
    if promotion["customer"] not in (None, on.customer["id"]):
        raise invalid("This promotion code cannot be redeemed by this customer.", param)
    restrictions = promotion["restrictions"]
    if restrictions["first_time_transaction"] and _has_paid(call, on.customer["id"]):
        raise invalid(
            "This promotion code cannot be redeemed because the associated customer has prior transactions.", param
        )
    options = restrictions["currency_options"]
    minimum = options and options.get(on.currency, {}).get("minimum_amount")
    if options and (minimum is None or on.subtotal < minimum):
        raise invalid(
            "This promotion code cannot be redeemed because the associated purchase does not meet the minimum amount "
            "requirement.",
            param,
        )


def _has_paid(call: Call, customer: str) -> bool:
    success = Condition("customer = ? AND status = 'succeeded'", (customer,))
    return bool(call.store.select("payment_intent", [success], newest_first=False, limit=1))


def find(call: Call, id: str) -> Object:
    return objects.get_known(call, KIND, id)


def not_ended(call: Call, ids: Sequence[str]) -> list[Object]:
    """Return the discounts that have not ended: a discount does not apply to what is billed at its end."""
    return [one for one in (find(call, id) for id in ids) if not has_ended(call, one)]


def has_ended(call: Call, discount: Object) -> bool:
    return discount["end"] is not None and discount["end"] <= call.now


def _cancel_end(call: Call, discount: Object) -> None:
    """Cancel the end of a discount. Invoices go on naming the discount, so it stays in store."""
    scheduler.put(call.store, END, discount["id"], None, None)


def end(call: Call, id: str) -> None:
    """End a discount whose months are over."""
    discount = find(call, id)
    before = call.store.get("subscription", discount["subscription"])
    if before is not None and is_on(before, id):
        drop(call, before, id)


def is_on(subscription: Object, id: str) -> bool:
    """Return whether a subscription has the discount, or one of its items."""
    return id in subscription["discounts"] or any(id in one["discounts"] for one in subscription["items"]["data"])


def drop(call: Call, before: Object, id: str) -> Object:
    """Return a subscription without one of its discounts, or of its items', stored, with the events of it."""
    discount = find(call, id)
    data = [
        {**item, "discounts": [other for other in item["discounts"] if other != id]} for item in before["items"]["data"]
    ]
    after = {
        **before,
        "discounts": [other for other in before["discounts"] if other != id],
        "items": {**before["items"], "data": data},
    }
    call.store.replace("subscription", after)
    _cancel_end(call, discount)
    events.record(call, "customer.discount.deleted", discount)
    events.record(call, "customer.subscription.updated", after, before)
    return after
