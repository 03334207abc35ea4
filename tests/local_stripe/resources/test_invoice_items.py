"""Invoice items by whatever they can be priced (https://docs.stripe.com/api/invoiceitems/create)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_stripe.conftest import NOW, Local, Refusal

PATH = "/v1/invoiceitems"


@pytest.fixture
def customer(local: Local) -> str:
    return str(local.post("/v1/customers", email="ada@example.com")["id"])


def pricing(item: Any) -> tuple[int, int, str]:
    return item["amount"], item["quantity"], item["pricing"]["unit_amount_decimal"]


def test_a_unit_amount_may_have_a_fraction(local: Local, customer: str) -> None:
    item = local.post(
        PATH, customer=customer, currency="usd", unit_amount_decimal="0.125", quantity=4, description="Calls"
    )
    assert pricing(item) == (1, 4, "0.125")  # half a cent is rounded up
    price = local.get(f"/v1/prices/{item['pricing']['price_details']['price']}")
    assert (price["active"], price["unit_amount"], price["unit_amount_decimal"]) == (False, None, "0.125")
    assert pricing(local.post(f"{PATH}/{item['id']}", quantity=20)) == (3, 20, "0.125")
    assert pricing(local.post(f"{PATH}/{item['id']}", unit_amount_decimal="200")) == (4000, 20, "200")


def test_what_is_not_described_has_no_description(local: Local, customer: str) -> None:
    """`description` of `stripe/_invoice_item.py` and `stripe/_invoice_line_item.py`: `Optional[str]`."""
    item = local.post(PATH, customer=customer, currency="usd", amount=500)
    assert item["description"] is None
    draft = local.post("/v1/invoices", customer=customer, pending_invoice_items_behavior="include")
    assert [line["description"] for line in draft["lines"]["data"]] == [None]


def test_a_price_is_described_in_the_call(local: Local, customer: str) -> None:
    product = local.product()["id"]
    described = {"currency": "eur", "product": product, "unit_amount": 700}
    item = local.post(PATH, customer=customer, price_data=described, quantity=3)
    assert (pricing(item), item["currency"]) == ((2100, 3, "700"), "eur")
    price = local.get(f"/v1/prices/{item['pricing']['price_details']['price']}")
    assert (price["product"], price["active"], price["type"]) == (product, False, "one_time")

    other = local.refused("post", PATH, customer=customer, currency="usd", price_data=described)
    assert other.param == "price_data[currency]"
    gone = local.refused("post", PATH, customer=customer, price_data={**described, "product": "prod_gone"})
    assert (gone.message, gone.param) == ("No such product: 'prod_gone'", "price_data[product]")
    free = local.refused("post", PATH, customer=customer, price_data={"currency": "eur", "product": product})
    assert free.param == "price_data[unit_amount]"


def taxed(local: Local, item: Any) -> tuple[str, str | None]:
    price = local.get(f"/v1/prices/{item['pricing']['price_details']['price']}", expand=["product"])
    assert price["product"]["id"] == item["pricing"]["price_details"]["product"]
    return price["tax_behavior"], price["product"]["tax_code"]


def test_an_amount_is_taxed_as_its_price_and_product_say(local: Local, customer: str) -> None:
    """Neither is a field of an item (`stripe/_invoice_item.py`)."""
    plain = local.post(PATH, customer=customer, amount=900, currency="usd", description="Fee")
    item = local.post(
        PATH,
        customer=customer,
        amount=900,
        currency="usd",
        description="Fee",
        tax_behavior="exclusive",
        tax_code="txcd_10000000",
    )
    assert (taxed(local, plain), taxed(local, item)) == (("unspecified", None), ("exclusive", "txcd_10000000"))

    after = local.post(f"{PATH}/{item['id']}", amount=1100)
    assert (pricing(after), taxed(local, after)) == ((1100, 1, "1100"), ("exclusive", "txcd_10000000"))
    assert taxed(local, local.post(f"{PATH}/{item['id']}", tax_code="")) == ("exclusive", None)
    after = local.post(f"{PATH}/{plain['id']}", tax_behavior="inclusive", tax_code="txcd_10103001")
    assert (pricing(after), taxed(local, after)) == ((900, 1, "900"), ("inclusive", "txcd_10103001"))
    other = local.refused("post", f"{PATH}/{plain['id']}", tax_behavior="exclusive")
    assert other.message == "You cannot change `tax_behavior` once it has been set to `inclusive`."
    wrong = local.refused("post", PATH, customer=customer, amount=900, currency="usd", tax_code="food")
    assert (wrong.message, wrong.param) == ("No such tax code: 'food'", "tax_code")


def test_a_price_says_itself_how_it_is_taxed(local: Local, customer: str) -> None:
    described = {"currency": "eur", "product": local.product()["id"], "unit_amount": 700, "tax_behavior": "inclusive"}
    assert taxed(local, local.post(PATH, customer=customer, price_data=described)) == ("inclusive", None)
    price = local.price(unit_amount=900, currency="eur")["id"]
    item = local.post(PATH, customer=customer, pricing={"price": price})["id"]
    for word in ({"tax_behavior": "inclusive"}, {"tax_code": "txcd_10000000"}):
        [name] = word
        for path, params in ((PATH, {"customer": customer, "pricing": {"price": price}}), (f"{PATH}/{item}", {})):
            refusal = local.refused("post", path, **params, **word)
            assert (refusal.param, refusal.message.split("`")[1]) == (name, name)
            assert refusal.message.startswith("The local Stripe does not have")


def test_an_item_is_priced_in_one_way(local: Local, customer: str) -> None:
    refusal = local.refused("post", PATH, customer=customer, currency="usd", amount=100, unit_amount_decimal="100")
    assert refusal.message == "You may only specify one of these parameters: amount, unit_amount_decimal."


def test_an_item_gets_another_price(local: Local, customer: str) -> None:
    first, second = (local.price(unit_amount=amount)["id"] for amount in (900, 1100))
    item = local.post(PATH, customer=customer, pricing={"price": first}, quantity=3)
    after = local.post(f"{PATH}/{item['id']}", pricing={"price": second})
    assert pricing(after) == (3300, 3, "1100")
    assert after["pricing"]["price_details"]["price"] == second
    assert pricing(local.post(f"{PATH}/{item['id']}", quantity=5)) == (5500, 5, "1100")


def test_what_is_not_discountable_is_billed_whole(local: Local, customer: str) -> None:
    local.post("/v1/payment_methods/pm_card_visa/attach", customer=customer)
    coupon = local.post("/v1/coupons", percent_off=50, duration="forever")["id"]
    for discountable in (True, False):
        item = local.post(PATH, customer=customer, amount=1000, currency="usd", discountable=discountable)
        assert item["discountable"] is discountable
    price = local.price(unit_amount=2000, recurring={"interval": "month"})["id"]
    subscription = local.post(
        "/v1/subscriptions",
        customer=customer,
        items=[{"price": price}],
        discounts=[{"coupon": coupon}],
        payment_behavior="default_incomplete",
    )
    invoice = local.get(f"/v1/invoices/{subscription['latest_invoice']}")
    taken = {(line["amount"], line["discountable"]): line["discount_amounts"] for line in invoice["lines"]["data"]}
    assert invoice["total"] == 1000 // 2 + 1000 + 2000 // 2
    assert taken[1000, False] == []


def test_lines_of_a_draft_are_priced_alike(local: Local, customer: str) -> None:
    draft = local.post("/v1/invoices", customer=customer, currency="usd")["id"]
    described = {"currency": "usd", "product": local.product()["id"], "unit_amount_decimal": "1.5"}
    added = local.post(
        f"/v1/invoices/{draft}/add_lines", lines=[{"price_data": described, "quantity": 3, "discountable": False}]
    )
    [line] = added["lines"]["data"]
    assert (pricing(line), line["discountable"]) == ((5, 3, "1.5"), False)
    price = local.price(unit_amount=900)["id"]
    after = local.post(f"/v1/invoices/{draft}/lines/{line['id']}", pricing={"price": price})
    assert pricing(after) == (2700, 3, "900")
    assert local.get(f"/v1/invoices/{draft}")["total"] == 2700


def test_a_draft_takes_nothing_of_another_currency(local: Local, customer: str) -> None:
    """A draft that is made without a currency is in the account's: what its seller adds in another is refused."""
    draft = local.post("/v1/invoices", customer=customer)
    euros = {"customer": customer, "currency": "eur", "amount": 500}
    refusal = local.refused("post", PATH, **euros, invoice=draft["id"])
    assert (refusal.param, refusal.message) == (
        "currency",
        "The currency of the invoice item is `eur`. This doesn't match the invoice's currency: `usd`.",
    )
    waiting = local.post(PATH, **euros)["id"]
    lines = [{"invoice_item": waiting}]
    assert local.refused("post", f"/v1/invoices/{draft['id']}/add_lines", lines=lines).param == "lines[0][invoice_item]"
    assert local.get(f"/v1/invoices/{draft['id']}")["total"] == 0
    assert local.get(f"/v1/customers/{customer}")["currency"] == "eur"


def test_a_period_does_not_end_before_it_starts(local: Local, customer: str) -> None:
    backwards = {"start": NOW, "end": NOW - 1}
    item = {"customer": customer, "amount": 500, "currency": "usd"}
    refusal = Refusal("The end of a period must not be before its start.", param="period[end]")
    assert local.refused("post", "/v1/invoiceitems", **item, period=backwards) == refusal
    moment = local.post("/v1/invoiceitems", **item, period={"start": NOW, "end": NOW})
    assert local.refused("post", f"/v1/invoiceitems/{moment['id']}", period=backwards) == refusal
    draft = local.post("/v1/invoices", customer=customer)["id"]
    line = {"amount": 500, "period": backwards}
    assert local.refused("post", f"/v1/invoices/{draft}/add_lines", lines=[line]).message == refusal.message


def test_a_quantity_need_not_be_whole(local: Local, customer: str) -> None:
    """`quantity_decimal` in `stripe/params/_invoice_item_create_params.py`: "Non-negative decimal"."""
    hours: Any = {"customer": customer, "currency": "usd", "unit_amount_decimal": "1500"}
    item = local.post(PATH, **hours, quantity_decimal="2.5")
    assert (item["amount"], item["quantity"], item["quantity_decimal"]) == (3750, 2, "2.5")
    path = f"{PATH}/{item['id']}"
    assert local.post(path, quantity_decimal="0.25")["amount"] == 375
    assert local.post(path, unit_amount_decimal="1000")["amount"] == 250
    draft = local.post("/v1/invoices", customer=customer, pending_invoice_items_behavior="include")
    [line] = draft["lines"]["data"]
    assert (draft["total"], line["quantity_decimal"]) == (250, "0.25")
    after = local.post(f"/v1/invoices/{draft['id']}/lines/{line['id']}", quantity_decimal="1.5")
    assert (after["amount"], after["quantity_decimal"]) == (1500, "1.5")
    by_price = local.post(
        PATH, customer=customer, pricing={"price": local.price(unit_amount=900)["id"]}, quantity_decimal="1.5"
    )
    assert by_price["amount"] == 1350
    both = local.refused("post", PATH, **hours, quantity=1, quantity_decimal="1")
    assert both.param == "quantity_decimal"
    assert local.refused("post", PATH, **hours, quantity_decimal="-1").param == "quantity_decimal"
