"""The lines of an invoice: all of them, and what each is of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from stripe_billing_cli.errors import OperationError
from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.errors import InvalidRequestError
from stripe_billing_cli.stripe_api.objects.invoices import (
    Invoice,
    InvoiceItemLineDetails,
    InvoiceLine,
    SubscriptionItemLineDetails,
)


def all_lines(api: StripeApi, invoice: Invoice) -> Iterator[InvoiceLine]:
    """Yield the invoice's lines, of which it has the first ten in it."""
    if not invoice["lines"]["has_more"]:
        yield from invoice["lines"]["data"]
        return
    for page in api.pages(f"/v1/invoices/{invoice['id']}/lines", {}, kind=InvoiceLine):
        yield from page


def with_all_lines(api: StripeApi, invoice: Invoice) -> Invoice:
    """Return the invoice with all its lines in it."""
    return {**invoice, "lines": {**invoice["lines"], "data": list(all_lines(api, invoice)), "has_more": False}}


def preview(api: StripeApi, params: Mapping[str, Any]) -> Invoice:
    """Return Stripe's preview of an invoice, with all its lines in it
    (https://docs.stripe.com/api/invoices/create_preview).

    Raises `StripeCallError`; `OperationError` where Stripe gives not all lines: sums of them would be wrong.
    """
    invoice = api.post("/v1/invoices/create_preview", params, kind=Invoice).body
    try:
        return with_all_lines(api, invoice)
    except InvalidRequestError as error:
        raise OperationError(
            f"Stripe's preview of the invoice has more than the {len(invoice['lines']['data'])} lines that it gives: "
            "what it comes to cannot be told line by line",
            "the dashboard previews it",
        ) from error


def subscription_of(line: InvoiceLine) -> str | None:
    details = details_of(line)
    return details["subscription"] if details else None


def details_of(line: InvoiceLine) -> SubscriptionItemLineDetails | InvoiceItemLineDetails | None:
    """Return the origin of a line: an item of a subscription, or an invoice item; None where it is of neither."""
    parent = line["parent"]
    return (parent["subscription_item_details"] or parent["invoice_item_details"]) if parent else None


def next_invoice_if_any(preview: Callable[[], Invoice]) -> Invoice | None:
    """Return the preview of the next invoice; None where none is to come (`invoice_upcoming_none`,
    https://docs.stripe.com/error-codes), as where the subscription ends before."""
    try:
        return preview()
    except InvalidRequestError as error:
        if error.code == "invoice_upcoming_none":
            return None
        raise
