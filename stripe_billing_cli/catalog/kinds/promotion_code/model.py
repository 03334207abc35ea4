"""The fields of a promotion code, and the forms in which they are compared (`stripe/params/_promotion_code_*.py`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from stripe_billing_cli.catalog.diff import FieldChange
from stripe_billing_cli.catalog.kinds.forms import Apart, Form, MomentForm, PartForm, Plain
from stripe_billing_cli.catalog.kinds.model import (
    Amount,
    ByCurrency,
    Count,
    Currency,
    DiffersByPlace,
    FileModel,
    Metadata,
    Moment,
    Text,
    Written,
)
from stripe_billing_cli.catalog.kinds.rules import Report, check_currency
from stripe_billing_cli.stripe_api.money import format_amount


class CouponForm(Form):
    """The coupon that a code stands for, by its id; Stripe has it as `promotion: {type: coupon, coupon: …}`."""

    def wanted(self, content: Any, name: str) -> str | None:
        coupon: str | None = content.coupon or (content.promotion and content.promotion.coupon)
        return coupon

    def existing(self, answer: Mapping[str, Any], name: str) -> str | None:
        coupon: Any = answer["promotion"]["coupon"]
        id: str | None = coupon["id"] if isinstance(coupon, dict) else coupon
        return id

    def params(self, name: str, value: Any) -> dict[str, Any]:
        return {"promotion": {"type": "coupon", "coupon": value}}


class RestrictionsForm(PartForm):
    """The form of the conditions that a purchase must meet. Amounts in further currencies come and change in place, and
    cannot be taken away."""

    def value(self, written: Any) -> Any:
        return super().value(written or Restrictions())

    def read(self, answer: Mapping[str, Any] | None) -> Any:
        answer = answer or {}
        own = answer.get("minimum_amount_currency")
        options = {code: one for code, one in (answer.get("currency_options") or {}).items() if code != own}
        values = {name: answer.get(name) for name in ("first_time_transaction", "minimum_amount")}
        return super().read({**values, "minimum_amount_currency": own, "currency_options": options})

    def beside(self, wanted: Any, existing: Any) -> Any:
        options = {**existing["currency_options"], **wanted["currency_options"]}
        return {**wanted, "currency_options": dict(sorted(options.items()))}

    def changes_in_place(self, change: FieldChange) -> bool:
        before = change.before or self.value(None)
        return {**before, "currency_options": {}} == {**change.after, "currency_options": {}}

    def show(self, value: Any, currency: str) -> str:
        limits = ["first purchase only"] if value["first_time_transaction"] else []
        own = value["minimum_amount_currency"]
        least = {own: value["minimum_amount"]} if own else {}
        least |= {code: one["minimum_amount"] for code, one in value["currency_options"].items()}
        limits += [f"at least {format_amount(amount, code)}" for code, amount in least.items()]
        return ", ".join(limits) or "none"


class Promotion(FileModel):
    type: Literal["coupon"] = "coupon"
    """What is promoted: a coupon."""
    coupon: Text
    """The key of a coupon of this file."""


class MinimumOption(FileModel):
    minimum_amount: Annotated[Amount, Field(ge=1)]
    """In this currency's minor units."""


class Restrictions(FileModel):
    first_time_transaction: Annotated[bool, Form(absent=False)] = False
    """Only for customers who have not bought before."""
    minimum_amount: Annotated[Amount | None, Field(ge=1)] = None
    """What a purchase must come to, in minor units."""
    minimum_amount_currency: Currency | None = None
    """The currency of the minimum; the catalog's unless given."""
    currency_options: Annotated[dict[str, MinimumOption], ByCurrency()] = {}
    """The minimum in further currencies."""


class PromotionCode(FileModel):
    id: Text | None = None
    """Adopts this existing promotion code (promo_…)."""
    active: Annotated[bool, Plain(in_place=True)] = True
    """false ends it."""
    code: Annotated[Text | None, Plain(required=True)] = None
    """What customers type; the key unless given."""
    coupon: Annotated[Text | None, CouponForm(required=True)] = None
    """The key of the coupon of this file that it stands for."""
    promotion: Annotated[Promotion | None, Apart()] = None
    """Long for coupon: {type: coupon, coupon: …}."""
    customer: Annotated[
        str | None,
        Field(pattern=r"^cus_[A-Za-z0-9_]+$"),
        Written("a customer's id", "cus_NffrFeUfNV2Hib"),
        DiffersByPlace(),
    ] = None
    """The only customer who may use it."""
    expires_at: Annotated[Moment | None, MomentForm()] = None
    """Until then: 2027-12-31T23:59:59Z."""
    max_redemptions: Count | None = None
    """So often in all."""
    restrictions: Annotated[Restrictions | None, RestrictionsForm(Restrictions)] = None
    """What a purchase must be."""
    metadata: Metadata
    """Your own keys and values."""


def check_restrictions(restrictions: Restrictions, head: Any, report: Report) -> None:
    amount, currency = restrictions.minimum_amount, restrictions.minimum_amount_currency
    if amount is not None and not (currency or (head and head.currency)):
        report(("restrictions", "minimum_amount"), "an amount without a currency", "add `minimum_amount_currency:`")
    if amount is None and currency is not None:
        report(("restrictions", "minimum_amount_currency"), "a currency without an amount", "add `minimum_amount:`")
    if currency is not None:
        check_currency(("restrictions", "minimum_amount_currency"), currency, report)
    for code in restrictions.currency_options:
        path = ("restrictions", "currency_options", code)
        check_currency(path, code, report, at_key=True)
        if code == (currency or (head and head.currency)):
            report(path, f"{code} is the currency of minimum_amount", "say it there, and other currencies here")
