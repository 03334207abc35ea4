"""Disputes that have taken money: which payments of a customer were charged back, and for which subscription.

A dispute counts from the moment its money is withdrawn until it is won. An inquiry takes no money, and counts only once
it has become a dispute (https://docs.stripe.com/disputes/how-disputes-work).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.errors import NotFoundError
from stripe_billing_cli.stripe_api.objects.invoices import Invoice
from stripe_billing_cli.stripe_api.objects.payments import Charge, Dispute
from stripe_billing_cli.stripe_api.references import id_of, invoice_paid_by, require_expanded, subscription_of

CHARGES, DISPUTES = "/v1/charges", "/v1/disputes"


@dataclass(frozen=True)
class DisputedPayment:
    """A payment that its bank took back. `since`: when the money was withdrawn, in Unix seconds. `subscription`: whose
    invoice was paid by it; None for a payment that was for no subscription."""

    since: int
    subscription: str | None


def disputed_since(payments: Iterable[DisputedPayment], subscription: str) -> int | None:
    """Return since when a payment is disputed that was for this subscription, or for none at all; None if none is."""
    return min((payment.since for payment in payments if payment.subscription in (None, subscription)), default=None)


def disputes_of_customer(api: StripeApi, customer: str) -> list[DisputedPayment]:
    """Read off the customer's charges, since disputes are not listed by customer. Raises `StripeCallError`."""
    try:
        charges = [
            one for page in api.pages(CHARGES, {"customer": customer}, kind=Charge) for one in page if one["disputed"]
        ]
    except NotFoundError:
        return []
    return [
        payment
        for charge in charges
        for page in api.pages(DISPUTES, {"charge": charge["id"]}, kind=Dispute)
        for dispute in page
        if (payment := _payment(api, dispute, charge)) is not None
    ]


def all_disputes(api: StripeApi) -> Mapping[str, list[DisputedPayment]]:
    """Return the disputes of the account by customer, a hundred at a time. Raises `StripeCallError`."""
    payments_by_customer: dict[str, list[DisputedPayment]] = defaultdict(list)
    for page in api.pages(DISPUTES, {"expand": ["data.charge"]}, kind=Dispute):
        for dispute in page:
            charge = require_expanded(dispute["charge"])
            customer = id_of(charge["customer"])
            payment = _payment(api, dispute, charge) if customer is not None else None
            if customer is not None and payment is not None:
                payments_by_customer[customer].append(payment)
    return payments_by_customer


def customer_of_dispute(api: StripeApi, dispute: str) -> str | None:
    """Return who made the payment; None where nobody is known to have, or the dispute is not there."""
    try:
        charge = api.get(f"{DISPUTES}/{dispute}", {"expand": ["charge"]}, kind=Dispute)["charge"]
    except NotFoundError:
        return None
    return id_of(require_expanded(charge)["customer"])


def _payment(api: StripeApi, dispute: Dispute, charge: Charge) -> DisputedPayment | None:
    """Return the payment, if its money was withdrawn and has not come back."""
    transactions = dispute["balance_transactions"]
    if not transactions or dispute["status"] == "won":
        return None
    return DisputedPayment(
        min(transaction["created"] for transaction in transactions), _subscription(api, id_of(charge["payment_intent"]))
    )


def _subscription(api: StripeApi, intent: str | None) -> str | None:
    """Return which subscription a payment was for, by the invoice that it paid: charges do not name it."""
    invoice = invoice_paid_by(api, intent)
    return id_of(subscription_of(api.get(f"/v1/invoices/{invoice}", kind=Invoice))) if invoice else None
