"""Updates of Checkout sessions
(https://docs.stripe.com/payments/checkout/dynamically-update-line-items,
`stripe/params/checkout/_session_update_params.py`)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_stripe.checkout import PATH, paid
from tests.local_stripe.conftest import Local

ELEMENTS = {"ui_mode": "elements", "return_url": "https://example.com/thanks"}


def begun(local: Local, *items: dict[str, Any], **params: Any) -> Any:
    return local.post(
        PATH, **{"mode": "payment", "line_items": list(items), "expand": ["line_items"], **ELEMENTS, **params}
    )


def updated(local: Local, session: Any, **params: Any) -> Any:
    return local.post(f"{PATH}/{session['id']}", **params, expand=["line_items"])


def sold(session: Any) -> list[tuple[str, int]]:
    return [(item["description"], item["quantity"]) for item in session["line_items"]["data"]]


class TestLineItems:
    """ "To retain an existing line item, specify its `id`" … "omit the line item's ID from the retransmitted array"."""

    @pytest.fixture
    def session(self, local: Local) -> Any:
        tax = local.post("/v1/tax_rates", display_name="VAT", percentage=10, inclusive=False)["id"]
        shirt = local.price(product_data={"name": "Shirt"}, unit_amount=2000)["id"]
        cup = {"currency": "usd", "unit_amount": 500, "product_data": {"name": "Cup"}}
        ten = local.post("/v1/coupons", percent_off=10, duration="once")["id"]
        adjustable = {"enabled": True, "maximum": 5}
        return begun(
            local,
            {"price": shirt, "quantity": 1, "tax_rates": [tax], "metadata": {"size": "m", "cut": "wide"}},
            {"price_data": cup, "quantity": 2, "adjustable_quantity": adjustable},
            discounts=[{"coupon": ten}],
        )

    def test_each_keeps_what_the_update_says_nothing_of(self, local: Local, session: Any) -> None:
        shirt, cup = session["line_items"]["data"]
        assert session["amount_total"] == 2700 + 180

        after = updated(local, session, line_items=[{"id": cup["id"], "quantity": 3}, {"id": shirt["id"]}])
        again = local.get(f"{PATH}/{session['id']}", expand=["line_items"])

        assert again["line_items"] == after["line_items"]
        assert sold(after) == [("Cup", 3), ("Shirt", 1)]
        assert after["amount_total"] == 3150 + 180
        now_cup, now_shirt = after["line_items"]["data"]
        assert now_shirt == shirt
        assert (now_cup["id"], now_cup["price"], now_cup["adjustable_quantity"]) == (
            cup["id"],
            cup["price"],
            {"enabled": True, "maximum": 5, "minimum": 0},
        )

    def test_they_are_changed_added_and_removed(self, local: Local, session: Any) -> None:
        shirt, _ = session["line_items"]["data"]
        hat = local.price(product_data={"name": "Hat"}, unit_amount=1000)["id"]
        pin = {"currency": "usd", "unit_amount": 100, "product_data": {"name": "Pin"}}
        changed = {"id": shirt["id"], "price": hat, "tax_rates": "", "metadata": {"size": "l", "cut": ""}}

        after = updated(local, session, line_items=[changed, {"price_data": pin, "quantity": 4}])

        assert sold(after) == [("Hat", 1), ("Pin", 4)]
        assert (after["amount_subtotal"], after["amount_total"]) == (1400, 1260)
        first = after["line_items"]["data"][0]
        assert (first["id"], first["metadata"], first["amount_tax"]) == (shirt["id"], {"size": "l"}, 0)
        done = paid(local, after, expand=("payment_intent", "line_items"))
        assert (done["payment_intent"]["amount_received"], sold(done)) == (1260, [("Hat", 1), ("Pin", 4)])

    def test_what_a_retained_one_costs_may_be_sold_no_more(self, local: Local, session: Any) -> None:
        shirt, _ = session["line_items"]["data"]
        local.post(f"/v1/prices/{shirt['price']['id']}", active=False)
        assert sold(updated(local, session, line_items=[{"id": shirt["id"], "quantity": 2}])) == [("Shirt", 2)]

    def test_what_cannot_be_sold_is_refused(self, local: Local, session: Any) -> None:
        shirt, cup = session["line_items"]["data"]
        path = f"{PATH}/{session['id']}"

        def refused(*items: dict[str, Any]) -> Any:
            return local.refused("post", path, line_items=list(items))

        missing = refused({"id": "li_none", "quantity": 1})
        assert (missing.code, missing.param) == ("resource_missing", "line_items[0][id]")
        assert refused({"quantity": 1}).param == "line_items[0]"
        assert refused({"price": shirt["price"]["id"]}).param == "line_items[0][quantity]"
        assert refused({"id": cup["id"], "quantity": 6}).param == "line_items[0][quantity]"
        monthly = local.price(recurring={"interval": "month"})["id"]
        assert refused({"price": monthly, "quantity": 1}).param == "line_items[0]"
        assert sold(local.get(path, expand=["line_items"])) == [("Shirt", 1), ("Cup", 2)]


def test_a_subscription_begins_with_the_items_of_the_update(local: Local) -> None:
    monthly = local.price(product_data={"name": "Pro"}, unit_amount=1500, recurring={"interval": "month"})["id"]
    yearly = local.price(product_data={"name": "Pro, yearly"}, unit_amount=9000, recurring={"interval": "year"})["id"]
    session = begun(local, {"price": monthly, "quantity": 2}, mode="subscription")

    upsold = [{"id": session["line_items"]["data"][0]["id"], "price": yearly}]
    after = updated(local, session, line_items=upsold)
    done = paid(local, after, expand=("subscription",))

    assert after["amount_total"] == 18000
    [item] = done["subscription"]["items"]["data"]
    assert (item["price"]["id"], item["quantity"]) == (yearly, 2)


def test_the_data_of_the_payment_changes_part_by_part(local: Local) -> None:
    data = {"description": "first", "metadata": {"a": "1", "b": "2"}, "statement_descriptor_suffix": "ONE"}
    once = {"price": local.price()["id"], "quantity": 1}
    session = begun(local, once, payment_intent_data=data)

    change = {"description": "", "metadata": {"a": "", "c": "3"}}
    updated(local, session, payment_intent_data=change)
    intent = paid(local, session, expand=("payment_intent",))["payment_intent"]

    assert (intent["description"], intent["metadata"]) == (None, {"b": "2", "c": "3"})
    assert intent["statement_descriptor_suffix"] == "ONE"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("line_items", []),
        ("payment_intent_data", {"description": "x"}),
        ("collected_information", {"shipping_details": {"name": "J", "address": {"country": "US", "line1": "1"}}}),
    ],
)
def test_stripes_own_page_shows_what_it_was_made_with(local: Local, name: str, value: Any) -> None:
    once = {"price": local.price()["id"], "quantity": 1}
    session = local.post(PATH, mode="payment", line_items=[once], success_url="https://example.com/thanks")
    value = value or [{"id": local.get(f"{PATH}/{session['id']}/line_items")["data"][0]["id"], "quantity": 2}]

    refusal = local.refused("post", f"{PATH}/{session['id']}", **{name: value})

    assert refusal.param == name
    assert f"You can only update `{name}` when `ui_mode` is " in refusal.message
