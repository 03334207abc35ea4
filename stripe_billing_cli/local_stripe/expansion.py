"""`expand` (https://docs.stripe.com/api/expanding_objects): ids become objects, and what is left out comes in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from stripe_billing_cli.local_stripe.errors import ApiError, invalid
from stripe_billing_cli.local_stripe.store import Object, Store

DEEPEST = 4

Wanted: TypeAlias = "dict[str, Wanted]"
"""The properties to expand, as a tree: `["data.product", "data.tiers"]` → `{"data": {"product": {}, "tiers": {}}}`."""


@dataclass(frozen=True)
class Link:
    """An id in whose place the object of that kind comes."""

    kind: str


@dataclass(frozen=True)
class Included:
    """A part that is left out unless asked for. `within`: what its entries leave out in turn."""

    within: Mapping[str, Expandable] = field(default_factory=dict)


@dataclass(frozen=True)
class Part:
    """A hash, or a list of them, that is always there and has expandable properties."""

    properties: Mapping[str, Expandable]


@dataclass(frozen=True)
class Embedded:
    """A whole object of that kind, always there."""

    kind: str


@dataclass(frozen=True)
class Elsewhere:
    """Expandable with Stripe, but the local Stripe has no such objects."""

    noun: str


Expandable = Link | Included | Part | Embedded | Elsewhere

PROPERTIES: Mapping[str, Mapping[str, Expandable]] = {
    "product": {"default_price": Link("price"), "tax_code": Elsewhere("tax codes")},
    "price": {
        "product": Link("product"),
        "tiers": Included(),
        "currency_options": Included({"tiers": Included()}),
    },
    "account": {},
    "event": {},
    "subscription": {
        "items": Part({"data": Part({"price": Embedded("price")})}),
        "customer": Elsewhere("customers"),
        "default_payment_method": Elsewhere("payment methods"),
        "latest_invoice": Elsewhere("invoices"),
        "pending_setup_intent": Elsewhere("setup intents"),
        "schedule": Elsewhere("subscription schedules"),
    },
}
"""By kind. The tiers of a currency option are asked for by currency: `currency_options.eur.tiers`."""


def wanted(kind: str, paths: Sequence[str], *, of_list: bool) -> Wanted:
    """The tree for `expand`. Raises Stripe's errors for what cannot be expanded."""
    tree: Wanted = {}
    for path in paths:
        names = path.split(".")
        if len(names) > DEEPEST:
            raise invalid(f"You cannot expand more than {DEEPEST} levels of a property. Property: {path}", "expand")
        if of_list and names[0] != "data":
            raise _not_expandable(names[0], kind)
        _check(kind, names[1:] if of_list else names, path, bare=of_list)
        branch = tree
        for name in names:
            branch = branch.setdefault(name, {})
    return tree


def _not_expandable(path: str, list_of: str | None = None) -> ApiError:
    message = f"This property cannot be expanded ({path})."
    if list_of is not None and path in PROPERTIES[list_of]:
        message += f" You may want to try expanding 'data.{path}' instead."
    return invalid(message, "expand")


def _check(kind: str, names: Sequence[str], path: str, *, bare: bool) -> None:
    if not names:
        raise _not_expandable(path)
    node: Expandable | None = Part(PROPERTIES[kind])
    keyed = False
    for name in names:
        if keyed:
            keyed = False
            continue
        node = _properties(node).get(name)
        match node:
            case None:
                raise _not_expandable(path.removeprefix("data.") if bare else path)
            case Elsewhere(noun):
                raise invalid(f"The local Stripe has no {noun}, so '{path}' cannot be expanded.", "expand")
            case Included(within):
                keyed = bool(within)
    if isinstance(node, Part):
        raise _not_expandable(path)


def _properties(node: Expandable | None) -> Mapping[str, Expandable]:
    match node:
        case Link(kind) | Embedded(kind):
            return PROPERTIES[kind]
        case Part(properties):
            return properties
        case Included(within):
            return within
    return {}


def shown(store: Store, kind: str, stored: Object, tree: Wanted) -> Object:
    """The object as Stripe answers it."""
    return _shown(store, stored, PROPERTIES[kind], tree)


def _shown(store: Store, stored: Object, nodes: Mapping[str, Expandable], tree: Wanted) -> Object:
    answer: Object = {}
    for name, value in stored.items():
        node, branch = nodes.get(name), tree.get(name)
        match node:
            case Included(within):
                if branch is not None and value is not None:
                    answer[name] = _included(store, value, within, branch)
            case Link(kind) if branch is not None and isinstance(value, str):
                target = store.get(kind, value)
                answer[name] = value if target is None else shown(store, kind, target, branch)
            case Embedded(_) | Part(_):
                answer[name] = _each(store, value, _properties(node), branch or {})
            case _:
                answer[name] = value
    return answer


def _each(store: Store, value: Any, nodes: Mapping[str, Expandable], tree: Wanted) -> Any:
    if isinstance(value, list):
        return [_each(store, element, nodes, tree) for element in value]
    return _shown(store, value, nodes, tree) if isinstance(value, dict) else value


def _included(store: Store, value: Any, within: Mapping[str, Expandable], tree: Wanted) -> Any:
    if not within:
        return value
    return {key: _shown(store, entry, within, tree.get(key, {})) for key, entry in value.items()}
