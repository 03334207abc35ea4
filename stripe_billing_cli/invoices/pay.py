"""Paying open invoices: one, or all of a customer's, oldest first.

An invoice that is paid stays paid, so a run after one that was cut off pays the rest
(https://docs.stripe.com/api/invoices/pay).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from stripe_billing_cli.errors import OperationError
from stripe_billing_cli.invoices.load import EXPAND, PATH, find_invoice, open_invoices, paying_card
from stripe_billing_cli.stripe_api import json_output, lookup
from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.errors import InvalidRequestError
from stripe_billing_cli.stripe_api.movements import Kind, Movement
from stripe_billing_cli.stripe_api.objects.customers import PaymentMethod
from stripe_billing_cli.stripe_api.objects.invoices import Invoice
from stripe_billing_cli.subscriptions import payment_attempts
from stripe_billing_cli.subscriptions.payment_attempts import Attempt, Payable
from stripe_billing_cli.subscriptions.payments import PaymentError, ways_to_pay


@dataclass(frozen=True)
class PayRequest:
    """A payment that is wanted. `name` is an invoice's id or, with `all_open`, the id or email of a customer.

    `method`: in place of the saved card. `out_of_band`: it was paid outside of Stripe.
    """

    name: str
    all_open: bool = False
    method: str | None = None
    out_of_band: bool = False


@dataclass(frozen=True)
class Payment:
    """An invoice to be paid, and the saved payment method it is charged to, None where there is none."""

    invoice: Invoice
    card: PaymentMethod | None


@dataclass(frozen=True)
class PaidInvoice:
    """An invoice as it is after the attempt to pay it. `is_processing`: it waits for the customer's bank."""

    invoice: Invoice
    trouble: PaymentError | None = None
    is_processing: bool = False

    @property
    def paid(self) -> bool:
        return self.invoice["status"] == "paid"


@dataclass(frozen=True)
class PayResult:
    """The invoices that were tried, in their order; `untried_invoices` are the invoices after one that could not be
    paid."""

    tried: tuple[PaidInvoice, ...]
    untried_invoices: tuple[Invoice, ...] = ()

    @property
    def failed(self) -> PaidInvoice | None:
        return next((one for one in self.tried if not (one.paid or one.is_processing)), None)

    @property
    def result(self) -> str:
        """Return the outcome for all invoices: `paid`, `processing`, `payment_needed`, `nothing_to_pay`."""
        if self.failed:
            return "payment_needed"
        if any(one.is_processing for one in self.tried):
            return "processing"
        return "paid" if self.tried else "nothing_to_pay"

    def record(self, subject: str) -> dict[str, Any]:
        """Return the result as it is printed (docs/output.md)."""
        trouble = self.failed.trouble if self.failed else None
        return {
            "id": subject,
            "result": self.result,
            "invoices": [json_output.invoice(one.invoice) for one in self.tried],
            "untried": [json_output.invoice(invoice) for invoice in self.untried_invoices],
            "payment_error": None if trouble is None else trouble.record(),
        }


@dataclass(frozen=True)
class PayPlan:
    """The invoices that are going to be paid, oldest first; nothing where all is paid. `subject`: the invoice's or
    customer's id."""

    subject: str
    payments: tuple[Payment, ...]
    request: PayRequest
    paid_before: Invoice | None = None
    sums: dict[str, int] = field(default_factory=dict)

    @property
    def money(self) -> tuple[Movement, ...]:
        """Return the amount that is charged, or counts as paid, for each invoice."""
        kind: Kind = "outside" if self.request.out_of_band else "charge"
        due = [(payment.invoice, payment.invoice["amount_remaining"]) for payment in self.payments]
        return tuple(Movement(kind, invoice["id"], amount, invoice["currency"]) for invoice, amount in due if amount)

    def apply(self, api: StripeApi) -> PayResult:
        """Pay the invoices one after the other, until one of them cannot be paid. Raises `StripeCallError`."""
        attempts: list[PaidInvoice] = []
        for number, one in enumerate(self.payments):
            attempts.append(_pay(api, one.invoice, self.request))
            if not (attempts[-1].paid or attempts[-1].is_processing):
                rest = tuple(later.invoice for later in self.payments[number + 1 :])
                return PayResult(tuple(attempts), rest)
        return PayResult(tuple(attempts))


def plan_pay(api: StripeApi, request: PayRequest) -> PayPlan:
    """Read what is open, and refuse what cannot be paid.

    Raises `LookupFailedError`, `OperationError`, `StripeCallError`.
    """
    payment_attempts.check_method(request.method, livemode=api.livemode)
    if not request.all_open:
        invoice = find_invoice(api, request.name)
        if invoice["status"] == "paid":
            return PayPlan(invoice["id"], (), request, paid_before=invoice)
        if invoice["status"] == "void":
            raise OperationError(
                f"the invoice {invoice['id']} is void, and cannot be paid any more",
                f"billing invoice list --customer {invoice['customer']} lists those that are open",
            )
        return _plan(invoice["id"], [invoice], request)
    customer = lookup.find_customer(api, request.name)
    invoices = open_invoices(api, customer["id"])
    whole_invoices = [api.get(f"{PATH}/{one['id']}", {"expand": list(EXPAND)}, kind=Invoice) for one in invoices]
    return _plan(customer["id"], whole_invoices, request)


def _plan(subject: str, invoices: list[Invoice], request: PayRequest) -> PayPlan:
    due = tuple(Payment(invoice, paying_card(invoice)) for invoice in invoices)
    if not (request.method or request.out_of_band):
        for one in due:
            if one.card is None and one.invoice["amount_remaining"]:
                raise OperationError(
                    f"there is no saved card to charge for the invoice {one.invoice['id']}",
                    ways_to_pay(one.invoice["hosted_invoice_url"], "say --payment-method"),
                )
    sums: dict[str, int] = {}
    for one in due:
        currency = one.invoice["currency"]
        sums[currency] = sums.get(currency, 0) + one.invoice["amount_remaining"]
    return PayPlan(subject, due, request, sums=sums)


def _pay(api: StripeApi, invoice: Invoice, request: PayRequest) -> PaidInvoice:
    attempt = _attempt(api, invoice, request)
    after = payment_attempts.load_after(api, Payable(invoice), attempt).invoice or invoice
    return PaidInvoice(after, attempt.trouble, attempt.result == "processing" and after["status"] != "paid")


def _attempt(api: StripeApi, invoice: Invoice, request: PayRequest) -> Attempt:
    if request.out_of_band:
        try:
            api.post(f"{PATH}/{invoice['id']}/pay", {"paid_out_of_band": True})
        except InvalidRequestError:
            if api.get(f"{PATH}/{invoice['id']}", kind=Invoice)["status"] != "paid":
                raise
        return Attempt("paid")
    test_card = request.method is not None and request.method.startswith("pm_card_")
    if test_card and invoice["status"] == "open":
        assert request.method is not None
        return payment_attempts.confirm_in_test_mode(api, Payable(invoice), request.method)
    return payment_attempts.charge(api, invoice, request.method)
