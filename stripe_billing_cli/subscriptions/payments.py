"""Payments that are owed: which invoice is open, what its last attempt came to, and where its customer can pay it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from stripe_billing_cli.errors import NOT_REACHED, BillingError, OperationError
from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.errors import PermissionMissingError
from stripe_billing_cli.stripe_api.objects.customers import PaymentMethod
from stripe_billing_cli.stripe_api.objects.invoices import Invoice
from stripe_billing_cli.stripe_api.objects.payments import PaymentIntent
from stripe_billing_cli.stripe_api.objects.subscriptions import Subscription
from stripe_billing_cli.stripe_api.references import default_method, id_of, own_method, require_expanded
from stripe_billing_cli.subscriptions import invoice_lines


@dataclass(frozen=True)
class PaymentError:
    """The reason why a payment did not go through. `decline_code` is the bank's
    (https://docs.stripe.com/declines/codes).

    A payment that waits for its customer (3-D Secure) has the code `authentication_required`, one that waits for a bank
    `payment_processing`.
    """

    message: str
    code: str | None = None
    decline_code: str | None = None

    def __str__(self) -> str:
        return f"{self.message} ({self.decline_code})" if self.decline_code else self.message

    def record(self) -> dict[str, Any]:
        """Return the error as it is printed (docs/output.md)."""
        return asdict(self)


def ways_to_pay(url: str | None, other_way: str) -> str:
    """Say how an invoice can be paid; not every one has a page of its own."""
    return f"the customer can pay on {url}; or: {other_way}" if url else other_way


NEEDS_ACTION = PaymentError("The customer must authenticate the payment (3-D Secure).", "authentication_required")
PROCESSING = PaymentError("A payment waits for the customer's bank, which may take days.", "payment_processing")
NOT_TRIED = PaymentError("No card was there to charge.", "payment_method_missing")


@dataclass(frozen=True)
class OwedInvoice:
    """An open invoice, and why it has not been paid; None where nobody has tried."""

    invoice: Invoice
    trouble: PaymentError | None

    @property
    def url(self) -> str | None:
        """Return the page on which the customer can pay the invoice."""
        return self.invoice["hosted_invoice_url"]


def owed_record(owes: OwedInvoice | None) -> dict[str, Any]:
    """Return where the customer can pay the invoice that a change waits for, and why it has not been paid."""
    return {
        "confirmation_url": owes.url if owes else None,
        "payment_error": owes.trouble.record() if owes and owes.trouble else None,
    }


def unpaid_error(consequence: str, subscription: str, owes: OwedInvoice | None, default_reason: str) -> BillingError:
    """Return the error of a subscription that waits for a payment: `consequence` says what is delayed, and
    `default_reason` says why where Stripe does not."""
    reason = str(owes.trouble) if owes and owes.trouble else default_reason
    hint = ways_to_pay(owes.url, f"billing sub pay {subscription}") if owes else None
    if owes and owes.trouble == PROCESSING:
        hint = f"do not pay it twice; billing sub show {subscription} says what became of it"
    return BillingError("payment_failed", f"{consequence}: {reason}", hint, NOT_REACHED)


def owed_invoice(api: StripeApi, invoice: Invoice) -> OwedInvoice:
    """Return an open invoice, given with its `payments`, with why it has not been paid."""
    intent = intent_of(invoice)
    return OwedInvoice(
        invoice, payment_error(api.get(f"/v1/payment_intents/{intent}", kind=PaymentIntent)) if intent else None
    )


def check_not_processing(api: StripeApi, invoice: Invoice) -> None:
    """Refuse to void an invoice whose payment waits for a bank: the money would be taken all the same. `invoice` with
    its `payments`. A key that may not see the payment is taken at its word. Raises `OperationError`,
    `StripeCallError`."""
    try:
        waits = invoice["status"] == "open" and owed_invoice(api, invoice).trouble == PROCESSING
    except PermissionMissingError:
        waits = False
    if waits:
        raise OperationError(
            f"a payment of the invoice {invoice['id']} waits for the customer's bank: the money would be taken though "
            "the invoice is void",
            f"wait until it is paid, or the bank refuses; billing invoice show {invoice['id']} says which",
        )


def owed_latest(api: StripeApi, subscription: Subscription) -> OwedInvoice | None:
    """Return the latest invoice of a subscription, given with its `payments`, as `owed_invoice` does."""
    latest = require_expanded(subscription["latest_invoice"])
    return owed_invoice(api, latest) if latest else None


def intent_of(invoice: Invoice) -> str | None:
    """Return the payment intent that is to pay an open invoice; `invoice` with its `payments`."""
    for payment in (invoice["payments"] or {"data": ()})["data"]:
        if payment["status"] == "open" and payment["payment"]["type"] == "payment_intent":
            return id_of(payment["payment"]["payment_intent"])
    return None


def payment_error(intent: PaymentIntent) -> PaymentError | None:
    """Return the error of the last attempt of a payment intent
    (https://docs.stripe.com/payments/paymentintents/lifecycle)."""
    if intent["status"] == "requires_action":
        return NEEDS_ACTION
    if intent["status"] == "processing":
        return PROCESSING
    last_error = intent["last_payment_error"]
    if last_error is not None:
        return PaymentError(
            last_error["message"] or "the payment failed", last_error["code"], last_error["decline_code"]
        )
    return NOT_TRIED if intent["status"] == "requires_payment_method" else None


def open_invoices(api: StripeApi, subscription: Subscription, *, expand: Sequence[str] = ()) -> list[Invoice]:
    """Return the open invoices of a subscription, newest first, with their payments, and `expand`. Of an incomplete one
    it is the first invoice."""
    paths = [f"data.{name}" for name in ("payments", *expand)]
    filters = {"subscription": subscription["id"], "status": "open", "expand": paths}
    return api.page("/v1/invoices", filters, kind=Invoice)[0]


def never_paid(api: StripeApi, subscription: Subscription) -> list[Invoice]:
    """Return the invoices of a subscription that were not paid, newest first: those that are to be, and those that were
    given up. Not those of changes that did not come to be."""
    invoices, _ = api.page("/v1/invoices", {"subscription": subscription["id"]}, kind=Invoice)
    undone_change = ("void", "subscription_update")
    return [
        invoice
        for invoice in invoices
        if invoice["status"] not in ("paid", None) and (invoice["status"], invoice["billing_reason"]) != undone_change
    ]


def unpaid_time(api: StripeApi, invoices: Iterable[Invoice], now: int) -> Invoice | None:
    """Return the unpaid invoice that charges for time after `now`, which a proration would credit though nobody paid
    for it (https://docs.stripe.com/billing/subscriptions/prorations)."""
    for invoice in invoices:
        if any(line["amount"] > 0 and line["period"]["end"] > now for line in invoice_lines.all_lines(api, invoice)):
            return invoice
    return None


def default_card(subscription: Subscription) -> PaymentMethod | None:
    """Return the card that pays the subscription: its own default, else its customer's; both must be expanded
    (https://docs.stripe.com/billing/subscriptions/payment-methods-setting#payment-method-priority)."""
    return require_expanded(own_method(subscription) or default_method(require_expanded(subscription["customer"])))
