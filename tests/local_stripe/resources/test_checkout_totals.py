"""What a Checkout session sells and costs: items, quantities, discounts, shipping, and what its customer enters."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_stripe.checkout import PATH, paid, pay, selling
from tests.local_stripe.conftest import NOW, Local, encoded

DAY = 24 * 60 * 60


def priced(local: Local, session: Any, **entered: Any) -> Any:
    """Return the session after its customer has entered something, and not paid yet."""
    reply = local.send("post", f"/local/checkout/sessions/{session['id']}/price", encoded(entered))
    assert reply.status == 200, reply.text
    return reply.json


def test_a_price_may_be_described_with_its_product(local: Local) -> None:
    data = {"currency": "eur", "unit_amount": 900, "product_data": {"name": "Mug", "metadata": {"a": "1"}}}
    session = selling(local, line_items=[{"price_data": data, "quantity": 3}], expand=["line_items"])
    [item] = session["line_items"]["data"]
    assert (session["currency"], session["amount_total"], item["description"]) == ("eur", 2700, "Mug")
    assert (item["price"]["active"], item["price"]["unit_amount"]) == (False, 900)
    assert paid(local, session)["amount_total"] == 2700


def test_a_customer_chooses_how_many_within_bounds(local: Local) -> None:
    item = {
        "price": local.price()["id"],
        "quantity": 2,
        "adjustable_quantity": {"enabled": True, "minimum": 1, "maximum": 5},
    }
    session = selling(local, line_items=[item], expand=["line_items"])
    [sold] = session["line_items"]["data"]
    assert sold["adjustable_quantity"] == {"enabled": True, "maximum": 5, "minimum": 1}
    assert pay(local, session, quantities={sold["id"]: 6}).status == 400
    assert paid(local, session, quantities={sold["id"]: 4})["amount_total"] == 6000


def test_a_coupon_takes_off_and_is_redeemed_by_the_payment(local: Local) -> None:
    coupon = local.post("/v1/coupons", percent_off=20, duration="once")["id"]
    session = selling(
        local, local.price()["id"], discounts=[{"coupon": coupon}], expand=["total_details.breakdown", "line_items"]
    )
    assert (session["amount_subtotal"], session["amount_total"]) == (1500, 1200)
    [off] = session["total_details"]["breakdown"]["discounts"]
    assert (off["amount"], off["discount"]["checkout_session"]) == (300, session["id"])
    assert session["line_items"]["data"][0]["amount_discount"] == 300
    assert local.get(f"/v1/coupons/{coupon}")["times_redeemed"] == 0
    after = paid(local, session)
    assert after["discounts"] == [{"coupon": coupon, "promotion_code": None}]
    assert local.get(f"/v1/coupons/{coupon}")["times_redeemed"] == 1


def test_a_promotion_code_is_typed_in_and_goes_on_to_the_subscription(local: Local) -> None:
    coupon = local.post("/v1/coupons", amount_off=500, currency="usd", duration="forever")["id"]
    code = local.post("/v1/promotion_codes", promotion={"type": "coupon", "coupon": coupon}, code="SPRING")["id"]
    monthly = local.price(recurring={"interval": "month"})["id"]
    session = selling(local, monthly, mode="subscription", allow_promotion_codes=True)
    assert pay(local, session, promotion_code="WINTER").refusal.message == "This code is invalid."
    assert priced(local, session, promotion_code="spring")["amount_total"] == 1000
    after = paid(local, session, expand=("subscription.discounts", "invoice"))
    assert after["invoice"]["total"] == 1000
    assert after["subscription"]["discounts"][0]["promotion_code"] == code
    assert local.get(f"/v1/promotion_codes/{code}")["times_redeemed"] == 1


def test_the_discount_of_a_session_is_the_whole_of_it(local: Local) -> None:
    coupon = local.post("/v1/coupons", percent_off=100, duration="once")["id"]
    monthly = local.price(recurring={"interval": "month"})["id"]
    session = selling(local, monthly, mode="subscription", discounts=[{"coupon": coupon}])
    assert session["amount_total"] == 0
    after = paid(local, session, expand=("subscription",))
    assert (after["payment_status"], after["subscription"]["status"]) == ("no_payment_required", "active")
    assert after["subscription"]["default_payment_method"] is not None


def test_delivery_is_chosen_and_added(local: Local) -> None:
    post = {"display_name": "Post", "type": "fixed_amount", "fixed_amount": {"amount": 500, "currency": "usd"}}
    express = local.post("/v1/shipping_rates", **{**post, "fixed_amount": {"amount": 900, "currency": "usd"}})["id"]
    session = selling(
        local,
        local.price()["id"],
        shipping_address_collection={"allowed_countries": ["US", "DE"]},
        shipping_options=[{"shipping_rate_data": post}, {"shipping_rate": express}],
    )
    assert (session["amount_total"], session["total_details"]["amount_shipping"]) == (2000, 500)
    assert [option["shipping_amount"] for option in session["shipping_options"]] == [500, 900]
    there = {"name": "Jenny", "address": {"line1": "1 Main St", "country": "FR"}}
    assert "US, DE" in pay(local, session, shipping=there).refusal.message
    there["address"] = {"line1": "1 Main St", "country": "DE"}
    after = paid(local, session, shipping=there, shipping_rate=express, expand=("payment_intent",))
    assert (after["amount_total"], after["shipping_cost"]["shipping_rate"]) == (2400, express)
    assert after["collected_information"]["shipping_details"]["address"]["country"] == "DE"
    assert after["payment_intent"]["shipping"]["name"] == "Jenny"


def test_shipping_options_change_while_the_session_is_open(local: Local) -> None:
    rate = local.post("/v1/shipping_rates", display_name="Post", fixed_amount={"amount": 700, "currency": "usd"})["id"]
    session = selling(local, local.price()["id"])
    after = local.post(f"{PATH}/{session['id']}", shipping_options=[{"shipping_rate": rate}])
    assert after["amount_total"] == 2200
    paid(local, session)
    refusal = local.refused("post", f"{PATH}/{session['id']}", shipping_options="")
    assert "status of `complete`" in refusal.message


def test_custom_fields_have_what_was_entered(local: Local) -> None:
    fields = [
        {"key": "engraving", "label": {"type": "custom", "custom": "Text"}, "type": "text", "optional": True},
        {
            "key": "size",
            "label": {"type": "custom", "custom": "Size"},
            "type": "dropdown",
            "dropdown": {"options": [{"label": "Small", "value": "s"}, {"label": "Large", "value": "l"}]},
        },
    ]
    session = selling(local, local.price()["id"], custom_fields=fields)
    assert session["custom_fields"][1]["dropdown"]["value"] is None
    assert pay(local, session).refusal.param == "custom_fields[size]"
    assert pay(local, session, custom_fields={"size": "xl"}).status == 400
    after = paid(local, session, custom_fields={"size": "l", "engraving": "<b>"})
    assert [after["custom_fields"][0]["text"]["value"], after["custom_fields"][1]["dropdown"]["value"]] == ["<b>", "l"]


def test_terms_of_service_are_accepted_where_that_is_required(local: Local) -> None:
    session = selling(local, local.price()["id"], consent_collection={"terms_of_service": "required"})
    assert pay(local, session).refusal.param == "terms_of_service"
    assert paid(local, session, terms_of_service=True)["consent"]["terms_of_service"] == "accepted"


def test_optional_items_are_bought_if_they_are_chosen(local: Local) -> None:
    extra = local.price(unit_amount=250)["id"]
    session = selling(local, local.price()["id"], optional_items=[{"price": extra, "quantity": 2}])
    assert (session["amount_total"], session["optional_items"][0]["price"]) == (1500, extra)
    after = paid(local, session, optional_items=[extra], expand=("line_items",))
    assert (after["amount_total"], len(after["line_items"]["data"])) == (2000, 2)


def test_a_part_of_a_period_before_an_anchor_is_what_its_first_invoice_asks_for(local: Local) -> None:
    monthly = local.price(recurring={"interval": "month"}, unit_amount=3000)["id"]
    data = {"billing_cycle_anchor": NOW + 10 * DAY}
    session = selling(local, monthly, mode="subscription", subscription_data=data)
    after = paid(local, session, expand=("invoice",))
    assert 0 < session["amount_total"] < 3000
    assert after["invoice"]["total"] == session["amount_total"]
    none = {**data, "proration_behavior": "none"}
    assert selling(local, monthly, mode="subscription", subscription_data=none)["amount_total"] == 0


@pytest.mark.parametrize("mode", ["embedded_page", "elements", "form"])
def test_a_session_within_a_page_of_ones_own_has_a_client_secret(local: Local, mode: str) -> None:
    own = {"mode": "payment", "ui_mode": mode, "line_items": [{"price": local.price()["id"], "quantity": 1}]}
    session = local.post(PATH, **own, return_url="https://example.com/return?session={CHECKOUT_SESSION_ID}")
    assert session["client_secret"].startswith(f"{session['id']}_secret_")
    assert (session["url"], session["ui_mode"], session["success_url"]) == (None, mode, None)
    assert local.refused("post", PATH, **own).param == "return_url"
    assert local.refused("post", PATH, **own, success_url="https://example.com").param == "success_url"
    never = local.post(PATH, **own, redirect_on_completion="never")
    assert never["redirect_on_completion"] == "never"
    back = {"redirect_on_completion": "never", "return_url": "https://example.com"}
    assert local.refused("post", PATH, **own, **back).param == "return_url"


def test_tax_is_added_or_contained_and_goes_on_to_the_invoice(local: Local) -> None:
    vat = local.post("/v1/tax_rates", display_name="VAT", percentage=20, inclusive=True)["id"]
    tax = local.post("/v1/tax_rates", display_name="Tax", percentage=10, inclusive=False)["id"]
    monthly = local.price(recurring={"interval": "month"})["id"]
    items = [
        {"price": monthly, "quantity": 2, "tax_rates": [vat]},
        {"price": local.price(unit_amount=1000)["id"], "quantity": 1},
    ]
    session = selling(
        local,
        mode="subscription",
        line_items=items,
        subscription_data={"default_tax_rates": [tax]},
        expand=["line_items.data.taxes", "total_details.breakdown"],
    )
    assert (session["amount_subtotal"], session["amount_total"]) == (4000, 4100)
    assert session["total_details"]["amount_tax"] == 600
    assert [(one["rate"]["id"], one["amount"]) for one in session["total_details"]["breakdown"]["taxes"]] == [
        (vat, 500),
        (tax, 100),
    ]
    first = session["line_items"]["data"][0]
    assert (first["amount_total"], first["amount_tax"], first["taxes"][0]["rate"]["id"]) == (3000, 500, vat)
    after = paid(local, session, expand=("invoice", "subscription"))
    assert after["invoice"]["total"] == 4100
    assert after["subscription"]["items"]["data"][0]["tax_rates"][0]["id"] == vat


def test_a_subscription_may_be_described_with_its_price(local: Local) -> None:
    data = {"currency": "usd", "product_data": {"name": "Plan"}}
    monthly = {**data, "unit_amount": 2000, "recurring": {"interval": "month"}}
    once = {**data, "unit_amount": 700}
    items = [{"price_data": monthly, "quantity": 1}, {"price_data": once, "quantity": 1}]
    session = selling(local, mode="subscription", line_items=items)
    after = paid(local, session, expand=("subscription", "invoice"))
    assert (session["amount_total"], after["invoice"]["total"]) == (2700, 2700)
    assert after["subscription"]["items"]["data"][0]["price"]["unit_amount"] == 2000


def test_each_tier_is_taxed_as_a_line_of_its_first_invoice(local: Local) -> None:
    """Of 20.00, 16.65 and 0.50 a tax of 7.25 % is 1.45, 1.21 and 0.04; of all together it would be 2.69."""
    tiers = [{"up_to": 2, "unit_amount": 1000}, {"up_to": "inf", "unit_amount": 333, "flat_amount": 50}]
    graduated = {"billing_scheme": "tiered", "tiers_mode": "graduated", "tiers": tiers}
    price = local.price(recurring={"interval": "month"}, **graduated)["id"]
    rate = local.post("/v1/tax_rates", display_name="VAT", percentage=7.25, inclusive=False)["id"]
    session = selling(
        local,
        line_items=[{"price": price, "quantity": 7}],
        mode="subscription",
        subscription_data={"default_tax_rates": [rate]},
        expand=["line_items.data.taxes"],
    )

    after = paid(local, session, expand=("invoice",))

    assert (session["total_details"]["amount_tax"], session["amount_total"]) == (270, 3985)
    assert (after["invoice"]["total"], after["invoice"]["amount_paid"]) == (3985, 3985)
    [item] = session["line_items"]["data"]
    assert [tax["amount"] for tax in item["taxes"]] == [270]


def test_a_session_of_a_customer_with_a_clock_is_paid_at_the_time_of_that_clock(local: Local) -> None:
    clock = local.post("/v1/test_helpers/test_clocks", frozen_time=NOW - 90 * DAY)["id"]
    customer = local.post("/v1/customers", test_clock=clock)["id"]
    session = selling(
        local,
        local.price(recurring={"interval": "day", "interval_count": 30})["id"],
        mode="subscription",
        customer=customer,
        subscription_data={"billing_cycle_anchor": NOW - 80 * DAY},
    )
    after = paid(local, session, expand=("invoice",))
    assert (session["amount_total"], after["amount_total"], after["invoice"]["total"]) == (500, 500, 500)
