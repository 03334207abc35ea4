"""An account → a file that plans to no changes, and reads as if a person had written it."""

from __future__ import annotations

from pathlib import Path

import pytest

from stripe_billing_cli.catalog.file.load import Source, load_catalog, read_source
from stripe_billing_cli.catalog.ownership import RESERVED
from tests.catalog.accounts import by_hand, written
from tests.catalog.catalogs import EVERYTHING
from tests.conftest import Account, Billing

FILE = """\
version: 1
catalog: shop
currency: eur

features:
  sso: {id: FEATURE, name: Single sign-on}

meters:
  api-calls: {display_name: API calls, event_name: api_calls, default_aggregation: sum}

products:
  grosser-pro:
    id: PRO
    name: Größer & Pro
    description: |-
      Two lines
      of it
    metadata: {crm: "0017"}
    default_price: monthly
    features: [sso]
    prices:
      monthly: {id: MONTHLY, lookup_key: null, unit_amount: 1500, recurring: month}
      monthly-2: {id: SECOND, lookup_key: null, unit_amount: 1900, recurring: month}
      pro-yearly: {id: NAMED, lookup_key: pro_yearly, unit_amount: 9900, recurring: year}
      monthly-metered-usd:
        id: USAGE
        lookup_key: null
        currency: usd
        unit_amount_decimal: "0.15"
        recurring: {interval: month, usage_type: metered, meter: api-calls}
  grosser-pro-2:
    id: TWIN
    name: Größer & Pro
  gone:
    id: OFF
    name: Gone
    active: false

coupons:
  half-of-it: {id: COUPON, name: Half of it, percent_off: 50, applies_to: [gone]}
"""


def test_an_account_made_by_hand_becomes_a_file_that_changes_nothing(billing: Billing, account: Account) -> None:
    ids = by_hand(account)

    text = written(billing)

    file_text = FILE.replace("FEATURE", account.api.page("/v1/entitlements/features", {})[0][0]["id"])
    for name, object_id in ids.items():
        file_text = file_text.replace(f"id: {name.upper()}", f"id: {object_id}")
    assert text == file_text
    plan = billing.plan(None)
    assert plan["changes"] == []
    assert plan["summary"]["unmarked"] == 9


@pytest.mark.parametrize("name", ["seed", "saas", "usage"])
def test_a_catalog_that_was_applied_comes_back_as_it_was(billing: Billing, name: str) -> None:
    text = (Path(__file__).parent.parent / "catalogs" / f"{name}.yaml").read_text(encoding="utf-8")
    billing.apply(text)

    billing.ok("catalog", "import", "--local", "-f", "back.yaml")

    before, after = load_catalog(Source("a", text)), load_catalog(read_source("back.yaml"))
    assert {entry.reference: (entry.fields, entry.metadata, entry.adopted_id) for entry in after.entries()} == {
        entry.reference: (entry.fields, entry.metadata, entry.adopted_id) for entry in before.entries()
    }


def test_codes_and_endpoints_come_as_a_person_writes_them(billing: Billing, account: Account) -> None:
    coupon = account.post("/v1/coupons", id="launch20", percent_off=20)
    promotion = {"type": "coupon", "coupon": coupon["id"]}
    customer = account.post("/v1/customers", email="ada@example.com")
    code = account.post(
        "/v1/promotion_codes",
        promotion=promotion,
        code="LAUNCH",
        max_redemptions=500,
        restrictions={"first_time_transaction": True, "minimum_amount": 1000, "minimum_amount_currency": "usd"},
    )
    account.post("/v1/promotion_codes", promotion=promotion, code="ADA", customer=customer["id"])
    endpoint = account.post(
        "/v1/webhook_endpoints", url="https://shop.example/webhook", enabled_events=["invoice.paid"]
    )

    ran = billing.ok("catalog", "import", "--local", "--catalog", "shop", "-f", "-")

    assert (
        ran.out
        == f"""\
version: 1
catalog: shop

coupons:
  launch20: {{id: launch20, percent_off: 20}}

promotion_codes:
  LAUNCH:
    id: {code["id"]}
    coupon: launch20
    max_redemptions: 500
    restrictions: {{first_time_transaction: true, minimum_amount: 1000, minimum_amount_currency: usd}}

webhook_endpoints:
  shop-example-webhook:
    id: {endpoint["id"]}
    url: https://shop.example/webhook
    enabled_events: [invoice.paid]
"""
    )
    assert "left out  codes of single customers: 1" in ran.err
    billing.write(ran.out)
    assert billing.plan()["changes"] == []


PAGES = """\
version: 1
catalog: keymap
currency: usd
products:
  pro:
    name: Pro
    prices:
      monthly: {unit_amount: 1500, recurring: month}
portal_configurations:
  main:
    name: Self-service
    features:
      invoice_history: {enabled: true}
      subscription_update: {enabled: true, default_allowed_updates: [price], products: {pro: [monthly]}}
payment_links:
  pro: {line_items: [pro.monthly], allow_promotion_codes: true}
webhook_endpoints:
  hook: {url: https://shop.example/hook, enabled_events: ["*"]}
"""


@pytest.mark.parametrize("has_marks", [True, False])
def test_pages_and_endpoints_come_back_and_go_to_another_account(
    billing: Billing, account: Account, has_marks: bool
) -> None:
    billing.apply(PAGES, "--secret-file", "one.secret")
    paths = ("/v1/products", "/v1/prices", "/v1/billing_portal/configurations", "/v1/payment_links")
    for path in () if has_marks else (*paths, "/v1/webhook_endpoints"):
        for stripe_object in account.api.page(path, {})[0]:
            account.post(f"{path}/{stripe_object['id']}", metadata=dict.fromkeys(RESERVED, ""))

    text = written(billing, "--catalog", "keymap")

    assert billing.plan()["changes"] == []
    assert ("id:" in text) is not has_marks
    copy = ("catalog", "copy", "--to", "file:other.db", "--secret-file", "two.secret", "--yes")
    assert [change["status"] for change in billing.ok(*copy, "--output", "json").json["changes"]] == ["done"] * 5
    assert billing.ok(*copy).out.startswith("No changes.")
    assert billing.plan()["changes"] == []


def test_an_archived_product_that_a_coupon_names_comes_with_its_features(billing: Billing) -> None:
    billing.apply("""\
version: 1
catalog: keymap
features: {sso: {name: Single sign-on}}
products:
  old: {name: Old, active: false, features: [sso]}
  unnamed: {name: Unnamed, active: false, features: [sso]}
coupons:
  launch: {percent_off: 20, applies_to: [old]}
""")

    text = written(billing, "--catalog", "keymap")

    assert "features: [sso]" in text
    assert "unnamed" not in text
    assert billing.plan()["changes"] == []


def test_more_codes_of_a_coupon_than_a_file_is_for_are_counted(billing: Billing, account: Account) -> None:
    for coupon, codes in (("few", 2), ("many", 101)):
        account.post("/v1/coupons", id=coupon, percent_off=20)
        for number in range(codes):
            account.post(
                "/v1/promotion_codes", promotion={"type": "coupon", "coupon": coupon}, code=f"{coupon}-{number}"
            )

    ran = billing.ok("catalog", "import", "--local", "--output", "json")

    assert ran.json["left_out"] == {"codes of coupons with more than 100": 101}
    assert ran.json["written"] == {"coupon": 2, "promotion_code": 2}


def test_run_again_it_writes_what_it_wrote_also_after_the_marks_are_set(billing: Billing, account: Account) -> None:
    by_hand(account)
    before = written(billing)
    assert written(billing) == before

    billing.ok("catalog", "apply", "--local", "--adopt")

    assert billing.plan()["changes"] == []
    assert "unmarked" not in billing.plan()["summary"]
    assert [line.split(":")[0] for line in written(billing).splitlines()] == [
        line.split(":")[0] for line in before.splitlines()
    ], "the keys come from the marks now"
    assert billing.plan()["changes"] == []


def test_what_was_applied_from_a_file_comes_back(billing: Billing) -> None:
    billing.apply(EVERYTHING)

    billing.ok("catalog", "import", "--local", "-f", "back.yaml")

    assert billing.ok("catalog", "plan", "--local", "--check", "-f", "back.yaml").out.startswith("No changes.")
    back = (billing.directory / "back.yaml").read_text(encoding="utf-8")
    assert "id:" not in back
    assert 'decimal: {unit_amount_decimal: "0.000000000001", recurring: month}' in back
    assert "eur: {unit_amount: 1400, tax_behavior: inclusive}" in back
    assert "catalog: everything" in back


def test_a_file_that_is_there_is_not_replaced_unasked(billing: Billing) -> None:
    billing.write("mine")

    ran = billing("catalog", "import", "--local")

    assert ran.code == 2
    assert "there is a catalog.yaml already" in ran.err
    assert (billing.directory / "catalog.yaml").read_text(encoding="utf-8") == "mine"


def test_standard_output_gets_the_file_and_nothing_else(billing: Billing, account: Account) -> None:
    by_hand(account)

    ran = billing.ok("catalog", "import", "--local", "--catalog", "shop", "-f", "-")

    assert ran.out == written(billing)
    assert "catalog shop: 1 feature, 1 meter, 3 products, 4 prices, 1 product feature, 1 coupon." in ran.err


def test_a_price_in_several_currencies_with_tiers_comes_with_all_of_them(billing: Billing, account: Account) -> None:
    product = account.post("/v1/products", name="Pro")
    tiers = [{"up_to": 10, "unit_amount": 100}, {"up_to": "inf", "flat_amount": 700}]
    account.post(
        "/v1/prices",
        product=product["id"],
        currency="usd",
        billing_scheme="tiered",
        tiers_mode="volume",
        tiers=tiers,
        recurring={"interval": "month"},
        currency_options={"eur": {"tiers": [{"up_to": 10, "unit_amount": 90}, {"up_to": "inf", "flat_amount": 600}]}},
    )

    text = written(billing)

    assert "            - {up_to: 10, unit_amount: 90}" in text
    assert billing.plan()["changes"] == []


@pytest.mark.parametrize("name", ["no", "012", "a: b", "- x", "#1", "'", '"', "null", "ends: ", "{", "1:30", "\u2028x"])
def test_names_that_yaml_would_misread_come_back(billing: Billing, account: Account, name: str) -> None:
    account.post("/v1/products", name=name, metadata={name: name} if name != "{" else {})

    written(billing)

    assert billing.plan()["changes"] == []


def test_a_reviewer_sees_what_turns_the_direction_of_writing(billing: Billing, account: Account) -> None:
    """A name in the file reads as what it is: U+202E would have the rest of its line read from right to left."""
    name = "Pro \u202eeerF\u2066 plan"
    account.post("/v1/products", name=name, description=f"{name}\n{name}")

    text = written(billing)

    assert not {"\u202e", "\u2066"} & set(text)
    assert 'name: "Pro \\u202eeerF\\u2066 plan"' in text
    assert billing.plan()["changes"] == []
    assert not {"\u202e", "\u2066"} & set(billing.ok("catalog", "show").out)


def test_of_two_prices_of_one_second_the_holder_of_the_lookup_key_is_imported(
    billing: Billing, account: Account
) -> None:
    """A replacement that was cut off leaves two prices with one mark, made in the same second as a script may."""
    billing.apply(
        "version: 1\ncatalog: keymap\nproducts:\n  pro:\n    name: Pro\n    prices:\n"
        "      monthly: {currency: usd, unit_amount: 1500, recurring: month}\n"
    )
    old = account.price("pro.monthly")
    for _ in range(3):
        price = account.post(
            "/v1/prices",
            **{name: old[name] for name in ("product", "currency", "metadata", "lookup_key")},
            unit_amount=1900,
            recurring={"interval": "month"},
            transfer_lookup_key=True,
        )
    (billing.directory / "catalog.yaml").unlink()

    billing.ok("catalog", "import", "--local", "--catalog", "keymap")

    text = (billing.directory / "catalog.yaml").read_text(encoding="utf-8")
    assert account.price("pro.monthly")["id"] == price["id"]
    assert "unit_amount: 1900" in text and "unit_amount: 1500" not in text
