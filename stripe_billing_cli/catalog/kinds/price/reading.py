"""Asking a large account for the prices of a file, where reading all there are would take more calls.

A list of prices can be had of one product, or by ten lookup keys. Where the file has many products, nearly all prices
are had by their lookup keys. What these cannot show is a price without its key that bears the catalog's mark: of a
replacement that was cut off, the old price stays active, and has lost its key to the new one. Stripe's search finds
those by the mark. It lags behind, so nothing is decided by what it says: what it finds is read, and a product of which
it does not know the price that the lookup key led to is asked for its prices.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from stripe_billing_cli.catalog.account_reader import AccountReader, batches, by_id, calls_for
from stripe_billing_cli.catalog.ownership import CATALOG, stamp_of
from stripe_billing_cli.stripe_api.client import Object

LOOKUP_KEYS_A_CALL = 10
"""https://docs.stripe.com/api/prices/list, `lookup_keys`."""
MANY_PRODUCTS = 100
"""Up to so many products are asked one by one all the same: a product's list shows what somebody made by hand, too."""
SPARE_PAGES = 3
"""What a search may find beyond the entries of the file: prices that left it and are still on sale."""


@dataclass(frozen=True)
class WantedPrice:
    """A price of the file: the key of its entry, its product's id, and its lookup key."""

    key: str
    product: str
    lookup_key: str | None


@dataclass(frozen=True)
class Asking:
    """How a large account is asked for the prices of a file: those of `products`, which it has, are there perhaps."""

    path: str
    listed: Mapping[str, Any]
    products: Sequence[str]
    wanted: Sequence[WantedPrice]

    @property
    def calls(self) -> int:
        """Return about how many calls it takes."""
        new = sum(one.product not in self._there for one in self.wanted)
        by_product = len(self.products) + calls_for(new, LOOKUP_KEYS_A_CALL)
        return max(1, min(by_product, self._calls_by_key) if self._has_many_products else by_product)

    def prices(self, reader: AccountReader, swept: Mapping[str, Object]) -> dict[str, Object]:
        """Return the prices of the file, and those that hold lookup keys which it wants. `swept` are read already."""
        if not self._has_many_products or self._calls_by_key >= len(self.products):
            return self._by_product(reader, self.products, swept)
        by_key = self._by_key(reader, swept)
        marked = reader.search(self.path, self._query(reader), pages_at_most=calls_for(len(self.wanted)) + SPARE_PAGES)
        if marked is None or reader.catalog is None:
            return by_key | self._by_product(reader, self.products, {**swept, **by_key})
        known = {**swept, **by_key}
        found = by_key | self._by_ids(reader, marked - known.keys())
        doubtful = self._unsettled(reader.catalog, {**swept, **found}, marked)
        return found | self._by_product(reader, doubtful, {**swept, **found})

    @property
    def _there(self) -> set[str]:
        return set(self.products)

    @property
    def _has_many_products(self) -> bool:
        return len(self.products) > MANY_PRODUCTS

    @property
    def _calls_by_key(self) -> int:
        keys = sum(one.lookup_key is not None for one in self.wanted)
        without = {one.product for one in self.wanted if one.lookup_key is None} & self._there
        return calls_for(keys, LOOKUP_KEYS_A_CALL) + calls_for(len(self.wanted)) + len(without)

    def _query(self, reader: AccountReader) -> str:
        return f"active:'true' AND metadata['{CATALOG}']:'{reader.catalog}'"

    def _by_product(
        self, reader: AccountReader, products: Sequence[str], known: Mapping[str, Object]
    ) -> dict[str, Object]:
        """Return the prices of products, and those that hold lookup keys which none of the known ones has."""
        lists = reader.each(lambda product: reader.of_parent(self.path, {**self.listed, "product": product}), products)
        found = by_id(price for prices in lists for price in prices)
        return found | self._by_key(reader, {**known, **found})

    def _by_key(self, reader: AccountReader, known: Mapping[str, Object]) -> dict[str, Object]:
        have = {price["lookup_key"] for price in known.values()}
        keys = sorted({one.lookup_key for one in self.wanted if one.lookup_key is not None} - have)
        pages = reader.each(
            lambda some: reader.page(self.path, {**self.listed, "lookup_keys": some})[0],
            batches(keys, LOOKUP_KEYS_A_CALL),
        )
        return by_id(price for page in pages for price in page)

    def _by_ids(self, reader: AccountReader, ids: Collection[str]) -> dict[str, Object]:
        expanded = {"expand": [name.removeprefix("data.") for name in self.listed["expand"]]}
        read = reader.each(lambda one: reader.one(f"{self.path}/{one}", expanded), sorted(ids))
        return by_id(price for price in read if price)

    def _unsettled(self, catalog: str, known: Mapping[str, Object], marked: Collection[str]) -> list[str]:
        """Return the products of prices of which more may be there than is known: of entries whose lookup key leads to
        no price of theirs that is on sale and the search knows."""
        holders = {price["lookup_key"]: price for price in known.values() if price["lookup_key"]}

        def settled(one: WantedPrice) -> bool:
            holder = holders.get(one.lookup_key) if one.lookup_key else None
            if holder is None or holder["id"] not in marked:
                return False
            stamp = stamp_of(holder)
            return stamp is not None and (stamp.catalog, stamp.key) == (catalog, one.key)

        return sorted({one.product for one in self.wanted if not settled(one)} & self._there)
