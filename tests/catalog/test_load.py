"""Catalog files: every mistake is reported, at its place, with a way out."""

from __future__ import annotations

import time
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stripe_billing_cli.catalog.contents import Catalog
from stripe_billing_cli.catalog.file.load import Source, load_catalog, read_source
from stripe_billing_cli.catalog.file.problems import CatalogErrors
from tests.conftest import Billing

HEAD = "version: 1\ncatalog: shop\ncurrency: usd\n"
PRODUCT = HEAD + "products:\n  pro:\n    name: Pro\n"


TIERED = (
    "recurring: month, billing_scheme: tiered, tiers_mode: volume, "
    "tiers: [{up_to: 5, unit_amount: 2}, {up_to: %s, unit_amount: 1}]"
)


def price(fields: str) -> str:
    """Return a catalog of one price; its fields stand in line 8 from column 13."""
    return f"{PRODUCT}    prices:\n      monthly: {{{fields}}}\n"


def load(text: str) -> Catalog:
    return load_catalog(Source("c.yaml", text))


def prices(catalog: Catalog) -> list[Mapping[str, Any]]:
    """Return the fields of all prices, in the order of the file."""
    return [entry.fields for entry in catalog.by_kind["price"]]


def problems(text: str) -> list[str]:
    """Return each as `line:column message → hint`."""
    with pytest.raises(CatalogErrors) as caught:
        load(text)
    return [
        f"{problem.where.line}:{problem.where.column} {problem.message} → {problem.hint}"
        for problem in caught.value.problems
    ]


MISTAKES = {
    "a misspelt key": (price("unit_amonut: 1500"), "8:17 unknown key unit_amonut → did you mean unit_amount?"),
    "a misspelt key of a part": (
        price("unit_amount: 1, recurring: {interval: month, intervals: 3}"),
        "8:62 unknown key intervals → did you mean interval?",
    ),
    "a misspelt key of a tier": (
        price("tiers_mode: volume, recurring: month, tiers: [{up_to: inf, unit: 3}]"),
        "8:76 unknown key unit → possible here: up_to, unit_amount, ",
    ),
    "a misspelt top-level key": (HEAD + "product: {}", "4:1 unknown key product → did you mean products?"),
    "a key of nothing like any": (PRODUCT + "    zzz: 1", "7:5 unknown key zzz → possible here: id, name, "),
    "a duplicate key": (PRODUCT + "    name: Again", "7:5 name stands here twice: first in line 6 → remove one"),
    "a wrong version": (
        PRODUCT.replace("version: 1", "version: 2"),
        "1:10 version: expected 1, found 2 → this version",
    ),
    "a quoted version": (PRODUCT.replace("version: 1", 'version: "1"'), '1:10 version: expected 1, found "1"'),
    "no version": ("catalog: shop\n", "1:1 version is missing → add `version:`"),
    "no name": (HEAD + "products:\n  pro:\n    url: https://x.com", "5:3 name is missing → add `name:`"),
    "an amount in dollars": (
        price("unit_amount: 15.00"),
        "8:30 unit_amount: an amount is a whole number of minor units",
    ),
    "the way out of dollars": (price("unit_amount: 15.00"), "write 1500"),
    "a fraction of a cent": (
        price("unit_amount: 100.5"),
        "→ for 100.5 usd write 10050; if it is 100.5 minor units, write",
    ),
    "an amount in quotes": (price('unit_amount: "1500"'), "→ write it without quotes: 1500"),
    "a negative amount": (price("unit_amount: -1"), "8:30 unit_amount: expected at least 0, found -1 → amounts are 0"),
    "too large an amount": (price("unit_amount: 1000000000000"), "1000000000000 has more than twelve digits"),
    "a choice below the least charge": (
        price("custom_unit_amount: {enabled: true, minimum: 49}"),
        "minimum 49: Stripe charges $0.50 at least → write 50, or more",
    ),
    "a choice below another currency's least charge": (
        price("custom_unit_amount: {enabled: true, maximum: 299}, currency: sek"),
        "maximum 299: Stripe charges SEK",
    ),
    "thirteen decimal places": (price('unit_amount_decimal: "0.0000000000001"'), "13 decimal places → Stripe keeps 12"),
    "an exponent": (price('unit_amount_decimal: "1e3"'), "expected an amount in digits"),
    "an unquoted exponent": (price("unit_amount: 1e3"), "1e3 is not the same number to every YAML reader"),
    "both amounts": (
        price('unit_amount: 1, unit_amount_decimal: "0.5"'),
        "unit_amount and unit_amount_decimal exclude",
    ),
    "no amount": (price("recurring: month"), "8:7 the price has no amount → add unit_amount (cents)"),
    "a yen with decimals": (price("unit_amount: 15.00, currency: jpy"), "→ jpy has no smaller unit: write 15"),
    "dinars in whole": (
        price("unit_amount: 1.5, currency: kwd"),
        '→ for 1.5 kwd write 1500; if it is 1.5 minor units, write unit_amount_decimal: "1.5"',
    ),
    "the catalog's currency": (price("unit_amount: 15.00"), "→ for 15.00 usd write 1500"),
    "no currency of Stripe's": (price("unit_amount: 15.00, currency: xxx"), "for 15.00 of a currency with cents"),
    "dinars to the last digit": (price("unit_amount: 1501, currency: kwd"), "1501 in kwd → the last of kwd's three"),
    "krónur with aurar": (price("unit_amount: 1501, currency: isk"), "isk has no minor unit"),
    "an upper-case currency": (price("unit_amount: 1, currency: USD"), "USD is no currency of Stripe's → write usd"),
    "an unknown currency": (
        price("unit_amount: 1, currency: usf"),
        "usf is no currency of Stripe's → did you mean usd?",
    ),
    "no currency at all": (price("unit_amount: 1").replace("currency: usd\n", ""), "7:7 price monthly has no currency"),
    "octal": (price("unit_amount: 012"), "8:30 012 is not the same number to every YAML reader"),
    "underscores": (price("unit_amount: 1_000"), "1_000 is not the same number to every YAML reader"),
    "hours and minutes": (price("unit_amount: 1:30"), "1:30 is not the same number to every YAML reader"),
    "no for text": (PRODUCT.replace("name: Pro", "name: no"), "6:11 no is false to many YAML readers"),
    "no as a key": (
        HEAD + "products:\n  no: {name: Norway}",
        '5:3 the key no is not text to every YAML reader → write "no"',
    ),
    "a number as a key": (
        HEAD + "products:\n  2024: {name: Year}",
        '5:3 the key 2024 is a number to YAML → write "2024"',
    ),
    "a number for text": (
        PRODUCT.replace("name: Pro", "name: 42"),
        '6:11 name: expected text, found 42 → put it in quotes: "42"',
    ),
    "nothing for text": (PRODUCT.replace("name: Pro", "name:"), "name has no value → give it one, or remove the key"),
    "a list for text": (PRODUCT.replace("name: Pro", "name: [Pro]"), "name: expected text, found a list"),
    "text for a list": (PRODUCT + "    images: https://x.com/a.png", "7:13 images: expected a list, found"),
    "a wrong interval": (
        price("unit_amount: 1, recurring: monthly"),
        '8:44 interval: expected day, week, month or year, found "monthly" → write month',
    ),
    "a quarter": (price("unit_amount: 1, recurring: quarter"), "→ write {interval: month, interval_count: 3}"),
    "an endless tier as a number": (
        price(TIERED % ".inf"),
        ".inf is not the same number to every YAML reader → write inf",
    ),
    "an endless tier as Terraform has it": (price(TIERED % "-1"), "found -1 → write inf"),
    "an endless tier in quotes": (price(TIERED % '"infinity"'), 'found "infinity" → write inf'),
    "more than three years": (
        price("unit_amount: 1, recurring: {interval: month, interval_count: 37}"),
        "37 months is longer than three years",
    ),
    "metered without a meter": (
        price("unit_amount: 1, recurring: {interval: month, usage_type: metered}"),
        "a metered price needs a meter",
    ),
    "a meter's key": (
        price("unit_amount: 1, recurring: {interval: month, usage_type: metered, meter: calls}"),
        "this file has no meter calls → add it to `meters:`",
    ),
    "tiers without their scheme": (
        price("tiers: [{up_to: inf, unit_amount: 1}], tiers_mode: volume"),
        "add `billing_scheme: tiered`",
    ),
    "tiers without their mode": (
        price("billing_scheme: tiered, tiers: [{up_to: inf, unit_amount: 1}]"),
        "add `tiers_mode: graduated`, or volume",
    ),
    "tiers and an amount": (
        price("billing_scheme: tiered, tiers_mode: volume, tiers: [{up_to: inf, unit_amount: 1}], unit_amount: 1"),
        "a tiered price cannot have unit_amount as well",
    ),
    "tiers without inf": (
        price("billing_scheme: tiered, tiers_mode: volume, tiers: [{up_to: 5, unit_amount: 1}]"),
        "inf stands in the last tier, and only there",
    ),
    "tiers in disorder": (
        price(
            "billing_scheme: tiered, tiers_mode: volume, tiers: [{up_to: 5, unit_amount: 1}, {up_to: 5, unit_amount: 1}, {up_to: inf, unit_amount: 1}]"
        ),
        "5 does not come after 5",
    ),
    "a tier without an amount": (
        price("billing_scheme: tiered, tiers_mode: volume, tiers: [{up_to: inf}]"),
        "a tier without an amount",
    ),
    "half a cent flat": (
        price('billing_scheme: tiered, tiers_mode: volume, tiers: [{up_to: inf, flat_amount_decimal: "0.5"}]'),
        "0.5 is no whole number of minor units",
    ),
    "tiers in packages": (
        price(
            "billing_scheme: tiered, tiers_mode: volume, tiers: [{up_to: inf, unit_amount: 1}], transform_quantity: {divide_by: 2, round: up}"
        ),
        "tiers cannot be combined with packages",
    ),
    "a recurring choice": (
        price("custom_unit_amount: {enabled: true}, recurring: month"),
        "only a one-time price can let the customer choose",
    ),
    "a choice upside down": (
        price("custom_unit_amount: {enabled: true, minimum: 5, maximum: 4}"),
        "maximum 4 is below minimum 5",
    ),
    "its own currency again": (
        price("unit_amount: 1, currency_options: {usd: {unit_amount: 1}}"),
        "8:52 usd is the price's own currency",
    ),
    "a currency without amount": (price("unit_amount: 1, currency_options: {eur: {}}"), "this currency has no amount"),
    "other tiers in a currency": (
        price(
            "billing_scheme: tiered, tiers_mode: volume, tiers: [{up_to: inf, unit_amount: 1}], currency_options: {eur: {tiers: [{up_to: 2, unit_amount: 1}, {up_to: inf, unit_amount: 1}]}}"
        ),
        "its tiers are not those of the price",
    ),
    "a default price of nowhere": (
        price("unit_amount: 1").replace("name: Pro", "name: Pro\n    default_price: montly"),
        "7:20 this product has no price montly → did you mean monthly?",
    ),
    "an archived default price": (
        price("unit_amount: 1, active: false").replace("name: Pro", "name: Pro\n    default_price: monthly"),
        "price monthly is not active",
    ),
    "nine images": (PRODUCT + f"    images: [{', '.join(['https://x.com/a.png'] * 9)}]", "9 images → Stripe keeps 8"),
    "sixteen features": (
        PRODUCT + f"    marketing_features: [{', '.join('abcdefghijklmnop')}]",
        "16 features → Stripe keeps 15",
    ),
    "an image that is no URL": (PRODUCT + "    images: [logo.png]", "7:14 logo.png is no URL"),
    "a long descriptor": (
        PRODUCT + "    statement_descriptor: ABCDEFGHIJKLMNOPQRSTUVW",
        "expected at most 22 characters",
    ),
    "a descriptor with quotes": (PRODUCT + "    statement_descriptor: JOE'S", "' cannot stand on a statement"),
    "a descriptor of digits": (PRODUCT + '    statement_descriptor: "123"', "has at least one letter"),
    "metadata that is no text": (
        PRODUCT + "    metadata: {year: 2024}",
        '7:22 year: expected text, found 2024 → put it in quotes: "2024"',
    ),
    "billing's own metadata": (PRODUCT + "    metadata: {billing_key: x}", "billing_key is billing's own mark"),
    "a long lookup key": (price(f"unit_amount: 1, lookup_key: {'x' * 201}"), "expected at most 200 characters"),
    "an account that is none": (
        PRODUCT.replace("currency", "account: 42x\ncurrency"),
        "account: expected an account id",
    ),
    "a section of a later version": (
        HEAD + "portal: {}",
        "4:1 portal: the section of the customer portal has another name → write portal_configurations, with an entry for "
        "each configuration",
    ),
    "a code of a coupon that is nowhere": (
        HEAD + "promotion_codes: {LAUNCH: {coupon: launch}}",
        "4:36 this file has no coupon launch → add it to `coupons:`",
    ),
    "a code of no coupon": (
        HEAD + "promotion_codes: {LAUNCH: {max_redemptions: 5}}",
        "4:19 a promotion code stands for one coupon → say `coupon: KEY`",
    ),
    "a code for more than its coupon": (
        HEAD
        + "coupons: {x: {percent_off: 5, max_redemptions: 3}}\n"
        + "promotion_codes: {A: {coupon: x, max_redemptions: 4}}",
        "max_redemptions goes beyond max_redemptions of coupon x → no more than the coupon's",
    ),
    "a code for longer than its coupon": (
        HEAD
        + "coupons: {x: {percent_off: 5, redeem_by: 2027-12-31T23:59:59Z}}\n"
        + "promotion_codes: {A: {coupon: x, expires_at: 2028-01-01T00:00:00Z}}",
        "expires_at goes beyond redeem_by of coupon x",
    ),
    "a code with a space": (
        HEAD + "promotion_codes: {spring: {code: spring sale, promotion: {coupon: x}}}",
        "4:34 spring sale cannot be a code → letters, digits, - and _ only",
    ),
    "two codes that differ in case": (
        HEAD + "coupons: {x: {percent_off: 5}}\npromotion_codes:\n  HELLO: {coupon: x}\n  hello: {coupon: x}\n",
        "7:3 code hello is taken: HELLO has it, in line 6",
    ),
    "a minimum without a currency": (
        "version: 1\ncatalog: x\npromotion_codes: {A: {coupon: x, restrictions: {minimum_amount: 5}}}",
        "3:65 an amount without a currency → add `minimum_amount_currency:`",
    ),
    "a currency without a minimum": (
        HEAD + "promotion_codes: {A: {coupon: x, restrictions: {minimum_amount_currency: usd}}}",
        "a currency without an amount → add `minimum_amount:`",
    ),
    "a minimum twice": (
        HEAD
        + "promotion_codes: {A: {coupon: x, restrictions: "
        + "{minimum_amount: 5, currency_options: {usd: {minimum_amount: 5}}}}}",
        "usd is the currency of minimum_amount",
    ),
    "a coupon of nothing": (
        HEAD + "coupons: {x: {duration: once}}",
        "4:11 a coupon has either percent_off or amount_off",
    ),
    "a coupon of a product that is nowhere": (
        HEAD + "coupons: {x: {percent_off: 20, applies_to: [pro]}}",
        "4:45 this file has no product pro",
    ),
    "a time without a zone": (
        HEAD + "coupons: {x: {percent_off: 20, redeem_by: 2027-12-31T23:59:59}}",
        "4:43 redeem_by: expected a time with its zone, such as 2027-12-31T23:59:59Z",
    ),
    "more than all off": (HEAD + "coupons: {x: {percent_off: 120}}", "4:28 120 per cent → more than 0"),
    "a feature that is nowhere": (PRODUCT + "    features: [sso]", "7:16 this file has no feature sso → add it to"),
    "a feature twice": (
        HEAD + "features: {sso: {name: SSO}}\nproducts: {pro: {name: Pro, features: [sso, sso]}}",
        "5:45 sso is listed twice → name it once",
    ),
    "per cent": (HEAD + "coupons: {x: {percent_off: 20%}}", 'found "20%" → write 20 for 20 %'),
    "a decimal comma": (price("unit_amount: '9,00'"), "→ write 900: amounts are whole numbers"),
    "a currency sign": (price("unit_amount: €9"), "→ write 900: amounts"),
    "an amount with its currency": (price('unit_amount: "9.00 EUR"'), "→ write 900: amounts"),
    "yen with their sign": (price("unit_amount: ¥900, currency: jpy"), "→ write 900: amounts"),
    "a day alone": (
        HEAD + "coupons: {x: {percent_off: 20, redeem_by: 2026-01-01}}",
        "→ write 2026-01-01T00:00:00Z",
    ),
    "a day as Germans write it": (
        HEAD + "coupons: {x: {percent_off: 20, redeem_by: 31.12.2026}}",
        "→ write 2026-12-31T00:00:00Z",
    ),
    "what belongs to recurring": (
        price("unit_amount: 1, interval: month"),
        "unknown key interval → it belongs under `recurring:`",
    ),
    "products as a list": (HEAD + "products:\n  - name: Pro", "found a list → write each entry with its key"),
    "an open quote": (
        HEAD + 'products:\n  pro:\n    name: "Pro\n    url: https://x.com\n',
        "6:11 this is not YAML: while scanning a quoted scalar, found unexpected end of stream → close the quote",
    ),
    "a colon in a text": (PRODUCT + "    description: Basic: the box", "→ put text with a colon and a space in it in"),
    "a merge conflict": (
        HEAD + "<<<<<<< HEAD\nproducts: {}\n=======\nproducts: {pro: {name: Pro}}\n>>>>>>> other\n",
        "4:1 a merge conflict is left in the file",
    ),
    "a tab": (HEAD + "products:\n\tpro: {}", "this is not YAML"),
    "a tag": (
        PRODUCT.replace("name: Pro", "name: !!python/name:os.system x"),
        "6:11 tags like tag:yaml.org,2002:python/name:os.system mean nothing here",
    ),
    "two documents": (PRODUCT + "---\nversion: 1\n", "7:1 a second document begins here"),
    "an alias to nothing": (PRODUCT + "    url: *nothing", "7:10 no anchor &nothing above"),
    "an alias to itself": (HEAD + "products: &all\n  pro: *all", "5:8 *all contains itself"),
    "a list of products": (HEAD + "products: [pro]", "4:1 products: expected entries by key"),
    "a product of text": (HEAD + "products: {pro: Pro}", "4:12 product pro has no keys and values"),
    "a list at the top": ("- version: 1\n", "1:1 this is no catalog"),
    "one word": ("hello", "1:1 this is no catalog"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_with_its_place_and_a_way_out(mistake: str) -> None:
    text, expected = MISTAKES[mistake]

    told = problems(text)

    assert any(expected in problem for problem in told), told
    assert all(not problem.endswith("→ ") for problem in told), "each has a way out"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("unit_amount: 012", "8:30 012 is not the same number to every YAML reader"),
        ("unit_amount: 1, active: yes", "8:41 yes is true to many YAML readers"),
        ("unit_amount: 1, nickname: ~", "8:33 nickname has no value"),
    ],
)
def test_what_yaml_readers_disagree_about_is_one_problem_and_not_one_of_its_type_too(
    written: str, expected: str
) -> None:
    [told] = problems(price(written))

    assert told.startswith(expected)


def test_a_key_without_a_value_is_not_missing_too() -> None:
    [told] = problems(HEAD + "products:\n  pro:\n    name:\n")

    assert told.startswith("6:5 name has no value")


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file() -> None:
    told = problems(
        """\
version: 1
catalog: shop
currency: usd
products:
  one:
    nane: One
    prices:
      a: {unit_amount: 15.00}
      b: {unit_amount: 1, recurring: yearly}
  two:
    name: Two
    default_price: c
    prices:
      d: {unit_amount: 1, curency: eur}
portal: {}
"""
    )

    assert [problem.split(" ")[0] for problem in told] == ["5:3", "6:5", "8:24", "9:38", "12:20", "14:27", "15:1"]


def test_types_and_rules_are_checked_in_one_run() -> None:
    told = problems(
        price('unit_amount: 1, unit_amount_decimal: "2", nickname: 5').replace("name: Pro", "name: 5\n    url: nowhere")
    )

    assert [problem.split(" → ")[0] for problem in told] == [
        "6:11 name: expected text, found 5",
        "7:10 nowhere is no URL",
        "9:54 unit_amount and unit_amount_decimal exclude each other",
        "9:69 nickname: expected text, found 5",
    ]


@pytest.mark.parametrize(
    "fields",
    [
        "unit_amount: a",
        "unit_amonut: 1",
        "unit_amount: 1, currency: 5",
        "unit_amount: 1, recurring: {interval: month, usage_type: metered, meter: 5}",
        "billing_scheme: tiered, tiers_mode: volume, tiers: 5",
        "billing_scheme: 5, tiers_mode: volume, tiers: [{up_to: inf, unit_amount: 1}]",
    ],
)
def test_what_is_wrong_is_not_missing_too(fields: str) -> None:
    told = problems(price(fields))

    assert len(told) <= 2
    assert not [problem for problem in told if "without" in problem or "needs" in problem]


def test_past_a_hundred_mistakes_are_counted() -> None:
    many = "".join(f"      p{number}: {{unit_amount: a}}\n" for number in range(150))

    with pytest.raises(CatalogErrors) as caught:
        load(f"{PRODUCT}    prices:\n{many}")

    assert len(caught.value.problems) == 100
    assert "\nand 50 more\n" in caught.value.message


@pytest.mark.parametrize(
    ("currency", "most"), [("usd", 99_999_999), ("inr", 999_999_999), ("cop", 9_999_999_999), ("idr", 999_999_999_999)]
)
def test_an_amount_that_only_cards_are_charged_is_warned_of(currency: str, most: int) -> None:
    assert load(price(f"unit_amount: {most}, currency: {currency}")).warnings == ()
    if most < 10**12 - 1:
        [warning] = load(price(f"unit_amount: {most + 1}, currency: {currency}")).warnings
        assert warning.message.startswith(f"pro.monthly: unit_amount: {most + 1} has more than {len(str(most))} digits")
        assert (warning.kind, warning.key, warning.where.line, warning.warning) == ("price", "pro.monthly", 8, True)


def test_a_description_may_have_40000_characters() -> None:
    load(PRODUCT + f"    description: {'x' * 40_000}\n")
    [told] = problems(PRODUCT + f"    description: {'x' * 40_001}\n")

    assert "expected at most 40000 characters" in told


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        ("two: {name: Two, id: one}", "product id one is taken: one has it, in line 5"),
        (
            "two: {name: Two, prices: {a: {unit_amount: 1, lookup_key: one.a}}}",
            "lookup key one.a is taken: one.a has it, in line 5",
        ),
        (
            "two: {name: Two, prices: {a: {unit_amount: 1, id: price_1}}}",
            "price id price_1 is taken: one.a has it, in line 5",
        ),
    ],
)
def test_two_entries_with_one_identity_are_refused_with_both_named(second: str, expected: str) -> None:
    first = "one: {name: One, prices: {a: {unit_amount: 1, id: price_1}}}"

    [told] = problems(f"{HEAD}products:\n  {first}\n  {second}\n")

    assert told.startswith("6:")
    assert expected in told


def test_a_price_and_another_products_price_cannot_have_one_name() -> None:
    """The name, `product.price`, is the mark in Stripe; dots may stand in either part."""
    one = "p: {name: P, prices: {a.b: {unit_amount: 1, lookup_key: one}}}"
    two = "p.a: {name: PA, prices: {b: {unit_amount: 2, lookup_key: two}}}"

    [told] = problems(f"{HEAD}products:\n  {one}\n  {two}\n")

    assert "the name p.a.b is taken: p.a.b has it, in line 5" in told


def test_amounts_are_exact_whatever_way_they_are_written() -> None:
    for written in ('"0.10"', "0.10", "'0.1'"):
        [made] = prices(load(price(f"unit_amount_decimal: {written}")))
        assert made["unit_amount"] == Decimal("0.1")
    [made] = prices(load(price("unit_amount_decimal: 0.000000000001")))
    assert made["unit_amount"] == Decimal("0.000000000001")


def test_the_short_form_of_recurring_and_the_defaults_of_prices() -> None:
    text = price("unit_amount: 1, recurring: month").replace("currency: usd", "currency: eur\ntax_behavior: inclusive")

    [made] = prices(load(text))

    assert (made["recurring"]["interval"], made["recurring"]["interval_count"]) == ("month", 1)
    assert (made["currency"], made["tax_behavior"], made["lookup_key"]) == ("eur", "inclusive", "pro.monthly")


def test_anchors_and_merges_may_be_used() -> None:
    catalog = load(
        HEAD
        + """\
products:
  a: {name: A, prices: {m: &monthly {unit_amount: 100, recurring: month}}}
  b: {name: B, prices: {m: {<<: *monthly, unit_amount: 200}, same: *monthly}}
"""
    )

    assert [int(price["unit_amount"] or 0) for price in prices(catalog)[1:]] == [200, 100]


BOMB = "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{','.join([f'*{chr(97 + n)}'] * 10)}]\n" for n in range(12)
)
DEEP = "a: " + "[" * 100_000
WIDE = "a: [" + "x," * 2_000_000 + "]"


@pytest.mark.parametrize("hostile", [BOMB, DEEP, WIDE, "{" * 50_000, "- " * 50_000, "&a " * 10, "? " * 20_000])
def test_hostile_files_are_refused_quickly(hostile: str) -> None:
    started = time.process_time()

    assert problems(hostile)

    assert time.process_time() - started < 20


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="ab:{}[],&*<>|!%@`\"'#- \n\t\x00é0159._~?\\", max_size=120))
def test_any_text_is_a_catalog_or_has_problems(text: str) -> None:
    try:
        load(text)
    except CatalogErrors as errors:
        assert errors.problems


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_catalog_with_anything_in_any_place_is_one_or_has_problems(data: st.DataObject) -> None:
    text = (Path(__file__).parent.parent / "catalogs" / "saas.yaml").read_text(encoding="utf-8")
    start = data.draw(st.integers(0, len(text)))
    length = data.draw(st.integers(0, 30))
    scraps = ["", "no", "012", "null", "[]", "{}", "- x", "*a", "1.5", ": ", "-1", '"', "\n", "inf", "true", "!!set"]
    mutated = text[:start] + data.draw(st.sampled_from(scraps)) + text[start + length :]

    try:
        load(mutated)
    except CatalogErrors as errors:
        assert all(problem.hint for problem in errors.problems)


class TestFiles:
    def test_a_missing_file(self, billing: Billing) -> None:
        ran = billing("catalog", "validate")

        assert ran.code == 2
        assert (
            ran.err
            == "catalog.yaml: there is no such file\n    name another with --file; `billing init` writes one to begin with\n"
        )

    @pytest.mark.parametrize(
        ("content", "expected"),
        [
            (b"", "bad.yaml: the file is empty"),
            (b"# only a comment\n", "bad.yaml: the file is empty"),
            (b"version: 1\ncatalog: \xff\n", "bad.yaml:2:10: the file is not UTF-8: byte 0xff"),
            (b"\x00\x01\x02", "bad.yaml:1:1: a character that YAML does not allow"),
            (b"x" * 50_000_000, "bad.yaml: the file is larger than 20 MB"),
            (b"\xff\xfev\x00e\x00", "the file is not UTF-8"),
            (b"version: 1\n  catalog: x\n", "bad.yaml:2:"),
        ],
    )
    def test_a_file_that_is_no_catalog(self, billing: Billing, content: bytes, expected: str) -> None:
        (billing.directory / "bad.yaml").write_bytes(content)

        for command in ("validate", "plan", "apply"):
            where = [] if command == "validate" else ["--local"]
            ran = billing("catalog", command, "-f", "bad.yaml", *where)
            assert ran.code == 2
            assert expected in ran.err
            assert len(ran.err) < 1000

    def test_a_directory(self, billing: Billing) -> None:
        (billing.directory / "plans").mkdir()

        ran = billing("catalog", "validate", "-f", "plans")

        assert ran.code == 2
        assert "plans: this is a directory, not a file" in ran.err
        assert "plans/catalog.yaml" in ran.err

    def test_a_byte_order_mark_and_windows_line_ends_are_fine(self, billing: Billing) -> None:
        (billing.directory / "dos.yaml").write_bytes(b"\xef\xbb\xbf" + PRODUCT.replace("\n", "\r\n").encode())

        assert billing.ok("catalog", "validate", "-f", "dos.yaml").out == "dos.yaml is valid: 1 product, 0 prices.\n"

    def test_validate_as_json(self, billing: Billing) -> None:
        billing.write(price("unit_amount: 1"))

        ran = billing.ok("catalog", "validate", "--output", "json")

        assert ran.json == {"valid": True, "catalog": "shop", "products": 1, "prices": 1, "notes": []}

    def test_problems_as_json_are_one_error(self, billing: Billing) -> None:
        billing.write(price("unit_amonut: 1"))

        ran = billing("catalog", "validate", "--output", "json")

        assert ran.out == ""
        assert ran.error["kind"] == "catalog"
        assert ran.error["exit_code"] == 2
        assert "catalog.yaml:8:17: unknown key unit_amonut" in ran.error["message"]
        assert ran.error["errors"] == [
            {
                "object": "price pro.monthly",
                "reason": "unknown key unit_amonut",
                "file": "catalog.yaml",
                "line": 8,
                "column": 17,
                "hint": "did you mean unit_amount?",
            }
        ]

    def test_validate_warns(self, billing: Billing) -> None:
        billing.write(price("unit_amount: 100000000"))

        ran = billing.ok("catalog", "validate", "--output", "json")

        assert "Warning: catalog.yaml:8: pro.monthly: unit_amount: 100000000 has more than 8 digits" in ran.err
        assert [(note["level"], note["key"]) for note in ran.json["notes"]] == [("warning", "pro.monthly")]


def test_reading_a_catalog_that_may_not_be_read(tmp_path: Path) -> None:
    path = tmp_path / "loop.yaml"
    path.symlink_to(path)

    with pytest.raises(CatalogErrors, match="cannot be read"):
        read_source(str(path))


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ("payment_method_configurations", "a catalog has no payment method configurations"),
        ("event_destinations", "a catalog has no event destinations of Stripe's API v2"),
        ("v2_core_event_destinations", "a catalog has no event destinations of Stripe's API v2"),
    ],
)
def test_what_a_catalog_does_not_have_is_refused_by_name(section: str, message: str) -> None:
    with pytest.raises(CatalogErrors) as caught:
        load_catalog(Source("catalog.yaml", f"version: 1\ncatalog: shop\n{section}:\n  main: {{}}\n"))

    assert f"catalog.yaml:3:1: {section}: {message}" in str(caught.value)


@pytest.mark.parametrize(("percent", "warned"), [("1", 0), ("0.20", 1)])
def test_a_fraction_of_a_per_cent_is_warned_of(percent: str, warned: int) -> None:
    warnings = load(HEAD + f"coupons: {{x: {{percent_off: {percent}}}}}").warnings

    assert len(warnings) == warned
    assert all("x: 0.20 is less than 1 per cent off; write 20 for a" in str(warning) for warning in warnings)
