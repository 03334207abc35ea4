"""Promotion codes (https://docs.stripe.com/api/promotion_codes): what customers type to redeem a coupon.

Fields after `stripe/_promotion_code.py`. A code is unique among the active ones of each customer, capital and small
letters alike; one without a customer is everybody's.
"""

from __future__ import annotations

import re

from stripe_billing_cli.local_stripe.billing import customers
from stripe_billing_cli.local_stripe.billing.discounts import coupons
from stripe_billing_cli.local_stripe.billing.discounts.promotion_codes import EXPIRE, KIND, save
from stripe_billing_cli.local_stripe.core import events, identifiers, objects, scheduler, times
from stripe_billing_cli.local_stripe.core.documented_form import form
from stripe_billing_cli.local_stripe.core.errors import invalid
from stripe_billing_cli.local_stripe.core.lists import equal, filter_conditions, json_field, page
from stripe_billing_cli.local_stripe.core.metadata import changed_metadata, new_metadata
from stripe_billing_cli.local_stripe.core.parameters import EXPAND_ONLY, Integer, Params
from stripe_billing_cli.local_stripe.core.requests import AS_DOCUMENTED, Api, Call, Route
from stripe_billing_cli.local_stripe.core.store import Condition, Object

CODE = re.compile("[a-zA-Z0-9_-]+")

AMOUNT = ("minimum_amount", "minimum_amount_currency")

CREATE = form(
    "POST /v1/promotion_codes",
    {"max_redemptions": Integer(1), "*.minimum_amount": Integer(1)},
)

UPDATE = form(
    "POST /v1/promotion_codes/{promotion_code}", {"restrictions.currency_options*.minimum_amount": Integer(1)}
)


def check_new(params: Params) -> None:
    """Check the rules for a new code. The refusals are recorded of 2026-08-26.dahlia, but for those of the
    restrictions, which are of their kind."""
    if "coupon" not in params["promotion"]:
        raise invalid("You must pass promotion.coupon when passing promotion", "promotion.coupon")
    if "code" in params and not CODE.fullmatch(params["code"]):
        raise invalid(
            "This value must match the regex pattern. (/\\A[a-zA-Z0-9\\-_]+\\z/ does not match for the value "
            f"{params['code']}).",
            "code",
        )
    restrictions = params.get("restrictions", {})
    for name, other_name in (AMOUNT, AMOUNT[::-1]):
        if name in restrictions and other_name not in restrictions:
            raise invalid(f"You must pass {other_name} when passing {name}", f"restrictions[{other_name}]")


def create(call: Call) -> Object:
    params = call.params
    coupon = objects.find(call, coupons.KIND, params["promotion"]["coupon"], "promotion[coupon]")
    if "customer" in params:
        customers.find(call, params["customer"])
    active = params.get("active", True)
    code = params.get("code") or identifiers.coupon_id().upper()
    if active:
        _check_free(call, code, params.get("customer"))
    expires_at = params.get("expires_at")
    if expires_at is not None:
        times.check_future(expires_at, "expires_at", call.now)
    if expires_at is not None and coupon["redeem_by"] is not None and expires_at > coupon["redeem_by"]:
        raise invalid("`expires_at` cannot be after the coupon's `redeem_by`.", "expires_at")
    most = params.get("max_redemptions")
    if most is not None and coupon["max_redemptions"] is not None and most > coupon["max_redemptions"]:
        raise invalid("`max_redemptions` cannot be greater than the coupon's.", "max_redemptions")
    promotion = {
        "id": identifiers.long_id(call, "promo"),
        "object": KIND,
        "active": active and coupon["valid"],
        "code": code,
        "created": call.now,
        "customer": params.get("customer"),
        "expires_at": expires_at,
        "max_redemptions": most,
        "metadata": new_metadata(params),
        "promotion": {"coupon": coupon["id"], "type": "coupon"},
        "restrictions": _restrictions(params),
        "times_redeemed": 0,
    }
    call.store.insert(KIND, promotion)
    scheduler.put(call.store, EXPIRE, promotion["id"], expires_at or coupon["redeem_by"], None)
    events.record(call, "promotion_code.created", promotion)
    return promotion


def _restrictions(params: Params) -> Object:
    restrictions = params.get("restrictions", {})
    least, currency = restrictions.get("minimum_amount"), restrictions.get("minimum_amount_currency")
    options = dict(restrictions.get("currency_options", {}))
    if least is not None:
        options[currency] = {"minimum_amount": least}
    return {
        "currency_options": options or None,
        "first_time_transaction": restrictions.get("first_time_transaction", False),
        "minimum_amount": least,
        "minimum_amount_currency": currency,
    }


def _check_free(call: Call, code: str, customer: str | None) -> None:
    """Refuse a code that another active one of the customer has: recorded for codes without a customer."""
    conditions = [*equal("active", 1), *equal(f"lower({json_field('code')})", code.lower())]
    if customer is not None:
        whose = json_field("customer")
        conditions.append(Condition(f"({whose} is null or {whose} = ?)", (customer,)))
    if call.store.select(KIND, conditions, newest_first=True, limit=1):
        raise invalid(f"An active promotion code with `code: {code}` already exists.")


retrieve = objects.retrieve_handler(KIND, "promotion_code", noun="promotion code")


def update(call: Call) -> Object:
    before = retrieve(call)
    params = call.params
    after = {**before, "active": params.get("active", before["active"])}
    if after["active"] and not before["active"]:
        _check_may_become_active(call, before)
    after["metadata"] = changed_metadata(before, params)
    if "currency_options" in params.get("restrictions", {}):
        options = {**(before["restrictions"]["currency_options"] or {}), **params["restrictions"]["currency_options"]}
        after["restrictions"] = {**before["restrictions"], "currency_options": options}
    return save(call, before, after)


def _check_may_become_active(call: Call, promotion: Object) -> None:
    coupon = call.store.get(coupons.KIND, promotion["promotion"]["coupon"])
    most = promotion["max_redemptions"]
    over = promotion["expires_at"] is not None and promotion["expires_at"] <= call.now
    used_up = most is not None and promotion["times_redeemed"] >= most
    if coupon is None or not coupon["valid"] or over or used_up:
        raise invalid(
            "This promotion code cannot be activated: it, or its coupon, has expired or is used up.", "active"
        )
    _check_free(call, promotion["code"], promotion["customer"])


def list_codes(call: Call) -> Object:
    """List codes; a filter that names an object that there is not is refused (recorded of payment methods)."""
    params = call.params
    if "customer" in params:
        customers.find(call, params["customer"])
    if "coupon" in params:
        objects.find(call, coupons.KIND, params["coupon"], "coupon")
    conditions = filter_conditions(call, "active coupon customer", fields={"coupon": "promotion.coupon"})
    if "code" in params:
        conditions.append(Condition(f"lower({json_field('code')}) = ?", (params["code"].lower(),)))
    return page(call, KIND, PATH, conditions)


PATH = "/v1/promotion_codes"

ROUTES = (
    Route("POST", PATH, KIND, CREATE, create, check_new),
    Route("GET", PATH, KIND, AS_DOCUMENTED, list_codes, lists=True),
    Route("GET", f"{PATH}/{{id}}", KIND, EXPAND_ONLY, retrieve),
    Route("POST", f"{PATH}/{{id}}", KIND, UPDATE, update),
)
API = Api(ROUTES)
