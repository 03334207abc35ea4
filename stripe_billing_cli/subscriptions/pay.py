"""Paying what is open of a subscription: its first invoice, its newest open one, or the card that it waits for.

In test mode the payment is confirmed as a customer would confirm it, with one of Stripe's test cards; in live mode the
invoice is charged to the card that the customer saved (https://docs.stripe.com/api/invoices/pay).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from stripe_billing_cli.errors import OperationError
from stripe_billing_cli.stripe_api import json_output, lookup
from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.objects.customers import PaymentMethod
from stripe_billing_cli.stripe_api.objects.invoices import Invoice
from stripe_billing_cli.stripe_api.objects.subscriptions import Subscription
from stripe_billing_cli.stripe_api.references import id_of, own_method, require_expanded, whole
from stripe_billing_cli.subscriptions import payment_attempts, payments, steps
from stripe_billing_cli.subscriptions.payment_attempts import Attempt, Payable

TEST_CARD = "pm_card_visa"


@dataclass(frozen=True)
class PayRequest:
    """A payment of the subscription with this id, or of this customer; `method` in place of the saved card."""

    subscription: str
    method: str | None = None


@dataclass(frozen=True)
class PayPlan:
    """A payment that is going to be made. `charges` is the open invoice that is charged to the saved card, or to
    `method`: None in test mode, where the payment is confirmed as the customer would, and where nothing is open."""

    subscription: Subscription
    payable: Payable
    method: str | None
    charges: Invoice | None = None

    @property
    def saved_card(self) -> PaymentMethod | None:
        """Return the card that is charged where no `method` is named: the invoice's own, the subscription's, the
        customer's (https://docs.stripe.com/billing/subscriptions/payment-methods-setting#payment-method-priority)."""
        invoice = self.payable.invoice
        return (whole(own_method(invoice)) if invoice else None) or payments.default_card(self.subscription)

    def apply(self, api: StripeApi) -> PayResult:
        """Make the attempt, and read what came of it. Raises `StripeCallError`."""
        attempt = self._attempt(api)
        if attempt.result == "nothing_to_pay":
            return PayResult(self, self.subscription, self.payable, attempt)
        payable = payment_attempts.load_after(api, self.payable, attempt)
        if attempt.result == "processing" and payable.invoice and payable.invoice["status"] == "paid":
            attempt = replace(attempt, result="paid")
        return PayResult(self, steps.read(api, self.subscription["id"]), payable, attempt)

    def _attempt(self, api: StripeApi) -> Attempt:
        if self.charges is not None:
            return payment_attempts.charge(api, self.charges, self.method)
        if api.livemode or not self.payable.is_open:
            return Attempt("nothing_to_pay")
        return payment_attempts.confirm_in_test_mode(api, self.payable, self.method or self._test_method())

    def _test_method(self) -> str:
        """Return the card that a customer would pay with in test mode: the saved card, or one of Stripe's where none
        is."""
        return TEST_CARD if self.saved_card is None else self.saved_card["id"]


@dataclass(frozen=True)
class PayResult:
    """The subscription and what was to be paid of it, after the attempt."""

    plan: PayPlan
    subscription: Subscription
    payable: Payable
    attempt: Attempt

    @property
    def card(self) -> PaymentMethod | None:
        """Return the card that paid, or was saved for later; None where there is none, or Stripe does not name it."""
        if self.attempt.result not in ("paid", "card_saved") or self.attempt.came_late:
            return None
        return self.attempt.card or (self.plan.saved_card if self.plan.method is None else None)

    @property
    def url(self) -> str | None:
        """Return where the customer can pay what could not be paid."""
        invoice = self.payable.invoice
        return invoice["hosted_invoice_url"] if invoice and self.attempt.trouble else None

    def record(self) -> dict[str, Any]:
        """Return the result as it is printed (docs/output.md).

        `result` is one of `paid`, `processing`, `card_saved`, `payment_needed`, `nothing_to_pay`. `invoice` is the one
        that was to be paid; where nothing was, the draft in the making, charged at `collects_at`.
        """
        payable, trouble = self.payable, self.attempt.trouble
        invoice = payable.invoice or payable.draft
        return {
            "id": self.subscription["id"],
            "result": self.attempt.result,
            "invoice": json_output.invoice(invoice) if invoice else None,
            "collects_at": invoice["automatically_finalizes_at"] if invoice else None,
            "older_open": [json_output.invoice(one) for one in payable.older],
            "confirmation_url": self.url,
            "payment_error": None if trouble is None else trouble.record(),
            "payment_method": None if self.card is None else json_output.payment_method(self.card),
            "subscription": json_output.subscription(self.subscription),
        }


def plan_pay(api: StripeApi, request: PayRequest) -> PayPlan:
    """Read what is open, and refuse what cannot be charged.

    Raises `LookupFailedError`, `OperationError`, `StripeCallError`.
    """
    payment_attempts.check_method(request.method, livemode=api.livemode)
    subscription = lookup.find_subscription(api, request.subscription, expand=steps.EXPAND)
    payable = _find_payable(api, subscription)
    charges = payable.invoice if api.livemode else None
    plan = PayPlan(subscription, payable, request.method, charges)
    if charges is not None and plan.method is None and plan.saved_card is None:
        raise OperationError(
            f"the customer of {subscription['id']} has saved no card to charge",
            payments.ways_to_pay(charges["hosted_invoice_url"], "say --payment-method"),
        )
    return plan


def _find_payable(api: StripeApi, subscription: Subscription) -> Payable:
    """Return the open invoice or setup of `subscription`, which must have its `latest_invoice` expanded."""
    invoices = payments.open_invoices(api, subscription, expand=["default_payment_method"])
    if invoices:
        return Payable(invoices[0], older=tuple(invoices[1:]))
    if setup := subscription["pending_setup_intent"]:
        return Payable(setup=id_of(setup))
    latest = require_expanded(subscription["latest_invoice"])
    return Payable(draft=latest if latest and latest["status"] == "draft" else None)
