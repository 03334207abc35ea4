"""The fields of a promotion code, and the forms in which they are compared (`stripe/params/_promotion_code_*.py`)."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypedDict, cast

from pydantic import Field

from stripe_billing_cli.catalog.entries import Fields
from stripe_billing_cli.catalog.kinds.forms import Apart, Form, MomentForm, PartForm, Plain
from stripe_billing_cli.catalog.kinds.head import CatalogHead, default_currency
from stripe_billing_cli.catalog.kinds.model import (
    Amount,
    ByCurrency,
    Count,
    Currency,
    DiffersByPlace,
    FileModel,
    Metadata,
    Moment,
    PatternText,
    Text,
)
from stripe_billing_cli.catalog.kinds.rules import Report, check_currency
from stripe_billing_cli.stripe_api.money import format_amount
from stripe_billing_cli.stripe_api.objects.catalog import PromotionCode as StripePromotionCode
from stripe_billing_cli.stripe_api.objects.catalog import Restrictions as StripeRestrictions
from stripe_billing_cli.stripe_api.references import id_of


class CouponForm(Form[str | None]):
    """The coupon that a code stands for, by its id; Stripe has it as `promotion: {type: coupon, coupon: …}`."""

    def wanted_value(self, content: PromotionCode, name: str) -> str | None:
        return content.coupon or (content.promotion.coupon if content.promotion else None)

    def existing_value(self, answer: StripePromotionCode, name: str) -> str | None:
        return id_of(answer["promotion"]["coupon"])

    def params(self, name: str, value: str | None) -> dict[str, Any]:
        return {"promotion": {"type": "coupon", "coupon": value}}


class MinimumValue(TypedDict):
    """The canonical value of a minimum in a further currency."""

    minimum_amount: int


class RestrictionsValue(TypedDict):
    """The canonical value of the conditions that a purchase must meet."""

    first_time_transaction: bool
    minimum_amount: int | None
    minimum_amount_currency: str | None
    currency_options: dict[str, MinimumValue]


class RestrictionsForm(PartForm[RestrictionsValue]):
    """The form of the conditions that a purchase must meet. Amounts in further currencies come and change in place, and
    cannot be taken away."""

    def value(self, file_value: Restrictions | None) -> RestrictionsValue:
        return self.wanted_part(file_value or Restrictions())

    def read(self, stripe_value: StripeRestrictions) -> RestrictionsValue:
        own_currency, options = stripe_value["minimum_amount_currency"], stripe_value["currency_options"] or {}
        others = {code: one for code, one in options.items() if code != own_currency}
        return self.existing_part({**stripe_value, "currency_options": others})

    def fill_from(self, value: RestrictionsValue | None, current: RestrictionsValue | None) -> RestrictionsValue:
        value, current = value or self.value(None), current or self.value(None)
        options = {**current["currency_options"], **value["currency_options"]}
        return {**value, "currency_options": dict(sorted(options.items()))}

    def changes_in_place(self, before: RestrictionsValue | None, after: RestrictionsValue | None) -> bool:
        before, after = before or self.value(None), after or self.value(None)
        return {**before, "currency_options": {}} == {**after, "currency_options": {}}

    def show_part(self, value: RestrictionsValue, currency: str) -> str:
        limits = ["first purchase only"] if value["first_time_transaction"] else []
        own_currency, amount = value["minimum_amount_currency"], value["minimum_amount"]
        minimums = {own_currency: amount} if own_currency and amount is not None else {}
        minimums |= {code: one["minimum_amount"] for code, one in value["currency_options"].items()}
        limits += [f"at least {format_amount(amount, code)}" for code, amount in minimums.items()]
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
    first_time_transaction: Annotated[bool, Plain(absent=False)] = False
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
    code: Annotated[Text | None, Plain(is_required=True)] = None
    """What customers type; the key unless given."""
    coupon: Annotated[Text | None, CouponForm(is_required=True)] = None
    """The key of the coupon of this file that it stands for."""
    promotion: Annotated[Promotion | None, Apart()] = None
    """Long for coupon: {type: coupon, coupon: …}."""
    customer: Annotated[
        str | None,
        Field(pattern=r"^cus_[A-Za-z0-9_]+$"),
        PatternText("a customer's id", "cus_NffrFeUfNV2Hib"),
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


class CodeValues(TypedDict):
    """The canonical fields of a promotion code that are read by name. `coupon` is an id, or a key of the file."""

    code: str
    coupon: str
    expires_at: int | None
    max_redemptions: int | None
    restrictions: RestrictionsValue


def code_values(fields: Fields) -> CodeValues:
    """Return the fields of a promotion code as the types that their forms give them."""
    return cast(CodeValues, fields)


def check_restrictions(restrictions: Restrictions, head: CatalogHead | None, report: Report) -> None:
    amount, currency = restrictions.minimum_amount, restrictions.minimum_amount_currency
    if amount is not None and not (currency or default_currency(head)):
        report(("restrictions", "minimum_amount"), "an amount without a currency", "add `minimum_amount_currency:`")
    if amount is None and currency is not None:
        report(("restrictions", "minimum_amount_currency"), "a currency without an amount", "add `minimum_amount:`")
    if currency is not None:
        check_currency(("restrictions", "minimum_amount_currency"), currency, report)
    for code in restrictions.currency_options:
        path = ("restrictions", "currency_options", code)
        check_currency(path, code, report, at_key=True)
        if code == (currency or default_currency(head)):
            report(path, f"{code} is the currency of minimum_amount", "say it there, and other currencies here")
