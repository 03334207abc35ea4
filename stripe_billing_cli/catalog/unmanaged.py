"""What is active in the account and no entry of the file: told, and archived only on request."""

from __future__ import annotations

from stripe_billing_cli.catalog.entries import Catalog
from stripe_billing_cli.catalog.match import Identities, product_of
from stripe_billing_cli.catalog.ownership import stamp_of
from stripe_billing_cli.catalog.plan import Unmanaged
from stripe_billing_cli.catalog.plan_builder import ARCHIVED, Writing
from stripe_billing_cli.catalog.snapshot import Snapshot
from stripe_billing_cli.stripe_api.client import Object


def leftovers_of(catalog: Catalog, snapshot: Snapshot, identities: Identities) -> tuple[Unmanaged, ...]:
    """What is active in the account and no entry of the file."""
    ours = {product.id for product in catalog.products}
    named = {
        held["id"]
        for entry in identities.prices.values()
        for held in (entry.current, *entry.earlier)
        if held is not None
    }

    def stamped(held: Object) -> bool:
        stamp = stamp_of(held)
        return stamp is not None and stamp.catalog == catalog.name

    def off_sale(price: Object) -> bool:
        """The default price of an archived product: nobody can buy it, and Stripe archives no default price."""
        owner = snapshot.products.get(product_of(price))
        if owner is None or owner["active"] or owner["id"] in ours:
            return False
        return bool(owner["default_price"] == price["id"])

    return tuple(
        Unmanaged("product", product["id"], product["name"], stamped(product))
        for product in snapshot.products.values()
        if product["active"] and product["id"] not in ours
    ) + tuple(
        Unmanaged("price", price["id"], _called(price), stamped(price))
        for price in snapshot.prices.values()
        if price["active"] and price["id"] not in named and not off_sale(price)
    )


def _called(price: Object) -> str:
    return str(price["nickname"] or price["lookup_key"] or f"of product {product_of(price)}")


def prune_leftovers(writing: Writing, snapshot: Snapshot, leftovers: tuple[Unmanaged, ...]) -> tuple[Unmanaged, ...]:
    """Archive what carries this catalog's stamp and is in the file no more; what stays unmanaged comes back.

    Stripe archives no price that is its product's default: of a product that goes, it stays, and cannot be sold
    because its product is archived.
    """
    kept: list[Unmanaged] = []
    last: dict[str, list[int]] = {}
    going = {left.id for left in leftovers if left.stamped and left.kind == "product"}
    for left in sorted(leftovers, key=lambda left: left.kind):
        if not left.stamped:
            kept.append(left)
        elif left.kind == "price":
            price = snapshot.prices[left.id]
            owner = snapshot.products.get(product_of(price))
            if owner and owner["default_price"] == left.id and not _moves_default(writing, owner["id"]):
                if owner["id"] not in going:
                    writing.notes.append(
                        f"{left.id} stays active: it is the default price of product {owner['id']}, and Stripe "
                        "archives no default price. Name another `default_price` in the file."
                    )
                    kept.append(left)
                continue
            change = _prune_change(writing, left, price)
            needs = _default_moves(writing, product_of(price))
            call = writing.call(change, "update_price", left.id, {"active": False}, needs)
            last.setdefault(product_of(price), []).append(call)
        else:
            change = _prune_change(writing, left, snapshot.products[left.id])
            writing.call(change, "update_product", left.id, {"active": False}, last.get(left.id, []))
    return tuple(kept)


def _prune_change(writing: Writing, left: Unmanaged, held: Object) -> int:
    stamp = stamp_of(held)
    key = stamp.key if stamp else left.id
    return writing.change("archive", left.kind, key, left.id, {"active": ARCHIVED}, "no longer in the file")


def _default_moves(writing: Writing, product_id: str) -> list[int]:
    return [call.number for call in writing.calls if call.target == product_id and call.default_price_of is not None]


def _moves_default(writing: Writing, product_id: str) -> bool:
    return bool(_default_moves(writing, product_id))
