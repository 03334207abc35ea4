"""Promotion codes (https://docs.stripe.com/api/promotion_codes): what customers type to redeem a coupon.

Fields after `stripe/_promotion_code.py`. A code is unique among the active ones, capital and small letters alike.
"""

from __future__ import annotations

from stripe_billing_cli.local_stripe.core import objects
from stripe_billing_cli.local_stripe.core.lists import equal, json_field
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object

KIND = "promotion_code"
EXPIRE = "promotion_code.expire"


def expire(call: Call, id: str) -> None:
    before = call.store.get(KIND, id)
    if before is not None and before["active"]:
        save(call, before, {**before, "active": False})


def end(call: Call, coupon: str) -> None:
    """Make the codes of a coupon inactive: one is only active if its coupon is valid (`stripe/_promotion_code.py`)."""
    conditions = [*equal("active", 1), *equal(json_field("promotion.coupon"), coupon)]
    for active in call.store.select(KIND, conditions, newest_first=False, limit=1_000_000):
        save(call, active, {**active, "active": False})


def redeem(call: Call, promotion: Object) -> Object:
    """Count one more redemption; the last that is allowed makes the code inactive."""
    times = promotion["times_redeemed"] + 1
    used_up = promotion["max_redemptions"] is not None and times >= promotion["max_redemptions"]
    return save(call, promotion, {**promotion, "times_redeemed": times, "active": promotion["active"] and not used_up})


def save(call: Call, before: Object, after: Object) -> Object:
    return objects.save(call, KIND, before, after)
