"""The targets of refunds: an invoice, a payment intent or a charge, as the charges behind it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from stripe_billing_cli.errors import OperationError
from stripe_billing_cli.stripe_api import json_output, lists, lookup
from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.ids import kind_of
from stripe_billing_cli.stripe_api.objects.invoices import CreditNote, Invoice, InvoicedSubscription
from stripe_billing_cli.stripe_api.objects.payments import Charge, Dispute, PaymentIntent, Refund
from stripe_billing_cli.stripe_api.references import id_of, invoice_paid_by, require_expanded, whole_subscription_of
from stripe_billing_cli.subscriptions.refund import GIVEN

PATH = "/v1/refunds"
SUBSCRIPTION = "parent.subscription_details.subscription"
KINDS = {"an invoice": "invoice", "a payment intent": "payment", "a charge": "charge"}
"""What a refund may be of, by what its id is the id of."""
UNPAID = "billing invoice show says what became of an invoice, billing refund create takes one that was paid"


@dataclass(frozen=True)
class Payment:
    """A successful charge with its refunds, failed ones too. `amount_left` can be given back, in minor units.

    `dispute`: the one that keeps it from being refunded.
    """

    charge: Charge
    refunds: Sequence[Refund]
    dispute: Dispute | None = None

    @property
    def amount_left(self) -> int:
        return self.charge["amount_captured"] - self.charge["amount_refunded"]

    @property
    def refunds_given(self) -> list[Refund]:
        """Return the refunds that have not failed."""
        return [refund for refund in self.refunds if refund["status"] in GIVEN]


@dataclass(frozen=True)
class Target:
    """The target of a refund, and the charges that paid it, newest first. `subscription` is the one that goes on with
    it.

    `credited_amount`: what credit notes gave back of the invoice by another way than a card. Stripe refunds it once
    more where it is asked to.
    """

    name: str
    currency: str
    customer: str | None
    payments: tuple[Payment, ...]
    invoice: Invoice | None = None
    subscription: InvoicedSubscription | None = None
    credited_amount: int = 0

    @property
    def overpaid(self) -> int:
        """Return the amount that was paid beyond what the invoice asked for: it is a credit on the customer's balance
        (`amount_overpaid` in `stripe/_invoice.py`)."""
        return self.invoice["amount_overpaid"] if self.invoice else 0

    @property
    def amount_left(self) -> int:
        return sum(payment.amount_left for payment in self.payments if payment.dispute is None)

    @property
    def amount_paid(self) -> int:
        return sum(payment.charge["amount_captured"] for payment in self.payments)


def load_target(api: StripeApi, name: str) -> Target:
    """Return the target that an id, or an invoice's number, names. Raises `LookupFailedError`, `OperationError` and
    `StripeCallError`."""
    kind = kind_of(name) or ""
    if kind not in KINDS:
        name = lookup.invoice_id(api, name, "in_…, the id of a payment (pi_…) or charge (ch_…)")
        kind = "an invoice"
    lookup.check_id(name, kind, "in_…, pi_… or ch_…")
    invoice: Invoice | None
    if kind == "an invoice":
        invoice = lookup.retrieve(api, Invoice, f"/v1/invoices/{name}", name, expand=["payments", SUBSCRIPTION])
        charges = _charges_of_invoice(api, invoice)
    else:
        charge = _charge(api, name, kind)
        charges, invoice = [charge], _invoice_of(api, charge)
    if not charges:
        raise _nothing_paid(name, invoice)
    charges = sorted(charges, key=lambda one: -one["created"])
    payments = tuple(_payment(api, charge) for charge in charges)
    return Target(
        name=name,
        currency=charges[0]["currency"],
        customer=id_of(charges[0]["customer"]),
        payments=payments,
        invoice=invoice,
        subscription=_subscription(invoice),
        credited_amount=_sum_credits(api, invoice),
    )


def _sum_credits(api: StripeApi, invoice: Invoice | None) -> int:
    """Return the amount that went to the customer's balance, or back outside of Stripe, by the credit notes of an
    invoice."""
    if invoice is None or not invoice["post_payment_credit_notes_amount"]:
        return 0
    notes_of_invoice = [
        one for page in api.pages("/v1/credit_notes", {"invoice": invoice["id"]}, kind=CreditNote) for one in page
    ]
    notes = [json_output.credit_note(one) for one in notes_of_invoice if one["status"] == "issued"]
    return sum(note["to_balance"] + note["outside"] for note in notes)


def _nothing_paid(name: str, invoice: Invoice | None) -> OperationError:
    if invoice is not None and invoice["status"] == "paid" and invoice["amount_paid"]:
        return OperationError(
            f"the invoice {name} was paid outside of Stripe: there is no card to give the money back to",
            f"billing invoice credit {name} --to outside writes down that it was given back",
        )
    return OperationError(
        f"nothing was paid for {name}: there is nothing to refund",
        f"billing invoice show {name} says what became of it",
    )


def _charge(api: StripeApi, name: str, kind: str) -> Charge:
    """Return the successful charge of an id of a payment or charge."""
    if kind == "a charge":
        charge = lookup.retrieve(api, Charge, f"/v1/charges/{name}", name)
    else:
        intent = lookup.retrieve(api, PaymentIntent, f"/v1/payment_intents/{name}", name, expand=["latest_charge"])
        if intent["latest_charge"] is None or intent["status"] != "succeeded":
            raise OperationError(f"the payment {name} has not succeeded: there is nothing to refund", UNPAID)
        charge = require_expanded(intent["latest_charge"])
    if not charge["paid"] or not charge["amount_captured"]:
        raise OperationError(f"the charge {charge['id']} has not been paid: there is nothing to refund", UNPAID)
    return charge


def _charges_of_invoice(api: StripeApi, invoice: Invoice) -> list[Charge]:
    charges = []
    for payment in (invoice["payments"] or {"data": ()})["data"]:
        paid_by = payment["payment"]
        if payment["status"] != "paid":
            continue
        if paid_by["type"] == "payment_intent":
            charges.append(_charge(api, str(id_of(paid_by["payment_intent"])), "a payment intent"))
        elif paid_by["type"] == "charge":
            charges.append(_charge(api, str(id_of(paid_by["charge"])), "a charge"))
    return charges


def _invoice_of(api: StripeApi, charge: Charge) -> Invoice | None:
    """Return the invoice that a charge paid, by the payments of its intent; charges do not name it at this version."""
    invoice = invoice_paid_by(api, id_of(charge["payment_intent"]))
    return api.get(f"/v1/invoices/{invoice}", {"expand": [SUBSCRIPTION]}, kind=Invoice) if invoice else None


def _subscription(invoice: Invoice | None) -> InvoicedSubscription | None:
    subscription = whole_subscription_of(invoice) if invoice else None
    return None if subscription is None or lookup.has_ended(subscription) else subscription


def _payment(api: StripeApi, charge: Charge) -> Payment:
    refunds = refunds_of(api, charge["id"])
    if not charge["disputed"]:
        return Payment(charge, refunds)
    disputes, _ = api.page("/v1/disputes", {"charge": charge["id"], "limit": 1}, kind=Dispute)
    blocking_disputes = [dispute for dispute in disputes if not dispute["is_charge_refundable"]]
    return Payment(charge, refunds, blocking_disputes[0] if blocking_disputes else None)


def refunds_of(api: StripeApi, charge: str) -> list[Refund]:
    """Return all refunds of a charge, newest first."""
    return [one for page in api.pages(PATH, {"charge": charge}, kind=Refund) for one in page]


def find_refund(api: StripeApi, name: str) -> Refund:
    """Return the refund with this id. Raises `LookupFailedError`, `StripeCallError`."""
    lookup.check_id(name, "a refund", "re_…")
    return lookup.retrieve(api, Refund, f"{PATH}/{name}", name)


def list_refunds(api: StripeApi, *, target: str | None, customer: str | None, limit: int | None) -> Iterator[Refund]:
    """Return refunds, newest first: of a target, of a customer, or of all.

    Stripe lists them by charge only, so a customer's are read charge by charge, newest charge first.
    """
    if target is not None:
        payments = load_target(api, target).payments
        refunds: Iterator[Refund] = (refund for payment in payments for refund in payment.refunds)
    elif customer is not None:
        refunds = _of_customer(api, lookup.find_customer(api, customer)["id"])
    else:
        return lists.objects(api, PATH, {}, limit, kind=Refund)
    return (one for number, one in enumerate(refunds) if limit is None or number < limit)


def _of_customer(api: StripeApi, customer: str) -> Iterator[Refund]:
    """Yield the refunds of a customer's charges, those too that failed, of which a charge's amounts say nothing."""
    params = {"customer": customer, "expand": ["data.refunds"]}
    for charge in lists.objects(api, "/v1/charges", params, None, kind=Charge):
        refunds = charge["refunds"]
        if refunds is None or refunds["has_more"]:
            yield from refunds_of(api, charge["id"])
        else:
            yield from refunds["data"]
