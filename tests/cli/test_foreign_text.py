"""Names and descriptions in Stripe are anybody's: on a terminal and in a pipe they steer nothing and forge no line."""

from __future__ import annotations

import json

import pytest
import yaml

from tests.conftest import Billing
from tests.subscriptions.conftest import Shop

EVIL = "x\x1b]0;title\x07\x1b[2J\x9b2J\u202eb\r\nFORGED\n\u2028FORGED [bold]b[/bold]"


@pytest.fixture
def customer(shop: Shop) -> str:
    """A customer with a subscription and a draft, all of whose texts are a stranger's."""
    texts = {"description": EVIL, "metadata": {"note": EVIL}}
    made = shop.api.post(
        "/v1/customers",
        {"name": EVIL, "phone": EVIL[:20], "address": {"line1": EVIL, "country": "US"}, **texts},
    ).body["id"]
    product = shop.api.post("/v1/products", {"name": EVIL}).body["id"]
    shop.api.post("/v1/invoiceitems", {"customer": made, "amount": 500, "currency": "usd", **texts})
    price = {"product": product, "currency": "usd", "unit_amount": 1000, "nickname": EVIL}
    price_id = shop.api.post("/v1/prices", {**price, "recurring": {"interval": "month"}}).body["id"]
    behaviour = {"payment_behavior": "default_incomplete"}
    shop.api.post("/v1/subscriptions", {"customer": made, "items": [{"price": price_id}], **texts, **behaviour})
    return str(made)


@pytest.mark.parametrize(
    "command",
    [
        ("customer", "list"),
        ("customer", "show", "CUSTOMER"),
        ("sub", "list"),
        ("sub", "show", "CUSTOMER"),
        ("invoice", "list"),
        ("invoice", "show", "INVOICE"),
        ("card", "list", "CUSTOMER"),
    ],
)
def test_a_strangers_text_steers_nothing_and_begins_no_line(
    billing: Billing, shop: Shop, customer: str, command: tuple[str, ...]
) -> None:
    invoice = shop.api.get("/v1/invoices", {"customer": customer})["data"][0]["id"]
    ids = {"CUSTOMER": customer, "INVOICE": invoice}

    ran = billing(*(ids.get(word, word) for word in command), "--local")

    assert ran.code == 0
    assert not {"\x1b", "\x07", "\x9b", "\r", "\u202e", "\u2028"} & set(ran.out + ran.err)
    assert not [line for line in (ran.out + ran.err).splitlines() if line.startswith("FORGED")]


def test_json_has_a_strangers_text_whole_and_steers_nothing(billing: Billing, customer: str) -> None:
    ran = billing("customer", "show", customer, "--local", "--output", "json")

    assert json.loads(ran.out)["name"] == EVIL
    assert not {"\x1b", "\x07", "\x9b", "\r", "\u202e"} & set(ran.out)


def test_yaml_has_a_strangers_text_whole_and_steers_nothing(billing: Billing, customer: str) -> None:
    ran = billing("customer", "show", customer, "--local", "--output", "yaml")

    assert yaml.safe_load(ran.out)["name"] == EVIL
    assert not {"\x1b", "\x07", "\x9b", "\r", "\u202e"} & set(ran.out)


def test_an_id_is_one_line_and_steers_nothing(billing: Billing) -> None:
    """The id of a coupon is its maker's own."""
    key = "x\\e]0;t\\a\\x9b2J\\u202e\\r\\nFORGED\\u2028"
    billing.write(f'version: 1\ncatalog: keymap\ncoupons:\n  "{key}": {{percent_off: 10, duration: once}}\n')

    [shown] = billing.ok("catalog", "show", "--output", "id").out.splitlines()

    assert shown == r"x\x1b]0;t\x07\x9b2J\u202e\r\nFORGED\u2028"
