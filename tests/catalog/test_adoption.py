"""What the file adopts by `id:` and leaves as it is: no change, until something else changes or --adopt is said."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Account, Billing

CATALOG = """\
version: 1
catalog: keymap
currency: usd
products:
  pro:
    id: prod_handmade
    name: By hand
    default_price: monthly
    prices:
      monthly: {id: PRICE, unit_amount: 1500, recurring: month, lookup_key: null}
"""


@pytest.fixture
def handmade(billing: Billing, account: Account) -> Any:
    """A product with a price, made by hand and written down as they are; the price."""
    account.post("/v1/products", id="prod_handmade", name="By hand")
    price = account.post(
        "/v1/prices", product="prod_handmade", unit_amount=1500, currency="usd", recurring={"interval": "month"}
    )
    account.post("/v1/products/prod_handmade", default_price=price["id"])
    billing.write(CATALOG.replace("PRICE", price["id"]))
    return price


def marks(account: Account, price: Any) -> list[str | None]:
    """Return the catalogs by which the product and the price are marked."""
    objects = account.products()["prod_handmade"], account.api.get(f"/v1/prices/{price['id']}")
    return [stripe_object["metadata"].get("billing_catalog") for stripe_object in objects]


def test_a_mark_that_is_missing_is_counted_and_is_no_change(billing: Billing, account: Account, handmade: Any) -> None:
    ran = billing.ok("catalog", "plan", "--local", "--check")

    assert ran.out.startswith("No changes.")
    assert "2 adopted by id bear no mark of this catalog yet: billing --local catalog apply --adopt sets it." in ran.out
    assert billing.plan()["summary"]["unmarked"] == 2
    billing.ok("catalog", "apply", "--local")
    assert marks(account, handmade) == [None, None]


def test_adopt_sets_the_marks(billing: Billing, account: Account, handmade: Any) -> None:
    assert [change["action"] for change in billing.plan(None, "--adopt")["changes"]] == ["update", "update"]

    billing.ok("catalog", "apply", "--local", "--adopt")

    assert marks(account, handmade) == ["keymap", "keymap"]
    assert "unmarked" not in billing.plan()["summary"]


def test_a_write_to_an_object_sets_its_mark_and_no_other(billing: Billing, account: Account, handmade: Any) -> None:
    billing.apply(CATALOG.replace("PRICE", handmade["id"]).replace("By hand", "Pro"))

    assert marks(account, handmade) == ["keymap", None]


def test_a_default_price_that_changes_sets_the_products_mark(billing: Billing, account: Account, handmade: Any) -> None:
    text = CATALOG.replace("PRICE", handmade["id"]).replace("default_price: monthly", "default_price: yearly")
    billing.apply(text + "      yearly: {unit_amount: 15000, recurring: year}\n")

    assert marks(account, handmade) == ["keymap", None]
    assert billing.plan()["changes"] == []


def test_a_saved_plan_says_whether_to_adopt(billing: Billing, account: Account, handmade: Any) -> None:
    billing.ok("catalog", "plan", "--local", "--adopt", "--out", "adopt.plan")

    billing.ok("catalog", "apply", "--local", "--plan", "adopt.plan")

    assert marks(account, handmade) == ["keymap", "keymap"]


def test_a_price_of_which_the_lookup_key_is_null_has_none(billing: Billing, account: Account) -> None:
    text = """\
version: 1
catalog: keymap
currency: usd
products:
  pro:
    name: Pro
    prices:
      monthly: {unit_amount: 1500, recurring: month, lookup_key: null}
      yearly: {unit_amount: 15000, recurring: year, lookup_key: ~}
"""
    billing.apply(text)

    assert [price["lookup_key"] for price in account.prices()] == [None, None]
    assert billing.plan()["changes"] == []
    billing.apply(text.replace("1500,", "2000,"))
    assert billing.plan()["changes"] == []
    assert len(account.prices()) == 3
    billing.apply(text.replace(", lookup_key: null", ""))
    assert account.price("pro.monthly")["unit_amount"] == 1500
    billing.apply(text.replace("1500,", "2000,"))
    assert all(price["lookup_key"] is None for price in account.prices() if price["active"])


def test_a_key_without_a_value_is_a_mistake_still(billing: Billing) -> None:
    billing.write("version: 1\ncatalog: a\nproducts:\n  p:\n    name: P\n    prices:\n      m:\n        lookup_key:\n")

    assert "8:9: lookup_key has no value" in billing("catalog", "validate").err
