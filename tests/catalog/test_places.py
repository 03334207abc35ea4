"""The same file in several accounts and modes: ids that are others in each, and accounts that it is for."""

from __future__ import annotations

import pytest

from stripe_billing_cli.catalog.contents import Place
from stripe_billing_cli.catalog.file.load import Source, load_catalog
from stripe_billing_cli.catalog.file.problems import CatalogErrors
from tests.conftest import Account, Billing

FILE = """\
version: 1
catalog: keymap
currency: usd
x-month: &month {recurring: month}
products:
  pro:
    id: {test: prod_handmade, live: prod_live, acct_9: prod_nine}
    name: Pro
    prices:
      monthly: {<<: *month, unit_amount: 1500}
coupons:
  launch20: {percent_off: 20}
promotion_codes:
  ADA: {coupon: launch20, customer: {test: cus_test, live: cus_live}}
"""


@pytest.mark.parametrize(
    ("place", "product", "customer"),
    [
        (Place("acct_1", livemode=False), "prod_handmade", "cus_test"),
        (Place("acct_1", livemode=True), "prod_live", "cus_live"),
        (Place("acct_9", livemode=True), "prod_nine", "cus_live"),
    ],
)
def test_ids_are_those_of_the_account_or_the_mode(place: Place, product: str, customer: str) -> None:
    catalog = load_catalog(Source("catalog.yaml", FILE)).at(place)

    assert catalog.by_kind["product"][0].adopted_id == product
    assert catalog.by_kind["promotion_code"][0].content.customer == customer


def test_without_an_id_for_the_mode_the_object_is_made(billing: Billing, account: Account) -> None:
    text = FILE.replace("test: prod_handmade, ", "")[: FILE.index("coupons") - len("test: prod_handmade, ")]

    billing.apply(text)

    assert account.products().keys() == {"pro"}
    assert billing.plan()["changes"] == []


def test_the_object_of_this_mode_is_adopted(billing: Billing, account: Account) -> None:
    account.post("/v1/products", id="prod_handmade", name="By hand")

    billing.apply(FILE[: FILE.index("coupons")])

    assert account.products()["prod_handmade"]["name"] == "Pro"
    assert billing.plan()["changes"] == []


def test_a_customer_is_never_left_out_for_want_of_a_mode() -> None:
    catalog = load_catalog(Source("catalog.yaml", FILE.replace(", live: cus_live", "")))

    with pytest.raises(CatalogErrors, match="14:27: customer says nothing for live mode"):
        catalog.at(Place("acct_1", livemode=True))


def test_what_is_no_mode_is_a_mistake(billing: Billing) -> None:
    billing.write(FILE.replace("live: prod_live", "prod: prod_live"))

    assert (
        "7:31: prod is no account and no mode\n    test, live, or an account (acct_…)"
        in billing("catalog", "validate").err
    )


@pytest.mark.parametrize("accounts", ["{own}", "[acct_other, {own}]"])
def test_a_file_is_for_one_account_or_several(billing: Billing, account: Account, accounts: str) -> None:
    own = account.api.account()["id"]
    text = "version: 1\ncatalog: keymap\naccount: ACCOUNT\nproducts: {pro: {name: Pro}}\n"

    billing.apply(text.replace("ACCOUNT", accounts.replace("{own}", own)))

    billing.write(text.replace("ACCOUNT", "[acct_other, acct_third]"))
    ran = billing("catalog", "plan", "--local")
    assert ran.code == 2
    assert f"catalog.yaml is for account acct_other or acct_third, and the key is of {own}" in ran.err


def test_an_id_that_is_not_here_is_refused_unless_the_object_bears_the_mark(billing: Billing, account: Account) -> None:
    plain = "version: 1\ncatalog: keymap\ncurrency: usd\nproducts:\n  pro:\n    name: Pro\n    prices: {once: {unit_amount: 1}}\n"
    text = plain.replace("    name", "    id: prod_elsewhere\n    name").replace("{unit", "{id: price_elsewhere, unit")
    billing.write(text)
    assert "adopts prod_elsewhere, and this account has no such product" in billing("catalog", "plan", "--local").err

    billing.apply(plain)

    assert billing.plan(text)["changes"] == []


def test_a_product_that_is_not_here_is_one_mistake_and_its_prices_are_none(billing: Billing, account: Account) -> None:
    """They are another product's, as the account sees it, and the one cause is the mistyped id."""
    product = account.post("/v1/products", name="Pro")["id"]
    price = account.post("/v1/prices", product=product, currency="usd", unit_amount=1)["id"]
    billing.ok("catalog", "import", "--local", "--catalog", "keymap")
    file = billing.directory / "catalog.yaml"
    billing.write(file.read_text(encoding="utf-8").replace(product, f"{product}X"))

    ran = billing("catalog", "plan", "--local")

    assert ran.code == 2
    assert f"product pro adopts {product}X, and this account has no such product" in ran.err
    assert price not in ran.err
