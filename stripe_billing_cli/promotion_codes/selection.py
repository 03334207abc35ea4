"""Promotion codes by what a customer types: which of several is meant.

"Regardless of case, this code must be unique across all active promotion codes for a specific customer"
(`code` in `stripe/_promotion_code.py`): so several customers may have one code, and one that was ended may be issued
again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.lookup import AmbiguousError, list_names, retrieve
from stripe_billing_cli.stripe_api.objects.catalog import PromotionCode
from stripe_billing_cli.stripe_api.references import id_of

PATH = "/v1/promotion_codes"
ID = "promo_"


def load_codes(
    api: StripeApi, code: str, *, active: bool | None = None, expand: Sequence[str] = ()
) -> list[PromotionCode]:
    """Return the promotion codes with this text, in whatever capitals, newest first; or the one with this id."""
    if code.startswith(ID):
        return [retrieve(api, PromotionCode, f"{PATH}/{code}", code, expand=expand)]
    params = {"code": code, **({} if active is None else {"active": active})}
    params |= {"expand": [f"data.{field}" for field in expand]} if expand else {}
    return [one for page in api.pages(PATH, params, kind=PromotionCode) for one in page]


def usable_code(codes: Iterable[PromotionCode], customer: str) -> PromotionCode | None:
    """Return the active code that a customer may use: the customer's own before everybody's."""
    usable = [code for code in codes if code["active"] and id_of(code["customer"]) in (None, customer)]
    return max(usable, key=lambda one: id_of(one["customer"]) is not None, default=None)


def meant_code(codes: Sequence[PromotionCode], customer: str | None) -> PromotionCode | None:
    """Return the code that is meant: an active one if there is one, else the newest; None where there is none.

    Raises `AmbiguousError` where several are active, and nobody says whose is meant.
    """
    if customer is not None:
        customer_codes = [code for code in codes if id_of(code["customer"]) in (None, customer)]
        return usable_code(codes, customer) or next(iter(customer_codes or codes), None)
    active = [code for code in codes if code["active"]]
    if len(active) > 1:
        choices = [f"{one['id']} ({id_of(one['customer']) or 'everybody'})" for one in active]
        raise AmbiguousError(
            f"{len(active)} active promotion codes are written {active[0]['code']}: {list_names(choices)}",
            "say --customer, or name one by its id",
        )
    return next(iter(active or codes), None)
