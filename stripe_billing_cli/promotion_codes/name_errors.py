"""Errors about the name of a coupon or of a promotion code that leads nowhere: the other is meant, or a near one."""

from __future__ import annotations

from urllib.parse import quote

from stripe_billing_cli.promotion_codes import selection
from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.errors import NotFoundError, StripeCallError
from stripe_billing_cli.stripe_api.lookup import NoMatchError, did_you_mean
from stripe_billing_cli.stripe_api.objects.catalog import Coupon, PromotionCode
from stripe_billing_cli.stripe_api.objects.common import Kind

COUPONS = "/v1/coupons"


def check_coupon(api: StripeApi, id: str) -> None:
    """Check that there is a coupon with this id. What may not be read is left to Stripe to refuse.

    Raises `NoMatchError` where something else is likely to be meant, otherwise Stripe's own `NotFoundError`.
    """
    try:
        api.get(f"{COUPONS}/{quote(id, safe='')}")
    except NotFoundError as refusal:
        raise _coupon_meant(api, id) or refusal from None
    except StripeCallError:
        return


def _coupon_meant(api: StripeApi, id: str) -> NoMatchError | None:
    if any(code["active"] for code in _page(api, PromotionCode, selection.PATH, code=id)):
        return NoMatchError(
            f"there is no coupon {id}: that is a promotion code, as customers write it", f"--promotion-code {id}"
        )
    hint = did_you_mean(id, [coupon["id"] for coupon in _page(api, Coupon, COUPONS)])
    return None if hint is None else NoMatchError(f"there is no coupon {id}", hint)


def no_promotion_code(api: StripeApi, code: str) -> NoMatchError:
    """Return the error for a code that is not active."""
    if code in [coupon["id"] for coupon in _page(api, Coupon, COUPONS)]:
        return NoMatchError(f"there is no active promotion code {code}: that is a coupon", f"--coupon {code}")
    codes = [one["code"] for one in _page(api, PromotionCode, selection.PATH, active=True)]
    return NoMatchError(
        f"there is no active promotion code {code}",
        did_you_mean(code, codes) or f"billing code check {code} says what became of it",
    )


def _page(api: StripeApi, kind: type[Kind], path: str, **filters: object) -> list[Kind]:
    """Return the newest hundred objects; nothing where it may not be read: it only makes a message better."""
    try:
        return api.page(path, {"limit": 100, **filters}, kind=kind)[0]
    except StripeCallError:
        return []
