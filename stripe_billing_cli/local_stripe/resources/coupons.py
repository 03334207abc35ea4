"""Coupons (https://docs.stripe.com/api/coupons): what is taken off, and for how long. After `stripe/_coupon.py`."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing.discounts import promotion_codes
from stripe_billing_cli.local_stripe.billing.discounts.coupons import EXPIRE, KIND, save
from stripe_billing_cli.local_stripe.core import events, identifiers, objects, scheduler, times
from stripe_billing_cli.local_stripe.core.amount_parameters import Percent
from stripe_billing_cli.local_stripe.core.documented_form import form
from stripe_billing_cli.local_stripe.core.errors import invalid, only_one_of
from stripe_billing_cli.local_stripe.core.lists import LIST_FIELDS, list_handler
from stripe_billing_cli.local_stripe.core.metadata import changed_metadata, new_metadata
from stripe_billing_cli.local_stripe.core.parameters import EXPAND_ONLY, NO_PARAMETERS, Integer, ObjectParam, Params
from stripe_billing_cli.local_stripe.core.requests import Api, Call, Route
from stripe_billing_cli.local_stripe.core.store import Object

CREATE = form(
    "POST /v1/coupons",
    {
        "duration_in_months": Integer(1),
        "max_redemptions": Integer(1),
        "percent_off": Percent("0.01"),
        "*.amount_off": Integer(1),
    },
)

UPDATE = form("POST /v1/coupons/{coupon}", {"currency_options*.amount_off": Integer(1)}, unset="name")


def check_new(params: Params) -> None:
    """Check the rules for a new coupon. The refusals are recorded of 2026-08-26.dahlia, but for the last."""
    if "amount_off" in params and "percent_off" in params:
        raise invalid("Received both percent_off and amount_off parameters. Please pass in only one.")
    if "amount_off" not in params and "percent_off" not in params:
        raise invalid("Must provide percent_off or amount_off.", code="parameter_missing")
    if "amount_off" in params and "currency" not in params:
        raise invalid("You must pass currency when passing amount_off", "currency")
    if "percent_off" in params and "currency_options" in params:
        raise only_one_of(["currency_options", "percent_off"])
    is_repeating = params.get("duration", "once") == "repeating"
    if is_repeating and "duration_in_months" not in params:
        raise invalid(
            "The duration_in_months param must be set when creating a coupon with a repeating duration", "duration"
        )
    if not is_repeating and "duration_in_months" in params:
        raise invalid("`duration_in_months` can only be set if `duration` is `repeating`.", "duration_in_months")


def create(call: Call) -> Object:
    params = call.params
    id = params.get("id") or identifiers.coupon_id()
    if call.store.get(KIND, id) is not None:
        raise invalid("Coupon already exists.", code="resource_already_exists")
    redeem_by = params.get("redeem_by")
    if redeem_by is not None:
        times.check_future(redeem_by, "redeem_by", call.now)
    for at, product in enumerate(params.get("applies_to", {}).get("products", ())):
        objects.find(call, "product", product, f"applies_to[products][{at}]")
    coupon = {
        "id": id,
        "object": KIND,
        "amount_off": params.get("amount_off"),
        "applies_to": {"products": params["applies_to"].get("products", [])} if "applies_to" in params else None,
        "created": call.now,
        "currency": params.get("currency"),
        "currency_options": _options(params),
        "duration": params.get("duration", "once"),
        "duration_in_months": params.get("duration_in_months"),
        "max_redemptions": params.get("max_redemptions"),
        "metadata": new_metadata(params),
        "name": params.get("name"),
        "percent_off": params.get("percent_off"),
        "redeem_by": redeem_by,
        "times_redeemed": 0,
        "valid": True,
    }
    call.store.insert(KIND, coupon)
    scheduler.put(call.store, EXPIRE, id, redeem_by, None)
    events.record(call, "coupon.created", coupon)
    return coupon


def _options(params: Params) -> Object | None:
    if "amount_off" not in params:
        return None
    own = {params["currency"]: {"amount_off": params["amount_off"]}}
    return {**params.get("currency_options", {}), **own}


retrieve = objects.retrieve_handler(KIND, "coupon")


def update(call: Call) -> Object:
    before = retrieve(call)
    params = call.params
    after = {**before}
    if "name" in params:
        after["name"] = params["name"]
    after["metadata"] = changed_metadata(before, params)
    if "currency_options" in params:
        if before["amount_off"] is None:
            raise invalid("`currency_options` can only be set on a coupon with `amount_off`.", "currency_options")
        own = params["currency_options"].get(before["currency"])
        if own is not None and own["amount_off"] != before["amount_off"]:
            raise invalid("The amount of the coupon's own currency cannot be changed.", "currency_options")
        after["currency_options"] = {**before["currency_options"], **params["currency_options"]}
    return save(call, before, after)


def delete(call: Call) -> Object:
    """Delete a coupon; discounts that it was redeemed into go on (https://docs.stripe.com/api/coupons/delete)."""
    coupon = retrieve(call)
    call.store.delete(KIND, coupon["id"])
    scheduler.put(call.store, EXPIRE, coupon["id"], None, None)
    events.record(call, "coupon.deleted", {**coupon, "valid": False})
    promotion_codes.end(call, coupon["id"])
    return {"id": coupon["id"], "object": KIND, "deleted": True}


PATH = "/v1/coupons"

ROUTES = (
    Route("POST", PATH, KIND, CREATE, create, check_new),
    Route("GET", PATH, KIND, ObjectParam(LIST_FIELDS), list_handler(KIND, PATH), lists=True),
    Route("GET", f"{PATH}/{{id}}", KIND, EXPAND_ONLY, retrieve),
    Route("POST", f"{PATH}/{{id}}", KIND, UPDATE, update),
    Route("DELETE", f"{PATH}/{{id}}", KIND, NO_PARAMETERS, delete),
)
API = Api(ROUTES)
