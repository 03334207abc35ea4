"""Catalog files: what they mean, and the mistakes that are found in several places at once."""

from __future__ import annotations

from decimal import Decimal

import pytest

from stripe_billing_cli.catalog.file.load import Source, load_catalog
from stripe_billing_cli.catalog.file.problems import CatalogErrors
from tests.catalog.loading import HEAD, PRODUCT, load, price, prices, problems


@pytest.mark.parametrize(
    ("value", "problem_text"),
    [
        ("unit_amount: 012", "8:30 012 is not the same number to every YAML reader"),
        ("unit_amount: 1, active: yes", "8:41 yes is true to many YAML readers"),
        ("unit_amount: 1, nickname: ~", "8:33 nickname has no value"),
    ],
)
def test_what_yaml_readers_disagree_about_is_one_problem_and_not_one_of_its_type_too(
    value: str, problem_text: str
) -> None:
    [message] = problems(price(value))

    assert message.startswith(problem_text)


def test_a_key_without_a_value_is_not_missing_too() -> None:
    [message] = problems(HEAD + "products:\n  pro:\n    name:\n")

    assert message.startswith("6:5 name has no value")


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file() -> None:
    messages = problems(
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

    assert [problem.split(" ")[0] for problem in messages] == ["5:3", "6:5", "8:24", "9:38", "12:20", "14:27", "15:1"]


def test_types_and_rules_are_checked_in_one_run() -> None:
    messages = problems(
        price('unit_amount: 1, unit_amount_decimal: "2", nickname: 5').replace("name: Pro", "name: 5\n    url: nowhere")
    )

    assert [problem.split(" → ")[0] for problem in messages] == [
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
    messages = problems(price(fields))

    assert len(messages) <= 2
    assert not [problem for problem in messages if "without" in problem or "needs" in problem]


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
    [message] = problems(PRODUCT + f"    description: {'x' * 40_001}\n")

    assert "expected at most 40000 characters" in message


@pytest.mark.parametrize(
    ("second", "problem_text"),
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
def test_two_entries_with_one_identity_are_refused_with_both_named(second: str, problem_text: str) -> None:
    first = "one: {name: One, prices: {a: {unit_amount: 1, id: price_1}}}"

    [message] = problems(f"{HEAD}products:\n  {first}\n  {second}\n")

    assert message.startswith("6:")
    assert problem_text in message


def test_a_price_and_another_products_price_cannot_have_one_name() -> None:
    """The name, `product.price`, is the mark in Stripe; dots may stand in either part."""
    one = "p: {name: P, prices: {a.b: {unit_amount: 1, lookup_key: one}}}"
    two = "p.a: {name: PA, prices: {b: {unit_amount: 2, lookup_key: two}}}"

    [message] = problems(f"{HEAD}products:\n  {one}\n  {two}\n")

    assert "the name p.a.b is taken: p.a.b has it, in line 5" in message


def test_amounts_are_exact_whatever_way_they_are_written() -> None:
    for amount in ('"0.10"', "0.10", "'0.1'"):
        [entry] = prices(load(price(f"unit_amount_decimal: {amount}")))
        assert entry["unit_amount"] == Decimal("0.1")
    [entry] = prices(load(price("unit_amount_decimal: 0.000000000001")))
    assert entry["unit_amount"] == Decimal("0.000000000001")


def test_the_short_form_of_recurring_and_the_defaults_of_prices() -> None:
    text = price("unit_amount: 1, recurring: month").replace("currency: usd", "currency: eur\ntax_behavior: inclusive")

    [entry] = prices(load(text))

    assert (entry["recurring"]["interval"], entry["recurring"]["interval_count"]) == ("month", 1)
    assert (entry["currency"], entry["tax_behavior"], entry["lookup_key"]) == ("eur", "inclusive", "pro.monthly")


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


@pytest.mark.parametrize(("percent", "warning_count"), [("1", 0), ("0.20", 1)])
def test_a_fraction_of_a_per_cent_is_warned_of(percent: str, warning_count: int) -> None:
    warnings = load(HEAD + f"coupons: {{x: {{percent_off: {percent}}}}}").warnings

    assert len(warnings) == warning_count
    assert all("x: 0.20 is less than 1 per cent off; write 20 for a" in str(warning) for warning in warnings)


def test_names_have_no_blanks_at_their_ends_as_in_stripe() -> None:
    text = HEAD + 'products:\n  pro: {name: " Pro ", marketing_features: [" Fast "]}\n'
    [product] = load(text).by_kind["product"]
    assert (product.fields["name"], product.fields["marketing_features"]) == ("Pro", ["Fast"])
