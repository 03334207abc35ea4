"""An object as Stripe answers it: expanded as asked for, with the fields that Stripe has, in Stripe's order.

Objects are stored as the JSON that Stripe would give with everything expanded that it can include, and with what the
local Stripe keeps to itself. `shapes` says which fields an answer has.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from stripe_billing_cli.local_stripe.core.answer_fields import (
    INLINED_KINDS,
    LEFT_OUT,
    PRIVATE,
    SCALARS,
    Field,
    fields_of,
    order_fields,
    outline_of,
)
from stripe_billing_cli.local_stripe.core.cards_as_sources import IS_CARD, as_card
from stripe_billing_cli.local_stripe.core.derived_fields import with_derived
from stripe_billing_cli.local_stripe.core.errors import invalid
from stripe_billing_cli.local_stripe.core.expansion import NONE, ExpandTree
from stripe_billing_cli.local_stripe.core.shapes import LIST, MAP, Shape, is_known, shape
from stripe_billing_cli.local_stripe.core.store import Condition, Object, Store, as_json
from stripe_billing_cli.local_stripe.core.transaction_memory import ShownObject

WHOLE = "_whole"
"""Whether a list within an object is shown whole: of a preview, whose lines no call lists."""
FIRST_PAGE = 10
"""How many objects a list within another object has."""

OF_EVENTS = "notification_event_data"
"""The object in an event was shown when the event was made."""
UNCOUNTED_LISTS = {
    ("credit_note", "lines"),
    ("entitlements.active_entitlement_summary", "entitlements"),
    ("invoice", "payments"),
}
"""Objects with a list that does not say how many there are, as other lists do (recorded; Stripe's reference)."""

NOT_HERE = {
    "file": "files",
    "tax_code": "tax codes",
}
"""Objects that the local Stripe does not have, though ids of them stand in those that it has."""


@dataclass(frozen=True)
class ChildList:
    """A list of the objects of that kind that name this one in their `field`, a column. `url` has `{id}` for its id."""

    kind: str
    field: str
    url: str
    where: str = "1"


OWNED: Mapping[tuple[str, str], ChildList] = {
    ("charge", "refunds"): ChildList("refund", "charge", "/v1/charges/{id}/refunds"),
    ("customer", "sources"): ChildList("payment_method", "customer", "/v1/customers/{id}/sources", IS_CARD),
    ("customer", "subscriptions"): ChildList(
        "subscription",
        "customer",
        "/v1/customers/{id}/subscriptions",
        "status NOT IN ('canceled', 'incomplete_expired')",
    ),
    ("customer", "tax_ids"): ChildList("tax_id", "customer", "/v1/customers/{id}/tax_ids"),
}


def as_answered(store: Store, kind: str, object: Object, tree: ExpandTree = NONE) -> Object:
    """Return the object as Stripe answers it, expanded as `tree` says."""
    if object.get("deleted") and is_known(f"deleted_{kind}"):
        deleted_shape = shape(f"deleted_{kind}")
        object = {name: value for name, value in object.items() if name in deleted_shape.required | deleted_shape.null}
        return _show(store, deleted_shape, object, tree)
    return _show(store, shape(kind), object, tree)


def as_recorded(store: Store, kind: str, object: Object) -> ShownObject:
    """Return the object as an event shows it: what the last event of this transaction shows, where nothing of it has
    changed since."""
    text, parts_written = as_json(object), store.writes(INLINED_KINDS)
    last = store.last_shown.get(object.get("id", ""))
    if last is not None and (last.body, last.parts_written) == (text, parts_written):
        return last
    return ShownObject(text, as_answered(store, kind, object), parts_written)


def _deleted_object(kind: str, id: str) -> Object:
    return {"id": id, "object": kind, "deleted": True}


def _show(store: Store, form: Shape, object: Object, tree: ExpandTree) -> Object:
    if not tree:
        return _show_unexpanded(store, form, object)
    answer: Object = {}
    for name, is_plain, otherwise, field in fields_of(form.name, tuple(object)):
        value, branch = object.get(name), tree.get(name)
        if value is not None:
            if is_plain and branch is None and type(value) in SCALARS:
                answer[name] = value
            elif branch is not None or not field.is_hidden:
                answer[name] = _value(store, form, field, value, branch)
        elif otherwise is not LEFT_OUT:
            answer[name] = otherwise
        elif branch is not None and name in object:
            answer[name] = None
    for name in tree.keys() - answer.keys():
        if name in form.only_expanded:
            answer[name] = _only_expanded(store, form, name, object, tree[name])
    return order_fields(with_derived(form.name, answer))


def _show_unexpanded(store: Store, form: Shape, object: Object) -> Object:
    outline = outline_of(form.name, tuple(object), tuple(map(type, object.values())))
    answer = outline.fields.copy()
    answer.update(zip(outline.scalars, map(object.__getitem__, outline.scalars), strict=True))
    for field in outline.others:
        answer[field.name] = _value(store, form, field, object[field.name], None)
    return order_fields(with_derived(form.name, answer)) if outline.is_derived else answer


def _value(store: Store, form: Shape, field: Field, value: Any, branch: ExpandTree | None) -> Any:
    names, kind = field.within, field.inlined_kind
    if isinstance(value, dict):
        if names is None:
            return value if form.name == OF_EVENTS else _free(value)
        if field.several:
            return _several(store, form, field, value, branch or NONE)
        return _show(store, _form(value, names), value, branch or NONE)
    if isinstance(value, str):
        if kind is not None:
            return as_answered(store, kind, current(store, kind, value), branch or NONE)
        if branch is None:
            return value
        return _expand_link(store, branch.kinds if names is None else names, field.name, value, branch)
    if not isinstance(value, list):
        return value
    if kind is not None:
        return [_inline(store, kind, one, branch or NONE) for one in value]
    if names is None:
        return value if form.name == OF_EVENTS else _free(value)
    return _part(store, names, field.name, value, branch)


def _several(store: Store, form: Shape, field: Field, value: Object, tree: ExpandTree) -> Any:
    """Return a map or a list of objects."""
    names = field.within or ()
    if names[0].startswith(MAP):
        entry = shape(names[0].removeprefix(MAP))
        return {key: _show(store, entry, value[key], tree.get(key, NONE)) for key in sorted(value)}
    is_counted = (form.name, field.name) not in UNCOUNTED_LISTS
    return _embed(store, is_counted, tuple(name.removeprefix(LIST) for name in names), value, tree)


def _inline(store: Store, kind: str, value: Any, tree: ExpandTree) -> Any:
    """Return the object in whose place an id is stored; what an event tells of it is the object already."""
    return as_answered(store, kind, current(store, kind, value) if isinstance(value, str) else value, tree)


def _part(store: Store, names: tuple[str, ...], name: str, value: Any, branch: ExpandTree | None) -> Any:
    """Return what stands in a field with fields of its own: an object, or a list of objects or of ids."""
    if isinstance(value, list):
        return [_part(store, names, name, element, branch) for element in value]
    if isinstance(value, str) and branch is not None:
        return _expand_link(store, names, name, value, branch)
    if not isinstance(value, dict):
        return value
    return _show(store, _form(value, names), value, branch or NONE)


def _form(value: Object, names: tuple[str, ...]) -> Shape:
    """Return the shape of an object within another: its own if it says what it is, else the part's."""
    object = value.get("object")
    return _choose_shape(object if isinstance(object, str) else None, names)


@cache
def _choose_shape(object: str | None, names: tuple[str, ...]) -> Shape:
    if object is not None and is_known(object):
        return shape(object)
    return shape(next((name for name in names if "object" not in shape(name).required), names[0]))


def _free(value: Any) -> Any:
    """Return what has no fields of Stripe's own, as metadata, in order."""
    if isinstance(value, dict):
        return order_fields({name: _free(inner) for name, inner in value.items()})
    return [_free(element) for element in value] if isinstance(value, list) else value


def _embed(store: Store, is_counted: bool, names: tuple[str, ...], value: Object, tree: ExpandTree) -> Object:
    """Return the first page of a list that is stored within its object, or all of one that cannot be listed. One that
    says itself that there is more is a first page already."""
    most = None if value.get(WHOLE) else FIRST_PAGE
    inner = tree.get("data", NONE)
    elements = [_part(store, names, "data", element, inner) for element in value["data"][:most]]
    if value["has_more"]:
        return order_fields({**value, "data": elements})
    count = len(value["data"])
    total = {"total_count": count} if is_counted else {}
    return {"object": "list", "data": elements, "has_more": count > len(elements), **total, "url": value["url"]}


def _only_expanded(store: Store, form: Shape, name: str, object: Object, tree: ExpandTree) -> Any:
    """Return what is asked for and not stored: a list of other objects, or null."""
    if (child_list := OWNED.get((form.name, name))) is not None:
        return _list_owned(store, child_list, object["id"], tree.get("data", NONE))
    if name == "invoice_credit_balance":
        balance, currency = object["balance"], object["currency"]
        balances = {**object.get("_other_balances", {}), **({currency: balance} if currency else {})}
        return {name: -amount for name, amount in balances.items() if amount}
    if name == "tax":
        return customer_tax(object)
    if name == "cash_balance" and object.get("_cash_balance"):
        return as_answered(store, name, object["_cash_balance"], tree)
    return None


def customer_tax(customer: Object) -> Object:
    """Return where a customer is taxed, by an account that collects no taxes anywhere; from an IP address no place is
    inferred here (https://docs.stripe.com/tax/customer-locations: the address for shipping goes first)."""
    places = {
        "shipping_destination": (customer["shipping"] or {}).get("address"),
        "billing_address": customer["address"],
    }
    for source, address in places.items():
        if address and address["country"]:
            location = {"country": address["country"], "source": source, "state": address["state"] or None}
            break
    else:
        location = None
    return {
        "automatic_tax": "not_collecting" if location else "unrecognized_location",
        "ip_address": customer.get("_ip_address"),
        "location": location,
        "provider": "stripe",
    }


def _list_owned(store: Store, child_list: ChildList, owner: str, tree: ExpandTree) -> Object:
    own = Condition(f"{child_list.field} = ? AND {child_list.where}", (owner,))
    objects = store.select(child_list.kind, [own], newest_first=True, limit=FIRST_PAGE + 1)
    has_more = len(objects) > FIRST_PAGE
    return {
        "object": "list",
        "data": [_show_in_list(store, child_list, object, tree) for object in objects[:FIRST_PAGE]],
        "has_more": has_more,
        "total_count": store.count(child_list.kind, [own]) if has_more else len(objects),
        "url": child_list.url.format(id=owner),
    }


def _show_in_list(store: Store, child_list: ChildList, object: Object, tree: ExpandTree) -> Object:
    if child_list.where is IS_CARD:
        return as_answered(store, "card", as_card(object), tree)
    return as_answered(store, child_list.kind, object, tree)


def _expand_link(store: Store, names: Sequence[str], name: str, id: str, tree: ExpandTree) -> Any:
    """Return the object in whose place the id stands. Raises where the local Stripe has no such objects."""
    for kind in names:
        object = store.get("payment_method" if kind == "card" else kind, id)
        if object is not None:
            return as_answered(store, kind, as_card(object) if kind == "card" else object, tree)
    for kind in names:
        if f"deleted_{kind}" in names:
            return _deleted_object(kind, id)
        if kind in NOT_HERE:
            raise invalid(f"The local Stripe does not have {NOT_HERE[kind]}: '{name}' cannot be expanded.", "expand")
    return id


def current(store: Store, kind: str, id: str) -> Object:
    """Return the object in whose place an id is stored. A plan is a price in the form of earlier versions."""
    if kind == "plan":
        return as_plan(current(store, "price", id))
    object = store.get(kind, id)
    assert object is not None, f"{kind} {id} is stored somewhere, and not there"
    return object


def as_plan(price: Object) -> Object:
    """Return a recurring price in the form of earlier versions."""
    recurring = price["recurring"]
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
        "metadata": price["metadata"],
        "meter": recurring["meter"],
        "nickname": price["nickname"],
        "product": price["product"],
        "tiers": price["tiers"],
        "tiers_mode": price["tiers_mode"],
        "transform_usage": price["transform_quantity"],
        "trial_period_days": recurring["trial_period_days"],
        "usage_type": recurring["usage_type"],
    }


def public(value: Any) -> Any:
    """Return what is stored without what the local Stripe keeps to itself."""
    if isinstance(value, list):
        return [public(element) for element in value]
    if not isinstance(value, dict):
        return value
    return {
        name: inner if name == "metadata" else public(inner)
        for name, inner in value.items()
        if not name.startswith(PRIVATE)
    }
