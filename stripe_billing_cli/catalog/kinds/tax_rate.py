"""Tax rates: what tax is charged, where it is not calculated (https://docs.stripe.com/api/tax_rates).

The percentage, and whether it is in the price, never change (`stripe/params/_tax_rate_modify_params.py`): another
percentage is another rate, and the old one is archived, which what has it goes on with.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from stripe_billing_cli.catalog.kinds.forms import NOTHING, DecimalForm, Plain
from stripe_billing_cli.catalog.kinds.head import CatalogHead
from stripe_billing_cli.catalog.kinds.model import Exact, FileModel, Metadata, PatternText, Text
from stripe_billing_cli.catalog.kinds.rules import Report, check_metadata
from stripe_billing_cli.catalog.kinds.standard import StandardKind
from stripe_billing_cli.catalog.kinds.usage import Place, still_using
from stripe_billing_cli.catalog.plan import Change
from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.objects.catalog import TaxRate as StripeTaxRate
from stripe_billing_cli.stripe_api.objects.invoices import Invoice, InvoiceItem
from stripe_billing_cli.stripe_api.objects.subscriptions import Subscription
from stripe_billing_cli.stripe_api.references import id_of

PLACES = 4
"""Decimal places of a percentage (https://docs.stripe.com/api/tax_rates/create)."""
TaxType = Literal[
    "admissions_tax",
    "amusement_tax",
    "attendance_tax",
    "communications_tax",
    "digital_excise_tax",
    "entertainment_tax",
    "get_fund",
    "gross_receipts_tax",
    "gst",
    "hospitality_tax",
    "hst",
    "igst",
    "jct",
    "lease_tax",
    "luxury_tax",
    "mass_transit_parking_tax",
    "nhil",
    "parking_tax",
    "pst",
    "qst",
    "resort_tax",
    "retail_delivery_fee",
    "rst",
    "sales_tax",
    "service_tax",
    "tourism_tax",
    "utility_users_tax",
    "vat",
]


class PercentForm(DecimalForm):
    def show(self, value: Decimal | None, currency: str) -> str:
        return NOTHING if value is None else f"{value.normalize():f} %"


class TaxRate(FileModel):
    id: Text | None = None
    """Adopts this existing tax rate (txr_…)."""
    display_name: Annotated[str, Field(min_length=1, max_length=50), Plain(in_place=True)]
    """What customers see on invoices: VAT."""
    percentage: Annotated[Exact, PercentForm()]
    """Per cent of the price, to four decimal places."""
    inclusive: bool
    """Whether the tax is in the price (true), or comes on top (false)."""
    active: Annotated[bool, Plain(in_place=True)] = True
    """false archives the rate: what has it keeps it."""
    country: Annotated[
        str | None,
        Field(pattern=r"^[A-Z]{2}$"),
        PatternText("two capital letters", "DE"),
        Plain(in_place=True, unset=False),
    ] = None
    """The country whose tax it is: DE."""
    description: Annotated[Text | None, Plain(in_place=True, unset=False)] = None
    """For your own eyes."""
    jurisdiction: Annotated[str | None, Field(min_length=1, max_length=50), Plain(in_place=True, unset=False)] = None
    """Whose tax it is, as invoices say it."""
    state: Annotated[Text | None, Plain(in_place=True, unset=False)] = None
    """The state, without the country: NY."""
    tax_type: Annotated[TaxType | None, Plain(in_place=True, unset=False)] = None
    """What kind of tax it is: vat, sales_tax."""
    metadata: Metadata
    """Your own keys and values."""


class TaxRateKind(StandardKind[TaxRate, StripeTaxRate]):
    name = "tax_rate"
    section = "tax_rates"
    section_text = "Tax rates by key."
    model = TaxRate
    object_type = StripeTaxRate
    path = "/v1/tax_rates"
    example = "such as {display_name: VAT, percentage: 19, inclusive: false}"
    named_by = "display_name"
    title_fields = frozenset({"percentage", "inclusive"})

    def check(self, key: str, content: TaxRate, head: CatalogHead | None, report: Report) -> None:
        if not 0 <= content.percentage <= 100:
            report(("percentage",), f"{content.percentage} per cent", "at least 0, and at most 100")
        elif content.percentage != round(content.percentage, PLACES):
            report(("percentage",), f"{content.percentage} per cent", "Stripe keeps four decimal places")
        check_metadata(content.metadata, report)

    def usage(self, api: StripeApi, rate: StripeTaxRate) -> str:
        """Return the users of a rate: subscriptions, draft invoices and pending invoice items."""
        places = (
            Place("subscription", "/v1/subscriptions", Subscription, _rates_of),
            Place("draft invoice", "/v1/invoices", Invoice, _rates_of_invoice, {"status": "draft"}),
            Place("pending invoice item", "/v1/invoiceitems", InvoiceItem, _rates_of_item, {"pending": True}),
        )
        return still_using(api, rate["id"], places)

    def title(self, change: Change) -> str:
        fields = change.fields
        percentage = self.show(change, "percentage", fields["percentage"].after)
        where = "included" if fields["inclusive"].after else "on top"
        return f"{fields['display_name'].after}, {percentage} {where}"


def _rates_of(subscription: Subscription) -> Iterator[str]:
    """Yield the tax rates of a subscription and of its items."""
    yield from map(id_of, subscription["default_tax_rates"] or [])
    for item in subscription["items"]["data"]:
        yield from map(id_of, item["tax_rates"] or [])


def _rates_of_invoice(invoice: Invoice) -> Iterator[str]:
    """Yield the tax rates of a draft; those of its lines are its subscription's, or of items that wait no more."""
    yield from map(id_of, invoice["default_tax_rates"])


def _rates_of_item(item: InvoiceItem) -> Iterator[str]:
    yield from map(id_of, item["tax_rates"] or [])
