"""Payment links: what they say, what changes on them, and what is refused (https://docs.stripe.com/api/payment-link)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_stripe.conftest import Local, Refusal
from tests.local_stripe.life import price

LINKS = "/v1/payment_links"


def once(local: Local, amount: int = 500) -> str:
    """Return a price that is paid once."""
    product = local.post("/v1/products", name="Book")
    made: str = local.post("/v1/prices", currency="usd", product=product["id"], unit_amount=amount)["id"]
    return made


def sold(local: Local, id: str, **rest: Any) -> Any:
    return local.post(LINKS, line_items=[{"price": id, "quantity": 1}], **rest)


def test_a_link_has_an_address_and_sells_its_line_items(local: Local) -> None:
    monthly = price(local, 1000)
    link = local.post(LINKS, line_items=[{"price": monthly, "quantity": 3}], metadata={"a": "1"})

    assert "/test_" in link["url"]
    assert (link["active"], link["currency"], link["metadata"]) == (True, "usd", {"a": "1"})
    assert "line_items" not in link
    expanded = local.get(f"{LINKS}/{link['id']}", expand=["line_items"])["line_items"]
    [item] = expanded["data"]
    assert (item["price"]["id"], item["quantity"], item["amount_total"]) == (monthly, 3, 3000)
    assert local.get(expanded["url"])["data"] == [item]
    assert [one["id"] for one in local.get(LINKS, active=True)["data"]] == [link["id"]]


def test_a_link_sells_what_it_describes_itself(local: Local) -> None:
    described = {"currency": "usd", "unit_amount": 700, "product_data": {"name": "Mug"}}
    link = local.post(LINKS, line_items=[{"price_data": described, "quantity": 2}], expand=["line_items"])

    [item] = link["line_items"]["data"]
    assert (item["amount_total"], item["description"]) == (1400, "Mug")
    assert (item["price"]["unit_amount"], item["price"]["active"]) == (700, False)
    session = local.send("post", f"/local/payment_links/{link['url'].rsplit('/', 1)[1]}/sessions").json
    assert (session["payment_link"], session["amount_total"]) == (link["id"], 1400)
    both = [{"price": item["price"]["id"], "price_data": described, "quantity": 1}]
    assert local.refused("post", LINKS, line_items=both).message == (
        "You may only specify one of these parameters: price, price_data."
    )


def test_a_link_says_what_it_is_for(local: Local) -> None:
    """`subscription_data` goes with recurring prices, `invoice_creation` with others (the object's example)."""
    recurring, single = sold(local, price(local, 1000)), sold(local, once(local))

    assert (recurring["subscription_data"]["trial_period_days"], recurring["invoice_creation"]) == (None, None)
    assert (single["subscription_data"], single["invoice_creation"]["enabled"]) == (None, False)


def test_quantities_change_and_prices_do_not(local: Local) -> None:
    link = sold(local, price(local, 1000))
    path = f"{LINKS}/{link['id']}"
    [item] = local.get(f"{path}/line_items")["data"]

    local.post(path, line_items=[{"id": item["id"], "quantity": 4, "adjustable_quantity": {"enabled": True}}])

    [after] = local.get(f"{path}/line_items")["data"]
    assert (after["quantity"], after["amount_total"]) == (4, 4000)
    assert after["adjustable_quantity"] == {"enabled": True, "maximum": 99, "minimum": 0}
    refusal = local.refused("post", path, line_items=[{"id": item["id"], "price": "price_1"}])
    assert (refusal.code, refusal.param) == ("parameter_unknown", "line_items[0][price]")
    assert local.refused("post", path, line_items=[{"id": "li_1"}]) == Refusal(
        "No such line item: 'li_1'", param="line_items[0][id]", code="resource_missing"
    )


def test_what_is_set_can_be_changed_in_part_and_unset(local: Local) -> None:
    redirect = {"type": "redirect", "redirect": {"url": "https://example.com/thanks"}}
    link = sold(
        local,
        once(local),
        after_completion=redirect,
        custom_text={"submit": {"message": "Hello"}},
        restrictions={"completed_sessions": {"limit": 5}},
        invoice_creation={"enabled": True, "invoice_data": {"footer": "Thanks", "metadata": {"a": "1"}}},
        inactive_message="Gone",
    )
    assert link["after_completion"] == redirect
    assert link["restrictions"] == {"completed_sessions": {"count": 0, "limit": 5}}

    after = local.post(
        f"{LINKS}/{link['id']}",
        active=False,
        inactive_message="",
        restrictions="",
        custom_text={"submit": ""},
        invoice_creation={"enabled": True, "invoice_data": {"metadata": {"b": "2"}}},
    )

    assert (after["active"], after["inactive_message"], after["restrictions"]) == (False, None, None)
    assert after["custom_text"]["submit"] is None
    data = after["invoice_creation"]["invoice_data"]
    assert (data["footer"], data["metadata"]) == ("Thanks", {"a": "1", "b": "2"})
    assert after["url"] == link["url"]


def test_what_a_link_cannot_sell_is_refused(local: Local) -> None:
    monthly, book = price(local, 1000), once(local)
    archived = once(local)
    local.post(f"/v1/prices/{archived}", active=False)
    name = "line_items[0][price]"

    assert local.refused("post", LINKS).code == "parameter_missing"
    assert local.refused("post", LINKS, line_items=[{"price": "price_1", "quantity": 1}]).message == (
        "No such price: 'price_1'"
    )
    inactive = Refusal("The price specified is inactive. This field only accepts active prices.", param=name)
    assert local.refused("post", LINKS, line_items=[{"price": archived, "quantity": 1}]) == inactive
    one = {"quantity": 1}
    wrong = local.refused("post", LINKS, line_items=[{"price": monthly, **one}], invoice_creation={"enabled": True})
    assert wrong.param == "invoice_creation"
    rate = {"display_name": "Post", "type": "fixed_amount", "fixed_amount": {"amount": 500, "currency": "usd"}}
    shipping = [{"shipping_rate": local.post("/v1/shipping_rates", **rate)["id"]}]
    wrong = local.refused("post", LINKS, line_items=[{"price": monthly, **one}], shipping_options=shipping)
    assert wrong.message == "You can not pass `shipping_options` in `subscription` mode."
    wrong = local.refused(
        "post", LINKS, line_items=[{"price": book, **one}], subscription_data={"metadata": {"a": "1"}}
    )
    assert wrong.message == "You can not pass `subscription_data` in `payment` mode."
    assert local.refused("post", LINKS, line_items=[{"price": book, **one}], currency="eur").param == name
    many = [{"price": book, **one} for _ in range(21)]
    assert local.refused("post", LINKS, line_items=many).param == "line_items"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("application_fee_amount", 5),
        ("on_behalf_of", "acct_1"),
        ("transfer_data", {"destination": "acct_1"}),
        ("automatic_tax", {"enabled": True, "liability": {"account": "acct_1", "type": "account"}}),
        ("managed_payments", {"enabled": True}),
    ],
)
def test_what_the_local_stripe_does_not_have_is_refused_by_name(local: Local, name: str, value: Any) -> None:
    sells = [{"price": once(local), "quantity": 1}]
    refusal = local.refused("post", LINKS, line_items=sells, **{name: value})

    assert refusal.message.startswith(f"The local Stripe does not have the parameter `{name}")


def test_a_link_that_is_not_there_is_named(local: Local) -> None:
    assert local.refused("get", f"{LINKS}/plink_1") == Refusal(
        "No such payment link: 'plink_1'", param="payment_link", code="resource_missing", status=404
    )


def test_a_quantity_of_a_link_is_within_its_bounds(local: Local) -> None:
    item = {"price": once(local), "quantity": 1, "adjustable_quantity": {"enabled": True, "minimum": 2}}
    assert local.refused("post", LINKS, line_items=[item]).param == "line_items[0][quantity]"
