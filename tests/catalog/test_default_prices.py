"""A product's default price: set, unset, moved, and following its replacement."""

from __future__ import annotations

import pytest

from tests.catalog.catalogs import SEED
from tests.conftest import Account, Billing


def test_a_default_price_moves_where_the_file_says(billing: Billing, account: Account) -> None:
    billing.apply(SEED)

    billing.apply(SEED.replace("default_price: monthly", "default_price: yearly"))

    assert account.products()["pro"]["default_price"] == account.price("pro.yearly")["id"]


def test_a_default_price_that_the_file_leaves_out_is_unset(billing: Billing, account: Account) -> None:
    billing.apply(SEED)

    [change] = billing.plan(SILENT)["changes"]
    ran = billing.apply(SILENT)

    assert change["fields"] == {"default_price": {"from": "pro.monthly", "to": None}}
    assert "default_price: pro.monthly → none" in ran.out
    assert account.products()["pro"]["default_price"] is None
    assert billing.plan()["changes"] == []


SILENT = SEED.replace("    default_price: monthly\n", "")


@pytest.mark.parametrize(
    "text",
    [
        SILENT.replace("{unit_amount: 1500,", "{active: false, unit_amount: 1500,"),
        SILENT.replace("{unit_amount: 1500,", "{active: false, unit_amount: 1700,"),
        SILENT.replace("1500,", "1700,"),
        SILENT.replace("name: Pro", "name: Pro\n    active: false"),
        SEED.replace("name: Pro", "name: Pro\n    active: false").replace("1500,", "1700,"),
        SILENT.replace("      monthly: {unit_amount: 1500, recurring: month}\n", ""),
        SILENT.replace("monthly:", "monatlich:"),
    ],
)
def test_a_plan_converges_whatever_becomes_of_the_default_price(billing: Billing, account: Account, text: str) -> None:
    billing.apply(SEED)

    billing.apply(text)

    assert billing("catalog", "plan", "--local", "--check").code == 0
    assert billing("catalog", "plan", "--local", "--check", "--prune").code in (0, 3)
    billing.apply(text, "--prune")
    assert billing("catalog", "plan", "--local", "--check", "--prune").code == 0
    assert [price["lookup_key"] for price in account.prices() if not price["active"]] != ["pro.yearly"]


def test_a_default_price_follows_its_replacement_where_the_product_is_not_meant(
    billing: Billing, account: Account
) -> None:
    billing.apply(SEED)

    billing.apply(SILENT.replace("1500,", "1700,"), "--target", "pro.monthly")

    assert account.products()["pro"]["default_price"] == account.price("pro.monthly")["id"]


def test_what_cannot_be_written_is_neither_planned_nor_done(billing: Billing, account: Account) -> None:
    billing.apply(SEED)
    billing.write(SILENT.replace("{unit_amount: 1500,", "{active: false, nickname: Old, unit_amount: 1500,"))
    target = ("--local", "--target", "pro.monthly")

    [change] = billing.ok("catalog", "plan", *target, "-o", "json").json["changes"]
    first = billing.ok("catalog", "apply", *target)
    again = billing.ok("catalog", "apply", *target)

    assert list(change["fields"]) == ["nickname"]
    assert "Done: 1 change applied. The notes say what stays." in first.out
    assert again.out == "No changes to make (1 unchanged); the notes say what stays.\n"
    assert "stays active: it is the default price of product pro" in again.err
    [note] = billing.ok("catalog", "plan", *target, "-o", "json").json["notes"]
    assert (note["key"], note["location"]["line"]) == ("pro.monthly", 8)
    assert billing("catalog", "plan", *target, "--check").code == 0


def test_the_default_price_can_be_archived_in_the_same_run_that_moves_the_default(
    billing: Billing, account: Account
) -> None:
    billing.apply(SEED)
    text = SEED.replace("default_price: monthly", "default_price: yearly")

    billing.apply(
        text.replace("{unit_amount: 1500, recurring: month}", "{unit_amount: 1500, recurring: month, active: false}")
    )

    assert account.price("pro.monthly")["active"] is False
    assert billing.plan()["changes"] == []


def test_a_pruned_products_default_price_is_not_said_to_be_prunable(billing: Billing, account: Account) -> None:
    """Stripe archives no default price: with its product archived, there is nothing left to do."""
    billing.apply(SEED)
    billing.write("version: 1\ncatalog: keymap\n")
    billing.ok("catalog", "apply", "--local", "--yes", "--prune")

    plan = billing.ok("catalog", "plan", "--local")

    assert account.price("pro.monthly")["active"]
    assert "--prune" not in plan.out
    assert billing.plan()["unmanaged"] == []


def test_a_default_price_is_unset_and_pruned_in_one_run(billing: Billing, account: Account) -> None:
    billing.apply(SEED)

    ran = billing.apply(SILENT.replace("      monthly: {unit_amount: 1500, recurring: month}\n", ""), "--prune")

    assert not account.price("pro.monthly")["active"]
    assert "Note" not in ran.err


def test_the_default_price_of_another_catalogs_product_is_not_pruned_and_the_user_is_told(
    billing: Billing, account: Account
) -> None:
    billing.apply(SEED)
    account.post("/v1/products/pro", metadata={"billing_catalog": "other"})

    ran = billing.apply("version: 1\ncatalog: keymap\n", "--prune")

    assert account.price("pro.monthly")["active"]
    assert "Name another `default_price`" in ran.err
