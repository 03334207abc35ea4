"""Deleting a customer: what ends with it (https://docs.stripe.com/api/customers/delete)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from stripe_billing_cli.stripe_api import lookup
from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.errors import NotFoundError
from stripe_billing_cli.stripe_api.lookup import has_ended
from stripe_billing_cli.stripe_api.objects.customers import Customer, PaymentMethod
from stripe_billing_cli.stripe_api.objects.invoices import Invoice, InvoiceItem
from stripe_billing_cli.stripe_api.objects.subscriptions import Subscription


@dataclass(frozen=True)
class DeleteResult:
    """The customer that was deleted, and the subscriptions that ended with it; `is_new`: just now."""

    customer: str
    ended: tuple[str, ...]
    is_new: bool = True

    def record(self) -> dict[str, Any]:
        """Return the result as it is printed (docs/output.md)."""
        result = "deleted" if self.is_new else "unchanged"
        return {"id": self.customer, "result": result, "ended_subscriptions": list(self.ended)}


@dataclass(frozen=True)
class DeletePlan:
    """A customer that is going to be deleted, and what ends with it. `open_invoices` stay as they are, and nobody
    collects them any more."""

    customer: Customer
    subscriptions: tuple[Subscription, ...]
    open_invoices: tuple[Invoice, ...]
    pending_items: int
    cards: int

    def apply(self, api: StripeApi) -> DeleteResult:
        """Delete the customer; one that another run has deleted is a success. Raises `StripeCallError`."""
        id = self.customer["id"]
        try:
            api.delete(f"/v1/customers/{id}")
        except NotFoundError:
            if not api.get(f"/v1/customers/{id}", kind=Customer).get("deleted"):
                raise
        return DeleteResult(id, tuple(subscription["id"] for subscription in self.subscriptions))


def plan_delete(api: StripeApi, name: str) -> DeletePlan | DeleteResult:
    """Read what a customer has; the result of an earlier run where the customer was deleted.

    Raises `LookupFailedError`, `StripeCallError`.
    """
    try:
        customer = lookup.find_customer(api, name)
    except lookup.DeletedError:
        return DeleteResult(name, (), is_new=False)
    id = customer["id"]
    subscriptions = tuple(one for one in lookup.subscriptions_of(api, id) if not has_ended(one))
    invoices = tuple(
        one for page in api.pages("/v1/invoices", {"customer": id, "status": "open"}, kind=Invoice) for one in page
    )
    items, _ = api.page("/v1/invoiceitems", {"customer": id, "pending": True}, kind=InvoiceItem)
    cards, _ = api.page(f"/v1/customers/{id}/payment_methods", {}, kind=PaymentMethod)
    return DeletePlan(customer, subscriptions, invoices, len(items), len(cards))
