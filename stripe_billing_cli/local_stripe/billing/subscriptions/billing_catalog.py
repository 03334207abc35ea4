"""Prices, products, discounts and use as the billing of a subscription's items needs them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from stripe_billing_cli.local_stripe.billing.invoicing.lines import Line, Sold
from stripe_billing_cli.local_stripe.core.store import Object


@dataclass(frozen=True)
class DiscountedAmount:
    """An amount after the discounts with these ids."""

    amount: int
    discounts: tuple[str, ...] = ()


PriceOf = Callable[[str], Object]
SoldAs = Callable[[str], Sold]


def no_discount(item: Object, amount: int, among: Sequence[Object]) -> DiscountedAmount:
    return DiscountedAmount(amount)


def as_debited(item: Object, debit: Mapping[str, Any]) -> DiscountedAmount:
    return DiscountedAmount(debit["amount"])


def no_use(item: Object) -> list[Line]:
    return []


def no_usage(item: Object, debit: Mapping[str, Any]) -> Object | None:
    return None


@dataclass(frozen=True)
class Catalog:
    """The catalog of what is billed: `price` by its id, a product as it is `sold`, by its id, and the `item_id` of a
    new item.

    `discounted`: what an item's subscription's discounts leave of an amount, which is a part of what it costs a period,
    where these are all items. `net_debit`: what was left of a debit of an item when it was billed. `credited`: where a
    debit of an item was billed, as a credit names it. `used`: what was used of a metered item and is not billed yet, up
    to now. `reported`: the number of the last report of use.
    """

    price: PriceOf
    sold: SoldAs
    item_id: Callable[[], str]
    discounted: Callable[[Object, int, Sequence[Object]], DiscountedAmount] = no_discount
    net_debit: Callable[[Object, Mapping[str, Any]], DiscountedAmount] = as_debited
    credited: Callable[[Object, Mapping[str, Any]], Object | None] = no_usage
    used: Callable[[Object], list[Line]] = no_use
    reported: Callable[[], int] = int
