"""The line items of a quote: prices that are named or described, in one currency."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stripe_billing_cli.local_stripe.billing import billing_intervals
from stripe_billing_cli.local_stripe.billing.catalog import inline_prices
from stripe_billing_cli.local_stripe.billing.catalog import prices as catalog_prices
from stripe_billing_cli.local_stripe.billing.discounts import discount
from stripe_billing_cli.local_stripe.billing.invoicing import taxes
from stripe_billing_cli.local_stripe.billing.quotes import computed
from stripe_billing_cli.local_stripe.core import identifiers
from stripe_billing_cli.local_stripe.core.errors import no_such
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object

ItemData = Mapping[str, Any]


def new_items(call: Call, items_data: Sequence[ItemData], quote: Object, customer: Object | None) -> list[Object]:
    """Return the line items that a call wants, in place of those that the quote had. Raises Stripe's refusals."""
    earlier = {item["id"]: item for item in quote["line_items"]["data"]}
    for at, item in enumerate(items_data):
        if "id" in item and item["id"] not in earlier:
            raise no_such("line item", item["id"], f"line_items[{at}][id]")
    own = [{"price": earlier[item["id"]]["price"], **item} if _keeps_price(item) else item for item in items_data]
    prices = [_price(call, item, earlier, f"line_items[{at}]") for at, item in enumerate(own)]
    currency = quote["currency"] or _currency(prices, customer)
    _check(prices, currency, quote)
    return [
        _item(call, item, price, currency, customer, earlier.get(item.get("id", "")), f"line_items[{at}]")
        for at, (item, price) in enumerate(zip(items_data, prices, strict=True))
    ]


def _keeps_price(item: ItemData) -> bool:
    return "id" in item and not item.keys() & {"price", "price_data"}


def _price(call: Call, item: ItemData, earlier: Mapping[str, Object], param: str) -> Object:
    inline_prices.check_named(item, param)
    is_own = item.get("price") in {one["price"] for one in earlier.values()}
    return inline_prices.price_of(call, item, param, may_be_inactive=is_own)


def _currency(prices: Sequence[Object], customer: Object | None) -> str:
    own = (customer or {}).get("currency")
    is_shared = own is not None and all(own in price["currency_options"] for price in prices)
    return str(own if is_shared else prices[0]["currency"])


def _check(prices: Sequence[Object], currency: str, quote: Object) -> None:
    catalog_prices.check_currency(prices, currency, "line_items")
    recurring = [price for price in prices if price["recurring"]]
    if recurring:
        billing_intervals.check(quote["subscription_data"]["billing_mode"]["type"], recurring)


def _item(
    call: Call,
    item_data: ItemData,
    price: Object,
    currency: str,
    customer: Object | None,
    own: Object | None,
    param: str,
) -> Object:
    quantity = item_data.get("quantity", own["quantity"] if own else 1)
    product = call.store.get("product", price["product"]) or {}
    amount = computed.amount_of(price, currency, quantity)
    item: Object = {
        "_discounts": own["_discounts"] if own else [],
        "_tax_rates": own["_tax_rates"] if own else [],
        **(own or {"id": identifiers.long_id(call, "li")}),
        "object": "item",
        "_amount": amount,
        "adjustable_quantity": None,
        "currency": currency,
        "description": product.get("name"),
        "metadata": {},
        "price": price["id"],
        "quantity": quantity,
    }
    if "tax_rates" in item_data:
        item["_tax_rates"] = taxes.check_rates(call, item_data["tax_rates"], f"{param}[tax_rates]")
    if "discounts" in item_data:
        on = discount.Redemption(customer or {"id": None}, None, currency, amount)
        item["_discounts"] = discount.redeem_for_part(
            call, item_data["discounts"], f"{param}[discounts]", on, is_preview=True
        )
    return item
