"""Invoices as they are read from Stripe: one by its id, those of a customer, and what became of one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from stripe_billing_cli.stripe_api import json_output, lists, lookup
from stripe_billing_cli.stripe_api.client import PAGE, StripeApi
from stripe_billing_cli.stripe_api.errors import PermissionMissingError
from stripe_billing_cli.stripe_api.objects.customers import PaymentMethod
from stripe_billing_cli.stripe_api.objects.invoices import CreditNote, Invoice, InvoiceLine
from stripe_billing_cli.stripe_api.objects.payments import Charge, PaymentIntent, Refund
from stripe_billing_cli.stripe_api.references import (
    default_method,
    id_of,
    own_method,
    require_expanded,
    whole,
    whole_subscription_of,
)
from stripe_billing_cli.subscriptions import payments
from stripe_billing_cli.subscriptions.parts import Parts
from stripe_billing_cli.subscriptions.payments import PaymentError

PATH = "/v1/invoices"
EXPAND = (
    "customer.invoice_settings.default_payment_method",
    "default_payment_method",
    "parent.subscription_details.subscription.default_payment_method",
    "payments",
)
"""What the commands that pay or give up an invoice read along with it."""
ENDED = ("canceled", "incomplete_expired")


def find_invoice(api: StripeApi, name: str, *, expand: Sequence[str] = EXPAND) -> Invoice:
    """Return the invoice with this id or number. Raises `LookupFailedError`, `StripeCallError`."""
    id = lookup.invoice_id(api, name)
    return lookup.retrieve(api, Invoice, f"{PATH}/{id}", id, expand=expand)


def list_invoices(
    api: StripeApi, *, customer: str | None, subscription: str | None, status: str | None, limit: int | None
) -> Iterator[Invoice]:
    """Return invoices with their payments, newest first, of a customer or subscription named as users name them."""
    filters: dict[str, Any] = {"expand": ["data.payments"]}
    if customer is not None:
        filters["customer"] = lookup.find_customer(api, customer)["id"]
    if subscription is not None:
        filters["subscription"] = lookup.find_subscription(api, subscription)["id"]
    if status is not None:
        filters["status"] = status
    return lists.objects(api, PATH, filters, limit, kind=Invoice)


def list_records(
    api: StripeApi, *, customer: str | None, subscription: str | None, status: str | None, limit: int | None
) -> Iterator[dict[str, Any]]:
    """Yield the invoices of a list as they are printed: with what was refunded of each, None where the key may not see
    that."""
    invoices = list_invoices(api, customer=customer, subscription=subscription, status=status, limit=limit)
    refunds = _Refunds(api, of_one_customer=customer is not None or subscription is not None)
    while chunk := list(islice(invoices, PAGE)):
        refunds.read(chunk)
        for invoice in chunk:
            yield {**json_output.invoice(invoice), "refunded": refunds.of_invoice(invoice)}


@dataclass
class _Refunds:
    """Amounts that went back of each payment intent or, of a payment of before there were any, of each charge.

    `of_one_customer`: of all of a customer's charges, whose time a test clock may say; else of all refunds since the
    oldest of the invoices, which come newest first. `visible`: whether the key may see it.
    """

    api: StripeApi
    of_one_customer: bool
    visible: bool = True
    amounts: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    since: int | None = None

    def read(self, invoices: Sequence[Invoice]) -> None:
        """Read what is needed for these invoices, and was not read for those before."""
        if not self.visible or not any(invoice["amount_paid"] for invoice in invoices):
            return
        oldest = min(invoice["created"] for invoice in invoices)
        try:
            if not self.of_one_customer:
                self._read_refunds(oldest)
            elif self.since is None:
                self._read_charges(invoices[0])
        except PermissionMissingError:
            self.visible = False
        self.since = oldest

    def _read_charges(self, invoice: Invoice) -> None:
        of_customer = {"customer": id_of(invoice["customer"])}
        for charge in lists.objects(self.api, "/v1/charges", of_customer, None, kind=Charge):
            self.amounts[id_of(charge["payment_intent"]) or charge["id"]] += charge["amount_refunded"]

    def _read_refunds(self, oldest: int) -> None:
        created_range = {"gte": oldest} if self.since is None else {"gte": oldest, "lt": self.since}
        for refund in lists.objects(self.api, "/v1/refunds", {"created": created_range}, None, kind=Refund):
            if refund["status"] not in ("failed", "canceled"):
                self.amounts[id_of(refund["payment_intent"]) or str(id_of(refund["charge"]))] += refund["amount"]

    def of_invoice(self, invoice: Invoice) -> int | None:
        """Return the sum of the refunds of an invoice's payments; None where the key may not see it."""
        if not self.visible:
            return None
        paid_payments = [
            one["payment"] for one in (invoice["payments"] or {"data": ()})["data"] if one["status"] == "paid"
        ]
        return sum(
            self.amounts.get(id_of(one["payment_intent"]) or id_of(one["charge"]) or "", 0) for one in paid_payments
        )


def open_invoices(api: StripeApi, customer: str) -> list[Invoice]:
    """Return the open invoices of a customer, oldest first."""
    invoices = [one for page in api.pages(PATH, {"customer": customer, "status": "open"}, kind=Invoice) for one in page]
    return sorted(invoices, key=lambda one: (one["created"], one["number"] or ""))


def paying_card(invoice: Invoice) -> PaymentMethod | None:
    """Return the payment method that an invoice is charged to: its own default, its subscription's, its customer's
    (https://docs.stripe.com/billing/subscriptions/payment-methods-setting#payment-method-priority)."""
    subscription, customer = whole_subscription_of(invoice), whole(invoice["customer"])
    of_subscription = own_method(subscription) if subscription else None
    of_customer = default_method(customer) if customer else None
    return whole(own_method(invoice) or of_subscription or of_customer)


@dataclass(frozen=True)
class InvoiceDetails:
    """An invoice with what became of it. `charges` are the successful ones that paid it; `unavailable` says what of it
    the key may not see."""

    invoice: Invoice
    lines: list[InvoiceLine]
    charges: list[Charge]
    refunds: list[Refund]
    credit_notes: list[CreditNote]
    trouble: PaymentError | None
    unavailable: Mapping[str, str] = field(default_factory=dict)

    def record(self) -> dict[str, Any]:
        """Return the invoice as it is printed (docs/output.md)."""
        return {
            **json_output.invoice(self.invoice),
            "refunded": None
            if "payments" in self.unavailable
            else sum(charge["amount_refunded"] for charge in self.charges),
            "lines": [_line(line) for line in self.lines],
            "payments": [payment(charge) for charge in self.charges],
            "refunds": [json_output.refund(refund) for refund in self.refunds],
            "credit_notes": [json_output.credit_note(credit_note) for credit_note in self.credit_notes],
            "payment_error": None if self.trouble is None else self.trouble.record(),
            "unavailable": dict(sorted(self.unavailable.items())),
        }


def _line(line: InvoiceLine) -> dict[str, Any]:
    return {
        "id": line["id"],
        "description": line["description"],
        "amount": line["amount"],
        "quantity": line["quantity"],
        "period_start": line["period"]["start"],
        "period_end": line["period"]["end"],
    }


def payment(charge: Charge) -> dict[str, Any]:
    """Return a charge as it is printed: what was paid, by which card, and what of it went back."""
    details = charge["payment_method_details"]
    card = details["card"] if details else None
    return {
        "id": charge["id"],
        "payment_intent": id_of(charge["payment_intent"]),
        "amount": charge["amount_captured"],
        "refunded": charge["amount_refunded"],
        "currency": charge["currency"],
        "type": details["type"] if details else None,
        "brand": card["brand"] if card else None,
        "last4": card["last4"] if card else None,
        "disputed": charge["disputed"],
        "created": charge["created"],
    }


def load_details(api: StripeApi, name: str) -> InvoiceDetails:
    """Return an invoice with its lines, payments, refunds and credit notes, as far as the key may see them. Raises
    `LookupFailedError`, `StripeCallError`."""
    parts = Parts()
    invoice = _as_far_as_visible(api, name, parts)
    id, is_open = invoice["id"], invoice["status"] == "open"
    lines: list[InvoiceLine] = parts.read("lines", lambda: list(_lines(api, id)), invoice["lines"]["data"])
    charges: list[Charge] = parts.read("payments", lambda: charges_of(api, invoice), [])
    refunds: list[Refund] = parts.read(
        "refunds", lambda: [one for charge in charges for one in refunds_of(api, charge["id"])], []
    )
    notes: list[CreditNote] = parts.read("credit_notes", lambda: credit_notes_of(api, id), [])
    trouble = parts.read(
        "payment_error", lambda: payments.owed_invoice(api, invoice).trouble if is_open else None, None
    )
    return InvoiceDetails(invoice, lines, charges, refunds, notes, trouble, parts.unavailable)


def _as_far_as_visible(api: StripeApi, name: str, parts: Parts) -> Invoice:
    """Return the invoice with its payments, or without where the key may not see them."""
    try:
        return find_invoice(api, name, expand=("payments",))
    except PermissionMissingError as error:
        parts.unavailable["payments"] = error.message
        return find_invoice(api, name, expand=())


def _lines(api: StripeApi, invoice: str) -> Iterator[InvoiceLine]:
    for page in api.pages(f"{PATH}/{invoice}/lines", {}, kind=InvoiceLine):
        yield from page


def charges_of(api: StripeApi, invoice: Invoice) -> list[Charge]:
    """Return the successful charges that paid an invoice, newest first; `invoice` with its `payments`."""
    charges: list[Charge] = []
    for one in (invoice["payments"] or {"data": ()})["data"]:
        if one["status"] != "paid":
            continue
        paid_by = one["payment"]
        if paid_by["type"] == "payment_intent":
            intent = api.get(
                f"/v1/payment_intents/{id_of(paid_by['payment_intent'])}",
                {"expand": ["latest_charge"]},
                kind=PaymentIntent,
            )
            charge = require_expanded(intent["latest_charge"])
        elif paid_by["type"] == "charge":
            charge = api.get(f"/v1/charges/{id_of(paid_by['charge'])}", kind=Charge)
        else:
            charge = None
        if charge is not None and charge["paid"]:
            charges.append(charge)
    return sorted(charges, key=lambda charge: -charge["created"])


def refunds_of(api: StripeApi, charge: str) -> list[Refund]:
    """Return all refunds of a charge, newest first, failed ones too."""
    return [one for page in api.pages("/v1/refunds", {"charge": charge}, kind=Refund) for one in page]


def credit_notes_of(api: StripeApi, invoice: str) -> list[CreditNote]:
    """Return all credit notes of an invoice, newest first, void ones too."""
    return [one for page in api.pages("/v1/credit_notes", {"invoice": invoice}, kind=CreditNote) for one in page]
