"""The invoices that the end of a subscription leaves unfinished, made final, collected, and looked at.

An end at once with `invoice_now` may leave a draft, which is final an hour later (recorded, 2026-08-26.dahlia), as may
a period that has just begun; and "Stripe stops automatic collection of all finalized invoices"
(https://docs.stripe.com/api/subscriptions/cancel). What is done here takes what there is for what is to be done, so a
run that is cut off is completed by the next.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.objects.customers import BalanceTransaction
from stripe_billing_cli.stripe_api.objects.invoices import Invoice
from stripe_billing_cli.stripe_api.objects.subscriptions import Subscription
from stripe_billing_cli.stripe_api.references import id_of
from stripe_billing_cli.subscriptions import payment_attempts, steps
from stripe_billing_cli.subscriptions.account import is_charged
from stripe_billing_cli.subscriptions.payments import NEEDS_ACTION, PaymentError

UNTIL_FINAL = 3700
"""Seconds after which no draft that Stripe finalizes by itself is one any more (`automatically_finalizes_at` is an hour
and a second after its creation; recorded)."""
PAUSES = (0.2, 0.5, 1.0, 2.0)
"""Seconds between looks for a credit on the balance, which may come a moment after its invoice is final."""


@dataclass(frozen=True)
class LastInvoice:
    """An invoice that was made final. `trouble` is why it was not paid; `on_balance` whether its credit reached the
    customer's balance, None where it is no credit."""

    invoice: Invoice
    trouble: PaymentError | None = None
    on_balance: bool | None = None

    @property
    def credit(self) -> int:
        return max(0, -self.invoice["total"])

    def record(self) -> dict[str, Any]:
        """Return the invoice as it is printed (docs/output.md)."""
        return {
            "id": self.invoice["id"],
            "status": self.invoice["status"],
            "total": self.invoice["total"],
            "amount_paid": self.invoice["amount_paid"],
            "credit_on_balance": self.on_balance,
            "payment_error": None if self.trouble is None else self.trouble.record(),
        }


def find(api: StripeApi, subscription: Subscription) -> list[Invoice]:
    """Return the unfinished invoices of a subscription, oldest first: of one that has not ended, the drafts that are
    final soon; of one that has, those drafts, and what was made final and never charged. Raises `StripeCallError`."""
    filters = {"subscription": subscription["id"]}
    invoices = [one for page in api.pages("/v1/invoices", {**filters, "status": "draft"}, kind=Invoice) for one in page]
    if subscription["ended_at"]:
        open_invoices = [
            one for page in api.pages("/v1/invoices", {**filters, "status": "open"}, kind=Invoice) for one in page
        ]
        invoices += [invoice for invoice in open_invoices if is_to_charge(invoice)]
    unfinished_invoices = [invoice for invoice in reversed(invoices) if _is_unfinished(invoice, subscription)]
    return sorted(unfinished_invoices, key=lambda one: int(one["created"]))


def _is_unfinished(invoice: Invoice, subscription: Subscription) -> bool:
    """Return whether a draft is still going to be finalized; a draft that a pause of the collection keeps stays one."""
    end = subscription["ended_at"]
    if end is None:
        return invoice["auto_advance"]
    since = end if subscription["pause_collection"] else end - UNTIL_FINAL
    return invoice["created"] >= since


def is_to_charge(invoice: Invoice) -> bool:
    """Return whether an open invoice is one that nobody has tried to charge to the card, as it should be."""
    return is_charged(invoice) and invoice["status"] == "open" and not invoice["attempt_count"]


def finish(api: StripeApi, subscription: Subscription) -> tuple[LastInvoice, ...]:
    """Make the unfinished invoices of a subscription that has ended final, charge those that ask for money, and look
    whether the others' credit reached the balance. A payment that fails leaves its invoice open. Raises
    `StripeCallError`."""
    return tuple(_finish_invoice(api, invoice) for invoice in find(api, subscription))


def _finish_invoice(api: StripeApi, invoice: Invoice) -> LastInvoice:
    id = invoice["id"]
    final = steps.finalize(api, id) if invoice["status"] == "draft" else invoice
    trouble = None
    if is_to_charge(final) and final["amount_remaining"] > 0:
        attempt = payment_attempts.charge(api, final, None)
        trouble = attempt.trouble or (None if attempt.result in ("paid", "processing") else NEEDS_ACTION)
        final = api.get(f"/v1/invoices/{id}", kind=Invoice)
    return LastInvoice(final, trouble, _reaches_balance(api, final) if final["total"] < 0 else None)


def _reaches_balance(api: StripeApi, invoice: Invoice) -> bool:
    """Return whether a transaction of the customer's balance is of this invoice, and a credit."""
    path = f"/v1/customers/{id_of(invoice['customer'])}/balance_transactions"
    for pause in (*PAUSES, 0.0):
        newest, _ = api.page(path, {}, kind=BalanceTransaction)
        if any(id_of(one["invoice"]) == invoice["id"] and one["amount"] < 0 for one in newest):
            return True
        time.sleep(pause)
    return False
