"""A check of a promotion code: whether it would be taken, for how much off, and if not, why. Nothing is written.

What a code asks for is held against what Stripe says of the code, the customer and the prices; how much is taken off is
Stripe's own preview of the invoice (https://docs.stripe.com/api/invoices/create_preview), with the code and without.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from stripe_billing_cli.promotion_codes import refusals, selection
from stripe_billing_cli.promotion_codes.refusals import Purchase, Refusal
from stripe_billing_cli.stripe_api import lookup
from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.errors import InvalidRequestError
from stripe_billing_cli.stripe_api.objects.catalog import Price, PromotionCode
from stripe_billing_cli.stripe_api.objects.customers import Customer
from stripe_billing_cli.stripe_api.objects.invoices import Invoice
from stripe_billing_cli.stripe_api.objects.payments import PaymentIntent
from stripe_billing_cli.stripe_api.references import id_of
from stripe_billing_cli.stripe_api.threads import result_of, results_of, side_by_side

PREVIEW = "/v1/invoices/create_preview"
EXPAND = (
    "promotion.coupon",
    "promotion.coupon.applies_to",
    "promotion.coupon.currency_options",
    "restrictions.currency_options",
)


@dataclass(frozen=True)
class Item:
    """A price by id or lookup key, and how many of it; None is Stripe's default, and right for metered prices."""

    price: str
    quantity: int | None = None


@dataclass(frozen=True)
class CheckRequest:
    """A code as customers write it (or its id), for whom, and what is to be bought with it."""

    code: str
    customer: str | None = None
    items: Sequence[Item] = ()
    currency: str | None = None


@dataclass(frozen=True)
class Saving:
    """The amounts of the first invoice with a code, by Stripe's preview of it, in minor units."""

    currency: str
    subtotal: int
    discount_amount: int
    total: int


@dataclass(frozen=True)
class CodeCheck:
    """The answer: `code` is None where there is no such code. `conditions` are what could not be looked at."""

    request: CheckRequest
    code: PromotionCode | None
    customer: Customer | None
    refusals: tuple[Refusal, ...]
    conditions: tuple[str, ...] = ()
    saving: Saving | None = None

    @property
    def taken(self) -> bool:
        return not self.refusals

    def record(self) -> dict[str, Any]:
        """Return the answer as it is printed (docs/output.md)."""
        code = self.code
        coupon = refusals.coupon_of(code) if code else None
        percent, saving = coupon["percent_off"] if coupon else None, self.saving
        return {
            "id": code["id"] if code else None,
            "code": code["code"] if code else self.request.code,
            "taken": self.taken,
            "reasons": [{"reason": refusal.reason, "message": refusal.message} for refusal in self.refusals],
            "conditions": list(self.conditions),
            "customer": self.customer["id"] if self.customer else None,
            "coupon": id_of(code["promotion"]["coupon"]) if code else None,
            "percent_off": None if percent is None else f"{percent:g}",
            "amount_off": coupon["amount_off"] if coupon else None,
            "amount_off_currency": coupon["currency"] if coupon else None,
            "duration": coupon["duration"] if coupon else None,
            "duration_in_months": coupon["duration_in_months"] if coupon else None,
            "times_redeemed": code["times_redeemed"] if code else None,
            "max_redemptions": code["max_redemptions"] if code else None,
            "expires_at": code["expires_at"] if code else None,
            "currency": saving and saving.currency,
            "subtotal": saving and saving.subtotal,
            "discounted": saving and saving.discount_amount,
            "total": saving and saving.total,
        }


def check_code(api: StripeApi, request: CheckRequest) -> CodeCheck:
    """Return whether a code would be taken now. Raises `LookupFailedError`, `StripeCallError`."""
    for item in request.items:
        lookup.check_price_name(item.price)
    with side_by_side(8) as pool:
        codes_future = pool.submit(selection.load_codes, api, request.code, expand=EXPAND)
        person = pool.submit(lookup.find_customer, api, request.customer) if request.customer else None
        price_futures = [pool.submit(lookup.find_price, api, item.price) for item in request.items]
        customer = result_of(person) if person else None
        prices = results_of(price_futures)
        codes = result_of(codes_future)
    code = selection.meant_code(codes, customer["id"] if customer else None)
    if code is None:
        return CodeCheck(request, None, customer, (Refusal("unknown", "there is no such promotion code"),))
    first_only = code["restrictions"]["first_time_transaction"]
    has_paid = bool(first_only and customer and _has_paid(api, customer["id"]))
    reasons = refusals.all_of(code, int(time.time()), customer, has_paid)
    conditions = refusals.open_conditions(code, customer=customer is not None, purchase=bool(prices))
    answer = CodeCheck(request, code, customer, tuple(reasons), tuple(conditions))
    return _for_purchase(api, answer, code, prices) if prices else answer


def _for_purchase(api: StripeApi, answer: CodeCheck, code: PromotionCode, prices: Sequence[Price]) -> CodeCheck:
    """Return the answer with what the code does to a purchase. Raises `StripeCallError`."""
    full_preview = _preview(api, answer, prices, None)
    purchase = Purchase(prices, full_preview["currency"], full_preview["subtotal"])
    reasons = (*answer.refusals, *refusals.of_purchase(code, purchase))
    if reasons:
        return replace(answer, refusals=reasons)
    # Whose code it is, and whether it is a first purchase, Stripe can only say of the customer that a preview names.
    names_customer = answer.customer and any(price["recurring"] for price in prices)
    source = {"promotion_code": code["id"]} if names_customer else {"coupon": id_of(code["promotion"]["coupon"])}
    try:
        preview = _preview(api, answer, prices, source)
    except InvalidRequestError as error:
        return replace(answer, refusals=(Refusal("refused_by_stripe", error.message),))
    discount_amount = sum(discount["amount"] for discount in preview["total_discount_amounts"] or ())
    return replace(answer, saving=Saving(preview["currency"], preview["subtotal"], discount_amount, preview["total"]))


def _preview(api: StripeApi, answer: CodeCheck, prices: Sequence[Price], source: dict[str, Any] | None) -> Invoice:
    """Return the first invoice of a purchase, with one discount or none: a subscription to what is recurring, and what
    is billed once with it."""
    items = [_item(item, price) for item, price in zip(answer.request.items, prices, strict=True)]
    recurring = [item for item, price in zip(items, prices, strict=True) if price["recurring"]]
    once = [item for item, price in zip(items, prices, strict=True) if not price["recurring"]]
    # A preview without a new subscription would be of the customer's next invoice, with all that is in it.
    params: dict[str, Any] = {
        "customer": answer.customer["id"] if answer.customer and recurring else None,
        "subscription_details": {"items": recurring} if recurring else None,
        "invoice_items": once or None,
        "discounts": [source] if source else "",
        "currency": answer.request.currency,
    }
    return api.post(PREVIEW, {name: value for name, value in params.items() if value is not None}, kind=Invoice).body


def _item(item: Item, price: Price) -> dict[str, Any]:
    params: dict[str, Any] = {"price": price["id"]}
    return params if item.quantity is None else {**params, "quantity": item.quantity}


def _has_paid(api: StripeApi, customer: str) -> bool:
    """Return whether a customer is not new: "Customers without any successful payments or invoices"
    (`first_time_transaction` in `stripe/_promotion_code.py`)."""
    if api.page("/v1/invoices", {"customer": customer, "status": "paid", "limit": 1}, kind=Invoice)[0]:
        return True
    return any(
        intent["status"] == "succeeded"
        for page in api.pages("/v1/payment_intents", {"customer": customer}, kind=PaymentIntent)
        for intent in page
    )
