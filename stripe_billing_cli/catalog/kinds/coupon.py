"""Coupons: what is taken off, and for how long (https://docs.stripe.com/api/coupons).

A coupon's key is its id. Its name, metadata and currency options change (`stripe/params/_coupon_modify_params.py`);
anything else takes another coupon, under another key: none is ever deleted to be changed, as its discounts go on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal, TypedDict, cast

from pydantic import Field

from stripe_billing_cli.catalog.account_reader import AccountReader, ReadResult, by_id
from stripe_billing_cli.catalog.entries import AnyEntry, Entry, Fields, Reference
from stripe_billing_cli.catalog.kinds.base import EntriesByKind
from stripe_billing_cli.catalog.kinds.forms import (
    DecimalForm,
    Form,
    MomentForm,
    MoneyForm,
    PartForm,
    PartsByKeyForm,
    Plain,
)
from stripe_billing_cli.catalog.kinds.head import CatalogHead, default_currency
from stripe_billing_cli.catalog.kinds.importing import ImportFile, ImportScope, readable_key
from stripe_billing_cli.catalog.kinds.model import (
    Amount,
    ByCurrency,
    Count,
    Currency,
    Exact,
    FileModel,
    Metadata,
    Moment,
    ShortList,
    Text,
    moment_text,
)
from stripe_billing_cli.catalog.kinds.product import product_id
from stripe_billing_cli.catalog.kinds.rules import Path, Report, check_currency, check_metadata
from stripe_billing_cli.catalog.kinds.standard import StandardKind, list_names
from stripe_billing_cli.catalog.match import Match, Matcher, match_by_id
from stripe_billing_cli.catalog.ownership import stamp_of
from stripe_billing_cli.catalog.plan import Change, Create
from stripe_billing_cli.catalog.plan_builder import PlanBuilder
from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.errors import NotFoundError
from stripe_billing_cli.stripe_api.money import format_amount
from stripe_billing_cli.stripe_api.objects.catalog import AppliesTo as StripeAppliesTo
from stripe_billing_cli.stripe_api.objects.catalog import Coupon as StripeCoupon

GENERATED_ID = re.compile(r"(?!(?:[A-Z]+|[A-Z]?[a-z]+)[0-9]*$)[A-Za-z0-9]{8}$")
"""The ids that Stripe makes up for coupons, such as jMT0WJUD; LAUNCH20 is somebody's."""
LONGEST_NAME = 40
"""`name` of `stripe/params/_coupon_create_params.py`: what customers see on invoices."""
EXPANDABLE_FIELDS = ("applies_to", "currency_options")
"""The fields that Stripe answers only where they are asked for (`stripe/_coupon.py`)."""

Name = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]


class AppliesTo(Form[list[str]]):
    """The products that a coupon is for, by id; no product is all."""

    def value(self, file_value: Products | None) -> list[str]:
        return sorted(file_value.products) if file_value else []

    def read(self, stripe_value: StripeAppliesTo | None) -> list[str]:
        return sorted(stripe_value["products"] if stripe_value else [])

    def write_keys(self, name: str, value: list[str], default: list[str] | None) -> dict[str, Any]:
        return {name: {"products": value}} if value else {}


class OptionValue(TypedDict):
    """The canonical value of an amount in a further currency."""

    amount_off: int


class CurrencyOptions(PartsByKeyForm[OptionValue]):
    """Amounts in further currencies, which come and change in place and cannot be taken away."""

    def existing_value(self, answer: StripeCoupon, name: str) -> dict[str, OptionValue]:
        options = answer["currency_options"] or {}
        return self.read({code: option for code, option in options.items() if code != answer["currency"]})

    def fill_from(self, value: dict[str, OptionValue], current: dict[str, OptionValue]) -> dict[str, OptionValue]:
        return dict(sorted({**current, **value}.items()))

    def show(self, value: dict[str, OptionValue], currency: str) -> str:
        return ", ".join(f"{code} {format_amount(Decimal(one['amount_off']), code)}" for code, one in value.items())


class Products(FileModel):
    products: list[Text]
    """Keys of products of this file, or ids (prod_…)."""


class CouponOption(FileModel):
    amount_off: Amount
    """In this currency's minor units."""


class Coupon(FileModel):
    id: Text | None = None
    """Adopts this existing coupon; without it, the coupon's key is its id."""
    name: Annotated[Name | None, Plain(in_place=True, unset=False)] = None
    """What customers see on invoices."""
    percent_off: Annotated[Exact | None, DecimalForm()] = None
    """Per cent off, up to 100."""
    amount_off: Annotated[Amount | None, MoneyForm()] = None
    """Off in minor units: 500 is $5.00."""
    currency: Currency | None = None
    """Of the amount; the catalog's unless given."""
    currency_options: Annotated[
        dict[str, CouponOption], ByCurrency(), CurrencyOptions(PartForm(CouponOption), in_place=True)
    ] = {}
    """The amount in further currencies."""
    duration: Literal["once", "repeating", "forever"] = "once"
    """How long a subscription has it: for one invoice, for duration_in_months, or for ever."""
    duration_in_months: Count | None = None
    """So many months, for a repeating one."""
    max_redemptions: Count | None = None
    """So often in all."""
    redeem_by: Annotated[Moment | None, MomentForm()] = None
    """Until then: 2027-12-31T23:59:59Z."""
    applies_to: Annotated[Products | None, ShortList("products"), AppliesTo()] = None
    """The products that it is for: [starter]; without it, all."""
    metadata: Metadata
    """Your own keys and values."""


class CouponValues(TypedDict):
    """The canonical fields of a coupon that are read by name."""

    amount_off: int | None
    applies_to: list[str]
    currency: str | None
    currency_options: dict[str, OptionValue]
    duration: str
    duration_in_months: int | None
    max_redemptions: int | None
    name: str | None
    percent_off: Decimal | None
    redeem_by: int | None


def coupon_values(fields: Fields) -> CouponValues:
    """Return the fields of a coupon as the types that their forms give them."""
    return cast(CouponValues, fields)


class CouponKind(StandardKind[Coupon, StripeCoupon]):
    name = "coupon"
    section = "coupons"
    section_text = "Coupons by key; the key is the coupon's id in Stripe."
    dependencies = ("product",)
    model = Coupon
    object_type = StripeCoupon
    path = "/v1/coupons"
    example = "such as {percent_off: 20, duration: once}"
    title_fields = frozenset({"percent_off", "amount_off", "currency", "duration", "duration_in_months"})
    retirement = "delete"
    prune_option = "--delete-coupons"
    key_is_id = True
    head_fields = ("currency",)

    # ---- The file

    def currency(self, values: Mapping[str, Any], head: CatalogHead | None) -> str | None:
        currency: str | None = values.get("currency", default_currency(head))
        return currency

    def check(self, key: str, content: Coupon, head: CatalogHead | None, report: Report) -> None:
        if (content.percent_off is None) == (content.amount_off is None):
            report((), "a coupon has either percent_off or amount_off", "keep the one that you mean, or add one")
        if content.percent_off is not None and not 0 < content.percent_off <= 100:
            report(("percent_off",), f"{content.percent_off} per cent", "more than 0, and at most 100")
        if content.percent_off is not None and 0 < content.percent_off < 1:
            hint = f"write {(content.percent_off * 100).normalize():f} for a discount of as many per cent"
            report(("percent_off",), f"{content.percent_off} is less than 1 per cent off", hint, warning=True)
        if content.amount_off == 0:
            report(("amount_off",), "nothing is taken off", "at least 1, in minor units")
        if content.amount_off is not None and not content.currency and head is not None and not head.currency:
            report(("amount_off",), "an amount without a currency", "add `currency:`")
        if content.percent_off is not None and content.currency_options:
            report(("currency_options",), "per cent are the same in every currency", "remove currency_options")
        if (content.duration == "repeating") != (content.duration_in_months is not None):
            report(("duration",), "duration_in_months belongs to a repeating coupon", "set both, or none of the two")
        if content.currency is not None:
            check_currency(("currency",), content.currency, report)
        for code in content.currency_options:
            check_currency(("currency_options", code), code, report, at_key=True)
        check_metadata(content.metadata, report)

    def complete(self, key: str, content: Coupon, head: CatalogHead | None) -> Coupon:
        currency = content.currency or default_currency(head) if content.amount_off is not None else None
        return content.model_copy(update={"currency": currency})

    def names(self, entry: Entry[Coupon]) -> Iterator[tuple[str, str, Path]]:
        yield "coupon id", coupon_id(entry), ("id",) if entry.adopted_id else ()

    def refers_to(self, entry: Entry[Coupon]) -> Iterator[tuple[str, str, Path]]:
        applies_to = entry.content.applies_to
        for number, product in enumerate(applies_to.products if applies_to else ()):
            if not product.startswith("prod_"):
                yield "product", product, ("applies_to", number)

    def resolve(self, entry: Entry[Coupon], entries: Mapping[Reference, AnyEntry]) -> Fields:
        """Return the fields with products by their ids."""
        keys = coupon_values(entry.fields)["applies_to"]
        products = (entries.get(Reference("product", key)) for key in keys)
        ids = [product_id(one) if one else key for one, key in zip(products, keys, strict=True)]
        return {**entry.fields, "applies_to": sorted(ids)}

    # ---- The account

    def read(self, reader: AccountReader, entries_by_kind: EntriesByKind, whole: bool) -> ReadResult[StripeCoupon]:
        if not (whole or entries_by_kind[self.name]):
            return ReadResult()
        return ReadResult(
            by_id(reader.all(self.object_type, self.path, {"expand": [f"data.{name}" for name in EXPANDABLE_FIELDS]}))
        )

    def read_all(self, reader: AccountReader, scope: ImportScope) -> Iterable[StripeCoupon]:
        return reader.all(self.object_type, self.path, {"expand": [f"data.{name}" for name in EXPANDABLE_FIELDS]})

    def object_references(self, coupon: StripeCoupon) -> Iterator[tuple[str, str]]:
        return (("product", product) for product in coupon_values(self.existing_fields(coupon))["applies_to"])

    def key_text(self, coupon: StripeCoupon, file: ImportFile) -> str:
        if coupon["name"] and GENERATED_ID.match(coupon["id"]):
            return readable_key(coupon["name"])
        return coupon["id"]

    def file_fields(self, coupon: StripeCoupon, file: ImportFile) -> Fields:
        fields = self.existing_fields(coupon)
        products = (file.key_of("product", one) for one in coupon_values(fields)["applies_to"])
        return {**fields, "applies_to": sorted(products)}

    def is_active(self, coupon: StripeCoupon) -> bool:
        return coupon["valid"]

    def match(self, matcher: Matcher[StripeCoupon], entry: Entry[Coupon]) -> Match[StripeCoupon]:
        match = match_by_id(matcher, entry, coupon_id(entry))
        if match.current:
            fixed_names = self.find_fixed(self.changes(entry, match.current, matcher.catalog))
            if fixed_names:
                codes = [other.key for other in matcher.find_referring(entry)]
                advice = f", and point {list_names(codes)} at that" if codes else ""
                matcher.refuse(
                    entry,
                    f"coupon {entry.key}: {list_names(fixed_names)} cannot change on a coupon",
                    f"give the changed coupon another key, such as {entry.key}-2{advice}",
                )
        return match

    # ---- Operations

    def plan(self, entry: Entry[Coupon], match: Match[StripeCoupon], builder: PlanBuilder) -> Change | None:
        """Plan an entry; a coupon whose time is over, and that the account does not have, is a note."""
        until = coupon_values(entry.fields)["redeem_by"]
        if match.current is None and until is not None and until <= builder.now:
            builder.note(
                f"{entry.key}: the file has it redeemed until {moment_text(until)}, which is past: it is not made.",
                entry,
            )
            return None
        return super().plan(entry, match, builder)

    def note_unclearable(self, entry: Entry[Coupon], coupon: StripeCoupon, builder: PlanBuilder) -> None:
        super().note_unclearable(entry, coupon, builder)
        options = coupon_values(self.existing_fields(coupon))["currency_options"]
        for code in sorted(options.keys() - coupon_values(entry.fields)["currency_options"].keys()):
            builder.note(f"{entry.key}: its amount in {code} stays: Stripe can change it but not take it away.", entry)

    def create_params(self, entry: Entry[Coupon], match: Match[StripeCoupon], catalog: str) -> dict[str, Any]:
        params = {"id": coupon_id(entry), **super().create_params(entry, match, catalog)}
        params["duration"] = entry.fields["duration"]
        if "applies_to" in params:
            params["applies_to"] = {"products": params["applies_to"]}
        return params

    def find_created(
        self, api: StripeApi, create: Create[StripeCoupon], params: Mapping[str, Any]
    ) -> StripeCoupon | None:
        try:
            coupon = api.get(f"{self.path}/{params['id']}", kind=self.object_type)
        except NotFoundError:
            return None
        return coupon if stamp_of(coupon) == stamp_of(params) else None

    # ---- Showing

    def title(self, change: Change) -> str:
        after = coupon_values({name: field.after for name, field in change.fields.items()})
        if percent := after.get("percent_off"):
            discount = f"{percent.normalize():f} % off"
        else:
            discount = f"{format_amount(Decimal(after['amount_off'] or 0), self.shown_currency(change))} off"
        months = after.get("duration_in_months")
        duration = change.entry.fields["duration"] if change.entry else "once"
        return f"{discount}, {f'{months} months' if months else duration}"

    def is_in_title(self, change: Change, name: str) -> bool:
        return name != self.named_by and super().is_in_title(change, name)

    def shown_currency(self, change: Change) -> str:
        return str(change.entry.fields["currency"] or "") if change.entry else ""


def coupon_id(entry: AnyEntry) -> str:
    """Return the id of a coupon in Stripe, which is its key unless the file adopts another."""
    return entry.adopted_id or entry.key
