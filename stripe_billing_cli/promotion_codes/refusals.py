"""Why a promotion code would not be taken, decided from what Stripe says of it; amounts in minor units."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Literal

from stripe_billing_cli.stripe_api.money import format_amount
from stripe_billing_cli.stripe_api.objects.catalog import Coupon, Price, PromotionCode
from stripe_billing_cli.stripe_api.objects.customers import Customer
from stripe_billing_cli.stripe_api.references import id_of, whole

Reason = Literal[
    "unknown",
    "expired",
    "used_up",
    "coupon_invalid",
    "inactive",
    "other_customer",
    "first_time_transaction",
    "minimum_amount",
    "currency",
    "products",
    "refused_by_stripe",
]


@dataclass(frozen=True)
class Refusal:
    """A reason for which a code would not be taken: a word for scripts, and a sentence for people."""

    reason: Reason
    message: str


@dataclass(frozen=True)
class Purchase:
    """A purchase with a code: prices, and what they come to before discounts."""

    prices: Sequence[Price]
    currency: str
    subtotal: int


def of_state(code: PromotionCode, now: int) -> Iterator[Refusal]:
    """Yield why nobody can use the code any more."""
    coupon, expires_at, max_redemptions = coupon_of(code), code["expires_at"], code["max_redemptions"]
    if expires_at is not None and expires_at <= now:
        yield Refusal("expired", f"it expired on {_date(expires_at)}")
    elif code["active"]:
        return
    elif max_redemptions is not None and code["times_redeemed"] >= max_redemptions:
        yield Refusal("used_up", f"it was redeemed {_times(code['times_redeemed'])}, as often as it may be")
    elif coupon is None or not coupon["valid"]:
        yield Refusal("coupon_invalid", _why_invalid(code, coupon, now))
    else:
        yield Refusal("inactive", "it was made inactive")


def of_customer(code: PromotionCode, customer: Customer, has_paid: bool) -> Iterator[Refusal]:
    """Yield why this customer cannot use the code. `has_paid`: it has paid before, or has a paid invoice."""
    owner = id_of(code["customer"])
    if owner not in (None, customer["id"]):
        yield Refusal("other_customer", f"it is for {owner} only, not for {customer['id']}")
    if code["restrictions"]["first_time_transaction"] and has_paid:
        yield Refusal(
            "first_time_transaction", f"it is for a customer's first purchase, and {customer['id']} has paid before"
        )


def of_purchase(code: PromotionCode, purchase: Purchase) -> Iterator[Refusal]:
    """Yield why the code is not taken for what is to be bought."""
    coupon, currency = coupon_of(code), purchase.currency
    minimum_by_currency = minimums(code)
    if minimum_by_currency and currency not in minimum_by_currency:
        yield Refusal(
            "currency", f"it asks for {_either(minimum_by_currency)}, and this is bought in {currency.upper()}"
        )
    elif minimum_by_currency and purchase.subtotal < minimum_by_currency[currency]:
        subtotal = format_amount(Decimal(purchase.subtotal), currency)
        yield Refusal(
            "minimum_amount",
            f"it asks for {_either({currency: minimum_by_currency[currency]})}, and this comes to {subtotal}",
        )
    if coupon is None:
        return
    amounts = _amounts_off(coupon)
    if amounts and currency not in amounts:
        currencies = ", ".join(sorted(currency.upper() for currency in amounts))
        yield Refusal("currency", f"it takes off an amount in {currencies}, and this is bought in {currency.upper()}")
    products = products_of(coupon)
    if products and not products & {id_of(price["product"]) for price in purchase.prices}:
        yield Refusal("products", f"it takes nothing off but {', '.join(sorted(products))}")


def open_conditions(code: PromotionCode, *, customer: bool, purchase: bool) -> Iterator[str]:
    """Yield the further conditions of a code of which nothing is known: no `customer` is named, or no `purchase`."""
    restrictions, coupon = code["restrictions"], coupon_of(code)
    if not customer and id_of(code["customer"]):
        yield f"{id_of(code['customer'])} uses it"
    if not customer and restrictions["first_time_transaction"]:
        yield "it is the customer's first purchase"
    if purchase or coupon is None:
        return
    if minimum_by_currency := minimums(code):
        yield f"{_either(minimum_by_currency)} is bought"
    if products := products_of(coupon):
        yield f"{' or '.join(sorted(products))} is bought"
    if amounts := _amounts_off(coupon):
        yield f"it is bought in {' or '.join(sorted(currency.upper() for currency in amounts))}"


def coupon_of(code: PromotionCode) -> Coupon | None:
    """Return the coupon of a code, expanded; None where it was deleted."""
    coupon = whole(code["promotion"]["coupon"])
    return None if coupon is None or coupon["deleted"] else coupon


def minimums(code: PromotionCode) -> dict[str, int]:
    """Return the least that a purchase comes to, by currency."""
    restrictions = code["restrictions"]
    by_currency = {name: one["minimum_amount"] for name, one in (restrictions["currency_options"] or {}).items()}
    if restrictions["minimum_amount"] is not None and restrictions["minimum_amount_currency"] is not None:
        by_currency.setdefault(restrictions["minimum_amount_currency"], restrictions["minimum_amount"])
    return by_currency


def products_of(coupon: Coupon) -> set[str]:
    """Return the products that a coupon is for; none where it is for all."""
    return set(coupon["applies_to"]["products"] if coupon["applies_to"] else ())


def _amounts_off(coupon: Coupon) -> set[str]:
    """Return the currencies in which a coupon takes off an amount; none where it takes off a part."""
    if coupon["amount_off"] is None:
        return set()
    return {coupon["currency"], *(coupon["currency_options"] or ())}


def _why_invalid(code: PromotionCode, coupon: Coupon | None, now: int) -> str:
    if coupon is None:
        return f"its coupon {id_of(code['promotion']['coupon'])} was deleted"
    if coupon["redeem_by"] is not None and coupon["redeem_by"] <= now:
        return f"its coupon {coupon['id']} could be redeemed until {_date(coupon['redeem_by'])}"
    if coupon["max_redemptions"] is not None:
        return f"its coupon {coupon['id']} was redeemed {_times(coupon['max_redemptions'])}, as often as it may be"
    return f"its coupon {coupon['id']} is not valid any more"


def _either(minimum_by_currency: Mapping[str, int]) -> str:
    """Return least amounts as `at least $50.00 or €45.00`."""
    amounts = [format_amount(Decimal(amount), currency) for currency, amount in minimum_by_currency.items()]
    return f"at least {' or '.join(amounts)}"


def _date(timestamp: int) -> str:
    at = datetime.fromtimestamp(timestamp, UTC)
    return f"{at.day} {at:%b %Y %Z}"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count:,} times"


def all_of(code: PromotionCode, now: int, customer: Customer | None, has_paid: bool) -> list[Refusal]:
    """Return the refusals of a code that do not depend on what is bought."""
    refusals: list[Iterable[Refusal]] = [of_state(code, now)]
    if customer is not None:
        refusals.append(of_customer(code, customer, has_paid))
    return [refusal for some in refusals for refusal in some]
