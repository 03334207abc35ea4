"""Coupons (https://docs.stripe.com/api/coupons): what is taken off, and for how long. After `stripe/_coupon.py`."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing.discounts import promotion_codes
from stripe_billing_cli.local_stripe.core import objects
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object

KIND = "coupon"
EXPIRE = "coupon.expire"


def expire(call: Call, id: str) -> None:
    """End the validity of a coupon whose last moment to be redeemed has passed."""
    before = call.store.get(KIND, id)
    if before is not None and before["valid"]:
        save(call, before, {**before, "valid": False})


def redeem(call: Call, coupon: Object) -> Object:
    """Count one more redemption; the last that is allowed makes the coupon invalid."""
    times = coupon["times_redeemed"] + 1
    used_up = coupon["max_redemptions"] is not None and times >= coupon["max_redemptions"]
    return save(call, coupon, {**coupon, "times_redeemed": times, "valid": coupon["valid"] and not used_up})


def save(call: Call, before: Object, after: Object) -> Object:
    objects.save(call, KIND, before, after)
    if before["valid"] and not after["valid"]:
        promotion_codes.end(call, after["id"])
    return after
