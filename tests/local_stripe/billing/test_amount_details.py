"""What the amount of a payment is made up of (https://docs.stripe.com/payments/payment-line-items)."""

from __future__ import annotations

from typing import Any

from tests.local_stripe.conftest import Local

INTENTS = "/v1/payment_intents"
EXPAND = ["amount_details.line_items"]
ITEM = {"product_code": "SKU001", "product_name": "Product 001", "unit_cost": 2000, "quantity": 1}


def intent(local: Local, amount: int, details: Any, **params: Any) -> Any:
    return local.post(INTENTS, amount=amount, currency="usd", amount_details=details, expand=EXPAND, **params)


def test_line_items_with_a_discount_and_a_tax_of_the_whole(local: Local) -> None:
    """The request and the answer are the document's."""
    klarna = {"image_url": "https://www.example.com/image.jpg", "product_url": "https://www.example.com/product"}
    shipping = {"amount": 100, "from_postal_code": "94110", "to_postal_code": "94117"}
    whole = {"discount_amount": 100, "shipping": shipping, "tax": {"total_tax_amount": 500}}
    payment_intent = intent(
        local, 2500, {**whole, "line_items": [{**ITEM, "payment_method_options": {"klarna": klarna}}]}
    )
    [item] = payment_intent["amount_details"]["line_items"]["data"]
    assert (item["unit_cost"], item["quantity"], item["tax"], item["discount_amount"]) == (2000, 1, None, None)
    assert item["payment_method_options"]["klarna"]["product_url"] == klarna["product_url"]
    url = f"{INTENTS}/{payment_intent['id']}/amount_details_line_items"
    assert payment_intent["amount_details"]["line_items"]["url"] == url
    assert local.get(url)["data"] == [item]
    assert local.get(f"{INTENTS}/{payment_intent['id']}")["amount_details"] == {**whole, "tip": {}}


def test_items_that_do_not_add_up_are_refused_unless_the_call_lets_them_pass(local: Local) -> None:
    """The request and the message are the document's."""
    details = {"tax": {"total_tax_amount": 500}, "line_items": [{**ITEM, "quantity": 2}]}
    message = (
        "The total value of `amount_details` (4500) does not match the `amount` (5000). Make sure that the total value "
        "of `line_items` matches the amount to charge, taking into account any discounts, tax, and shipping. See "
        "https://docs.stripe.com/payments/payment-line-items"
    )
    form: Any = {"amount": 5000, "currency": "usd", "amount_details": details}
    assert local.refused("post", INTENTS, **form).message == message
    payment_intent = intent(local, 5000, {**details, "enforce_arithmetic_validation": False})
    assert payment_intent["amount_details"]["error"] == {"code": "amount_details_amount_mismatch", "message": message}
    assert "error" not in local.post(f"{INTENTS}/{payment_intent['id']}", amount=4500)["amount_details"]


def test_each_tax_and_each_discount_is_said_once(local: Local) -> None:
    """ "You can only specify one or the other"; the words of the refusal are not documented."""
    for name, value in (("tax", {"total_tax_amount": 10}), ("discount_amount", 10)):
        details = {name: value, "line_items": [{**ITEM, name: value}]}
        refusal = local.refused("post", INTENTS, amount=2000, currency="usd", amount_details=details)
        assert refusal.param == f"amount_details[{name}]"
    more: Any = {"tax": {"total_tax_amount": 2001}}
    assert local.refused("post", INTENTS, amount=2000, currency="usd", amount_details=more).param == "amount_details"


def test_details_change_with_the_amount_and_at_the_capture(local: Local) -> None:
    payment_intent = intent(local, 2000, {"line_items": [ITEM]}, payment_method="pm_card_visa", capture_method="manual")
    path = f"{INTENTS}/{payment_intent['id']}"
    raised = local.post(path, amount=2100, amount_details={"shipping": {"amount": 100}}, expand=EXPAND)
    assert raised["amount_details"]["line_items"] == payment_intent["amount_details"]["line_items"]
    local.post(f"{path}/confirm", return_url="https://example.com")
    captured = local.post(f"{path}/capture", amount_to_capture=1000, payment_details={"order_reference": "A7"})
    assert captured["payment_details"]["order_reference"] == "A7"
    assert captured["amount_details"]["error"]["code"] == "amount_details_amount_mismatch"
    assert local.post(path, amount_details="")["amount_details"] == {"tip": {}}


def test_a_payment_is_of_a_group(local: Local) -> None:
    """`transfer_group` is kept and shown, also by the charge; transfers there are none."""
    payment_intent = local.post(
        INTENTS,
        amount=2000,
        currency="usd",
        transfer_group="ORDER10",
        payment_method="pm_card_visa",
        confirm=True,
        return_url="https://example.com",
    )
    assert payment_intent["transfer_group"] == "ORDER10"
    [charge] = local.get("/v1/charges", transfer_group="ORDER10")["data"]
    assert (charge["id"], charge["transfer_group"]) == (payment_intent["latest_charge"], "ORDER10")
    assert local.get("/v1/charges", transfer_group="ORDER11")["data"] == []
