"""The items that a call wants of a subscription, with what it describes in place of naming it: prices by `price_data`,
tax rates, and coupons that are to become discounts of single items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stripe_billing_cli.local_stripe.billing import pricing
from stripe_billing_cli.local_stripe.billing.catalog import inline_prices
from stripe_billing_cli.local_stripe.billing.discounts import discount
from stripe_billing_cli.local_stripe.billing.invoicing import taxes
from stripe_billing_cli.local_stripe.billing.subscriptions import items
from stripe_billing_cli.local_stripe.core.parameters import nested_name
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object

ItemData = Mapping[str, Any]
INLINE = inline_prices.INLINE


def name_prices(
    call: Call,
    items_data: Sequence[ItemData],
    customer: Object,
    subscription: Object | None,
    param: str = "items",
    *,
    is_preview: bool = False,
) -> list[ItemData]:
    """Return the items by the ids of prices, tax rates and discounts alone. What is made for them is stored, and not
    announced yet (`settle`). `is_preview`: a coupon that is only looked at is not redeemed."""
    return [
        _name_item(call, item, customer, subscription, f"{param}[{at}]", is_preview=is_preview)
        for at, item in enumerate(items_data)
    ]


def _name_item(
    call: Call, item: ItemData, customer: Object, subscription: Object | None, param: str, *, is_preview: bool
) -> ItemData:
    by_ids = dict(item)
    if "price_data" in by_ids:
        price = inline_prices.create(call, by_ids.pop("price_data"), nested_name(param, "price_data"))
        by_ids |= {"price": price["id"], INLINE: True}
    if "tax_rates" in by_ids:
        by_ids["tax_rates"] = taxes.check_rates(call, by_ids["tax_rates"], nested_name(param, "tax_rates"))
    if "discounts" in by_ids:
        on = _redemption(call, by_ids, customer, subscription)
        by_ids["discounts"] = discount.redeem_for_part(
            call, by_ids["discounts"], nested_name(param, "discounts"), on, is_preview=is_preview
        )
    return by_ids


def _redemption(call: Call, item: ItemData, customer: Object, subscription: Object | None) -> discount.Redemption:
    """Return for whom a coupon is redeemed, with what the item costs for a period."""
    own: Object = {}
    if subscription is not None:
        own = next((one for one in subscription["items"]["data"] if one["id"] == item.get("id")), {})
    price = call.store.get("price", item.get("price") or own.get("price") or "")
    currency = subscription["currency"] if subscription else (price or {}).get("currency") or customer["currency"]
    costs = 0
    if price is not None and not items.is_metered(price) and currency in price["currency_options"]:
        costs = pricing.amount(price, currency, item.get("quantity", own.get("quantity", 1)))
    return discount.Redemption(customer, subscription["id"] if subscription else None, currency, costs)


def settle(call: Call, before: Object | None, after: Object) -> None:
    """Announce what came and went of the discounts of single items, which name their items from now on."""
    earlier = _by_item(before)
    now = _by_item(after)
    for id, item in now.items():
        if id not in earlier:
            discount.attach(call, id, subscription=after["id"], subscription_item=item)
    for id in earlier.keys() - now.keys():
        discount.detach(call, id)


def _by_item(subscription: Object | None) -> dict[str, str]:
    """Return the items of a subscription by their discounts."""
    item_objects = subscription["items"]["data"] if subscription else []
    return {id: item["id"] for item in item_objects for id in item["discounts"]}
