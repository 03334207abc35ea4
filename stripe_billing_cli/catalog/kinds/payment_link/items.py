"""The items that a payment link sells, with prices by key: their fields, and how they are compared and sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, TypedDict, cast

from pydantic import Field

from stripe_billing_cli.catalog.entries import FieldValue, Reference
from stripe_billing_cli.catalog.kinds.forms import Form
from stripe_billing_cli.catalog.kinds.model import Count, FileModel, ShortForm, Text
from stripe_billing_cli.stripe_api.objects.common import EmbeddedList
from stripe_billing_cli.stripe_api.objects.payment_links import AdjustableQuantity as StripeAdjustableQuantity
from stripe_billing_cli.stripe_api.objects.payment_links import LineItem, OptionalItem
from stripe_billing_cli.stripe_api.references import id_of

NOT_ADJUSTABLE: Mapping[str, bool | int | None] = {"enabled": False, "maximum": None, "minimum": None}
USUAL_BOUNDS = {"maximum": 99, "minimum": 0}
"""`adjustable_quantity` of `stripe/params/_payment_link_create_params.py`: what Stripe takes where nobody says it."""
MOST = 999
"""`adjustable_quantity` of `stripe/params/_payment_link_create_params.py`."""


class AdjustableQuantity(FileModel):
    enabled: bool
    """Whether customers may change the quantity."""
    maximum: Annotated[int | None, Field(ge=1, le=MOST)] = None
    """At most so many, up to 999."""
    minimum: Annotated[int | None, Field(ge=0, le=MOST)] = None
    """At least so many."""


class SoldItem(FileModel):
    price: Text
    """The key of a price of this file (pro.monthly), or an id (price_…)."""
    quantity: Count | None = None
    """So many; 1 unless given."""
    adjustable_quantity: AdjustableQuantity | None = None
    """Whether customers may change the quantity."""


Item = Annotated[SoldItem, ShortForm("price", {"type": "string", "description": "Short for {price: …}."})]


class ItemValue(TypedDict):
    """The canonical value of an item. Its price is an id, or the key or the `Reference` of a price of the file.

    Quantities that the file does not name are None; `adjustable_quantity` has what it names, of an existing item all.
    """

    price: str | Reference
    quantity: int | None
    adjustable_quantity: Mapping[str, bool | int | None] | None


class Items(Form[list[ItemValue]]):
    """The form of items with their prices and quantities, of which the order says nothing."""

    def value(self, file_value: Sequence[SoldItem] | None) -> list[ItemValue]:
        return [
            {
                "price": item.price,
                "quantity": item.quantity,
                "adjustable_quantity": item.adjustable_quantity.model_dump(exclude_none=True)
                if item.adjustable_quantity
                else None,
            }
            for item in file_value or ()
        ]

    def read(self, stripe_value: EmbeddedList[LineItem] | list[OptionalItem] | None) -> list[ItemValue]:
        items: Sequence[LineItem | OptionalItem] = []
        if stripe_value:
            items = stripe_value if isinstance(stripe_value, list) else stripe_value["data"]
        return in_order(
            {
                "price": price_id(item),
                "quantity": item["quantity"],
                "adjustable_quantity": _adjustable(item["adjustable_quantity"]),
            }
            for item in items
        )

    def fill_from(self, value: list[ItemValue], current: list[ItemValue]) -> list[ItemValue]:
        """Return the items with the quantities that the file does not name."""
        by_price = {item["price"]: item for item in current}
        return in_order(_fill_item(item, by_price.get(item["price"])) for item in value)

    def params(self, name: str, value: list[ItemValue]) -> dict[str, Any]:
        return {name: [{"price": item["price"], **quantity_params(item)} for item in value] or ""}

    def write_keys(self, name: str, value: list[ItemValue], default: list[ItemValue] | None) -> dict[str, Any]:
        items: list[Any] = []
        for item in value:
            params = quantity_params(item)
            if params["quantity"] == 1:
                del params["quantity"]
            if adjustable := params.get("adjustable_quantity"):
                params["adjustable_quantity"] = {
                    name: value for name, value in adjustable.items() if value != USUAL_BOUNDS.get(name)
                }
            items.append({"price": item["price"], **params} if params else item["price"])
        return {name: items} if items else {}

    def show(self, value: list[ItemValue], currency: str) -> str:
        return ", ".join(f"{item['quantity'] or 1} × {item['price']}" for item in value)


def _adjustable(quantity: StripeAdjustableQuantity | None) -> Mapping[str, bool | int | None]:
    if quantity is None:
        return NOT_ADJUSTABLE
    return {name: quantity[name] for name in ("enabled", "maximum", "minimum")}


def _fill_item(item: ItemValue, current: ItemValue | None) -> ItemValue:
    adjustable = {
        **((current and current["adjustable_quantity"]) or NOT_ADJUSTABLE),
        **(item["adjustable_quantity"] or {}),
    }
    if not adjustable["enabled"]:
        adjustable = dict(NOT_ADJUSTABLE)
    quantity = item["quantity"] or (current["quantity"] if current else 1)
    return {**item, "quantity": quantity, "adjustable_quantity": adjustable}


def quantity_params(item: ItemValue) -> dict[str, Any]:
    """Return the parameters of an item beside its price."""
    adjustable = {key: value for key, value in (item["adjustable_quantity"] or {}).items() if value is not None}
    adjustable_params = {"adjustable_quantity": adjustable} if adjustable.get("enabled") else {}
    return {"quantity": item["quantity"] or 1, **adjustable_params}


def in_order(items: Iterable[ItemValue]) -> list[ItemValue]:
    return sorted(items, key=lambda item: str(item["price"]))


def items_of(value: FieldValue) -> list[ItemValue]:
    """Return the value of a field of items, none where it is None."""
    return cast(list[ItemValue], value or [])


def prices(items: Iterable[ItemValue]) -> list[str]:
    """Return the prices of items: ids, or what stands for those that are to be made."""
    return sorted(str(item["price"]) for item in items)


def price_id(item: LineItem | OptionalItem) -> str:
    """Return the id of an item's price: of a line item the price is there whole."""
    return str(id_of(item["price"]))
