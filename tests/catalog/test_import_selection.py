"""What of an account is imported: kinds, single objects, dates, and what is left out and counted."""

from __future__ import annotations

from tests.catalog.accounts import by_hand, written
from tests.catalog.catalogs import EVERYTHING, SEED
from tests.conftest import Account, Billing


def test_what_is_archived_is_counted_and_written_only_when_asked_for(billing: Billing, account: Account) -> None:
    ids = by_hand(account)
    account.post(f"/v1/prices/{ids['second']}", active=False)

    ran = billing.ok("catalog", "import", "--local", "--output", "json")

    assert ran.json["left_out"] == {"archived": 1}
    assert ids["second"] not in (billing.directory / "catalog.yaml").read_text(encoding="utf-8")
    text = written(billing, "--archived")
    assert f"monthly-2:\n        id: {ids['second']}\n        active: false\n" in text
    assert billing.plan()["changes"] == []


def test_one_product_comes_with_what_it_refers_to(billing: Billing, account: Account) -> None:
    ids = by_hand(account)

    assert billing.ok("catalog", "import", "--local", "--product", ids["pro"], "--output", "json").json["written"] == {
        "feature": 1,
        "meter": 1,
        "product": 1,
        "price": 4,
        "product_feature": 1,
    }
    assert billing.plan()["changes"] == []
    ran = billing("catalog", "import", "--local", "--product", "Nobody", "-f", "other.yaml")
    assert ran.code == 2
    assert "the account has no product Nobody" in ran.err


def test_one_kind_comes_with_what_it_refers_to(billing: Billing, account: Account) -> None:
    by_hand(account)

    ran = billing.ok("catalog", "import", "--local", "--kind", "coupon", "--output", "json")

    assert ran.json["written"] == {"product": 1, "coupon": 1}
    assert billing.plan()["changes"] == []
    assert "the kinds are" in billing("catalog", "import", "--local", "--kind", "cupon", "-f", "other.yaml").err


def test_since_is_the_day_on_which_things_were_made(billing: Billing, account: Account) -> None:
    by_hand(account)

    ran = billing.ok("catalog", "import", "--local", "--since", "2999-01-01", "--output", "json")

    assert ran.json["written"] == {}
    assert billing.ok(
        "catalog", "import", "--local", "--since", "2020-01-01", "-f", "all.yaml", "--output", "json"
    ).json["written"]


def test_what_another_catalog_owns_is_counted_and_not_written(billing: Billing, account: Account) -> None:
    billing.apply(EVERYTHING)
    by_hand(account)

    ran = billing.ok("catalog", "import", "--local", "--catalog", "shop", "--overwrite", "--output", "json")

    assert ran.json["left_out"] == {"of other catalogs": 9}
    assert "boxed" not in (billing.directory / "catalog.yaml").read_text(encoding="utf-8")
    assert billing.plan()["changes"] == []


def test_what_a_file_cannot_say_is_listed(billing: Billing, account: Account) -> None:
    pro = account.post("/v1/products", name="Pro", metadata={f"key{number}": "x" for number in range(50)})
    price = account.post("/v1/prices", product=pro["id"], currency="usd", unit_amount=1)
    other = account.post("/v1/products", name="Basic")

    ran = billing.ok("catalog", "import", "--local", "--output", "json")

    assert ran.json["not_written"] == [
        {"kind": "product", "id": pro["id"], "name": "Pro", "reason": "metadata: 50 keys"},
        {
            "kind": "price",
            "id": price["id"],
            "name": f"of product {pro['id']}",
            "reason": "its product pro is not written",
        },
    ]
    assert billing.plan()["changes"] == []
    assert other["id"] in (billing.directory / "catalog.yaml").read_text(encoding="utf-8")
    output = billing.ok("catalog", "import", "--local", "--overwrite").out
    assert f"not written  product {pro['id']} (Pro): metadata: 50 keys" in output


def test_an_archived_price_without_a_lookup_key_stays_as_the_file_says(billing: Billing) -> None:
    text = SEED.replace("recurring: year", "recurring: year, active: false, lookup_key: null")
    billing.apply(text)

    assert billing.plan()["changes"] == []
    file_text = billing.ok("catalog", "import", "--local", "--archived", "-f", "-").out
    assert "active: false, lookup_key: null" in file_text
    assert billing.plan(file_text)["changes"] == []
    changes = billing.plan(text.replace("active: false", "active: false, nickname: Old"))["changes"]
    assert [(change["action"], change["reason"]) for change in changes] == [("update", "differs from the file")]


def test_all_products_of_a_name_come(billing: Billing, account: Account) -> None:
    ids = by_hand(account)

    text = written(billing, "--product", "Größer & Pro")

    assert ids["pro"] in text and ids["twin"] in text


def test_a_product_that_a_coupon_names_comes_with_its_default_price(billing: Billing, account: Account) -> None:
    ids = by_hand(account)
    account.post("/v1/coupons", id="HALF", percent_off=50, applies_to={"products": [ids["pro"]]})

    text = written(billing, "--kind", "coupon")

    assert "default_price: monthly" in text and "HALF" in text
    assert billing.plan()["changes"] == []


def test_what_was_adopted_and_replaced_since_does_not_come_again(billing: Billing, account: Account) -> None:
    """The old link still sells the old price, so that both are active, and bear no mark."""
    account.post("/v1/products", id="pro", name="Pro")
    price = account.post("/v1/prices", product="pro", currency="usd", unit_amount=1500, nickname="Monthly")
    account.post("/v1/payment_links", line_items=[{"price": price["id"], "quantity": 1}])
    text = written(billing)
    billing.apply(text.replace("unit_amount: 1500", "unit_amount: 1600"))

    again = written(billing, "--output", "json")

    assert "unit_amount: 1500" not in again and again.count(f"id: {price['id']}") == 1
    assert billing.plan()["changes"] == []
    assert billing.ok("catalog", "import", "--local", "-f", "-", "--output", "json").json["left_out"] == {
        "replaced earlier": 2
    }
