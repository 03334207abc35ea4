"""Giving up an invoice: void it as if it had never been, or write it off as a loss.

https://docs.stripe.com/invoicing/overview#invoice-statuses. Both are harmless to repeat.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from stripe_billing_cli.errors import OperationError
from stripe_billing_cli.invoices.load import ENDED, EXPAND, PATH, find_invoice
from stripe_billing_cli.stripe_api import json_output
from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.errors import InvalidRequestError
from stripe_billing_cli.stripe_api.movements import Kind, Movement
from stripe_billing_cli.stripe_api.objects.invoices import Invoice, InvoicedSubscription
from stripe_billing_cli.stripe_api.references import id_of, whole_subscription_of
from stripe_billing_cli.subscriptions import payments

Way = Literal["void", "write-off"]
BECOMES: dict[Way, str] = {"void": "void", "write-off": "uncollectible"}
CALLS: dict[Way, str] = {"void": "void", "write-off": "mark_uncollectible"}


@dataclass(frozen=True)
class GiveUpResult:
    """The invoice as it is now, and whether this run changed it."""

    invoice: Invoice
    has_changed: bool

    def record(self) -> dict[str, Any]:
        """Return the result as it is printed (docs/output.md)."""
        result = "voided" if self.invoice["status"] == "void" else "written_off"
        return {**json_output.invoice(self.invoice), "result": result if self.has_changed else "unchanged"}


@dataclass(frozen=True)
class GiveUpPlan:
    """An invoice that is going to be voided or written off. `from_balance`: what the invoice took from the customer's
    balance, in minor units; a void gives it back."""

    invoice: Invoice
    way: Way

    @property
    def is_done(self) -> bool:
        return self.invoice["status"] == BECOMES[self.way]

    @property
    def from_balance(self) -> int:
        return (self.invoice["ending_balance"] or 0) - self.invoice["starting_balance"]

    @property
    def money(self) -> tuple[Movement, ...]:
        """Return the amount that is not to be paid any more, and the one that a void changes on the customer's
        balance."""
        invoice, currency = self.invoice, self.invoice["currency"]
        kind: Kind = "waiver" if self.way == "void" else "loss"
        open_amount = Movement(kind, invoice["id"], invoice["amount_remaining"], currency)
        from_balance = self.from_balance if self.way == "void" else 0
        balance = Movement(
            "credit" if from_balance > 0 else "debit", id_of(invoice["customer"]), abs(from_balance), currency
        )
        return tuple(one for one in (open_amount, balance) if one.amount)

    @property
    def subscription(self) -> InvoicedSubscription | None:
        """Return the subscription that the invoice is of, unless it has ended."""
        subscription = whole_subscription_of(self.invoice)
        return subscription if subscription is not None and subscription["status"] not in ENDED else None

    @property
    def ends_subscription(self) -> bool:
        """Return whether the invoice is the first of a subscription that waits for its payment: voiding it ends that
        (https://docs.stripe.com/billing/subscriptions/overview#subscription-statuses)."""
        subscription = self.subscription
        if subscription is None or self.way != "void":
            return False
        return bool(
            subscription["status"] == "incomplete" and id_of(subscription["latest_invoice"]) == self.invoice["id"]
        )

    def apply(self, api: StripeApi) -> GiveUpResult:
        """Give the invoice up. Raises `StripeCallError`."""
        if self.is_done:
            return GiveUpResult(self.invoice, has_changed=False)
        path = f"{PATH}/{self.invoice['id']}"
        try:
            api.post(f"{path}/{CALLS[self.way]}", {})
        except InvalidRequestError:
            if api.get(path, kind=Invoice)["status"] != BECOMES[self.way]:
                raise
        return GiveUpResult(api.get(path, {"expand": list(EXPAND)}, kind=Invoice), has_changed=True)


def plan_give_up(api: StripeApi, name: str, way: Way) -> GiveUpPlan:
    """Read the invoice, and refuse what cannot be given up.

    Raises `LookupFailedError`, `OperationError`, `StripeCallError`.
    """
    plan = GiveUpPlan(find_invoice(api, name), way)
    if not plan.is_done:
        _check(plan.invoice, way)
        if way == "void":
            payments.check_not_processing(api, plan.invoice)
    return plan


def _check(invoice: Invoice, way: Way) -> None:
    id, status = invoice["id"], invoice["status"]
    outcome = "voided" if way == "void" else "written off"
    match status:
        case "paid":
            raise OperationError(
                f"the invoice {id} is paid, and only what is not paid can be {outcome}",
                f"billing invoice credit {id}, or billing refund create {id}, gives money back",
            )
        case "draft":
            raise OperationError(
                f"the invoice {id} is a draft, and only a finalized invoice can be {outcome}",
                "wait until it is finalized, or delete the draft in the dashboard",
            )
        case "void":
            raise OperationError(
                f"the invoice {id} is void: there is nothing left to write off", "nothing is left to do with it"
            )
