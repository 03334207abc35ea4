"""A catalog in an account with far more than the catalog: only a part of it is read, and nothing is missed."""

from __future__ import annotations

from typing import Any

import pytest

from stripe_billing_cli.catalog import account_reader, long_list, made_at, parallel_pages
from stripe_billing_cli.catalog.kinds.price import reading
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
def crowded_account(billing: Billing, account: Account, monkeypatch: pytest.MonkeyPatch) -> Billing:
    """The catalog applied, then 60 products and 60 prices of somebody else's, newer; pages are of five."""
    billing.apply(CATALOG)
    product = account.post("/v1/products", id="foreign", name="Foreign")
    price = account.post("/v1/prices", product="foreign", unit_amount=1, currency="usd")

    def copies(original: dict[str, Any], **more: str) -> list[dict[str, Any]]:
        params = ({key: value.format(number) for key, value in more.items()} for number in range(FOREIGN))
        return [{**original, **own, "created": original["created"] + 1 + number} for number, own in enumerate(params)]

    store = Store(billing.directory / ".billing" / "local.db")
    store.insert_many("product", copies(product, id="foreign_{}"))
    store.insert_many("price", copies({**price, "lookup_key": None}, id="price_foreign{}", product="foreign_{}"))
    store.close()
    for module in (client, parallel_pages, account_reader, long_list, made_at):
        monkeypatch.setattr(module, "PAGE", 5)
    return billing


def test_the_catalog_is_found_without_reading_all(crowded_account: Billing) -> None:
    ran = crowded_account.ok("catalog", "plan", "--local", "--check", "--verbose")

    assert ran.out.startswith("No changes.")
    assert "of what was read of this large account" in ran.out
    reads = [line for line in ran.err.splitlines() if line.startswith("GET /v1/prices")]
    assert len(reads) <= 4, "a page, one call a product, one for the lookup keys"


def test_changes_are_seen_and_made_as_in_a_small_account(crowded_account: Billing, account: Account) -> None:
    account.post("/v1/products/team", active=False)
    crowded_account.write(CATALOG.replace("1500,", "2000,").replace("Pro\n", "Professional\n"))

    plan = crowded_account.plan()
    assert [(change["action"], change["key"]) for change in plan["changes"]] == [
        ("update", "pro"),
        ("replace", "pro.monthly"),
        ("update", "team"),
    ]
    crowded_account.ok("catalog", "apply", "--local")
    assert crowded_account.plan()["changes"] == []


def test_a_lookup_key_that_a_foreign_price_holds_is_found(crowded_account: Billing, account: Account) -> None:
    account.post("/v1/prices/price_foreign0", lookup_key="team.yearly")
    crowded_account.write(CATALOG + "      yearly: {unit_amount: 9000, recurring: year}\n")

    ran = crowded_account("catalog", "plan", "--local")

    assert ran.code == 2
    assert "price_foreign0 of product foreign_0, which no catalog owns" in ran.err


def test_a_foreign_product_and_its_price_are_adopted_by_id(crowded_account: Billing, account: Account) -> None:
    crowded_account.write(
        CATALOG + "  old:\n    id: foreign_0\n    name: Old\n    prices: {once: {id: price_foreign0, unit_amount: 1}}\n"
    )

    crowded_account.ok("catalog", "apply", "--local")

    assert account.api.get("/v1/prices/price_foreign0")["metadata"]["billing_key"] == "old.once"
    assert crowded_account.plan()["changes"] == []


def test_an_id_of_another_products_price_is_refused_though_its_product_was_not_read(crowded_account: Billing) -> None:
    crowded_account.write(CATALOG + "      once: {id: price_foreign0, unit_amount: 1}\n")

    ran = crowded_account("catalog", "plan", "--local")

    assert ran.code == 2
    assert "adopts price_foreign0, a price of product foreign_0 and not of team" in ran.err


def test_prune_reads_all_there_is(crowded_account: Billing) -> None:
    crowded_account.write(CATALOG.replace("      yearly: {unit_amount: 15000, recurring: year}\n", ""))

    ran = crowded_account.ok("catalog", "plan", "--local", "--prune", "--output", "json")

    assert [(change["action"], change["key"]) for change in ran.json["changes"]] == [("archive", "pro.yearly")]
    assert len(ran.json["unmanaged"]) == 2 * (FOREIGN + 1)


def test_products_that_are_not_there_yet_are_made(crowded_account: Billing) -> None:
    """Stripe refuses a list of the prices of a product that there is not, as any unknown id in a parameter."""
    crowded_account.write(
        f"{CATALOG}  extra:\n    name: Extra\n    prices:\n      monthly: {{unit_amount: 100, recurring: month}}\n"
    )

    assert [(change["action"], change["key"]) for change in crowded_account.plan()["changes"]] == [
        ("create", "extra"),
        ("create", "extra.monthly"),
    ]
    crowded_account.ok("catalog", "apply", "--local")
    assert crowded_account.plan()["changes"] == []


class ManyProducts:
    """More products than keys take calls."""

    EACH = 30

    def catalog(self, amount: int = 100) -> str:
        products = (
            f"  p{number}:\n    name: P{number}\n    prices: {{m: {{unit_amount: {amount}, recurring: month}}}}\n"
            for number in range(self.EACH)
        )
        return "version: 1\ncatalog: keymap\ncurrency: usd\nproducts:\n" + "".join(products)

    @pytest.fixture
    def many(self, crowded_account: Billing, account: Account, monkeypatch: pytest.MonkeyPatch) -> Billing:
        """The older half of an account; lists of prices are of five."""
        monkeypatch.setattr(reading, "LOOKUP_KEYS_A_CALL", 5)
        crowded_account.apply(self.catalog())
        store = Store(crowded_account.directory / ".billing" / "local.db")
        newest = account.api.page("/v1/prices", {})[0][0]
        copies = [
            {**newest, "id": f"price_newer{number}", "created": newest["created"] + 1 + number, "lookup_key": None}
            for number in range(FOREIGN)
        ]
        store.insert_many("price", [{**one, "metadata": {}, "product": "foreign"} for one in copies])
        store.close()
        return crowded_account

    def reads(self, many: Billing) -> list[str]:
        """Return the reads of prices of a plan without changes."""
        ran = many.ok("catalog", "plan", "--local", "--check", "--verbose")
        return [line for line in ran.err.splitlines() if line.startswith("GET /v1/prices")]


class TestManyProducts(ManyProducts):
    """Their prices are had by lookup keys, and by the catalog's mark."""

    def test_prices_are_had_by_their_lookup_keys(self, many: Billing) -> None:
        assert len(self.reads(many)) < self.EACH

    def test_a_replacement_that_was_cut_off_is_completed(self, many: Billing, account: Account) -> None:
        [old] = account.api.page("/v1/prices", {"lookup_keys": ["p7.m"]})[0]
        account.post(
            "/v1/prices",
            **{name: old[name] for name in ("product", "currency", "unit_amount", "lookup_key", "metadata")},
            recurring={"interval": "month"},
            transfer_lookup_key=True,
        )

        [change] = many.plan()["changes"]

        assert (change["action"], change["key"], change["id"]) == ("archive", "p7.m", old["id"])
        many.ok("catalog", "apply", "--local")
        assert not account.api.get(f"/v1/prices/{old['id']}")["active"]

    def test_what_the_search_does_not_know_yet_is_asked_of_its_product(
        self, many: Billing, account: Account, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(account_reader.AccountReader, "search", lambda *args, **options: {})
        [old] = account.api.page("/v1/prices", {"lookup_keys": ["p7.m"]})[0]
        account.post(f"/v1/prices/{old['id']}", lookup_key="")

        assert [(change["action"], change["key"]) for change in many.plan()["changes"]] == [("update", "p7.m")]

    def test_without_a_search_each_product_is_asked(self, many: Billing, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(account_reader.AccountReader, "search", lambda *args, **options: None)

        assert len(self.reads(many)) >= self.EACH

    def test_a_lookup_key_that_somebody_took_away_is_seen(self, many: Billing, account: Account) -> None:
        account.post("/v1/prices/price_newer3", lookup_key="p7.m", transfer_lookup_key=True)

        ran = many("catalog", "plan", "--local")

        assert ran.code == 2 and "price_newer3" in ran.err


class TestWithoutLookupKeys(ManyProducts):
    """Prices that the file gives no lookup key: the search says when those with the catalog's mark were made."""

    def catalog(self, amount: int = 100) -> str:
        return super().catalog(amount).replace("month}", "month, lookup_key: null}")

    def test_prices_are_had_by_their_marks(self, many: Billing) -> None:
        assert many.plan()["changes"] == []

    def test_a_replacement_that_was_cut_off_is_completed(self, many: Billing, account: Account) -> None:
        old = self.price_of(account, "p7.m")
        account.post(
            "/v1/prices",
            **{name: old[name] for name in ("product", "currency", "unit_amount", "metadata")},
            recurring={"interval": "month"},
        )

        [change] = many.plan()["changes"]

        assert (change["action"], change["key"], change["id"]) == ("archive", "p7.m", old["id"])

    def test_what_the_search_does_not_know_yet_is_asked_of_its_product(
        self, many: Billing, account: Account, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        search = account_reader.AccountReader.search
        price_id = self.price_of(account, "p7.m")["id"]

        def late(*args: Any, **options: Any) -> dict[str, Any]:
            return {key: one for key, one in (search(*args, **options) or {}).items() if key != price_id}

        monkeypatch.setattr(account_reader.AccountReader, "search", late)

        assert many.plan()["changes"] == []

    def test_a_price_that_somebody_archived_is_seen(self, many: Billing, account: Account) -> None:
        old = self.price_of(account, "p7.m")
        account.post(f"/v1/prices/{old['id']}", active=False)

        [change] = many.plan()["changes"]

        assert (change["action"], change["key"], change["id"]) == ("update", "p7.m", old["id"])

    def price_of(self, account: Account, key: str) -> Any:
        prices = [one for page in account.api.pages("/v1/prices", {}) for one in page]
        [price] = [one for one in prices if one["metadata"].get("billing_key") == key]
        return price
