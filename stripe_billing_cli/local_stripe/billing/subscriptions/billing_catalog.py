"""Prices, products, discounts and use as the billing of a subscription's items needs them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from stripe_billing_cli.local_stripe.billing.invoicing.lines import Line, ProductName
from stripe_billing_cli.local_stripe.core.store import Object


@dataclass(frozen=True)
class DiscountedAmount:
    """An amount after the discounts with these ids. `terms`: how a line's description names them, if it does."""

    amount: int
    discounts: tuple[str, ...] = ()
    terms: str = ""


PriceOf = Callable[[str], Object]
ProductNameOf = Callable[[str], ProductName]


def no_discount(item: Object, amount: int, among: Sequence[Object]) -> DiscountedAmount:
    return DiscountedAmount(amount)


def as_debited(item: Object, debit: Mapping[str, Any]) -> DiscountedAmount:
    return DiscountedAmount(debit["amount"])


def no_use(item: Object) -> list[Line]:
    return []


def no_debit(item: Object, debit: Mapping[str, Any]) -> Object | None:
    return None


@dataclass(frozen=True)
class Catalog:
    """The catalog of what is billed: `price` and `product_name` by the id of a price and of a product, and the
    `item_id` of a new item.

    `apply_discounts`: what an item's subscription's discounts leave of an amount, which is a part of what it costs a
    period, where these are all items. `net_debit`: what was left of a debit of an item when it was billed.
    `find_debit`: where a debit of an item was billed, as a credit names it. `list_use`: what was used of a metered item
    and is not billed yet, up to now. `last_report`: the number of the last report of use.
    """

    price: PriceOf
    product_name: ProductNameOf
    item_id: Callable[[], str]
    apply_discounts: Callable[[Object, int, Sequence[Object]], DiscountedAmount] = no_discount
    net_debit: Callable[[Object, Mapping[str, Any]], DiscountedAmount] = as_debited
    find_debit: Callable[[Object, Mapping[str, Any]], Object | None] = no_debit
    list_use: Callable[[Object], list[Line]] = no_use
    last_report: Callable[[], int] = int
