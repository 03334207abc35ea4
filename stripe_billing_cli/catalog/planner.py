"""Catalog × Snapshot → Plan. Pure: no Stripe, no clock, no output.

The order of the writes on one product is what makes a cut-off at any of them safe: the product, then its prices
(a new price takes the lookup key over from the one it replaces, atomically), then the default price, and only then
is anything archived.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from stripe_billing_cli.catalog.diff import FieldChange, created
from stripe_billing_cli.catalog.entries import Catalog, Price, Product
from stripe_billing_cli.catalog.kinds import price as prices
from stripe_billing_cli.catalog.kinds import product as products
from stripe_billing_cli.catalog.match import Held, Identities, identify
from stripe_billing_cli.catalog.ownership import stamp_of
from stripe_billing_cli.catalog.plan import Change, Plan
from stripe_billing_cli.catalog.plan_builder import ARCHIVED, Writing
from stripe_billing_cli.catalog.snapshot import Snapshot
from stripe_billing_cli.catalog.unmanaged import leftovers_of, prune_leftovers
from stripe_billing_cli.stripe_api.client import Object


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
    leftovers = leftovers_of(catalog, snapshot, identities)
    if prune:
        leftovers = prune_leftovers(writing, snapshot, leftovers)
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
