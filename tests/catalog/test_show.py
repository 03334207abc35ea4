"""`billing catalog show`: the whole file as one, and the price sheet."""

from __future__ import annotations

from stripe_billing_cli.catalog.file.load import load_catalog, read_source
from tests.conftest import Billing

MAIN = """\
version: 1
catalog: keymap
currency: usd
include: more.yaml
x-month: &month {recurring: month}
products:
  pro:
    name: Pro | One
    default_price: monthly
    marketing_features: [Every layout]
    prices:
      monthly:
        <<: *month
        unit_amount: 1500
        currency_options: {eur: {unit_amount: 1400}}
      old: {unit_amount: 1, active: false}
"""
MORE = """\
products:
  team:
    name: Team
    description: Per seat
    prices:
      setup: {unit_amount: 25000, lookup_key: null}
coupons:
  launch20: {percent_off: 20, duration: repeating, duration_in_months: 3}
"""


def test_the_whole_file_is_shown_as_one(billing: Billing) -> None:
    billing.write(MAIN)
    billing.write(MORE, "more.yaml")

    ran = billing.ok("catalog", "show")

    assert "include" not in ran.out
    assert "  team:\n    name: Team\n" in ran.out
    billing.write(ran.out, "merged.yaml")
    before, after = load_catalog(read_source("catalog.yaml")), load_catalog(read_source("merged.yaml"))
    assert [(entry.key, entry.fields) for entry in after.entries()] == [
        (entry.key, entry.fields) for entry in before.entries()
    ]
    assert billing.ok("catalog", "show", "--output", "json").json["products"]["pro"]["prices"]["monthly"] == {
        "unit_amount": 1500,
        "currency_options": {"eur": {"unit_amount": 1400}},
        "recurring": "month",
    }


def test_the_price_sheet_is_for_colleagues(billing: Billing) -> None:
    billing.write(MAIN)
    billing.write(MORE, "more.yaml")

    assert (
        billing.ok("catalog", "show", "--output", "markdown").out
        == """\
# Prices of keymap

## Pro \\| One

- Every layout

| Price | Amount | Billed | Lookup key |
|---|---|---|---|
| monthly (default) | $15.00 · €14.00 | every month | `pro.monthly` |

## Team

Per seat

| Price | Amount | Billed | Lookup key |
|---|---|---|---|
| setup | $250.00 | once |  |

## Coupons

| Coupon | Off | How long |
|---|---|---|
| launch20 | 20 % | 3 months |
"""
    )
    ran = billing("catalog", "show", "--output", "github")
    assert ran.code == 2
    assert "'github' is not one of table, json, yaml, id, markdown" in ran.err


def test_the_price_sheet_lists_the_features_that_a_product_includes(billing: Billing) -> None:
    billing.write(
        'version: 1\ncatalog: keymap\nfeatures:\n  export: {name: Export}\nproducts:\n  pro:\n    name: "Pro \\e[31m"\n'
        "    features: [export]\n    prices:\n      once: {currency: usd, unit_amount: 1500}\n"
    )

    output = billing.ok("catalog", "show", "--output", "markdown").out

    assert "## Pro \\x1b[31m\n\n- export\n\n| Price |" in output
    assert "| once | $15.00 | once | `pro.once` |" in output
