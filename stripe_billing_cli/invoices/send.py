"""Mailing an open invoice to its customer, once more than Stripe does by itself.

https://docs.stripe.com/api/invoices/send. A mail leaves no object by which a later run could know of it; the
idempotency key does, for the day that Stripe remembers it (https://docs.stripe.com/api/idempotent_requests).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from stripe_billing_cli.errors import OperationError
from stripe_billing_cli.invoices.load import PATH, find_invoice
from stripe_billing_cli.stripe_api import json_output
from stripe_billing_cli.stripe_api.client import Answer, StripeApi
from stripe_billing_cli.stripe_api.create_once import key_of_wish
from stripe_billing_cli.stripe_api.objects.invoices import Invoice
from stripe_billing_cli.stripe_api.remembered_answers import ask_until_current


@dataclass(frozen=True)
class SendResult:
    """The invoice as it is now. `sent`: this run had it mailed; else a run within the last day had, or it is paid."""

    invoice: Invoice
    sent: bool

    def record(self) -> dict[str, Any]:
        """Return the result as it is printed (docs/output.md)."""
        return {**json_output.invoice(self.invoice), "result": "sent" if self.sent else "unchanged"}


@dataclass(frozen=True)
class SendPlan:
    """An invoice that is going to be mailed; with `again`, even if it was within the last day."""

    invoice: Invoice
    again: bool = False

    @property
    def is_done(self) -> bool:
        return self.invoice["status"] == "paid"

    def apply(self, api: StripeApi) -> SendResult:
        """Have Stripe mail the invoice. Raises `StripeCallError`."""
        if self.is_done:
            return SendResult(self.invoice, sent=False)
        path = f"{PATH}/{self.invoice['id']}/send"
        if self.again:
            return SendResult(api.post(path, {}, kind=Invoice).body, sent=True)
        return ask_until_current(
            lambda again: api.post(path, {}, key_of_wish([path], again), kind=Invoice), self._result
        )

    def _result(self, answer: Answer[Invoice]) -> SendResult:
        """Return the result of Stripe's answer; the invoice in one that Stripe repeats may be a day old."""
        return SendResult(self.invoice if answer.is_replay else answer.body, sent=not answer.is_replay)


def plan_send(api: StripeApi, name: str, *, again: bool = False) -> SendPlan:
    """Read the invoice, and refuse what cannot be mailed.

    Raises `LookupFailedError`, `OperationError`, `StripeCallError`.
    """
    plan = SendPlan(find_invoice(api, name, expand=()), again)
    if not plan.is_done:
        _check(plan.invoice)
    return plan


def _check(invoice: Invoice) -> None:
    id, status = invoice["id"], invoice["status"]
    if status == "draft":
        raise OperationError(
            f"the invoice {id} is a draft, and only a finalized invoice is mailed", "wait until it is finalized"
        )
    if status != "open":
        raise OperationError(
            f"the invoice {id} is {status}, and only an open one is mailed", "nothing is left to do with it"
        )
    pays_on = invoice["hosted_invoice_url"]
    hint = f"the customer can pay on {pays_on}" if pays_on else f"billing invoice pay {id} charges the saved card"
    if invoice["collection_method"] != "send_invoice":
        raise OperationError(f"the invoice {id} is charged automatically, and Stripe mails only what is not", hint)
    if not invoice["customer_email"]:
        raise OperationError(f"the invoice {id} has no email address to be sent to", hint)
