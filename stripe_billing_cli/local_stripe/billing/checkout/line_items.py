"""The line items of a Checkout session: prices and quantities (https://docs.stripe.com/api/checkout/sessions/line_items).

Fields after `stripe/_line_item.py`. The amounts of an item are in `totals`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stripe_billing_cli.local_stripe.billing import billing_intervals
from stripe_billing_cli.local_stripe.billing.catalog import inline_prices
from stripe_billing_cli.local_stripe.billing.catalog import prices as catalog_prices
from stripe_billing_cli.local_stripe.billing.invoicing import taxes
from stripe_billing_cli.local_stripe.core import identifiers, objects
from stripe_billing_cli.local_stripe.core.errors import check_only_one, invalid, no_such
from stripe_billing_cli.local_stripe.core.metadata import changed_metadata, new_metadata
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object

ItemData = Mapping[str, Any]
MOST_QUANTITY = 99
"""What a customer can choose at most, unless an item says otherwise (`adjustable_quantity.maximum`)."""
MOST = {"payment": 100, "subscription": 20}
"""In `stripe/params/checkout/_session_create_params.py`; those of a subscription are counted by their kind."""


def new_items(
    call: Call, items_data: Sequence[ItemData], mode: str, currency: str | None, *, alone: bool = True
) -> list[Object]:
    """Return the items of a session, in its currency, without their amounts. Raises Stripe's refusals. `alone`: they
    are all that the session sells."""
    prices = [_price(call, item, f"line_items[{at}]") for at, item in enumerate(items_data)]
    _check_mode(prices, mode, alone=alone)
    currency = currency or prices[0]["currency"]
    catalog_prices.check_currency(prices, currency, "line_items")
    items = []
    for at, (item, price) in enumerate(zip(items_data, prices, strict=True)):
        _check_quantity(item, price, f"line_items[{at}]")
        check_bounds(item, f"line_items[{at}]")
        items.append(_new(call, item, price, currency, f"line_items[{at}]"))
    return items


def changed_items(call: Call, items_data: Sequence[ItemData], session: Object) -> list[Object]:
    """Return the items of a session after an update, in the order in which it names them: what names the id of an item
    keeps what it says nothing of, and an item that is not named is gone. Raises Stripe's refusals."""
    earlier = {item["id"]: item for item in session["line_items"]["data"]}
    for at, item in enumerate(items_data):
        if "id" in item and item["id"] not in earlier:
            raise no_such("line item", item["id"], f"line_items[{at}][id]")
    whole = [{**_unchanged_fields(earlier[item["id"]], item), **item} if "id" in item else item for item in items_data]
    items = new_items(call, whole, session["mode"], session["currency"])
    return [_as_before(item, new, earlier) for item, new in zip(items_data, items, strict=True)]


def _unchanged_fields(item: Object, changes: ItemData) -> Object:
    """Return what an item keeps where an update says nothing of it, as a call says it."""
    fields = {"adjustable_quantity": item["adjustable_quantity"], "tax_rates": item["_tax_rates"]}
    if item["quantity"] is not None:
        fields["quantity"] = item["quantity"]
    if not changes.keys() & {"price", "price_data"}:
        fields |= {"price": item["price"], inline_prices.INLINE: True}
    return fields


def _as_before(data: ItemData, item: Object, earlier: Mapping[str, Object]) -> Object:
    before = earlier.get(data.get("id", ""))
    if before is None:
        return item
    inline = before["_inline"] if item["price"] == before["price"] else item["_inline"]
    return {**item, "id": before["id"], "metadata": changed_metadata(before, data), "_inline": inline}


def _new(call: Call, item: ItemData, price: Object, currency: str, param: str) -> Object:
    product = call.store.get("product", price["product"]) or {}
    return {
        "id": identifiers.long_id(call, "li"),
        "object": "item",
        "adjustable_quantity": adjustable(item),
        "currency": currency,
        "description": product.get("name"),
        "metadata": new_metadata(item),
        "price": price["id"],
        "quantity": None if is_metered(price) else item["quantity"],
        "_inline": "price_data" in item or bool(item.get(inline_prices.INLINE)),
        "_tax_rates": taxes.check_rates(call, item.get("tax_rates"), f"{param}[tax_rates]"),
    }


def _price(call: Call, item: ItemData, param: str) -> Object:
    check_only_one(item, "price", "price_data", param=f"{param}[price_data]")
    if not item.keys() & {"price", "price_data"}:
        raise invalid("You must provide either price or price_data for each line item when using prices.", param)
    inline = bool(item.get(inline_prices.INLINE))
    price = inline_prices.price_of(call, item, param, may_be_inactive=inline)
    if "price" in item and not inline:
        inline_prices.check_product(call, price, f"{param}[price]")
    return price


def _check_mode(prices: Sequence[Object], mode: str, *, alone: bool) -> None:
    """Raise where prices do not go with the mode, in words that users report."""
    recurring = [price for price in prices if price["recurring"] is not None]
    if mode == "payment" and recurring:
        raise invalid(
            "You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode or use "
            "only one-time prices.",
            f"line_items[{prices.index(recurring[0])}]",
        )
    if mode == "subscription" and not recurring and alone:
        raise invalid("You must provide at least one recurring price in `subscription` mode when using prices.")
    if max(len(recurring), len(prices) - len(recurring)) > MOST[mode]:
        raise invalid(f"A Checkout Session has at most {MOST[mode]} line items of a kind.", "line_items")


def check_intervals(call: Call, items: Sequence[Object], billing_mode: str) -> None:
    """Raise where the prices of a subscription cannot be billed together."""
    prices = [objects.get_known(call, "price", item["price"]) for item in items]
    billing_intervals.check(billing_mode, [price for price in prices if price["recurring"] is not None])


def _check_quantity(item: ItemData, price: Object, param: str) -> None:
    if is_metered(price):
        if "quantity" in item:
            raise invalid(
                f"Quantity should not be specified where usage_type is `metered`. Remove `quantity` from `{param}`",
                f"{param}[quantity]",
            )
    elif "quantity" not in item:
        raise invalid(f"Quantity is required. Add `quantity` to `{param}`", f"{param}[quantity]")


def check_bounds(item: ItemData, param: str) -> None:
    """Raise where no quantity, or not the first one, is within the bounds that the customer has."""
    bounds = adjustable(item)
    if bounds is None:
        return
    if bounds["minimum"] > bounds["maximum"]:
        why = "The minimum of an adjustable quantity cannot be greater than its maximum."
        raise invalid(why, f"{param}[adjustable_quantity][minimum]")
    if not bounds["minimum"] <= item.get("quantity", bounds["minimum"]) <= bounds["maximum"]:
        why = f"The quantity must be between {bounds['minimum']} and {bounds['maximum']}, as it can be adjusted."
        raise invalid(why, f"{param}[quantity]")


def is_metered(price: Object) -> bool:
    """Return whether a price is billed afterwards, by use."""
    return price["recurring"] is not None and price["recurring"]["usage_type"] == "metered"


def adjustable(item: ItemData) -> Object | None:
    """Return `adjustable_quantity` as an item shows it, with the bounds that Stripe's documents give."""
    bounds = item.get("adjustable_quantity")
    if not bounds or not bounds["enabled"]:
        return None
    return {"enabled": True, "maximum": MOST_QUANTITY, "minimum": 0, **bounds}


def with_quantity(item: Object, quantity: int, param: str) -> Object:
    """Return the item in the quantity that its customer chose."""
    bounds = item["adjustable_quantity"]
    if bounds is None or not bounds["minimum"] <= quantity <= bounds["maximum"]:
        raise invalid("This quantity cannot be chosen.", param)
    return {**item, "quantity": quantity}
