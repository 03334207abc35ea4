"""Plans (https://docs.stripe.com/api/plans): recurring prices in the form of earlier versions."""

from __future__ import annotations

import pytest

from tests.local_stripe.conftest import Local, Refusal

PATH = "/v1/plans"


def test_a_plan_is_a_price_with_its_id(local: Local) -> None:
    product = local.product()["id"]
    plan = local.post(PATH, amount=1200, currency="usd", interval="month", product=product, nickname="Pro", id="pro")
    price = local.get("/v1/prices/pro")
    assert (plan["id"], plan["amount"], plan["amount_decimal"], plan["interval_count"]) == ("pro", 1200, "1200", 1)
    assert (price["unit_amount"], price["recurring"]["interval"], price["product"]) == (1200, "month", product)
    assert local.get(f"{PATH}/pro") == plan
    assert [event["type"] for event in local.events()][:2] == ["price.created", "plan.created"]
    new_price_id = local.price(recurring={"interval": "year"})["id"]
    local.price()
    assert [plan["id"] for plan in local.get(PATH)["data"]] == [new_price_id, "pro"]
    assert local.post(PATH, amount=0, currency="usd", interval="day", product=product)["id"].startswith("plan_")


def test_its_product_may_be_described(local: Local) -> None:
    plan = local.post(PATH, amount_decimal="0.5", currency="usd", interval="week", product={"name": "Calls"})
    assert (plan["amount"], plan["amount_decimal"]) == (None, "0.5")
    assert local.get(f"/v1/products/{plan['product']}")["name"] == "Calls"


def test_it_is_changed_and_sold(local: Local) -> None:
    product, other = local.product()["id"], local.product()["id"]
    plan = local.post(PATH, amount=1200, currency="usd", interval="month", product=product)
    after = local.post(f"{PATH}/{plan['id']}", product=other, trial_period_days=7, metadata={"a": "b"}, nickname="New")
    assert (after["product"], after["trial_period_days"], after["nickname"]) == (other, 7, "New")
    customer = local.post("/v1/customers")["id"]
    subscription = local.post(
        "/v1/subscriptions", customer=customer, items=[{"plan": plan["id"]}], trial_from_plan=True
    )
    assert (subscription["status"], subscription["plan"]) == ("trialing", local.get(f"{PATH}/{plan['id']}"))


def test_a_deleted_plan_is_sold_no_more_and_goes_on_where_it_was_sold(local: Local) -> None:
    plan = local.post(PATH, amount=0, currency="usd", interval="month", product=local.product()["id"])
    customer = local.post("/v1/customers")["id"]
    subscription = local.post("/v1/subscriptions", customer=customer, items=[{"plan": plan["id"]}])
    assert local.delete(f"{PATH}/{plan['id']}") == {"id": plan["id"], "object": "plan", "deleted": True}
    assert local.refused("get", f"{PATH}/{plan['id']}") == Refusal(
        f"No such plan: '{plan['id']}'", "resource_missing", "plan", 404
    )
    assert local.refused("get", f"/v1/prices/{plan['id']}").code == "resource_missing"
    assert local.get(PATH)["data"] == local.get("/v1/prices")["data"] == []
    assert local.get(f"/v1/subscriptions/{subscription['id']}")["plan"]["id"] == plan["id"]
    assert local.refused("post", "/v1/subscriptions", customer=customer, items=[{"price": plan["id"]}]).code


@pytest.mark.parametrize(
    ("params", "refusal"),
    [
        ({"product": None}, Refusal("Missing required param: product.", "parameter_missing", "product")),
        ({"product": "prod_gone"}, Refusal("No such product: 'prod_gone'", "resource_missing", "product")),
        ({"id": "taken"}, Refusal("Plan already exists.", "resource_already_exists", "id")),
    ],
)
def test_what_a_new_plan_may_not_say(local: Local, params: dict[str, str | None], refusal: Refusal) -> None:
    plan = {"amount": 100, "currency": "usd", "interval": "month", "product": local.product()["id"]}
    local.post(PATH, **plan, id="taken")
    sent = {name: value for name, value in {**plan, **params}.items() if value is not None}
    assert local.refused("post", PATH, **sent) == refusal


def test_a_refusal_calls_parameters_as_plans_do(local: Local) -> None:
    plan = {"currency": "usd", "product": local.product()["id"]}
    assert local.refused("post", PATH, **plan, interval="month").message.startswith("Plans require an `amount`")
    assert local.refused("post", PATH, **plan, amount=1, interval="year", interval_count=9).param == "interval_count"
    both = local.refused("post", PATH, **plan, interval="month", amount=1, amount_decimal="1.5")
    assert both.message == "You may only specify one of these parameters: amount, amount_decimal."
    packs = {"divide_by": 10, "round": "up"}
    tiers = {"billing_scheme": "tiered", "tiers_mode": "volume", "tiers": [{"up_to": "inf", "unit_amount": 1}]}
    both = local.refused("post", PATH, **plan, **tiers, interval="month", transform_usage=packs)
    assert both.message == "You may only specify one of these parameters: tiers, transform_usage."
