"""The lines of an invoice: all of them, and what each is of."""

from __future__ import annotations

from collections.abc import Iterator

from stripe_billing_cli.stripe_api.client import Object, StripeApi


def all_lines(api: StripeApi, invoice: Object) -> Iterator[Object]:
    """Yield the invoice's lines, of which it has the first ten in it."""
    if not invoice["lines"]["has_more"]:
        yield from invoice["lines"]["data"]
        return
    for page in api.pages(f"/v1/invoices/{invoice['id']}/lines", {}):
        yield from page


def with_all_lines(api: StripeApi, invoice: Object) -> Object:
    """Return the invoice with all its lines in it."""
    return {**invoice, "lines": {**invoice["lines"], "data": list(all_lines(api, invoice)), "has_more": False}}


def subscription_of(line: Object) -> str | None:
    parent = line["parent"] or {}
    kinds = ("subscription_item_details", "invoice_item_details")
    return next((parent[kind].get("subscription") for kind in kinds if parent.get(kind)), None)
