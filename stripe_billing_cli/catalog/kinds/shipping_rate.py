"""Shipping rates: what delivery costs, and how long it takes (https://docs.stripe.com/api/shipping_rates).

Whether one is active, its amounts in further currencies, its tax behaviour and its metadata change
(`stripe/params/_shipping_rate_modify_params.py`): anything else is another rate, and the old one is archived.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any, Literal, TypedDict, cast

from pydantic import Field

from stripe_billing_cli.catalog.account_reader import AccountReader, ReadResult, by_id
from stripe_billing_cli.catalog.diff import FieldChange
from stripe_billing_cli.catalog.entries import Entry, Fields
from stripe_billing_cli.catalog.kinds.base import EntriesByKind
from stripe_billing_cli.catalog.kinds.forms import PartForm, Plain
from stripe_billing_cli.catalog.kinds.head import CatalogHead, default_currency, default_tax_behavior
from stripe_billing_cli.catalog.kinds.importing import ImportFile, ImportScope
from stripe_billing_cli.catalog.kinds.model import (
    Amount,
    ByCurrency,
    Count,
    Currency,
    FileModel,
    Metadata,
    TaxBehavior,
    Text,
)
from stripe_billing_cli.catalog.kinds.price import UNSPECIFIED, OptionTaxBehavior
from stripe_billing_cli.catalog.kinds.product import TaxCodeId
from stripe_billing_cli.catalog.kinds.rules import Report, check_currency, check_metadata
from stripe_billing_cli.catalog.kinds.standard import StandardKind
from stripe_billing_cli.catalog.kinds.usage import Place, still_using
from stripe_billing_cli.catalog.match import Match
from stripe_billing_cli.catalog.plan import Change
from stripe_billing_cli.catalog.plan_builder import PlanBuilder
from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.money import format_amount
from stripe_billing_cli.stripe_api.objects.catalog import CheckoutSession
from stripe_billing_cli.stripe_api.objects.catalog import FixedAmount as StripeFixedAmount
from stripe_billing_cli.stripe_api.objects.catalog import ShippingRate as StripeShippingRate
from stripe_billing_cli.stripe_api.objects.payment_links import PaymentLink
from stripe_billing_cli.stripe_api.references import id_of

EXPANSION = {"expand": ["data.fixed_amount.currency_options"]}
"""What Stripe answers only where it is asked for (`x-expandableFields` of its OpenAPI document)."""


class OptionValue(TypedDict):
    """The canonical value of an amount in a further currency."""

    amount: int
    tax_behavior: str | None


class AmountValue(TypedDict):
    """The canonical value of what a rate costs."""

    amount: int
    currency: str
    currency_options: dict[str, OptionValue]


class FixedAmountForm(PartForm[AmountValue]):
    """The amount. Those in further currencies come and change in place, and cannot be taken away."""

    def read(self, stripe_value: StripeFixedAmount | None) -> AmountValue | None:
        if stripe_value is None:
            return None
        options = stripe_value["currency_options"] or {}
        others = {code: option for code, option in options.items() if code != stripe_value["currency"]}
        return self.existing_part({**stripe_value, "currency_options": others})

    def fill_from(self, value: AmountValue | None, current: AmountValue | None) -> AmountValue | None:
        if value is None:
            return None
        options = dict(current["currency_options"] if current else {})
        for code, option in value["currency_options"].items():
            behavior = option["tax_behavior"] or (options[code]["tax_behavior"] if code in options else UNSPECIFIED)
            options[code] = {**option, "tax_behavior": behavior}
        return {**value, "currency_options": dict(sorted(options.items()))}

    def changes_in_place(self, before: AmountValue | None, after: AmountValue | None) -> bool:
        if before is None or after is None:
            return False
        return {**before, "currency_options": {}} == {**after, "currency_options": {}}

    def show_part(self, value: AmountValue, currency: str) -> str:
        amounts = {value["currency"]: value["amount"]}
        amounts |= {code: option["amount"] for code, option in value["currency_options"].items()}
        return ", ".join(format_amount(Decimal(amount), code) for code, amount in amounts.items())


class BoundValue(TypedDict):
    """The canonical value of a bound of a delivery's time."""

    unit: str
    value: int


class EstimateValue(TypedDict):
    """The canonical value of how long a delivery takes."""

    minimum: BoundValue | None
    maximum: BoundValue | None


class EstimateForm(PartForm[EstimateValue]):
    def show_part(self, value: EstimateValue, currency: str) -> str:
        limits = {"at least": value["minimum"], "at most": value["maximum"]}
        return ", ".join(f"{word} {_duration(limit)}" for word, limit in limits.items() if limit)


def _duration(limit: BoundValue) -> str:
    unit = limit["unit"].replace("_", " ")
    return f"{limit['value']} {unit}{'s' if limit['value'] != 1 else ''}"


class AmountOption(FileModel):
    amount: Amount
    """In this currency's minor units."""
    tax_behavior: Annotated[TaxBehavior | None, OptionTaxBehavior()] = None
    """Whether tax is in the amount."""


class FixedAmount(FileModel):
    amount: Amount
    """In minor units: 500 is $5.00."""
    currency: Currency | None = None
    """Of the amount; the catalog's unless given."""
    currency_options: Annotated[dict[str, AmountOption], ByCurrency()] = {}
    """The amount in further currencies."""


class Bound(FileModel):
    unit: Literal["hour", "day", "business_day", "week", "month"]
    """hour, day, business_day, week or month."""
    value: Count
    """So many of them."""


class DeliveryEstimate(FileModel):
    minimum: Bound | None = None
    """It takes at least so long."""
    maximum: Bound | None = None
    """It takes at most so long."""


class ShippingRate(FileModel):
    id: Text | None = None
    """Adopts this existing shipping rate (shr_…)."""
    display_name: Annotated[str, Field(min_length=1, max_length=100)]
    """What customers see."""
    fixed_amount: Annotated[FixedAmount, FixedAmountForm(FixedAmount)]
    """What it costs."""
    active: Annotated[bool, Plain(in_place=True)] = True
    """false archives the rate."""
    delivery_estimate: Annotated[DeliveryEstimate | None, EstimateForm(DeliveryEstimate)] = None
    """How long delivery takes."""
    tax_behavior: Annotated[TaxBehavior | None, Plain(in_place=True, absent=UNSPECIFIED)] = None
    """Whether tax is in the amount; the catalog's unless given."""
    tax_code: TaxCodeId | None = None
    """What it is to the tax authorities: txcd_92010001 is shipping."""
    type: Literal["fixed_amount"] = "fixed_amount"
    """How it is calculated: by a fixed amount."""
    metadata: Metadata
    """Your own keys and values."""


class ShippingRateKind(StandardKind[ShippingRate, StripeShippingRate]):
    name = "shipping_rate"
    section = "shipping_rates"
    section_text = "Shipping rates by key."
    model = ShippingRate
    object_type = StripeShippingRate
    path = "/v1/shipping_rates"
    example = "such as {display_name: Post, fixed_amount: {amount: 500}}"
    named_by = "display_name"

    # ---- The file

    def currency(self, values: Mapping[str, Any], head: CatalogHead | None) -> str | None:
        amount = values.get("fixed_amount")
        currency: str | None = (amount.get("currency") if isinstance(amount, dict) else None) or default_currency(head)
        return currency

    def check(self, key: str, content: ShippingRate, head: CatalogHead | None, report: Report) -> None:
        amount = content.fixed_amount
        currency = amount.currency or default_currency(head)
        if not currency and head is not None:
            report(("fixed_amount", "amount"), "an amount without a currency", "add `currency:`")
        if amount.currency:
            check_currency(("fixed_amount", "currency"), amount.currency, report)
        for code in amount.currency_options:
            path = ("fixed_amount", "currency_options", code)
            check_currency(path, code, report, at_key=True)
            if code == currency:
                report(path, f"{code} is the currency of the amount itself", "say it there, and other currencies here")
        check_metadata(content.metadata, report)

    def complete(self, key: str, content: ShippingRate, head: CatalogHead | None) -> ShippingRate:
        amount = content.fixed_amount
        amount = amount.model_copy(update={"currency": amount.currency or default_currency(head)})
        behavior = content.tax_behavior or default_tax_behavior(head)
        return content.model_copy(update={"fixed_amount": amount, "tax_behavior": behavior})

    # ---- The account

    def read(
        self, reader: AccountReader, entries_by_kind: EntriesByKind, whole: bool
    ) -> ReadResult[StripeShippingRate]:
        return ReadResult(
            by_id(reader.all(self.object_type, self.path, EXPANSION)) if whole or entries_by_kind[self.name] else {}
        )

    def read_all(self, reader: AccountReader, scope: ImportScope) -> Iterable[StripeShippingRate]:
        return reader.all(self.object_type, self.path, EXPANSION)

    def file_defaults(self, key: str, file: ImportFile) -> Mapping[str, Any]:
        behavior = file.head.get("tax_behavior")
        return {"tax_behavior": behavior} if behavior else {}

    def file_values(self, key: str, rate: StripeShippingRate, file: ImportFile) -> dict[str, Any]:
        values = super().file_values(key, rate, file)
        amount = values.get("fixed_amount") or {}
        if amount.get("currency") is None or amount["currency"] != file.head.get("currency"):
            return values
        return {**values, "fixed_amount": {name: amount[name] for name in amount if name != "currency"}}

    def usage(self, api: StripeApi, rate: StripeShippingRate) -> str:
        """Return the open Checkout sessions and the active payment links that offer a rate."""
        places = (
            Place("payment link", "/v1/payment_links", PaymentLink, _options_of, {"active": True}),
            Place("open Checkout session", "/v1/checkout/sessions", CheckoutSession, _options_of, {"status": "open"}),
        )
        return still_using(api, rate["id"], places)

    # ---- Planning

    def plan(self, entry: Entry[ShippingRate], match: Match[StripeShippingRate], builder: PlanBuilder) -> Change | None:
        """Plan an entry; a new rate cannot be made archived."""
        if match.current is None and not entry.content.active:
            builder.note(f"{entry.key}: the file archives it and Stripe does not have it: it is not made.", entry)
            return None
        return super().plan(entry, match, builder)

    def note_unclearable(self, entry: Entry[ShippingRate], rate: StripeShippingRate, builder: PlanBuilder) -> None:
        super().note_unclearable(entry, rate, builder)
        options, file_options = _options(self.existing_fields(rate)), _options(entry.fields)
        for code in sorted(options.keys() - file_options.keys()):
            builder.note(f"{entry.key}: its amount in {code} stays: Stripe can change it but not take it away.", entry)

    def update_params(
        self, fields: Mapping[str, FieldChange], match: Match[StripeShippingRate], rate: StripeShippingRate
    ) -> Sequence[Mapping[str, Any]]:
        [params] = super().update_params(fields, match, rate)
        if "fixed_amount" not in params:
            return [params]
        return [{**params, "fixed_amount": {"currency_options": params["fixed_amount"]["currency_options"]}}]

    # ---- Showing

    def title(self, change: Change) -> str:
        fields = change.fields
        return f"{fields['display_name'].after}, {self.show(change, 'fixed_amount', fields['fixed_amount'].after)}"

    def is_in_title(self, change: Change, name: str) -> bool:
        return name == "fixed_amount" or super().is_in_title(change, name)


def _options(fields: Fields) -> Mapping[str, OptionValue]:
    """Return the amounts of a rate in further currencies."""
    amount = cast(AmountValue | None, fields["fixed_amount"])
    return amount["currency_options"] if amount else {}


def _options_of(seller: PaymentLink | CheckoutSession) -> Iterator[str]:
    """Yield the shipping rates among which the customer of a link or session chooses."""
    for option in seller["shipping_options"] or []:
        yield id_of(option["shipping_rate"])
