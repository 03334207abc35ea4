"""The reading of a file's prices out of an account of unknown size: all there are, or those that are asked for.

A list of prices can be had of one product, by ten lookup keys, or by creation time; of no ids. Nearly all prices of a
file are had by their lookup keys. What these cannot show is a price without its key that bears the catalog's mark:
what the file wants without one, and, of a replacement that was cut off, the old price, which stays active and has lost
its key to the new one. Stripe's search finds those by the mark. It lags behind, so nothing is decided by what it says:
what it finds is read, and a product of which it does not know the price that is there is asked for its prices.

Before each step the list is swept on for as many calls as the step takes, unless it looks far longer: so reading costs
at most twice the cheaper of sweeping and asking.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from stripe_billing_cli.catalog.account_reader import AccountReader, ReadResult, batches, by_id, calls_for
from stripe_billing_cli.catalog.long_list import WORTH_GUESSING, LongList, seconds_a_page
from stripe_billing_cli.catalog.made_at import pages_for, read_stretch, stretches
from stripe_billing_cli.catalog.ownership import CATALOG, stamp_of
from stripe_billing_cli.stripe_api.objects.catalog import Price as StripePrice
from stripe_billing_cli.stripe_api.objects.common import DatedObject, Reference
from stripe_billing_cli.stripe_api.references import id_of

LOOKUP_KEYS_A_CALL = 10
"""https://docs.stripe.com/api/prices/list, `lookup_keys`."""
SPARE_PAGES = 6
"""Pages that a sweep in several places may take beyond those that are full."""
SPARE_SEARCH_PAGES = 3
"""Pages that a search may find beyond the entries of the file: prices that left it and are still on sale."""
SPARE_CALLS = 3
"""Calls that reading the products, and a guess, may take beyond those of asking."""


class FoundPrice(DatedObject):
    """A price that Stripe's search found, which is not completed: only these fields are read of it."""

    product: Reference


@dataclass(frozen=True)
class FilePrice:
    """A price of the file: the key of its entry, its product's id, and its lookup key."""

    key: str
    product: str
    lookup_key: str | None


@dataclass(frozen=True)
class PriceQuery:
    """A query of a large account for a file's prices; only of `products`, which it has, may prices be there."""

    path: str
    list_params: Mapping[str, Any]
    products: Sequence[str]
    file_prices: Sequence[FilePrice]

    def read(self, reader: AccountReader) -> ReadResult[StripePrice]:
        """Return the prices of the file, and those that hold lookup keys which it wants; all there are, where that is
        no dearer."""
        price_list = reader.long_list(StripePrice, self.path, self.list_params, expected_count=len(self.file_prices))
        at_least = max(1, min(self._calls_by_product, self._calls_by_key + self._search_pages))
        if price_list.read_to(min(calls_for(len(self.file_prices)) + SPARE_PAGES, at_least)):
            return ReadResult(price_list.objects)
        prices = self._ask(reader, price_list)
        return ReadResult(price_list.objects | prices, price_list.complete)

    def _ask(self, reader: AccountReader, price_list: LongList[StripePrice]) -> dict[str, StripePrice]:
        """Return the prices that are asked for beside the list; none where the list comes to its end before."""
        search_results = None
        if self._calls_by_product > self._calls_by_key + self._search_pages and reader.catalog is not None:
            search_results = reader.search(
                FoundPrice, self.path, self._query(reader), pages_at_most=self._search_pages + SPARE_SEARCH_PAGES
            )
        if search_results is None or reader.catalog is None:
            if price_list.read_to(self._calls_by_product - SPARE_CALLS):
                return {}
            return self._by_product(reader, self.products, price_list.objects)
        if price_list.read_to(self._calls_by_key - self._search_pages - SPARE_CALLS):
            return {}
        prices = self._by_key(reader, price_list.objects)
        prices_so_far = price_list.objects | prices
        new_results = {key: one for key, one in search_results.items() if key not in prices_so_far}
        prices |= self._read_search_results(reader, price_list, prices_so_far, new_results)
        doubtful_products = self._find_doubtful_products(reader.catalog, price_list.objects | prices, search_results)
        if price_list.complete or (
            len(doubtful_products) > WORTH_GUESSING and price_list.read_to(price_list.pages + len(doubtful_products))
        ):
            return {}
        return prices | self._by_product(reader, doubtful_products, price_list.objects | prices)

    @property
    def _product_ids(self) -> set[str]:
        return set(self.products)

    @property
    def _calls_by_product(self) -> int:
        new = sum(one.product not in self._product_ids for one in self.file_prices)
        return len(self.products) + calls_for(new, LOOKUP_KEYS_A_CALL)

    @property
    def _calls_by_key(self) -> int:
        return calls_for(sum(one.lookup_key is not None for one in self.file_prices), LOOKUP_KEYS_A_CALL)

    @property
    def _search_pages(self) -> int:
        return calls_for(len(self.file_prices))

    def _query(self, reader: AccountReader) -> str:
        return f"active:'true' AND metadata['{CATALOG}']:'{reader.catalog}'"

    def _by_product(
        self, reader: AccountReader, products: Sequence[str], prices_so_far: Mapping[str, StripePrice]
    ) -> dict[str, StripePrice]:
        """Return the prices of products, and those that hold lookup keys which none of the prices so far has."""
        lists = reader.each(
            lambda product: reader.of_parent(StripePrice, self.path, {**self.list_params, "product": product}), products
        )
        product_prices = by_id(price for prices in lists for price in prices)
        return product_prices | self._by_key(reader, {**prices_so_far, **product_prices})

    def _by_key(self, reader: AccountReader, prices_so_far: Mapping[str, StripePrice]) -> dict[str, StripePrice]:
        lookup_keys = {price["lookup_key"] for price in prices_so_far.values()}
        keys = sorted({one.lookup_key for one in self.file_prices if one.lookup_key is not None} - lookup_keys)
        pages = reader.each(
            lambda batch: reader.page(StripePrice, self.path, {**self.list_params, "lookup_keys": batch})[0],
            batches(keys, LOOKUP_KEYS_A_CALL),
        )
        return by_id(price for page in pages for price in page)

    def _read_search_results(
        self,
        reader: AccountReader,
        price_list: LongList[StripePrice],
        prices_so_far: Mapping[str, StripePrice],
        search_results: Mapping[str, FoundPrice],
    ) -> dict[str, StripePrice]:
        """Return the search results that were not read yet, by when they were made, or as prices of their products."""
        creation_times = {key: one["created"] for key, one in search_results.items()}
        products = sorted({id_of(one["product"]) for one in search_results.values()})
        pages = pages_for(creation_times, seconds_a_page(price_list.newest))
        calls = min(pages, len(products))
        if calls > WORTH_GUESSING and price_list.read_to(price_list.pages + calls):
            return {}
        if len(products) < pages:
            return self._by_product(reader, products, prices_so_far)
        expansion = {"expand": [name.removeprefix("data.") for name in self.list_params["expand"]]}
        parts = reader.each(
            lambda part: read_stretch(
                part,
                lambda within: reader.page(StripePrice, self.path, {**self.list_params, **within}),
                lambda one: reader.one(StripePrice, f"{self.path}/{one}", expansion),
            ),
            stretches(creation_times),
        )
        return by_id(price for part in parts for price in part)

    def _find_doubtful_products(
        self, catalog: str, prices_so_far: Mapping[str, StripePrice], search_results: Collection[str]
    ) -> list[str]:
        """Return the products of which the account may have more prices of the file than were read: those with an entry
        of which the search found no price that is on sale and its own, by the lookup key where the file gives one."""
        holders = {price["lookup_key"]: price for price in prices_so_far.values() if price["lookup_key"]}
        on_sale: dict[str, list[StripePrice]] = defaultdict(list)
        for price in prices_so_far.values():
            stamp = stamp_of(price)
            if stamp and stamp.catalog == catalog and price["active"]:
                on_sale[stamp.key].append(price)

        def is_settled(one: FilePrice) -> bool:
            own_prices = [price for price in on_sale[one.key] if price["id"] in search_results]
            if one.lookup_key is None:
                return bool(own_prices)
            return any(price is holders.get(one.lookup_key) for price in own_prices)

        return sorted({one.product for one in self.file_prices if not is_settled(one)} & self._product_ids)
