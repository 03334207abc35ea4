"""A check that a discount is for what is bought: Stripe takes one for other products, and then takes nothing off."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from stripe_billing_cli.promotion_codes import refusals, selection
from stripe_billing_cli.promotion_codes.name_errors import COUPONS
from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.errors import StripeCallError
from stripe_billing_cli.stripe_api.objects.catalog import Coupon, Price, PromotionCode
from stripe_billing_cli.stripe_api.references import id_of


def coverage_remarks(api: StripeApi, discounts: Sequence[Mapping[str, Any]], prices: Sequence[Price]) -> Iterator[str]:
    """Yield a remark for each discount, a parameter of a subscription, that takes nothing off these prices."""
    product_ids = {id_of(price["product"]) for price in prices}
    for discount in discounts:
        products = _products_of(api, discount)
        if products and not products & product_ids:
            yield f"The discount takes nothing off: it is for {', '.join(sorted(products))} only."


def _products_of(api: StripeApi, discount: Mapping[str, Any]) -> set[str]:
    """Return the products that a discount is for; none where it is for all, and where the key may not see it."""
    try:
        if code := discount.get("promotion_code"):
            expand = {"expand": ["promotion.coupon.applies_to"]}
            coupon = refusals.coupon_of(api.get(f"{selection.PATH}/{code}", expand, kind=PromotionCode))
        else:
            path = f"{COUPONS}/{quote(discount['coupon'], safe='')}"
            coupon = api.get(path, {"expand": ["applies_to"]}, kind=Coupon)
    except StripeCallError:
        return set()
    return refusals.products_of(coupon) if coupon else set()
