"""The discount of a Checkout session: one coupon or promotion code, given with the session or typed in at its page.

It is redeemed when the session is complete (https://docs.stripe.com/payments/checkout/discounts).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stripe_billing_cli.local_stripe.billing.discounts import discount, promotion_codes
from stripe_billing_cli.local_stripe.core.errors import invalid
from stripe_billing_cli.local_stripe.core.lists import equal, json_field
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Condition, Object

GUEST: Object = {"id": None, "test_clock": None}
"""Whoever has no customer yet: codes for single customers, or for first purchases, are not theirs."""


def apply_discount(call: Call, session: Object, discounts: Sequence[Mapping[str, Any]]) -> Object:
    """Return what a session says of the discount that a call gives it; nothing for none. Raises where the coupon cannot
    be redeemed."""
    if not discounts:
        return {"discounts": [], "_discount": None}
    customer = call.store.get("customer", session["customer"] or "") or GUEST
    on = discount.Redemption(customer, session["id"], session["currency"], session["amount_subtotal"] or 0)
    coupon, promotion = discount.find_applicable(call, discounts[0], "discounts[0]", on)
    new_discount = {
        **discount.new(call, coupon, customer["id"], None, promotion),
        "checkout_session": session["id"],
    }
    call.store.insert(discount.KIND, new_discount)
    source = {"coupon": None if promotion else coupon["id"], "promotion_code": promotion and promotion["id"]}
    return {"discounts": [source], "_discount": new_discount["id"]}


def by_code(call: Call, session: Object, code: str) -> Object:
    """Return what a session says of the promotion code that its customer typed in."""
    if not session["allow_promotion_codes"]:
        raise invalid("This session takes no promotion codes.", "promotion_code")
    like = [*equal("active", 1), Condition(f"lower({json_field('code')}) = ?", (code.strip().lower(),))]
    codes = call.store.select(promotion_codes.KIND, like, newest_first=True, limit=100)
    own = [one for one in codes if one["customer"] in (session["customer"], None)]
    if not own:
        raise invalid("This code is invalid.", "promotion_code")
    return apply_discount(call, session, [{"promotion_code": own[0]["id"]}])


def as_parameters(session: Object) -> list[Object]:
    """Return the discount of a session as `discounts` of a subscription names it."""
    return [{name: id for name, id in one.items() if id is not None} for one in session["discounts"] or ()]


def redeem(call: Call, session: Object, customer: str | None) -> None:
    """Count a redemption by a payment. A subscription redeems its discounts itself."""
    if session["_discount"] is None:
        return
    session_discount = discount.find(call, session["_discount"])
    call.store.replace(discount.KIND, {**session_discount, "customer": customer})
    discount.count_redemption(call, session_discount)
