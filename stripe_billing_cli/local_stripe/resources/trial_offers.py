"""Trial offers (https://docs.stripe.com/api/product-catalog/trial-offer), after
`stripe/params/product_catalog/_trial_offer_*_params.py`. They have no events (`stripe/_event.py`)."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing.subscriptions import price_checks, trial_offers
from stripe_billing_cli.local_stripe.core import identifiers, objects
from stripe_billing_cli.local_stripe.core.documented_form import form
from stripe_billing_cli.local_stripe.core.errors import invalid, missing_param
from stripe_billing_cli.local_stripe.core.lists import filter_conditions, json_field, one_of, page
from stripe_billing_cli.local_stripe.core.parameters import EXPAND_ONLY, Choice, Integer, Params
from stripe_billing_cli.local_stripe.core.requests import AS_DOCUMENTED, Api, Call, Route
from stripe_billing_cli.local_stripe.core.store import Object

KIND = trial_offers.KIND
PATH = "/v1/product_catalog/trial_offers"
CREATE = form(f"POST {PATH}", {"duration.relative.iterations": Integer(1), "duration.type": Choice(("relative",))})


def check_new(params: Params) -> None:
    if "relative" not in params["duration"]:
        raise missing_param("duration[relative]")


def create(call: Call) -> Object:
    params = call.params
    trial_price = price_checks.find_sellable(call, params["price"], "price")
    param = "end_behavior[transition][price]"
    later_price = price_checks.find_sellable(call, params["end_behavior"]["transition"]["price"], param)
    if trial_price["currency"] != later_price["currency"]:
        raise invalid("The price during the trial and the price after it must be in the same currency.", param)
    offer = {
        "id": identifiers.long_id(call, "to"),
        "object": KIND,
        "_created": call.now,
        "active": params.get("active", True),
        "duration": {"relative": params["duration"]["relative"], "type": "relative"},
        "end_behavior": {"transition": {"price": later_price["id"]}, "type": "transition"},
        "nickname": params.get("nickname"),
        "price": trial_price["id"],
    }
    call.store.insert(KIND, offer)
    return offer


retrieve = objects.retrieve_handler(KIND, noun="trial offer")


def update(call: Call) -> Object:
    before = retrieve(call)
    after = {**before, "active": call.params.get("active", before["active"])}
    call.store.replace(KIND, after)
    return after


def list_offers(call: Call) -> Object:
    conditions = [*filter_conditions(call, "active"), *one_of(json_field("price"), call.params.get("prices"))]
    return page(call, KIND, PATH, conditions)


ROUTES = (
    Route("POST", PATH, KIND, CREATE, create, check_new),
    Route("GET", PATH, KIND, AS_DOCUMENTED, list_offers, lists=True),
    Route("GET", f"{PATH}/{{id}}", KIND, EXPAND_ONLY, retrieve),
    Route("POST", f"{PATH}/{{id}}", KIND, AS_DOCUMENTED, update),
)
API = Api(ROUTES)
