"""`expand` (https://docs.stripe.com/api/expanding_objects): ids become objects, and what is left out comes in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from stripe_billing_cli.local_stripe.errors import ApiError, invalid
from stripe_billing_cli.local_stripe.store import Condition, Object, Store

DEEPEST = 4
MOST_OWNED = 10
"""How many objects a list within another object has, as a first page."""
PRIVATE = "_"
"""What the names begin with of all that the local Stripe remembers of an object and Stripe does not show."""

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
class Inlined:
    """Stored as an id, always shown as the object of that kind, as it is now."""

    kind: str


@dataclass(frozen=True)
class Hidden:
    """A part that is left out unless asked for, or unless something in it is."""

    properties: Mapping[str, Expandable] = field(default_factory=dict)


@dataclass(frozen=True)
class Elsewhere:
    """Expandable with Stripe, but the local Stripe has no such objects."""

    noun: str


@dataclass(frozen=True)
class Owned:
    """A list of the objects of that kind that name this one as their customer, left out unless asked for.

    `url` is the list's, with `{id}` for the customer's; `where` restricts it, as SQL.
    """

    kind: str
    url: str
    where: str = "1"


Expandable = Link | Included | Part | Embedded | Inlined | Hidden | Elsewhere | Owned

SUBSCRIPTION_ITEM: Mapping[str, Expandable] = {"price": Inlined("price"), "plan": Inlined("plan")}
PRICED = Part({"price_details": Part({"price": Link("price")})})
DISCOUNTED = Part({"discount": Link("discount")})
LINE: Mapping[str, Expandable] = {
    "discount_amounts": DISCOUNTED,
    "discounts": Link("discount"),
    "pretax_credit_amounts": DISCOUNTED,
    "pricing": PRICED,
}
CREDIT_NOTE_LINE: Mapping[str, Expandable] = {"discount_amounts": DISCOUNTED}
INVOICE_PAYMENT: Mapping[str, Expandable] = {
    "payment": Part({"payment_intent": Link("payment_intent"), "charge": Link("charge")})
}

PROPERTIES: Mapping[str, Mapping[str, Expandable]] = {
    "plan": {"product": Link("product"), "tiers": Included()},
    "product": {"default_price": Link("price"), "tax_code": Elsewhere("tax codes")},
    "price": {
        "product": Link("product"),
        "tiers": Included(),
        "currency_options": Included({"tiers": Included()}),
    },
    "account": {},
    "event": {},
    "webhook_endpoint": {},
    "customer": {
        "default_source": Elsewhere("cards in the form of sources"),
        "invoice_settings": Part({"default_payment_method": Link("payment_method")}),
        "sources": Elsewhere("sources"),
        "subscriptions": Owned(
            "subscription",
            "/v1/customers/{id}/subscriptions",
            "json_extract(body, '$.status') NOT IN ('canceled', 'incomplete_expired')",
        ),
        "tax_ids": Owned("tax_id", "/v1/customers/{id}/tax_ids"),
        "test_clock": Link("test_helpers.test_clock"),
    },
    "customer_balance_transaction": {
        "checkout_session": Link("checkout.session"),
        "credit_note": Link("credit_note"),
        "customer": Link("customer"),
        "invoice": Link("invoice"),
    },
    "payment_method": {"customer": Link("customer")},
    "payment_intent": {
        "customer": Link("customer"),
        "latest_charge": Link("charge"),
        "payment_method": Link("payment_method"),
    },
    "setup_intent": {
        "customer": Link("customer"),
        "latest_attempt": Elsewhere("setup attempts"),
        "payment_method": Link("payment_method"),
    },
    "balance": {},
    "balance_transaction": {},
    "dispute": {"charge": Link("charge"), "payment_intent": Link("payment_intent")},
    "payout": {},
    "charge": {
        "balance_transaction": Link("balance_transaction"),
        "customer": Link("customer"),
        "payment_intent": Link("payment_intent"),
    },
    "refund": {
        "balance_transaction": Link("balance_transaction"),
        "charge": Link("charge"),
        "customer": Link("customer"),
        "payment_intent": Link("payment_intent"),
    },
    "invoice": {
        "confirmation_secret": Hidden(),
        "customer": Link("customer"),
        "default_payment_method": Link("payment_method"),
        "discounts": Link("discount"),
        "lines": Part({"data": Part(LINE)}),
        "parent": Part({"subscription_details": Part({"subscription": Link("subscription")})}),
        "payments": Hidden({"data": Part(INVOICE_PAYMENT)}),
        "test_clock": Link("test_helpers.test_clock"),
        "total_discount_amounts": DISCOUNTED,
        "total_pretax_credit_amounts": DISCOUNTED,
    },
    "line_item": LINE,
    "credit_note": {
        "customer": Link("customer"),
        "customer_balance_transaction": Link("customer_balance_transaction"),
        "discount_amounts": DISCOUNTED,
        "invoice": Link("invoice"),
        "lines": Part({"data": Part(CREDIT_NOTE_LINE)}),
        "refunds": Part({"refund": Link("refund")}),
    },
    "credit_note_line_item": CREDIT_NOTE_LINE,
    "invoice_payment": {**INVOICE_PAYMENT, "invoice": Link("invoice")},
    "invoiceitem": {
        "customer": Link("customer"),
        "invoice": Link("invoice"),
        "pricing": PRICED,
        "test_clock": Link("test_helpers.test_clock"),
    },
    "subscription": {
        "customer": Link("customer"),
        "default_payment_method": Link("payment_method"),
        "discounts": Link("discount"),
        "items": Part({"data": Part(SUBSCRIPTION_ITEM)}),
        "latest_invoice": Link("invoice"),
        "pending_setup_intent": Link("setup_intent"),
        "pending_update": Part({"subscription_items": Part(SUBSCRIPTION_ITEM)}),
        "schedule": Link("subscription_schedule"),
        "test_clock": Link("test_helpers.test_clock"),
    },
    "subscription_item": SUBSCRIPTION_ITEM,
    "subscription_schedule": {
        "customer": Link("customer"),
        "default_settings": Part({"default_payment_method": Link("payment_method")}),
        "phases": Part(
            {"default_payment_method": Link("payment_method"), "items": Part({"price": Link("price")})},
        ),
        "subscription": Link("subscription"),
        "test_clock": Link("test_helpers.test_clock"),
    },
    "test_helpers.test_clock": {},
    "billing.meter": {},
    "billing.meter_event": {},
    "billing.meter_event_summary": {},
    "billing_portal.configuration": {},
    "billing_portal.session": {"configuration": Link("billing_portal.configuration")},
    "checkout.session": {"customer": Link("customer"), "setup_intent": Link("setup_intent")},
    "coupon": {"applies_to": Included(), "currency_options": Included()},
    "discount": {
        "customer": Link("customer"),
        "promotion_code": Link("promotion_code"),
        "source": Part({"coupon": Link("coupon")}),
    },
    "entitlements.active_entitlement": {"feature": Link("entitlements.feature")},
    "entitlements.active_entitlement_summary": {
        "entitlements": Part({"data": Part({"feature": Link("entitlements.feature")})})
    },
    "entitlements.feature": {},
    "product_feature": {"entitlement_feature": Inlined("entitlements.feature")},
    "promotion_code": {
        "customer": Link("customer"),
        "promotion": Part({"coupon": Link("coupon")}),
        "restrictions": Part({"currency_options": Included()}),
    },
    "tax_id": {"customer": Link("customer"), "owner": Part({"customer": Link("customer")})},
    "tax_rate": {},
    "token": {},
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
    if isinstance(node, Part | Inlined):
        raise _not_expandable(path)


def _properties(node: Expandable | None) -> Mapping[str, Expandable]:
    match node:
        case Link(kind) | Embedded(kind) | Inlined(kind):
            return PROPERTIES[kind]
        case Part(properties) | Hidden(properties):
            return properties
        case Included(within):
            return within
        case Owned(kind):
            return {"data": Part(PROPERTIES[kind])}
    return {}


def shown(store: Store, kind: str, stored: Object, tree: Wanted) -> Object:
    """The object as Stripe answers it."""
    return _shown(store, stored, PROPERTIES[kind], tree)


def _shown(store: Store, stored: Object, nodes: Mapping[str, Expandable], tree: Wanted) -> Object:
    answer: Object = {}
    for name, value in stored.items():
        node, branch = nodes.get(name), tree.get(name)
        if name.startswith(PRIVATE):
            continue
        match node:
            case Included(within):
                if branch is not None and value is not None:
                    answer[name] = _included(store, value, within, branch)
            case Link(kind) if branch is not None and isinstance(value, str):
                answer[name] = _linked(store, kind, value, branch)
            case Link(kind) if branch is not None and isinstance(value, list):
                answer[name] = [_linked(store, kind, id, branch) for id in value]
            case Hidden(_):
                if branch is not None:
                    answer[name] = _each(store, value, _properties(node), branch)
            case Inlined(kind) if isinstance(value, str):
                target = current(store, kind, value)
                answer[name] = shown(store, kind, target, branch or {})
            case Embedded(_) | Part(_) | Inlined(_):
                answer[name] = _each(store, value, _properties(node), branch or {})
            case _:
                answer[name] = value
    for name in tree:
        node = nodes.get(name)
        if isinstance(node, Owned):
            answer[name] = _owned(store, node, stored["id"], tree[name].get("data", {}))
    return answer


def _owned(store: Store, node: Owned, customer: str, tree: Wanted) -> Object:
    own = Condition(f"json_extract(body, '$.customer') = ? AND {node.where}", (customer,))
    found = store.select(node.kind, [own], newest_first=True, limit=MOST_OWNED + 1)
    listed = [shown(store, node.kind, object, tree) for object in found[:MOST_OWNED]]
    has_more = len(found) > MOST_OWNED
    return {"object": "list", "data": listed, "has_more": has_more, "url": node.url.format(id=customer)}


def _linked(store: Store, kind: str, id: str, tree: Wanted) -> Any:
    target = store.get(kind, id)
    return id if target is None else shown(store, kind, target, tree)


def _each(store: Store, value: Any, nodes: Mapping[str, Expandable], tree: Wanted) -> Any:
    if isinstance(value, list):
        return [_each(store, element, nodes, tree) for element in value]
    return _shown(store, value, nodes, tree) if isinstance(value, dict) else value


def _included(store: Store, value: Any, within: Mapping[str, Expandable], tree: Wanted) -> Any:
    if not within:
        return value
    return {key: _shown(store, entry, within, tree.get(key, {})) for key, entry in value.items()}


def current(store: Store, kind: str, id: str) -> Object:
    """The object in whose place an id is stored. A plan is a price in the form of earlier versions of the API."""
    if kind == "plan":
        return _plan(current(store, "price", id))
    found = store.get(kind, id)
    assert found is not None, f"{kind} {id} is stored somewhere, and not there"
    return found


def _plan(price: Object) -> Object:
    recurring = price["recurring"]
    transform = price["transform_quantity"]
    return {
        "id": price["id"],
        "object": "plan",
        "active": price["active"],
        "amount": price["unit_amount"],
        "amount_decimal": price["unit_amount_decimal"],
        "billing_scheme": price["billing_scheme"],
        "created": price["created"],
        "currency": price["currency"],
        "interval": recurring["interval"],
        "interval_count": recurring["interval_count"],
        "livemode": False,
        "metadata": price["metadata"],
        "meter": recurring["meter"],
        "nickname": price["nickname"],
        "product": price["product"],
        "tiers": price["tiers"],
        "tiers_mode": price["tiers_mode"],
        "transform_usage": transform,
        "trial_period_days": recurring["trial_period_days"],
        "usage_type": recurring["usage_type"],
    }


def inlined(store: Store, kind: str, stored: Object) -> Object:
    """The object with all that is stored as an id and shown as an object in its place; nothing left out."""
    whole: Object = _inlined(store, stored, PROPERTIES[kind])
    return whole


def _inlined(store: Store, stored: Any, nodes: Mapping[str, Expandable]) -> Any:
    if isinstance(stored, list):
        return [_inlined(store, element, nodes) for element in stored]
    if not isinstance(stored, dict):
        return stored
    answer: Object = {}
    for name, value in stored.items():
        if name.startswith(PRIVATE):
            continue
        match nodes.get(name):
            case Inlined(kind) if isinstance(value, str):
                answer[name] = shown(store, kind, current(store, kind, value), {})
            case Part(properties):
                answer[name] = _inlined(store, value, properties)
            case _:
                answer[name] = value
    return answer
