"""What a payment link sells: items with prices by key, compared whatever their order, and sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

from pydantic import Field

from stripe_billing_cli.catalog.diff import Fields
from stripe_billing_cli.catalog.kinds.forms import Form
from stripe_billing_cli.catalog.kinds.model import Count, FileModel, ShortForm, Text

NOT_ADJUSTABLE: Mapping[str, Any] = {"enabled": False, "maximum": None, "minimum": None}
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


class Items(Form):
    """Items with their prices and quantities."""

    def value(self, written: Sequence[SoldItem] | None) -> list[Fields]:
        return [
            {
                "price": item.price,
                "quantity": item.quantity,
                "adjustable_quantity": item.adjustable_quantity
                and item.adjustable_quantity.model_dump(exclude_none=True),
            }
            for item in written or ()
        ]

    def existing(self, answer: Mapping[str, Any], name: str) -> list[Fields]:
        items = answer[name] or []
        return in_order(
            {
                "price": price_id(item),
                "quantity": item["quantity"],
                "adjustable_quantity": {
                    key: (item["adjustable_quantity"] or NOT_ADJUSTABLE)[key] for key in NOT_ADJUSTABLE
                },
            }
            for item in (items["data"] if isinstance(items, dict) else items)
        )

    def beside(self, wanted: Any, existing: Any) -> Any:
        """Return the items with the quantities that the file does not name."""
        by_price = {item["price"]: item for item in existing}
        return in_order(_beside(item, by_price.get(item["price"])) for item in wanted)

    def params(self, name: str, value: Any) -> dict[str, Any]:
        return {name: [{"price": item["price"], **quantity_params(item)} for item in value] or ""}

    def written(self, name: str, value: Any, default: Any) -> dict[str, Any]:
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

    def show(self, value: Any, currency: str) -> str:
        return ", ".join(f"{item['quantity'] or 1} × {item['price']}" for item in value)


def _beside(item: Fields, existing: Fields | None) -> Fields:
    current = existing or {"quantity": 1, "adjustable_quantity": NOT_ADJUSTABLE}
    adjustable = {**current["adjustable_quantity"], **(item["adjustable_quantity"] or {})}
    if not adjustable["enabled"]:
        adjustable = dict(NOT_ADJUSTABLE)
    return {**item, "quantity": item["quantity"] or current["quantity"], "adjustable_quantity": adjustable}


def quantity_params(item: Fields) -> dict[str, Any]:
    """Return the parameters of an item beside its price."""
    adjustable = {key: value for key, value in (item["adjustable_quantity"] or {}).items() if value is not None}
    shown = {"adjustable_quantity": adjustable} if adjustable.get("enabled") else {}
    return {"quantity": item["quantity"] or 1, **shown}


def in_order(items: Iterable[Fields]) -> list[Fields]:
    return sorted(items, key=lambda item: str(item["price"]))


def prices(items: Iterable[Fields] | None) -> list[str]:
    """Return the prices of items: ids, or what stands for those that are to be made."""
    return sorted(str(item["price"]) for item in items or ())


def price_id(item: Mapping[str, Any]) -> str:
    """Return the id of an item's price: of a line item the price is there whole."""
    price = item["price"]
    return str(price["id"] if isinstance(price, Mapping) else price)
