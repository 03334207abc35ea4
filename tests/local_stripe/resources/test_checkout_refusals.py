"""Refusals of Checkout sessions, in Stripe's words where users report them (messages of
https://github.com/enupal/stripe/issues/370, https://github.com/dayhaysoos/use-shopping-cart/issues/224,
https://github.com/exercism/website/issues/7149), else after `stripe/params/checkout/_session_create_params.py`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_stripe.checkout import DONE, PATH
from tests.local_stripe.conftest import NOW, Local, Refusal


def refused(local: Local, *items: Any, mode: str = "payment", **params: Any) -> Refusal:
    return local.refused("post", PATH, **{"mode": mode, "success_url": DONE, "line_items": list(items), **params})


def test_items_go_with_the_mode(local: Local) -> None:
    once = {"price": local.price()["id"], "quantity": 1}
    monthly = {"price": local.price(recurring={"interval": "month"})["id"], "quantity": 1}
    assert refused(local).message == "The `line_items` parameter is required in payment mode."
    assert refused(local, monthly) == Refusal(
        "You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode or use only "
        "one-time prices.",
        param="line_items[0]",
    )
    assert (
        refused(local, once, mode="subscription").message
        == "You must provide at least one recurring price in `subscription` mode when using prices."
    )
    assert (
        refused(local, {"quantity": 1}).message
        == "You must provide either price or price_data for each line item when using prices."
    )
    assert refused(local, {"price": once["price"]}).message == "Quantity is required. Add `quantity` to `line_items[0]`"
    assert refused(local, {"price": "price_none", "quantity": 1}).code == "resource_missing"
    local.post(f"/v1/prices/{once['price']}", active=False)
    assert refused(local, once).message.startswith("The price specified is inactive.")


def test_parameters_go_with_the_mode(local: Local) -> None:
    once = {"price": local.price()["id"], "quantity": 1}
    monthly = {"price": local.price(recurring={"interval": "month"})["id"], "quantity": 1}
    for name, value in (("payment_method_collection", "always"), ("subscription_data", {"description": "a"})):
        assert refused(local, once, **{name: value}).message == f"You can not pass `{name}` in `payment` mode."
    for name, value in (
        ("customer_creation", "always"),
        ("payment_intent_data", {"description": "a"}),
        ("invoice_creation", {"enabled": True}),
    ):
        refusal = refused(local, monthly, mode="subscription", **{name: value})
        assert refusal.message == f"You can not pass `{name}` in `subscription` mode."


def test_parameters_go_with_the_interface(local: Local) -> None:
    once = {"price": local.price()["id"], "quantity": 1}
    assert refused(local, once, return_url=DONE) == Refusal(
        "You can not pass `return_url` when `ui_mode` is `hosted_page`.", param="return_url"
    )
    form = {"mode": "payment", "line_items": [once], "return_url": DONE, "cancel_url": DONE, "submit_type": "pay"}
    assert local.refused("post", PATH, **form, ui_mode="elements") == Refusal(
        "The following parameters are not supported with `ui_mode: elements`: cancel_url, submit_type.",
        param="cancel_url",
    )
    assert local.refused("post", PATH, **form, ui_mode="embedded_page").param == "cancel_url"


def test_a_quantity_is_within_its_bounds(local: Local) -> None:
    def bounded(quantity: int, **bounds: int) -> str | None:
        item = {"price": price, "quantity": quantity, "adjustable_quantity": {"enabled": True, **bounds}}
        return refused(local, item).param

    price = local.price()["id"]
    assert bounded(1, minimum=5, maximum=3) == "line_items[0][adjustable_quantity][minimum]"
    assert bounded(1, minimum=2) == bounded(100) == "line_items[0][quantity]"


def test_one_currency_one_discount_one_customer(local: Local) -> None:
    once = {"price": local.price()["id"], "quantity": 1}
    euros = {"price": local.price(currency="eur")["id"], "quantity": 1}
    assert refused(local, once, euros).param == "line_items[1][price]"
    coupon = {"coupon": local.post("/v1/coupons", percent_off=10, duration="once")["id"]}
    both = refused(local, once, allow_promotion_codes=True, discounts=[coupon])
    assert both.message == "You may only specify one of these parameters: allow_promotion_codes, discounts."
    assert refused(local, once, discounts=[coupon, coupon]).param == "discounts"
    assert refused(local, once, discounts=[{"coupon": "NONE"}]).code == "resource_missing"
    customer = local.post("/v1/customers")["id"]
    assert refused(local, once, customer=customer, customer_email="a@example.com").param == "customer"
    assert refused(local, once, customer_update={"name": "auto"}).param == "customer_update"
    taxed = refused(local, once, customer=customer, tax_id_collection={"enabled": True})
    assert "please set `customer_update[name]` to `auto`" in taxed.message
    automatic = refused(local, once, customer=customer, automatic_tax={"enabled": True})
    assert automatic.message.startswith("Automatic tax calculation in Checkout requires a valid address")


def test_what_is_sold_is_of_an_active_product(local: Local) -> None:
    """In the words of Stripe's logs: `error_param=line_items[0][price]`, without a code."""
    price = local.price()
    once = {"price": price["id"], "quantity": 1}
    link = local.post("/v1/payment_links", line_items=[once])
    local.post(f"/v1/products/{price['product']}", active=False)
    expected = Refusal(
        f"Price `{price['id']}` is not available to be purchased because its product is not active.",
        param="line_items[0][price]",
    )
    assert refused(local, once) == expected
    assert local.refused("post", "/v1/payment_links", line_items=[once]) == expected
    path = f"/local/payment_links/{link['url'].rsplit('/', 1)[1]}/sessions"
    assert local.refused("post", path) == expected
    other = {"price": local.price()["id"], "quantity": 1}
    assert refused(local, other, optional_items=[once]).message == expected.message


def test_a_total_is_large_enough_to_be_charged(local: Local) -> None:
    cents = {"price": local.price(unit_amount=30)["id"], "quantity": 1}
    refusal = refused(local, cents)
    assert (refusal.message, refusal.code) == (
        "The Checkout Session's total amount due must add up to at least $0.50 usd",
        "amount_too_small",
    )


def test_a_trial_is_one_and_long_enough(local: Local) -> None:
    monthly = {"price": local.price(recurring={"interval": "month"})["id"], "quantity": 1}
    short = refused(local, monthly, mode="subscription", subscription_data={"trial_end": NOW + 60})
    assert short.param == "subscription_data[trial_end]"
    both = {"trial_end": NOW + 10**6, "trial_period_days": 3}
    assert refused(local, monthly, mode="subscription", subscription_data=both).message == (
        "You may only specify one of these parameters: trial_end, trial_period_days."
    )


@pytest.mark.parametrize(
    "anchor", [{"billing_cycle_anchor": NOW + 86400}, {"billing_cycle_anchor_config": {"day_of_month": 1}}]
)
@pytest.mark.parametrize("trial", [{"trial_end": NOW + 10**6}, {"trial_period_days": 3}])
def test_a_trial_leaves_no_choice_of_the_billing_cycle(
    local: Local, anchor: dict[str, Any], trial: dict[str, Any]
) -> None:
    monthly = {"price": local.price(recurring={"interval": "month"})["id"], "quantity": 1}
    both = refused(local, monthly, mode="subscription", subscription_data={**anchor, **trial})
    assert both.message == f"You may only specify one of these parameters: {', '.join([*anchor, *trial])}."
    assert both.param == f"subscription_data[{next(iter(anchor))}]"


def test_custom_fields_have_keys_of_their_own(local: Local) -> None:
    once = {"price": local.price()["id"], "quantity": 1}
    field = {"key": "size", "label": {"type": "custom", "custom": "Size"}, "type": "text"}
    assert refused(local, once, custom_fields=[field, field]).message == "The keys of custom fields must be unique."
    assert refused(local, once, custom_fields=[{**field, "key": "a b"}]).param == "custom_fields[0][key]"
    assert refused(local, once, custom_fields=[{**field, "type": "dropdown"}]).code == "parameter_missing"


def test_what_the_local_checkout_does_not_have_is_named(local: Local) -> None:
    once = {"price": local.price()["id"], "quantity": 1}
    without_cards = refused(local, once, excluded_payment_method_types=["card"])
    assert without_cards.message == "The local Stripe does not have a Checkout that excludes cards."
    fee = refused(local, once, payment_intent_data={"application_fee_amount": 5})
    assert "does not have the parameter `payment_intent_data[application_fee_amount]`" in fee.message
