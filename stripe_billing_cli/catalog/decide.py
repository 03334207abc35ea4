"""Catalog × Snapshot → Plan. Pure: no Stripe, no clock, no output.

The order of the writes on one product is what makes a cut-off at any of them safe: the product, then its prices
(a new price takes the lookup key over from the one it replaces, atomically), then the default price, and only then
is anything archived.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from stripe_billing_cli.catalog.desired import Catalog, Price, Product
from stripe_billing_cli.catalog.difference import FieldChange, created
from stripe_billing_cli.catalog.identity import Held, Identities, identify, product_of
from stripe_billing_cli.catalog.kinds import price as prices
from stripe_billing_cli.catalog.kinds import product as products
from stripe_billing_cli.catalog.plan import Action, Call, Change, Kind, Operation, Plan, Unmanaged
from stripe_billing_cli.catalog.snapshot import Snapshot
from stripe_billing_cli.catalog.stamp import stamp_of
from stripe_billing_cli.stripe_api.client import Object

ARCHIVED = FieldChange(True, False)


class UnknownTarget(Exception):
    """`--target` names nothing in the file, or a price whose product is not there yet."""

    def __init__(self, message: str, hint: str) -> None:
        self.hint = hint
        super().__init__(message)


def make_plan(catalog: Catalog, snapshot: Snapshot, *, prune: bool = False, targets: Iterable[str] = ()) -> Plan:
    """What has to be written for the account to hold the catalog.

    `targets` are product keys (with all their prices) or price paths; none means all. Raises `PlanRefused` where
    file and account contradict each other, `UnknownTarget`.
    """
    wanted = frozenset(targets)
    _check_targets(catalog, wanted)
    identities = identify(catalog, snapshot)
    writing = Writing(catalog.name)
    for product in catalog.products:
        group = ProductGroup(writing, catalog, product, identities, snapshot)
        group.write(wanted)
    leftovers = _leftovers(catalog, snapshot, identities)
    if prune:
        leftovers = _prune(writing, snapshot, leftovers)
    return Plan(
        catalog=catalog.name,
        account=snapshot.account,
        livemode=snapshot.livemode,
        changes=tuple(writing.changes),
        calls=tuple(writing.calls),
        unmanaged=leftovers,
        unchanged=writing.unchanged,
        notes=tuple(writing.notes),
        complete=snapshot.complete,
        managed_ids={path: held.current["id"] for path, held in identities.prices.items() if held.current},
    )


def with_subscriptions(plan: Plan, counts: Mapping[str, int | None]) -> Plan:
    """The plan with each replacement telling how many subscriptions stay on the old price."""

    def told(change: Change) -> Change:
        if change.action != "replace" or change.id is None or change.id not in counts:
            return change
        return replace(change, reason=f"{change.reason}; {_staying(counts[change.id])} on {change.id}")

    return replace(plan, changes=tuple(told(change) for change in plan.changes))


def _staying(count: int | None) -> str:
    match count:
        case None:
            return "subscriptions, if any (the key may not count them), stay"
        case 0:
            return "no subscription is"
        case 1:
            return "1 subscription stays"
        case _:
            return f"{count:,} subscriptions stay"


def _check_targets(catalog: Catalog, targets: frozenset[str]) -> None:
    known = {product.key for product in catalog.products} | {
        price.path for product in catalog.products for price in product.prices
    }
    for target in sorted(targets - known):
        near = difflib.get_close_matches(target, known, n=1)
        hint = f"did you mean {near[0]}?" if near else "a target is a product's key, or product.price"
        raise UnknownTarget(f"{catalog.source} has no {target}", hint)


@dataclass
class Writing:
    """The plan as it grows."""

    catalog: str
    changes: list[Change] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unchanged: int = 0

    def change(
        self,
        action: Action,
        kind: Kind,
        key: str,
        object_id: str | None,
        fields: Mapping[str, FieldChange],
        reason: str,
        currency: str | None = None,
    ) -> int:
        self.changes.append(Change(action, kind, key, object_id, fields, reason, currency))
        return len(self.changes) - 1

    def call(
        self,
        change: int,
        operation: Operation,
        target: str | None,
        params: Mapping[str, Any],
        needs: Iterable[int] = (),
        **more: Any,
    ) -> int:
        number = len(self.calls)
        self.calls.append(Call(number, change, operation, target, params, tuple(needs), **more))
        return number


class ProductGroup:
    """The writes on one product of the file and on its prices."""

    def __init__(
        self, writing: Writing, catalog: Catalog, product: Product, identities: Identities, snapshot: Snapshot
    ) -> None:
        self._writing = writing
        self._catalog = catalog
        self._product = product
        self._identities = identities
        self._snapshot = snapshot
        self._held = identities.products.get(product.key)
        self._ready: list[int] = []
        """The calls before which no price can be written."""
        self._made_by: dict[str, list[int]] = {}
        """Price path → the calls that bring it to where it can be the default."""
        self._to_archive: list[tuple[int, str, list[int]]] = []
        """Change, price id, calls needed: done last."""
        self._followed: tuple[int, str] | None = None
        """The replacement that takes the default price along, and the new price's path."""

    def write(self, targets: frozenset[str]) -> None:
        whole = not targets or self._product.key in targets
        wanted = [price for price in self._product.prices if whole or price.path in targets]
        if not whole and not wanted:
            return
        if not whole and self._held is None:
            raise UnknownTarget(
                f"{wanted[0].path} cannot be made alone: its product {self._product.id} is not in Stripe yet",
                f"target the product: --target {self._product.key}",
            )
        change = self._write_product() if whole else None
        for price in wanted:
            self._write_price(price, self._identities.prices[price.path])
        moved = self._write_default_price(change) if whole else self._follow_default_price()
        self._archive(moved)

    def _write_product(self) -> int | None:
        product, name = self._product, self._catalog.name
        if self._held is None:
            fields = created(products.wanted_fields(product), products.DEFAULTS)
            fields |= {f"metadata.{key}": FieldChange(None, value) for key, value in product.metadata.items()}
            change = self._writing.change("create", "product", product.key, None, fields, "not in Stripe yet")
            params = products.create_params(product, name)
            self._ready = [self._writing.call(change, "create_product", product.id, params)]
            return change
        for stuck in products.stuck_fields(product, self._held):
            self._note_stuck(product.key, stuck, self._held[stuck])
        fields = products.changes(product, name, self._held)
        if not fields:
            return None
        reason = _update_reason(self._held, fields)
        change = self._writing.change("update", "product", product.key, product.id, fields, reason)
        call = self._writing.call(change, "update_product", product.id, products.update_params(fields))
        self._ready = [call] if "active" in fields else []
        return change

    def _write_price(self, price: Price, held: Held) -> None:
        current = held.current
        if current is None:
            self._write_new_price(price, held)
        else:
            for stuck in prices.stuck_fields(price, current):
                self._note_stuck(price.path, stuck, current[stuck])
            fields = prices.changes(price, self._catalog.name, current)
            if not fields:
                self._writing.unchanged += 1
            elif new_terms := prices.needs_new_price(fields):
                self._replace(price, held, current, fields, new_terms)
            else:
                self._update(price, held, current, fields, _update_reason(current, fields))
        for old in held.earlier:
            if old["active"]:
                self._supersede(price, current, old)

    def _write_new_price(self, price: Price, held: Held) -> None:
        revived = next((old for old in held.earlier if prices.same_terms(price, old)), None)
        if revived:
            fields = prices.changes(price, self._catalog.name, revived)
            self._update(price, held, revived, fields, "it was archived in Stripe")
            return
        fields = created(prices.wanted_fields(price), prices.DEFAULTS)
        fields |= {f"metadata.{key}": FieldChange(None, value) for key, value in price.metadata.items()}
        change = self._writing.change("create", "price", price.path, None, fields, "not in Stripe yet", price.currency)
        self._make(change, price, held)

    def _make(self, change: int, price: Price, held: Held) -> int:
        params = prices.create_params(price, self._product.id, self._catalog.name)
        if held.lookup_key_from or (held.current and held.current["lookup_key"] == price.lookup_key):
            params["transfer_lookup_key"] = True
        known = [*held.earlier, *([held.current] if held.current else [])]
        call = self._writing.call(
            change,
            "create_price",
            None,
            params,
            self._ready,
            makes=price.path,
            state=",".join(sorted(old["id"] for old in known)),
        )
        self._made_by[price.path] = [call]
        return call

    def _update(
        self, price: Price, held: Held, current: Object, fields: Mapping[str, FieldChange], reason: str
    ) -> None:
        change = self._writing.change("update", "price", price.path, current["id"], fields, reason, price.currency)
        if fields.get("active") == ARCHIVED and self._default_id() == current["id"]:
            rest = {name: value for name, value in fields.items() if name != "active"}
            if rest:
                self._update_calls(change, price, held, current, rest)
            self._to_archive.append((change, current["id"], self._ready))
            return
        self._update_calls(change, price, held, current, fields)

    def _update_calls(
        self, change: int, price: Price, held: Held, current: Object, fields: Mapping[str, FieldChange]
    ) -> list[int]:
        calls: list[int] = []
        for params in prices.update_params(fields):
            if "lookup_key" in params and held.lookup_key_from:
                params["transfer_lookup_key"] = True
            needs = calls[-1:] or self._ready
            calls.append(self._writing.call(change, "update_price", current["id"], params, needs, makes=price.path))
        self._made_by[price.path] = calls[-1:]
        return calls

    def _replace(
        self,
        price: Price,
        held: Held,
        current: Object,
        fields: Mapping[str, FieldChange],
        new_terms: list[str],
    ) -> None:
        revived = next((old for old in held.earlier if prices.same_terms(price, old)), None)
        reason = f"{_listed(new_terms)} cannot change on a price"
        if revived:
            reason = f"{reason}; {revived['id']}, archived, has these terms and is revived"
        change = self._writing.change("replace", "price", price.path, current["id"], fields, reason, price.currency)
        if revived:
            back = prices.changes(price, self._catalog.name, revived)
            taken = replace(held, lookup_key_from=held.lookup_key_from or current)
            made = self._update_calls(change, price, taken, revived, back)[-1]
        else:
            made = self._make(change, price, held)
        if self._default_id() == current["id"]:
            self._followed = (change, price.path)
        if current["active"]:
            self._to_archive.append((change, current["id"], [made]))

    def _supersede(self, price: Price, current: Object | None, old: Object) -> None:
        made = self._made_by.get(price.path, [])
        if any(call.target == old["id"] for call in self._writing.calls if call.number in made):
            return
        by = current["id"] if current else price.path
        change = self._writing.change(
            "archive", "price", price.path, old["id"], {"active": ARCHIVED}, f"superseded by {by}"
        )
        if self._default_id() == old["id"] and self._followed is None:
            self._followed = (change, price.path)
        self._to_archive.append((change, old["id"], made))

    def _write_default_price(self, change: int | None) -> int | None:
        """The call that points the product to its default price, where it does not point there already."""
        key = self._product.default_price
        moved = None
        if key is None:
            moved = self._follow_default_price()
        elif self._default_change(path := f"{self._product.key}.{key}"):
            if self._followed and self._followed[1] == path:
                moved = self._follow_default_price()
            else:
                moved = self._point_to(path, change)
                change = self._writing.calls[moved].change
        if change is None:
            self._writing.unchanged += 1
        return moved

    def _default_change(self, path: str) -> bool:
        held = self._identities.prices[path].current
        if held is None or held["id"] != self._default_id():
            return True
        return any(
            self._writing.calls[call].operation == "create_price" for call in self._made_by.get(path, [])
        ) or any(self._writing.calls[call].target != held["id"] for call in self._made_by.get(path, []))

    def _point_to(self, path: str, change: int | None) -> int:
        fields = {"default_price": FieldChange(self._default_name(), path)}
        if change is None:
            change = self._writing.change(
                "update", "product", self._product.key, self._product.id, fields, "differs from the file"
            )
        else:
            known = self._writing.changes[change]
            self._writing.changes[change] = replace(known, fields={**known.fields, **fields})
        return self._default_call(change, path)

    def _follow_default_price(self) -> int | None:
        """Where the default price is being replaced: the product points to the new one before the old is archived."""
        return self._default_call(*self._followed) if self._followed else None

    def _default_call(self, change: int, path: str) -> int:
        needs = [*self._ready, *self._made_by.get(path, [])]
        return self._writing.call(change, "update_product", self._product.id, {}, needs, default_price_of=path)

    def _archive(self, moved: int | None) -> None:
        for change, price_id, needs in self._to_archive:
            first = [*needs, *([moved] if moved is not None else [])]
            if self._default_id() == price_id and moved is None:
                self._writing.notes.append(
                    f"{price_id} stays active: it is the default price of product {self._product.id}, and Stripe "
                    "archives no default price. Name another `default_price` in the file."
                )
                continue
            self._writing.call(change, "update_price", price_id, {"active": False}, dict.fromkeys(first))

    def _default_id(self) -> str | None:
        default = self._held["default_price"] if self._held else None
        return default["id"] if isinstance(default, dict) else default

    def _default_name(self) -> str | None:
        """The default price as the file would call it, or its id."""
        current = self._default_id()
        held = self._snapshot.prices.get(current) if current else None
        stamp = stamp_of(held) if held else None
        return stamp.key if stamp and stamp.catalog == self._catalog.name else current

    def _note_stuck(self, key: str, name: str, value: Any) -> None:
        self._writing.notes.append(
            f"{key}: {name} stays {value!r}: the file leaves it out, and Stripe can change it but not unset it."
        )


def _update_reason(held: Object, fields: Mapping[str, FieldChange]) -> str:
    if stamp_of(held) is None:
        return "adopted by its id"
    if fields.get("active") == FieldChange(False, True):
        return "it was archived in Stripe"
    return "differs from the file"


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _leftovers(catalog: Catalog, snapshot: Snapshot, identities: Identities) -> tuple[Unmanaged, ...]:
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
        return owner is not None and not owner["active"] and owner["default_price"] == price["id"]

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


def _prune(writing: Writing, snapshot: Snapshot, leftovers: tuple[Unmanaged, ...]) -> tuple[Unmanaged, ...]:
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
