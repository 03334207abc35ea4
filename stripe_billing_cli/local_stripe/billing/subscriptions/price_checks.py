"""Checks of the prices that a subscription can have, and in which currency."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Any

from stripe_billing_cli.local_stripe.billing.catalog import prices as catalog_prices
from stripe_billing_cli.local_stripe.billing.invoicing import customer_currency, debits
from stripe_billing_cli.local_stripe.billing.invoicing.lines import Line, ProductName
from stripe_billing_cli.local_stripe.billing.subscriptions import (
    discounted_prorations,
    item_parameters,
    items,
    metering,
)
from stripe_billing_cli.local_stripe.billing.subscriptions.billing_catalog import Catalog
from stripe_billing_cli.local_stripe.core import identifiers, objects
from stripe_billing_cli.local_stripe.core.errors import ApiError, invalid
from stripe_billing_cli.local_stripe.core.parameters import Params
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object


def catalog(call: Call, discounts: Sequence[Object] | None = None) -> Catalog:
    """Return the catalog for a subscription that gets these discounts at the same time, or keeps its own."""

    def price(id: str) -> Object:
        return objects.find(call, "price", id, "items[0][price]")

    def product_name(id: str) -> ProductName:
        product = call.store.get("product", id)
        return ProductName(product["name"], product["unit_label"]) if product else ProductName(id)

    def list_use(item: Object) -> list[Line]:
        subscription = call.store.get("subscription", item["subscription"])
        return metering.lines_for_item(call, subscription, item, billing_catalog) if subscription else []

    billing_catalog = Catalog(
        price,
        product_name,
        partial(identifiers.short_id, call, "si"),
        partial(discounted_prorations.discounted_amount, call, discounts),
        partial(discounted_prorations.net_debit, call),
        partial(debits.credited_debit, call),
        list_use,
        partial(metering.last_report, call),
    )
    return billing_catalog


def find_item_price(call: Call, item: Mapping[str, Any], param: str) -> Object:
    """Return the price of an item that a call wants: for sale, unless the call describes it itself."""
    inline_price = call.store.get("price", item["price"]) if item.get(item_parameters.INLINE) else None
    return inline_price or find_sellable(call, item["price"], param)


def find_sellable(call: Call, id: str, param: str) -> Object:
    """Return the price that a parameter names, if it can be subscribed to."""
    price = objects.find(call, "price", id, param)
    if not price["active"]:
        raise invalid(
            "The price specified is inactive. This field only accepts active prices.", param, "resource_missing"
        )
    if price["recurring"] is None:
        raise invalid(
            "The price specified is set to `type=one_time` but this field only accepts prices with `type=recurring`.",
            param,
        )
    product = call.store.get("product", price["product"])
    if product is not None and not product["active"]:
        raise invalid(f"The product {product['id']} is marked as inactive, and cannot be subscribed to.", param)
    return price


def currency_of(call: Call, params: Params, customer: Object, prices: Sequence[Object]) -> str:
    """Return the currency asked for, else the customer's where every price has it, else the first price's. A customer
    is billed in one currency only (https://docs.stripe.com/billing/customer#currency)."""
    own: str | None = customer["currency"]
    is_shared = own is not None and all(own in price["currency_options"] for price in prices)
    currency = str(params.get("currency") or (own if is_shared else prices[0]["currency"]))
    customer_currency.check(call, customer, currency)
    return currency


def check_one_currency(prices: Sequence[Object], currency: str) -> None:
    """Raise where the prices of a new subscription, which asks for no currency, have not the one of the first."""
    for at, price in enumerate(prices):
        if currency not in price["currency_options"]:
            raise invalid(
                f"This `price` has `currency={price['currency']}`, but other items use `currency={currency}`. All "
                "items must have pricing in the same currency. When using multi-currency prices, you can specify "
                "`currency` at the top level, to be used by all items.",
                f"items[{at}][price]",
            )


def check_prices(prices: Sequence[Object], currency: str, param: str = "items") -> None:
    catalog_prices.check_currency(prices, currency, param)
    ids = [price["id"] for price in prices]
    twice = next((id for at, id in enumerate(ids) if id in ids[:at]), None)
    if twice is not None:
        raise _price_twice(twice)


def _price_twice(price: str) -> ApiError:
    return invalid(
        f"Cannot create a Subscription with multiple Subscription Items with the same Price: {price}", "plan"
    )


def check_no_price_twice(items_after: Sequence[Object], ids_before: Collection[str]) -> None:
    """Raise where two items of a subscription that changes have one price; a new one is told which item has it."""
    holders: dict[str, str] = {}
    for item in items_after:
        price, holder = item["price"], holders.setdefault(item["price"], item["id"])
        if holder == item["id"]:
            continue
        if item["id"] in ids_before or holder not in ids_before:
            raise _price_twice(price)
        raise invalid(
            f"A new item with Price {price} can't be added to this Subscription because an existing Subscription Item "
            f"{holder} is already using that Price. If you want to update the existing item (e.g., to adjust the "
            "quantity), pass the existing Subscription Item's `id` in your update request: "
            "https://stripe.com/docs/api/subscriptions/update#update_subscription-items-id",
            "plan",
        )


def check_quantity(price: Object, item: Mapping[str, Any], param: str) -> None:
    """Refuse a quantity of a metered price; Stripe's words, as users report them."""
    if "quantity" in item and items.is_metered(price):
        raise invalid("You cannot set the quantity for metered plans.", f"{param}[quantity]")
