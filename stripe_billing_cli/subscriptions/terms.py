"""The terms of a subscription: its items, each a price and a quantity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from stripe_billing_cli.errors import OperationError
from stripe_billing_cli.stripe_api.objects.catalog import Price, Recurring
from stripe_billing_cli.stripe_api.objects.subscriptions import PendingItem, PhaseItem, Subscription, SubscriptionItem
from stripe_billing_cli.stripe_api.references import name_of


@dataclass(frozen=True)
class Terms:
    """A price and how many of it; `quantity` is None for metered prices, which have none."""

    price: str
    quantity: int | None


def terms_of(item: SubscriptionItem | PendingItem | PhaseItem) -> Terms:
    """Return the terms of an item of a subscription, of a pending update or of a schedule's phase."""
    price = item["price"]
    return Terms(price if isinstance(price, str) else price["id"], item["quantity"])


def recurring_of(price: Price) -> Recurring:
    """Return the interval of a price that a subscription is on or is to be on. Raises `OperationError` for one that is
    charged once."""
    if price["recurring"] is None:
        raise OperationError(
            f"the price {name_of(price)} is charged once, and a subscription needs a recurring one",
            "name a price with an interval",
        )
    return price["recurring"]


def is_metered(price: Price) -> bool:
    return bool(price["recurring"] and price["recurring"]["usage_type"] == "metered")


def is_classic(subscription: Subscription) -> bool:
    """Return whether a subscription is in classic billing mode, where use before the current price of an item is lost
    (https://docs.stripe.com/billing/subscriptions/billing-mode/compare#usage-based-pricing)."""
    return subscription["billing_mode"]["type"] == "classic"


def new_terms(item: SubscriptionItem, price: Price | None, quantity: int | None) -> Terms:
    """Return the item's terms with what is wanted of them changed; the rest stays. Raises `OperationError`."""
    after = price or item["price"]
    recurring_of(after)
    if not is_metered(after):
        return Terms(after["id"], quantity if quantity is not None else item["quantity"] or 1)
    if quantity is not None:
        raise OperationError(
            f"the price {name_of(after)} is metered: its quantity is what is used", "leave out --quantity"
        )
    return Terms(after["id"], None)


def choose_item(subscription: Subscription, name: str | None) -> SubscriptionItem:
    """Return the item with this id, or on the price with this id or lookup key; without a name the only one there is.

    Raises `OperationError`, listing the items.
    """
    items: Sequence[SubscriptionItem] = subscription["items"]["data"]
    if name is None:
        if len(items) == 1:
            return items[0]
        raise OperationError(
            f"the subscription {subscription['id']} has {len(items)} items: {_list_items(items)}", "say --item"
        )
    for item in items:
        if name in (item["id"], item["price"]["id"], item["price"]["lookup_key"]):
            return item
    raise OperationError(
        f"the subscription {subscription['id']} has no item {name}; it has: {_list_items(items)}",
        "name one by its id, or by its price",
    )


def _list_items(items: Sequence[SubscriptionItem]) -> str:
    return ", ".join(f"{item['id']} ({name_of(item['price'])})" for item in items)
