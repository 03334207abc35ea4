"""A catalog applied: what Stripe holds afterwards, and that a second run does nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from stripe_billing_cli.local_stripe.core.faults import Fault, Faults
from stripe_billing_cli.local_stripe.faulty_transport import FaultyTransport
from tests.catalog.catalogs import EVERYTHING, SEED
from tests.conftest import Account, Billing

NEXT_YEAR = datetime.now(UTC).year + 1
"""Stripe takes times within five years, and no past ones."""
CATALOGS = Path(__file__).parent.parent / "catalogs"


def test_applying_creates_what_the_file_says_and_a_second_run_does_nothing(billing: Billing, account: Account) -> None:
    billing.apply(SEED)

    [product] = account.products().values()
    assert (product["id"], product["name"]) == ("pro", "Pro")
    assert product["default_price"] == account.price("pro.monthly")["id"]
    assert {price["lookup_key"]: price["unit_amount"] for price in account.prices()} == {
        "pro.monthly": 1500,
        "pro.yearly": 15000,
    }
    before = account.prices()
    assert "No changes." in billing.ok("catalog", "apply", "--local").out
    assert account.prices() == before


def test_every_field_that_stripe_lets_one_set_arrives_there(billing: Billing, account: Account) -> None:
    billing.apply(EVERYTHING)

    product = account.products()["boxed"]
    assert product["description"] == "In a box"
    assert product["images"] == ["https://example.com/a.png", "https://example.com/b.png"]
    assert [feature["name"] for feature in product["marketing_features"]] == ["Sturdy", "Blue"]
    assert product["metadata"]["owner"] == "sales"
    assert product["metadata"]["cost centre"] == "17"
    assert Decimal(str(product["package_dimensions"]["weight"])) == Decimal("3.25")
    assert product["shippable"] is True
    assert product["statement_descriptor"] == "BOXED GOODS"
    assert product["tax_code"] == "txcd_99999999"
    assert product["unit_label"] == "box"
    assert product["url"] == "https://example.com/boxed"
    flat = account.price("boxed.flat")
    assert product["default_price"] == flat["id"]
    assert flat["recurring"]["interval_count"] == 3
    assert flat["recurring"]["trial_period_days"] == 14
    assert flat["nickname"] == "Quarterly"
    assert flat["tax_behavior"] == "exclusive"
    assert flat["currency_options"]["eur"]["unit_amount"] == 1400
    assert flat["currency_options"]["eur"]["tax_behavior"] == "inclusive"
    assert flat["currency_options"]["jpy"]["unit_amount"] == 2000
    decimal = account.price("boxed.decimal")
    assert (decimal["unit_amount"], decimal["unit_amount_decimal"]) == (None, "0.000000000001")
    assert account.price("boxed.once")["recurring"] is None
    price = account.price("boxed.graduated")
    assert [tier["up_to"] for tier in price["tiers"]] == [5, None]
    assert price["tiers"][0]["flat_amount"] == 5000
    assert price["tiers"][1]["unit_amount_decimal"] == "12.5"
    volume = account.price("boxed.volume")
    assert volume["tiers_mode"] == "volume"
    assert volume["currency_options"]["eur"]["tiers"][0]["unit_amount"] == 90
    assert account.price("boxed.packs")["transform_quantity"] == {"divide_by": 1000, "round": "up"}
    assert account.price("boxed.metered")["recurring"]["meter"].startswith("mtr_test_")
    assert account.price("boxed.gift")["custom_unit_amount"] == {"minimum": 500, "maximum": 100000, "preset": 2000}
    assert billing.plan()["changes"] == []


@pytest.mark.parametrize("name", ["seed", "saas", "usage"])
def test_the_real_catalogs_apply_and_are_unchanged_afterwards(billing: Billing, name: str) -> None:
    billing.apply((CATALOGS / f"{name}.yaml").read_text(encoding="utf-8").replace("2027-", f"{NEXT_YEAR}-"))

    plan = billing.plan()
    assert (plan["changes"], plan["notes"]) == ([], [])


def test_what_the_file_leaves_out_goes_back_to_stripes_default(billing: Billing, account: Account) -> None:
    billing.apply(EVERYTHING)
    bare = EVERYTHING.split("    description:")[0] + EVERYTHING[EVERYTHING.index("    default_price: flat") :]
    bare = bare.replace("    name: Boxed\n", "    name: Boxed\n    statement_descriptor: BOXED GOODS\n")
    bare = bare.replace("        metadata: {sku: A-1}\n", "")

    billing.apply(bare)

    product = account.products()["boxed"]
    for field in ("description", "package_dimensions", "tax_code", "unit_label", "url"):
        assert product[field] is None, field
    assert product["images"] == product["marketing_features"] == []
    assert product["shippable"] is False
    assert "owner" not in product["metadata"]
    assert "sku" not in account.price("boxed.flat")["metadata"]
    assert billing.plan()["changes"] == []


def test_a_place_of_performance_goes_and_the_tax_code_stays(billing: Billing, account: Account) -> None:
    """Stripe tells a product's tax code twice: as `tax_code`, and in `tax_details`."""
    product = """
version: 1
catalog: keymap
products:
  boxed:
    name: Boxed
    {}
"""
    code = "tax_code: txcd_99999999"
    details = "tax_details: {performance_location: taxloc_1, tax_code: txcd_99999999}"
    for tax, place in ((details, "taxloc_1"), (code, None)):
        billing.apply(product.replace("{}", tax))
        box = account.products()["boxed"]
        assert box["tax_code"] == "txcd_99999999"
        assert box["tax_details"] == {"performance_location": place, "tax_code": "txcd_99999999"}
        assert "No changes." in billing.ok("catalog", "plan", "--local").out
    billing.apply(product.replace("{}", ""))
    box = account.products()["boxed"]
    assert (box["tax_code"], box["tax_details"]) == (None, None)


def test_metadata_that_the_file_never_set_is_left_alone(billing: Billing, account: Account) -> None:
    billing.apply(SEED)
    account.post("/v1/products/pro", metadata={"crm": "4711"})

    assert billing.plan()["changes"] == []
    billing.apply(SEED.replace("name: Pro", "name: Pro+"))
    assert account.products()["pro"]["metadata"]["crm"] == "4711"


def test_a_field_that_stripe_cannot_unset_is_told_and_left(billing: Billing, account: Account) -> None:
    billing.apply(SEED.replace("name: Pro", "name: Pro\n    statement_descriptor: PRO"))

    ran = billing.apply(SEED)

    assert ran.out == "No changes to make (3 unchanged); the notes say what stays.\n"
    assert "statement_descriptor stays 'PRO'" in ran.err


def test_tax_behavior_is_set_in_place_once_and_a_new_price_afterwards(billing: Billing, account: Account) -> None:
    billing.apply(SEED)
    first = account.price("pro.yearly")["id"]

    billing.apply(SEED.replace("recurring: year", "recurring: year, tax_behavior: exclusive"))
    assert account.price("pro.yearly")["id"] == first
    assert account.price("pro.yearly")["tax_behavior"] == "exclusive"

    billing.apply(SEED.replace("recurring: year", "recurring: year, tax_behavior: inclusive"))
    assert account.price("pro.yearly")["id"] != first
    assert account.price("pro.yearly")["tax_behavior"] == "inclusive"


YEARLY = "{unit_amount: 15000, recurring: year}"


def with_options(options: str) -> str:
    return SEED.replace(YEARLY, f"{{unit_amount: 15000, recurring: year, currency_options: {{{options}}}}}")


def test_currencies_come_in_place_and_go_all_together(billing: Billing, account: Account) -> None:
    billing.apply(with_options("eur: {unit_amount: 14000}"))
    first = account.price("pro.yearly")["id"]

    billing.apply(with_options("eur: {unit_amount: 14000}, gbp: {unit_amount: 12000}"))
    assert set(account.price("pro.yearly")["currency_options"]) == {"usd", "eur", "gbp"}
    billing.apply(SEED)
    assert set(account.price("pro.yearly")["currency_options"]) == {"usd"}

    assert account.price("pro.yearly")["id"] == first
    assert billing.plan()["changes"] == []


def test_one_of_several_currencies_goes_with_the_price(billing: Billing, account: Account) -> None:
    """Stripe documents no way to clear one currency of a price, only all."""
    billing.apply(with_options("eur: {unit_amount: 14000}, gbp: {unit_amount: 12000}"))
    first = account.price("pro.yearly")["id"]

    billing.apply(with_options("gbp: {unit_amount: 12000}"))

    assert set(account.price("pro.yearly")["currency_options"]) == {"usd", "gbp"}
    assert account.price("pro.yearly")["id"] != first
    assert billing.plan()["changes"] == []


def test_a_changed_amount_in_one_currency_replaces_the_price(billing: Billing, account: Account) -> None:
    billing.apply(with_options("eur: {unit_amount: 14000}"))
    first = account.price("pro.yearly")["id"]

    billing.apply(with_options("eur: {unit_amount: 13000}"))

    assert account.price("pro.yearly")["id"] != first
    assert account.price("pro.yearly")["currency_options"]["eur"]["unit_amount"] == 13000


def test_what_was_archived_in_the_dashboard_is_drift_and_comes_back(billing: Billing, account: Account) -> None:
    billing.apply(SEED)
    yearly = account.price("pro.yearly")["id"]
    account.post("/v1/products/pro", active=False)
    account.post(f"/v1/prices/{yearly}", active=False)

    plan = billing.plan()
    assert [(change["action"], change["key"], change["reason"]) for change in plan["changes"]] == [
        ("update", "pro", "it was archived in Stripe"),
        ("update", "pro.yearly", "it was archived in Stripe"),
    ]
    assert plan["changes"][0]["fields"] == {"active": {"from": False, "to": True}}

    billing.ok("catalog", "apply", "--local")
    assert account.products()["pro"]["active"]
    assert account.price("pro.yearly")["id"] == yearly
    assert account.price("pro.yearly")["active"]


def test_removed_entries_are_archived_only_when_asked(billing: Billing, account: Account) -> None:
    billing.apply(SEED)
    less = SEED[: SEED.index("      yearly")]

    billing.apply(less)
    assert account.price("pro.yearly")["active"]
    billing.apply(less, "--prune")
    assert not account.price("pro.yearly")["active"]
    assert account.price("pro.monthly")["active"]
    assert billing.plan(less, "--prune")["changes"] == []

    billing.apply(SEED)
    assert account.price("pro.yearly")["active"], "it is revived, not made again"
    assert len(account.prices()) == 2


def test_pruning_a_product_archives_it_and_its_prices(billing: Billing, account: Account) -> None:
    other = "  other:\n    name: Other\n    prices:\n      once: {unit_amount: 100}\n"
    billing.apply(SEED + other)
    only_other = SEED[: SEED.index("  pro:")] + other

    billing.apply(only_other, "--prune")

    assert not account.products()["pro"]["active"]
    assert not account.price("pro.yearly")["active"]
    assert account.price("other.once")["active"]
    assert billing.plan(only_other, "--prune")["changes"] == []


def test_prune_leaves_alone_what_carries_no_stamp_or_another_catalogs(billing: Billing, account: Account) -> None:
    billing.apply(SEED.replace("catalog: keymap", "catalog: other"))
    account.post("/v1/products", id="handmade", name="Handmade")
    mine = SEED.replace("  pro:", "  basic:")

    billing.apply(mine, "--prune")

    assert account.products()["handmade"]["active"]
    assert account.products()["pro"]["active"]
    assert account.price("pro.monthly")["active"]


def test_targets_are_all_that_is_touched(billing: Billing, account: Account) -> None:
    billing.apply(SEED)
    text = SEED.replace("name: Pro", "name: Pro+").replace("1500,", "1600,").replace("15000", "16000")

    billing.apply(text, "--target", "pro.yearly")

    assert account.products()["pro"]["name"] == "Pro"
    assert account.price("pro.monthly")["unit_amount"] == 1500
    assert account.price("pro.yearly")["unit_amount"] == 16000
    billing.apply(text, "--target", "pro")
    assert account.products()["pro"]["name"] == "Pro+"
    assert account.price("pro.monthly")["unit_amount"] == 1600


def test_a_target_that_is_not_in_the_file_is_refused_with_the_nearest_that_is(billing: Billing) -> None:
    billing.write(SEED)

    ran = billing("catalog", "apply", "--local", "--target", "pro.montly")

    assert ran.code == 2
    assert "did you mean pro.monthly?" in ran.err


def test_a_renamed_price_key_with_its_lookup_key_kept_is_the_same_price(billing: Billing, account: Account) -> None:
    billing.apply(SEED)
    first = account.price("pro.yearly")["id"]

    billing.apply(
        SEED.replace(f"yearly: {YEARLY}", "annual: {unit_amount: 15000, recurring: year, lookup_key: pro.yearly}")
    )

    assert account.price("pro.yearly")["id"] == first
    assert account.price("pro.yearly")["metadata"]["billing_key"] == "pro.annual"
    assert len(account.prices()) == 2


def test_two_prices_can_swap_their_lookup_keys(billing: Billing, account: Account) -> None:
    billing.apply(SEED)
    monthly, yearly = account.price("pro.monthly")["id"], account.price("pro.yearly")["id"]
    text = SEED.replace("recurring: month", "recurring: month, lookup_key: pro.yearly")

    billing.apply(text.replace("recurring: year", "recurring: year, lookup_key: pro.monthly"))

    assert account.price("pro.yearly")["id"] == monthly
    assert account.price("pro.monthly")["id"] == yearly
    assert billing.plan()["changes"] == []


def result_of(ran: Any, key: str) -> Any:
    [change] = [change for change in ran.json["changes"] if change["key"] == key]
    return change


def test_apply_as_json_says_what_became_of_each_change(billing: Billing, account: Account) -> None:
    billing.write(SEED)

    ran = billing.ok("catalog", "apply", "--local", "--output", "json")

    assert set(ran.json) == {"catalog", "account", "changes", "livemode", "unmanaged", "notes", "summary"}
    result = result_of(ran, "pro.monthly")
    assert result["id"] == account.price("pro.monthly")["id"]
    assert (result["status"], result["error"]) == ("done", None)
    assert ran.json["summary"] == {"create": 3, "update": 0, "replace": 0, "archive": 0, "unchanged": 0}


def test_apply_as_json_says_which_of_the_changes_that_are_not_done_have_begun(
    billing: Billing, account: Account
) -> None:
    """The product is made, and the default price that it waits for is not."""
    billing.write(SEED)
    faults = Faults([Fault.parse("403 before * POST /v1/prices")])
    billing.wrap.append(lambda inner: FaultyTransport(inner, faults))  # type: ignore[arg-type]

    ran = billing("catalog", "apply", "--local", "--output", "json")

    assert ran.code == 1
    product, *prices = ran.json["changes"]
    assert (product["status"], product["begun"], product["id"]) == ("skipped", True, "pro")
    assert [(price["begun"], price["id"]) for price in prices] == [(False, None)] * 2
    assert set(account.products()) == {"pro"}


def test_apply_can_print_only_the_ids(billing: Billing, account: Account) -> None:
    billing.write(SEED)

    ran = billing.ok("catalog", "apply", "--local", "--output", "id")

    assert ran.out.split() == ["pro", account.price("pro.monthly")["id"], account.price("pro.yearly")["id"]]


def test_a_key_renamed_on_an_adopted_price_that_was_replaced_since_makes_no_duplicate(
    billing: Billing, account: Account
) -> None:
    account.post("/v1/products", id="pro", name="Pro")
    old = account.post("/v1/prices", product="pro", currency="usd", unit_amount=1000, recurring={"interval": "month"})
    text = SEED.replace("name: Pro", "name: Pro\n    id: pro").replace(
        "monthly: {unit_amount", f"monthly: {{id: {old['id']}, unit_amount"
    )
    billing.apply(text)
    new = account.price("pro.monthly")

    billing.apply(text.replace("monthly", "basic"))

    assert new["id"] != old["id"]
    assert account.price("pro.basic")["id"] == new["id"]
    assert sorted(price["lookup_key"] for price in account.prices() if price["active"]) == ["pro.basic", "pro.yearly"]
    assert billing.plan()["changes"] == []
