"""A catalog in an account with far more than the catalog: only a part of it is read, and nothing is missed."""

from __future__ import annotations

from typing import Any

import pytest

from stripe_billing_cli.catalog import account_reader, parallel_pages
from stripe_billing_cli.local_stripe.core.store import Store
from stripe_billing_cli.stripe_api import client
from tests.conftest import Account, Billing

FOREIGN = 60
CATALOG = """\
version: 1
catalog: keymap
currency: usd
products:
  pro:
    name: Pro
    default_price: monthly
    prices:
      monthly: {unit_amount: 1500, recurring: month}
      yearly: {unit_amount: 15000, recurring: year}
  team:
    name: Team
    prices:
      monthly: {unit_amount: 900, recurring: month}
"""


@pytest.fixture
def crowded(billing: Billing, account: Account, monkeypatch: pytest.MonkeyPatch) -> Billing:
    """The catalog applied, then 60 products and 60 prices of somebody else's, newer; pages are of five."""
    billing.apply(CATALOG)
    product = account.post("/v1/products", id="foreign", name="Foreign")
    price = account.post("/v1/prices", product="foreign", unit_amount=1, currency="usd")

    def copies(held: dict[str, Any], **more: str) -> list[dict[str, Any]]:
        named = ({key: value.format(number) for key, value in more.items()} for number in range(FOREIGN))
        return [{**held, **own, "created": held["created"] + 1 + number} for number, own in enumerate(named)]

    store = Store(billing.directory / ".billing" / "local.db")
    store.insert_many("product", copies(product, id="foreign_{}"))
    store.insert_many("price", copies({**price, "lookup_key": None}, id="price_foreign{}", product="foreign_{}"))
    store.close()
    for module in (client, parallel_pages, account_reader):
        monkeypatch.setattr(module, "PAGE", 5)
    return billing


def test_the_catalog_is_found_without_reading_all(crowded: Billing) -> None:
    ran = crowded.ok("catalog", "plan", "--local", "--check", "--verbose")

    assert ran.out.startswith("No changes.")
    assert "of what was read of this large account" in ran.out
    reads = [line for line in ran.err.splitlines() if line.startswith("GET /v1/prices")]
    assert len(reads) <= 4, "a page, one call a product, one for the lookup keys"


def test_changes_are_seen_and_made_as_in_a_small_account(crowded: Billing, account: Account) -> None:
    account.post("/v1/products/team", active=False)
    crowded.write(CATALOG.replace("1500,", "2000,").replace("Pro\n", "Professional\n"))

    plan = crowded.plan()
    assert [(change["action"], change["key"]) for change in plan["changes"]] == [
        ("update", "pro"),
        ("replace", "pro.monthly"),
        ("update", "team"),
    ]
    crowded.ok("catalog", "apply", "--local")
    assert crowded.plan()["changes"] == []


def test_a_lookup_key_that_a_foreign_price_holds_is_found(crowded: Billing, account: Account) -> None:
    account.post("/v1/prices/price_foreign0", lookup_key="team.yearly")
    crowded.write(CATALOG + "      yearly: {unit_amount: 9000, recurring: year}\n")

    ran = crowded("catalog", "plan", "--local")

    assert ran.code == 2
    assert "price_foreign0 of product foreign_0, which no catalog owns" in ran.err


def test_a_foreign_product_and_its_price_are_adopted_by_id(crowded: Billing, account: Account) -> None:
    crowded.write(
        CATALOG + "  old:\n    id: foreign_0\n    name: Old\n    prices: {once: {id: price_foreign0, unit_amount: 1}}\n"
    )

    crowded.ok("catalog", "apply", "--local")

    assert account.api.get("/v1/prices/price_foreign0")["metadata"]["billing_key"] == "old.once"
    assert crowded.plan()["changes"] == []


def test_an_id_of_another_products_price_is_refused_though_its_product_was_not_read(crowded: Billing) -> None:
    crowded.write(CATALOG + "      once: {id: price_foreign0, unit_amount: 1}\n")

    ran = crowded("catalog", "plan", "--local")

    assert ran.code == 2
    assert "adopts price_foreign0, a price of product foreign_0 and not of team" in ran.err


def test_prune_reads_all_there_is(crowded: Billing) -> None:
    crowded.write(CATALOG.replace("      yearly: {unit_amount: 15000, recurring: year}\n", ""))

    ran = crowded.ok("catalog", "plan", "--local", "--prune", "--output", "json")

    assert [(change["action"], change["key"]) for change in ran.json["changes"]] == [("archive", "pro.yearly")]
    assert len(ran.json["unmanaged"]) == 2 * (FOREIGN + 1)


def test_products_that_are_not_there_yet_are_made(crowded: Billing) -> None:
    """Stripe refuses a list of the prices of a product that there is not, as any unknown id in a parameter."""
    crowded.write(
        f"{CATALOG}  extra:\n    name: Extra\n    prices:\n      monthly: {{unit_amount: 100, recurring: month}}\n"
    )

    assert [(change["action"], change["key"]) for change in crowded.plan()["changes"]] == [
        ("create", "extra"),
        ("create", "extra.monthly"),
    ]
    crowded.ok("catalog", "apply", "--local")
    assert crowded.plan()["changes"] == []
