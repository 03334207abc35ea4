"""Which object in Stripe is which entry of the file.

A product is its id. A price is the one on its product that carries the stamp of its key, whatever its lookup key
says; failing that, the holder of its lookup key. What carries no stamp is taken over only where the file says so
with `id:`, and what carries another catalog's stamp never.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from stripe_billing_cli.catalog.entries import Catalog, Location, Price, Product
from stripe_billing_cli.catalog.ownership import Stamp, stamp_of
from stripe_billing_cli.catalog.snapshot import Snapshot
from stripe_billing_cli.stripe_api.client import Object


@dataclass(frozen=True)
class Conflict:
    """Why a catalog cannot be applied to this account, and the way out."""

    source: str
    where: Location
    message: str
    hint: str

    def __str__(self) -> str:
        return f"{self.source}:{self.where.line}:{self.where.column}: {self.message}"


class PlanRefused(Exception):
    """The catalog and the account contradict each other; nothing was changed."""

    def __init__(self, conflicts: tuple[Conflict, ...]) -> None:
        self.conflicts = conflicts
        super().__init__("\n".join(map(str, conflicts)))


@dataclass(frozen=True)
class Held:
    """What Stripe holds of one price of the file.

    `current` is the price itself, `earlier` are those it replaced, newest first. `lookup_key_from` is another price
    of this catalog that has the lookup key now and will give it up.
    """

    current: Object | None = None
    earlier: tuple[Object, ...] = ()
    lookup_key_from: Object | None = None


@dataclass(frozen=True)
class Identities:
    products: Mapping[str, Object]
    """Product key → the product, where it exists."""
    prices: Mapping[str, Held]
    """Price path → what is held of it."""


def identify(catalog: Catalog, snapshot: Snapshot) -> Identities:
    """Match the file with the account. Raises `PlanRefused` with every conflict there is."""
    return Matcher(catalog, snapshot).run()


class Matcher:
    def __init__(self, catalog: Catalog, snapshot: Snapshot) -> None:
        self._catalog = catalog
        self._snapshot = snapshot
        self._conflicts: list[Conflict] = []
        self._by_lookup_key = {price["lookup_key"]: price for price in snapshot.prices.values() if price["lookup_key"]}
        self._stamps = {price_id: stamp_of(price) for price_id, price in snapshot.prices.items()}
        self._by_stamp: dict[tuple[str, str], list[Object]] = defaultdict(list)
        for price_id, stamp in self._stamps.items():
            if stamp and stamp.catalog == catalog.name:
                price = snapshot.prices[price_id]
                self._by_stamp[product_of(price), stamp.key].append(price)
        self._paths = {price.path for product in catalog.products for price in product.prices}

    def run(self) -> Identities:
        products: dict[str, Object] = {}
        prices: dict[str, Held] = {}
        for product in self._catalog.products:
            held = self._product(product)
            if held is not None:
                products[product.key] = held
            for price in product.prices:
                prices[price.path] = self._price(product, price)
        if self._conflicts:
            raise PlanRefused(tuple(self._conflicts))
        return Identities(products, prices)

    def _product(self, product: Product) -> Object | None:
        held = self._snapshot.products.get(product.id)
        if held is None:
            if product.adopted:
                self._refuse(
                    product.where,
                    f"product {product.key} adopts {product.id}, and this account has no such product",
                    "correct `id:`, or leave it out to have the product created",
                )
            return None
        stamp = stamp_of(held)
        if stamp is None and not product.adopted:
            self._refuse(
                product.where,
                f"product {product.key}: the account has a product {product.id} ({held['name']}) that no catalog owns",
                f"to adopt it, give this product `id: {product.id}`; to keep them apart, choose another key",
            )
        elif stamp and stamp.catalog != self._catalog.name:
            self._refuse(
                product.where,
                f"product {product.key}: {product.id} belongs to catalog {stamp.catalog} (as {stamp.key})",
                "take it out there and clear its `billing_catalog` metadata, or choose another key here",
            )
        return held

    def _price(self, product: Product, price: Price) -> Held:
        mine = sorted(self._by_stamp[product.id, price.path], key=lambda held: held["created"], reverse=True)
        holder = self._by_lookup_key.get(price.lookup_key)
        current = self._adopted(product, price, mine) if price.adopted_id else self._stamped(price, mine)
        if current is None and not price.adopted_id:
            current = self._renamed(product, holder)
        earlier = tuple(held for held in mine if current is None or held["id"] != current["id"])
        if holder is None or (current and holder["id"] == current["id"]):
            return Held(current, earlier)
        self._check_holder(product, price, holder)
        return Held(current, earlier, lookup_key_from=holder)

    def _stamped(self, price: Price, mine: list[Object]) -> Object | None:
        """Of the prices with this key's stamp: the holder of the lookup key, else the newest that is active."""
        for held in mine:
            if held["lookup_key"] == price.lookup_key:
                return held
        return next((held for held in mine if held["active"]), None) or next(
            (held for held in mine if held["lookup_key"]), None
        )

    def _adopted(self, product: Product, price: Price, mine: list[Object]) -> Object | None:
        """The price that the file adopts by id, or the one that replaced it since."""
        assert price.adopted_id
        heirs = [held for held in mine if self._stamp(held).adopted == price.adopted_id]
        current = self._stamped(price, heirs) or self._snapshot.prices.get(price.adopted_id)
        if current is None:
            self._refuse(
                price.where,
                f"price {price.path} adopts {price.adopted_id}, and this account has no such price",
                "correct `id:`, or leave it out to have the price created",
            )
            return None
        if product_of(current) != product.id:
            self._refuse(
                price.where,
                f"price {price.path} adopts {current['id']}, a price of product {product_of(current)} and not of "
                f"{product.id}",
                "a price cannot move: put it under its own product, or leave `id:` out to have a new price created",
            )
            return None
        stamp = stamp_of(current)
        if stamp and stamp.catalog != self._catalog.name:
            self._refuse(
                price.where,
                f"price {price.path} adopts {current['id']}, which belongs to catalog {stamp.catalog} (as {stamp.key})",
                "take it out there and clear its `billing_catalog` metadata, or leave `id:` out",
            )
        elif stamp and stamp.key != price.path and stamp.key in self._paths:
            self._refuse(
                price.where,
                f"price {price.path} adopts {current['id']}, which is price {stamp.key} of this same file",
                "one object has one entry: remove one of the two",
            )
        return current

    def _renamed(self, product: Product, holder: Object | None) -> Object | None:
        """The lookup key's holder, where its key in the file was another one that is gone now."""
        stamp = stamp_of(holder) if holder else None
        if holder and stamp and stamp.catalog == self._catalog.name and product_of(holder) == product.id:
            return holder if stamp.key not in self._paths else None
        return None

    def _check_holder(self, product: Product, price: Price, holder: Object) -> None:
        stamp = stamp_of(holder)
        if stamp and stamp.catalog == self._catalog.name:
            return
        owner = f"belongs to catalog {stamp.catalog} (as {stamp.key})" if stamp else "no catalog owns"
        described = f"price {holder['id']} of product {product_of(holder)}"
        message = f"price {price.path}: its lookup key {price.lookup_key} is held by {described}, which {owner}"
        adopt = (
            "" if stamp or product_of(holder) != product.id else f"to adopt it, give this price `id: {holder['id']}`; "
        )
        self._refuse(price.where, message, f"{adopt}to keep them apart, give this price another `lookup_key:`")

    def _stamp(self, held: Object) -> Stamp:
        stamp = self._stamps[held["id"]]
        assert stamp is not None
        return stamp

    def _refuse(self, where: Location, message: str, hint: str) -> None:
        self._conflicts.append(Conflict(self._catalog.source, where, message, hint))


def product_of(price: Object) -> str:
    """The id of a price's product, expanded or not."""
    product = price["product"]
    return product if isinstance(product, str) else str(product["id"])
