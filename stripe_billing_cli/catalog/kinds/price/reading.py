"""Reading the prices of a file out of an account of unknown size: all there are, or those that are asked for.

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

from stripe_billing_cli.catalog.account_reader import AccountReader, Reading, batches, by_id, calls_for
from stripe_billing_cli.catalog.long_list import WORTH_GUESSING, LongList, seconds_a_page
from stripe_billing_cli.catalog.made_at import pages_for, read_stretch, stretches
from stripe_billing_cli.catalog.ownership import CATALOG, stamp_of
from stripe_billing_cli.stripe_api.objects.catalog import Price as StripePrice
from stripe_billing_cli.stripe_api.objects.common import DatedObject, Reference
from stripe_billing_cli.stripe_api.references import id_of

LOOKUP_KEYS_A_CALL = 10
"""https://docs.stripe.com/api/prices/list, `lookup_keys`."""
SPARE_PAGES = 6
"""What a sweep in several places may take beyond the pages that are full."""
SPARE_SEARCH_PAGES = 3
"""What a search may find beyond the entries of the file: prices that left it and are still on sale."""
SPARE_CALLS = 3
"""What reading the products, and a guess, may take beyond what asking takes."""


class FoundPrice(DatedObject):
    """What is read of a price that Stripe's search found, which is not completed."""

    product: Reference


@dataclass(frozen=True)
class WantedPrice:
    """A price of the file: the key of its entry, its product's id, and its lookup key."""

    key: str
    product: str
    lookup_key: str | None


@dataclass(frozen=True)
class PriceQuery:
    """A query of a large account for a file's prices; only of `products`, which it has, may prices be there."""

    path: str
    listed: Mapping[str, Any]
    products: Sequence[str]
    wanted: Sequence[WantedPrice]

    def read(self, reader: AccountReader) -> Reading[StripePrice]:
        """Return the prices of the file, and those that hold lookup keys which it wants; all there are, where that is
        no dearer."""
        swept = reader.long_list(StripePrice, self.path, self.listed, expected=len(self.wanted))
        at_least = max(1, min(self._calls_by_product, self._calls_by_key + self._search_pages))
        if swept.read_to(min(calls_for(len(self.wanted)) + SPARE_PAGES, at_least)):
            return Reading(swept.objects)
        asked = self._ask(reader, swept)
        return Reading(swept.objects | asked, swept.complete)

    def _ask(self, reader: AccountReader, swept: LongList[StripePrice]) -> dict[str, StripePrice]:
        """Return what is asked for; nothing where the sweep comes to its end before."""
        marked = None
        if self._calls_by_product > self._calls_by_key + self._search_pages and reader.catalog is not None:
            marked = reader.search(
                FoundPrice, self.path, self._query(reader), pages_at_most=self._search_pages + SPARE_SEARCH_PAGES
            )
        if marked is None or reader.catalog is None:
            return (
                {}
                if swept.read_to(self._calls_by_product - SPARE_CALLS)
                else self._by_product(reader, self.products, swept.objects)
            )
        if swept.read_to(self._calls_by_key - self._search_pages - SPARE_CALLS):
            return {}
        prices = self._by_key(reader, swept.objects)
        known = swept.objects | prices
        prices |= self._read_marked(reader, swept, known, {key: one for key, one in marked.items() if key not in known})
        doubtful = self._find_unsettled(reader.catalog, swept.objects | prices, marked)
        if swept.complete or (len(doubtful) > WORTH_GUESSING and swept.read_to(swept.pages + len(doubtful))):
            return {}
        return prices | self._by_product(reader, doubtful, swept.objects | prices)

    @property
    def _there(self) -> set[str]:
        return set(self.products)

    @property
    def _calls_by_product(self) -> int:
        new = sum(one.product not in self._there for one in self.wanted)
        return len(self.products) + calls_for(new, LOOKUP_KEYS_A_CALL)

    @property
    def _calls_by_key(self) -> int:
        return calls_for(sum(one.lookup_key is not None for one in self.wanted), LOOKUP_KEYS_A_CALL)

    @property
    def _search_pages(self) -> int:
        return calls_for(len(self.wanted))

    def _query(self, reader: AccountReader) -> str:
        return f"active:'true' AND metadata['{CATALOG}']:'{reader.catalog}'"

    def _by_product(
        self, reader: AccountReader, products: Sequence[str], known: Mapping[str, StripePrice]
    ) -> dict[str, StripePrice]:
        """Return the prices of products, and those that hold lookup keys which none of the known ones has."""
        lists = reader.each(
            lambda product: reader.of_parent(StripePrice, self.path, {**self.listed, "product": product}), products
        )
        theirs = by_id(price for prices in lists for price in prices)
        return theirs | self._by_key(reader, {**known, **theirs})

    def _by_key(self, reader: AccountReader, known: Mapping[str, StripePrice]) -> dict[str, StripePrice]:
        have = {price["lookup_key"] for price in known.values()}
        keys = sorted({one.lookup_key for one in self.wanted if one.lookup_key is not None} - have)
        pages = reader.each(
            lambda some: reader.page(StripePrice, self.path, {**self.listed, "lookup_keys": some})[0],
            batches(keys, LOOKUP_KEYS_A_CALL),
        )
        return by_id(price for page in pages for price in page)

    def _read_marked(
        self,
        reader: AccountReader,
        swept: LongList[StripePrice],
        known: Mapping[str, StripePrice],
        marked: Mapping[str, FoundPrice],
    ) -> dict[str, StripePrice]:
        """Return what the search found and is not known yet, read by when it was made, or of its products."""
        made = {key: one["created"] for key, one in marked.items()}
        products = sorted({id_of(one["product"]) for one in marked.values()})
        pages = pages_for(made, seconds_a_page(swept.newest))
        calls = min(pages, len(products))
        if calls > WORTH_GUESSING and swept.read_to(swept.pages + calls):
            return {}
        if len(products) < pages:
            return self._by_product(reader, products, known)
        expanded = {"expand": [name.removeprefix("data.") for name in self.listed["expand"]]}
        parts = reader.each(
            lambda part: read_stretch(
                part,
                lambda within: reader.page(StripePrice, self.path, {**self.listed, **within}),
                lambda one: reader.one(StripePrice, f"{self.path}/{one}", expanded),
            ),
            stretches(made),
        )
        return by_id(price for part in parts for price in part)

    def _find_unsettled(self, catalog: str, known: Mapping[str, StripePrice], marked: Collection[str]) -> list[str]:
        """Return the products of prices of which more may be there than is known: of entries of which the search knows
        no price that is on sale and is theirs, by its lookup key where the file gives it one."""
        holders = {price["lookup_key"]: price for price in known.values() if price["lookup_key"]}
        on_sale: dict[str, list[StripePrice]] = defaultdict(list)
        for price in known.values():
            stamp = stamp_of(price)
            if stamp and stamp.catalog == catalog and price["active"]:
                on_sale[stamp.key].append(price)

        def is_settled(one: WantedPrice) -> bool:
            theirs = [price for price in on_sale[one.key] if price["id"] in marked]
            return any(price is holders.get(one.lookup_key) for price in theirs) if one.lookup_key else bool(theirs)

        return sorted({one.product for one in self.wanted if not is_settled(one)} & self._there)
