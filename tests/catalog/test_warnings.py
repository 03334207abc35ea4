"""What a plan warns of: what it does as the file says, and a reviewer may miss."""

from __future__ import annotations

from typing import Any

import pytest

from tests.catalog.catalogs import SEED
from tests.conftest import Account, Billing


def warnings(billing: Billing, text: str, *options: str) -> list[str]:
    return [note["message"] for note in billing.plan(text, *options)["notes"] if note["level"] == "warning"]


@pytest.mark.parametrize(
    ("amount", "warning"),
    [
        ("2250,", None),
        ("2251,", "pro.monthly: $15.00 → $22.51: changed by more than half"),
        ("750,", None),
        ("749,", "pro.monthly: $15.00 → $7.49: changed by more than half"),
        ("75000,", "pro.monthly: $15.00 → $750.00: 50 times as much; is it in minor units?"),
        ("30,", "pro.monthly: $15.00 → $0.30: 50 times less; is it in minor units?"),
    ],
)
def test_an_amount_that_changes_much_is_warned_of(billing: Billing, amount: str, warning: str | None) -> None:
    billing.apply(SEED)

    assert warnings(billing, SEED.replace("1500,", amount)) == ([warning] if warning else [])


def test_amounts_in_further_currencies_and_in_tiers_are_looked_at_too(billing: Billing) -> None:
    text = SEED.replace("{unit_amount: 1500,", "{unit_amount: 1500, currency_options: {eur: {unit_amount: 1400}},") + (
        "      usage:\n"
        "        recurring: month\n"
        "        billing_scheme: tiered\n"
        "        tiers_mode: graduated\n"
        "        tiers: [{up_to: 5, unit_amount: 200}, {up_to: inf, unit_amount: 100}]\n"
    )
    billing.apply(text)

    assert warnings(billing, text.replace("1400", "4000").replace("unit_amount: 100}", "unit_amount: 10}")) == [
        "pro.monthly: €14.00 → €40.00: changed by more than half",
        "pro.usage: $1.00 → $0.10: changed by more than half",
    ]


def test_tiers_in_further_currencies_are_looked_at_too(billing: Billing) -> None:
    tiers = "tiers: [{up_to: 5, unit_amount: 200}, {up_to: inf, unit_amount: 100}]"
    text = (
        f"{SEED}      usage:\n        recurring: month\n        billing_scheme: tiered\n        tiers_mode: volume\n"
        f"        {tiers}\n        currency_options: {{eur: {{{tiers}}}}}\n"
    )
    billing.apply(text)

    plan = billing.plan(text.replace(f"{{eur: {{{tiers}}}}}", f"{{eur: {{{tiers}}}}}".replace("100", "10")))

    assert [note["message"] for note in plan["notes"] if note["level"] == "warning"] == [
        "pro.usage: €1.00 → €0.10: changed by more than half"
    ]


@pytest.mark.parametrize(
    ("prices", "is_warned"),
    [
        ("a: {unit_amount: 1500, currency_options: {jpy: {unit_amount: 2200}}}", False),
        ("a: {unit_amount: 1500, currency_options: {jpy: {unit_amount: 220000}}}", True),
        ("a: {unit_amount: 1500, currency: jpy, recurring: month}\n      b: {unit_amount: 15000, currency: jpy, "
         "recurring: year}", False),
        ("a: {unit_amount: 1500, currency: jpy, recurring: month}\n      b: {unit_amount: 1500000, currency: jpy, "
         "recurring: year}", True),
        ("a: {unit_amount: 1500, recurring: month}\n      b: {unit_amount: 5000000, currency: krw, "
         "recurring: month}", True),
        ("a: {unit_amount: 1500}\n      b: {unit_amount: 150000}", False),
        ("a: {unit_amount: 1500, currency_options: {jpy: {unit_amount: 220000}}}\n      b: {unit_amount: 9000, "
         "currency_options: {jpy: {unit_amount: 1300000}}}", True),
        ("a: {unit_amount: 1500}\n      b: {unit_amount: 220000, currency: jpy}\n      c: {unit_amount: 300000, "
         "currency: jpy}", True),
    ],
)  # fmt: skip
def test_an_amount_without_minor_units_is_held_against_its_siblings(
    billing: Billing, prices: str, is_warned: bool
) -> None:
    text = (
        f"version: 1\ncatalog: keymap\ncurrency: usd\nproducts:\n  pro:\n    name: Pro\n    prices:\n      {prices}\n"
    )

    messages = warnings(billing, text)

    assert bool(messages) is is_warned
    assert all("times what its siblings would be" in warning for warning in messages)


def subscribe(billing: Billing, account: Account, times: int) -> None:
    customer = account.post("/v1/customers", email="ada@example.com")["id"]
    price = account.price("pro.monthly")["id"]
    for _ in range(times):
        account.post(
            "/v1/subscriptions", customer=customer, items=[{"price": price}], payment_behavior="default_incomplete"
        )


def test_subscriptions_on_a_price_that_is_archived_are_warned_of(billing: Billing, account: Account) -> None:
    billing.apply(SEED)
    price = account.price("pro.monthly")["id"]
    subscribe(billing, account, 3)
    with_archived_price = SEED.replace("    default_price: monthly\n", "").replace(
        "{unit_amount: 1500", "{active: false, unit_amount: 1500"
    )
    without_price = SEED.replace("    default_price: monthly\n", "").replace(
        "      monthly: {unit_amount: 1500, recurring: month}\n", ""
    )

    message = f"pro.monthly: price {price} is about to be archived with 3 subscriptions on it, which keep it"
    assert warnings(billing, with_archived_price) == [message]
    assert warnings(billing, without_price, "--prune") == [message]
    assert warnings(billing, SEED.replace("1500,", "1600,")) == [message]
    assert warnings(billing, SEED.replace("recurring: year", "recurring: year, active: false")) == []


def test_subscriptions_are_counted_past_a_page_only_when_asked(
    billing: Billing, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    billing.apply(SEED)
    subscribe(billing, account, 3)
    monkeypatch.setattr("stripe_billing_cli.stripe_api.client.PAGE", 2)
    text = SEED.replace("1500,", "1600,")

    assert "with more than 2 subscriptions on it" in warnings(billing, text)[0]
    assert "with 3 subscriptions on it" in warnings(billing, text, "--count")[0]


def test_a_lookup_key_renamed_by_adoption_is_warned_of(billing: Billing, account: Account) -> None:
    account.post("/v1/products", id="pro", name="Pro")
    params: dict[str, Any] = {"currency": "usd", "unit_amount": 1500, "recurring": {"interval": "month"}}
    price = account.post("/v1/prices", product="pro", lookup_key="basic", **params)["id"]
    text = SEED.replace("name: Pro", "id: pro\n    name: Pro").replace("monthly: {", f"monthly: {{id: {price}, ")

    [warning] = warnings(billing, text)

    assert warning.startswith(f"pro.monthly: adopting {price} renames its lookup key basic to pro.monthly")
    assert warnings(billing, text.replace(f"id: {price}, ", f"id: {price}, lookup_key: basic, ")) == []


@pytest.mark.parametrize(
    ("coupon", "code", "is_warned"),
    [
        ("", "", True),
        ("", ", max_redemptions: 10", False),
        ("", ', expires_at: "2099-01-01T00:00:00Z"', False),
        (", max_redemptions: 10", "", False),
    ],
)
def test_a_promotion_without_limit_or_end_is_warned_of(
    billing: Billing, coupon: str, code: str, is_warned: bool
) -> None:
    text = (
        "version: 1\ncatalog: keymap\n"
        f"coupons: {{launch: {{percent_off: 20{coupon}}}}}\n"
        f"promotion_codes: {{LAUNCH: {{coupon: launch{code}}}}}\n"
    )

    messages = warnings(billing, text)

    assert bool(messages) is is_warned
    assert all(warning.startswith("LAUNCH: a promotion without limit or end") for warning in messages)


def test_an_empty_catalog_with_prune_is_warned_of(billing: Billing) -> None:
    billing.apply(SEED)
    empty = "version: 1\ncatalog: keymap\n"

    assert "catalog.yaml is empty: --prune retires all of catalog keymap" in warnings(billing, empty, "--prune")
    assert warnings(billing, empty) == []


def many(count: int) -> str:
    prices = "".join(f"      p{number}: {{unit_amount: {number + 1}}}\n" for number in range(count))
    return f"version: 1\ncatalog: keymap\ncurrency: usd\nproducts:\n  pro:\n    name: Pro\n    prices:\n{prices}"


@pytest.mark.parametrize(
    ("before", "after", "is_asked"), [(9, 7, False), (9, 6, True), (100, 90, False), (100, 89, True), (1, 1, False)]
)
def test_retiring_many_objects_asks_in_test_mode_too(
    billing: Billing, account: Account, before: int, after: int, is_asked: bool
) -> None:
    billing.apply(many(before))
    billing.write(many(after))

    ran = billing("catalog", "apply", "--local", "--prune")

    assert ran.code == (2 if is_asked else 0)
    if is_asked:
        assert f"{before - after} of {before + 1} active objects of catalog keymap are retired" in ran.err
        assert len([price for price in account.prices() if price["active"]]) == before
        billing.ok("catalog", "apply", "--local", "--prune", "--yes")
    assert len([price for price in account.prices() if price["active"]]) == after


def test_a_changed_name_of_a_catalog_by_which_its_objects_are_made_once_more_is_warned_of(billing: Billing) -> None:
    rates = "  vat: {display_name: VAT, percentage: 19, inclusive: true}\n"
    text = f"version: 1\ncatalog: shop\ntax_rates:\n{rates}"
    billing.apply(text)

    with_new_name = text.replace("catalog: shop", "catalog: store")
    [message] = warnings(billing, with_new_name)
    assert "1 of these 1 entries as the catalog shop, and nothing as the catalog store: what is created here" in message
    assert "write `catalog: shop` again" in message
    assert warnings(billing, with_new_name.replace("vat:", "mwst:")) == []
    billing.apply(with_new_name)
    assert warnings(billing, with_new_name) == []
