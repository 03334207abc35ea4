"""What Stripe holds of a catalog now. The only reader of products and prices.

A list gives 100 objects a call, so the cheapest way depends on how much there is. A small account is read
whole. In a large one, either the prices of all products are swept, or each product's are asked for: whichever
costs less for this catalog. Nothing is decided from Stripe's search, which lags behind writes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

from stripe_billing_cli.catalog.entries import Catalog
from stripe_billing_cli.catalog.parallel_pages import Sweep
from stripe_billing_cli.stripe_api.client import PAGE, Object, StripeApi
from stripe_billing_cli.stripe_api.errors import ObjectMissing, PermissionMissing, UnsupportedCallError
from stripe_billing_cli.stripe_api.threads import side_by_side

LOOKUP_KEYS_A_CALL = 10
"""https://docs.stripe.com/api/prices/list, `lookup_keys`."""
WORTH_ASKING_EACH = 40
"""Up to this many calls, asking for each product's prices beats a sweep of an account of unknown size."""
AT_ONCE = 12

Asked = TypeVar("Asked")
Read = TypeVar("Read")


@dataclass(frozen=True)
class Snapshot:
    """`products` and `prices` by id, as Stripe answers them, prices with tiers and currency options.

    `complete` says whether these are all of the account's, or only those that concern the catalog.
    """

    account: str | None
    livemode: bool
    products: Mapping[str, Object] = field(default_factory=dict)
    prices: Mapping[str, Object] = field(default_factory=dict)
    complete: bool = True


def read(api: StripeApi, catalog: Catalog, *, whole: bool = False) -> Snapshot:
    """Everything in the account that bears on this catalog; with `whole`, everything there is.

    Raises `StripeFailure`.
    """
    with side_by_side(AT_ONCE) as pool:
        reader = Reader(api, catalog, pool)
        account = pool.submit(account_id, api)
        products = pool.submit(reader.products, whole)
        prices = reader.prices(whole)
        found, all_products = products.result()
        reader.add_adopted(prices.found)
        return Snapshot(
            account=account.result(),
            livemode=api.livemode,
            products=found,
            prices=prices.found,
            complete=all_products and prices.complete,
        )


def expansions(catalog: Catalog) -> list[str]:
    """What a price must be asked for beyond its plain fields. The tiers of a currency have to be named one by one."""
    tiered = {
        currency
        for product in catalog.products
        for price in product.prices
        for currency, option in price.currency_options.items()
        if option.tiers
    }
    return ["tiers", "currency_options", *(f"currency_options.{currency}.tiers" for currency in sorted(tiered))]


def account_id(api: StripeApi) -> str | None:
    """The account's id, or None where the key may not read it, or the server does not have it."""
    try:
        return str(api.account()["id"])
    except (PermissionMissing, UnsupportedCallError):
        return None


def subscriptions_on(api: StripeApi, price_ids: Iterable[str]) -> dict[str, int | None]:
    """How many subscriptions that are not canceled have each price; None where the key may not know."""
    with side_by_side(AT_ONCE) as pool:
        ids = list(price_ids)
        return dict(zip(ids, pool.map(lambda price_id: _subscriptions(api, price_id), ids), strict=True))


def _subscriptions(api: StripeApi, price_id: str) -> int | None:
    try:
        return sum(len(page) for page in api.pages("/v1/subscriptions", {"price": price_id}))
    except PermissionMissing:
        return None


@dataclass(frozen=True)
class Prices:
    found: dict[str, Object]
    complete: bool


class Reader:
    """The reads of one snapshot, side by side in `pool`."""

    def __init__(self, api: StripeApi, catalog: Catalog, pool: ThreadPoolExecutor) -> None:
        self._api = api
        self._catalog = catalog
        self._pool = pool
        self._expanded = expansions(catalog)

    def products(self, whole: bool) -> tuple[dict[str, Object], bool]:
        """The catalog's products and as many others as a list of about that length shows; and whether that is all."""
        ids = {product.id for product in self._catalog.products}
        budget = _calls(len(ids), PAGE) + 2
        found: dict[str, Object] = {}
        for number, page in enumerate(self._api.pages("/v1/products", {}), 1):
            found |= {product["id"]: product for product in page}
            if len(page) == PAGE and number >= budget and not whole:
                break
        else:
            return found, True
        missing = sorted(ids - found.keys())
        for page in self._each(_batches(missing, PAGE), self._products_by_id):
            found |= {product["id"]: product for product in page}
        return found, False

    def prices(self, whole: bool) -> Prices:
        wanted = sum(len(product.prices) for product in self._catalog.products)
        by_product = len(self._catalog.products) + _calls(wanted, LOOKUP_KEYS_A_CALL)
        small = by_product <= WORTH_ASKING_EACH
        sweep = Sweep(self._price_page, expected=wanted, pages_at_most=None if whole else 1 if small else by_product)
        found = {price["id"]: price for price in sweep.run(self._pool)}
        if sweep.finished:
            return Prices(found, True)
        for prices in self._each([product.id for product in self._catalog.products], self._prices_of):
            found |= {price["id"]: price for price in prices}
        keys = sorted({price.lookup_key for product in self._catalog.products for price in product.prices})
        for prices in self._each(_batches(keys, LOOKUP_KEYS_A_CALL), self._prices_by_lookup_key):
            found |= {price["id"]: price for price in prices}
        return Prices(found, False)

    def add_adopted(self, found: dict[str, Object]) -> None:
        """The prices that the file adopts by id and that are still missing, whosever they are."""
        wanted = (price.adopted_id for product in self._catalog.products for price in product.prices)
        missing = [price_id for price_id in wanted if price_id and price_id not in found]
        for price in self._each(missing, self._price):
            if price is not None:
                found[price["id"]] = price

    def _price_page(self, params: Mapping[str, Any]) -> tuple[list[Object], bool]:
        return self._api.page("/v1/prices", {**self._listed(), **params})

    def _products_by_id(self, ids: list[str]) -> list[Object]:
        return self._api.page("/v1/products", {"ids": ids})[0]

    def _prices_of(self, product_id: str) -> list[Object]:
        """All prices of a product; none where there is no such product, which Stripe takes for a wrong parameter."""
        pages = self._api.pages("/v1/prices", {**self._listed(), "product": product_id})
        try:
            return [price for page in pages for price in page]
        except ObjectMissing:
            return []

    def _prices_by_lookup_key(self, keys: list[str]) -> list[Object]:
        return self._price_page({"lookup_keys": keys})[0]

    def _price(self, price_id: str) -> Object | None:
        try:
            return self._api.get(f"/v1/prices/{price_id}", {"expand": self._expanded})
        except ObjectMissing:
            return None

    def _listed(self) -> dict[str, list[str]]:
        return {"expand": [f"data.{name}" for name in self._expanded]}

    def _each(self, asked: Iterable[Asked], read_one: Callable[[Asked], Read]) -> list[Read]:
        futures = [self._pool.submit(read_one, one) for one in asked]
        return [future.result() for future in futures]


def _calls(objects: int, a_call: int) -> int:
    return -(-objects // a_call)


def _batches(ids: list[str], size: int) -> list[list[str]]:
    return [ids[start : start + size] for start in range(0, len(ids), size)]
