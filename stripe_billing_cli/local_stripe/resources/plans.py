"""Plans: recurring prices in the form of earlier versions (https://docs.stripe.com/api/plans).

A plan is a price with the plan's id, and every recurring price is a plan: "the Plans API … has been replaced by the
Prices API. It is supported for backwards compatibility". What was sold stays as it was sold, but for a plan's product.
"""

from __future__ import annotations

from typing import Any

from stripe_billing_cli.local_stripe.billing.catalog import price_refusals, prices, products
from stripe_billing_cli.local_stripe.billing.catalog.price_data import INTERVAL
from stripe_billing_cli.local_stripe.core import events, identifiers, objects
from stripe_billing_cli.local_stripe.core.amount_parameters import UpTo
from stripe_billing_cli.local_stripe.core.answers import as_plan
from stripe_billing_cli.local_stripe.core.documented_form import form
from stripe_billing_cli.local_stripe.core.errors import ApiError, check_only_one, invalid, missing_param, no_such
from stripe_billing_cli.local_stripe.core.forms import Raw
from stripe_billing_cli.local_stripe.core.lists import equal, filter_conditions, page
from stripe_billing_cli.local_stripe.core.metadata import changed_metadata
from stripe_billing_cli.local_stripe.core.parameters import (
    EXPAND_ONLY,
    NO_PARAMETERS,
    Boolean,
    Integer,
    Metadata,
    ObjectParam,
    Params,
    ParamType,
    Text,
    optional,
    required_fields,
)
from stripe_billing_cli.local_stripe.core.requests import AS_DOCUMENTED, Api, Call, Route
from stripe_billing_cli.local_stripe.core.store import Object

PATH = "/v1/plans"
KIND = "plan"


class ProductOr(ParamType):
    """The id of a product, or the fields of a new one."""

    def __init__(self) -> None:
        self.fields = ObjectParam(
            {
                **required_fields(name=Text()),
                **optional(active=Boolean(), id=Text(255), statement_descriptor=Text(22), tax_code=Text()),
                **optional(unit_label=Text(), metadata=Metadata()),
            }
        )

    def find_unknown(self, raw: Raw, name: str) -> list[str]:
        return [] if isinstance(raw, str) else self.fields.find_unknown(raw, name)

    def read(self, raw: Raw, name: str) -> Any:
        return Text().read(raw, name) if isinstance(raw, str) else self.fields.read(raw, name)


CREATE = form(
    "POST /v1/plans",
    {
        "amount": Integer(0),
        "interval": INTERVAL,
        "interval_count": Integer(1),
        "product": ProductOr(),
        "tiers[].flat_amount": Integer(0),
        "tiers[].unit_amount": Integer(0),
        "tiers[].up_to": UpTo(),
        "transform_usage.divide_by": Integer(1),
        "trial_period_days": Integer(0, 730),
    },
)
UPDATE = form("POST /v1/plans/{plan}", {"trial_period_days": Integer(0, 730)}, unset="nickname")
RECURRING = ("interval", "interval_count", "meter", "trial_period_days", "usage_type")
PRICE_NAMES = {
    "amount": "unit_amount",
    "amount_decimal": "unit_amount_decimal",
    "transform_usage": "transform_quantity",
}
"""Parameters that a price calls otherwise."""


def _as_price(params: Params) -> dict[str, Any]:
    """Return a plan's parameters as those of a price."""
    price_params = {
        PRICE_NAMES.get(name, name): value for name, value in params.items() if name not in (*RECURRING, "product")
    }
    return {**price_params, "recurring": {name: params[name] for name in RECURRING if name in params}}


def check_new(params: Params) -> None:
    if "product" not in params:
        raise missing_param("product")
    if params.get("billing_scheme") != "tiered" and not {"amount", "amount_decimal"} & params.keys():
        raise invalid("Plans require an `amount` or `amount_decimal` parameter to be set.")
    check_only_one(params, "amount", "amount_decimal")
    check_only_one(params, "tiers", "transform_usage")
    try:
        price_refusals.check_new(_as_price(params))
    except ApiError as error:
        if error.param is not None:
            error.param = _plan_param(error.param)
        raise


def _plan_param(param: str) -> str:
    """Return what a plan calls a parameter of a price."""
    names = {price: plan for plan, price in PRICE_NAMES.items()}
    inner = param.removeprefix("recurring[")
    return names.get(param, inner.removesuffix("]") if inner != param else param)


def create(call: Call) -> Object:
    params = call.params
    id = params.get("id") or identifiers.short_id(call, "plan")
    if call.store.get("price", id) is not None:
        raise ApiError(400, "Plan already exists.", "resource_already_exists", "id")
    price = {**prices.new_price(call, _find_or_create_product(call), _as_price(params)), "id": id}
    call.store.insert("price", price)
    plan = as_plan(price)
    events.record(call, "plan.created", plan)
    events.record(call, "price.created", price)
    return plan


def _find_or_create_product(call: Call) -> str:
    """Return the id of the plan's product, which the parameter names or describes."""
    product_param = call.params["product"]
    if isinstance(product_param, str):
        objects.find(call, "product", product_param, "product")
        return product_param
    product = products.new_product(call, product_param)
    objects.insert(call, "product", product)
    return str(product["id"])


def _price(call: Call) -> Object:
    price = call.store.get("price", call.id)
    if price is None or price["recurring"] is None or price.get("_deleted"):
        raise no_such(KIND, call.id, KIND, 404)
    return price


def retrieve(call: Call) -> Object:
    return as_plan(_price(call))


def update(call: Call) -> Object:
    """Change a plan, which may be given another product; a price stays with its own."""
    before, params = _price(call), call.params
    after = {**before, **{name: params[name] for name in ("active", "nickname", "product") if name in params}}
    if "product" in params:
        objects.find(call, "product", params["product"], "product")
    if "trial_period_days" in params:
        after["recurring"] = {**before["recurring"], "trial_period_days": params["trial_period_days"]}
    after["metadata"] = changed_metadata(before, params)
    if before["active"] and not after["active"]:
        prices.check_not_default(call, before)
    if after != before:
        call.store.replace("price", after)
        events.record(call, "plan.updated", as_plan(after), as_plan(before))
        events.record(call, "price.updated", after, before)
    return as_plan(after)


def delete(call: Call) -> Object:
    """Delete a plan: "Deleting plans means new subscribers can't be added. Existing subscribers aren't affected." """
    before = _price(call)
    prices.check_not_default(call, before)
    after = {**before, "active": False, "lookup_key": None, "_deleted": True}
    call.store.replace("price", after)
    events.record(call, "plan.deleted", as_plan(after))
    events.record(call, "price.deleted", after)
    return {"id": before["id"], "object": KIND, "deleted": True}


def list_plans(call: Call) -> Object:
    conditions = [*equal("type", "recurring"), *filter_conditions(call, "active product"), prices.NOT_DELETED]
    page_of_prices = page(call, "price", PATH, conditions)
    return {**page_of_prices, "data": [as_plan(price) for price in page_of_prices["data"]]}


ROUTES = (
    Route("POST", PATH, KIND, CREATE, create, check_new),
    Route("GET", PATH, KIND, AS_DOCUMENTED, list_plans, lists=True),
    Route("GET", f"{PATH}/{{id}}", KIND, EXPAND_ONLY, retrieve),
    Route("POST", f"{PATH}/{{id}}", KIND, UPDATE, update),
    Route("DELETE", f"{PATH}/{{id}}", KIND, NO_PARAMETERS, delete),
)
API = Api(ROUTES)
