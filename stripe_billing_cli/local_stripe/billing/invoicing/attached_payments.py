"""Payment intents that are attached to an invoice beside its own, each of which pays a part
(https://docs.stripe.com/invoicing/partial-payments).

"When the PaymentIntent's status changes to succeeded, the payment is credited to the invoice, increasing its
amount_paid. When the invoice is fully paid, the invoice's status becomes paid" (`stripe/_invoice_service.py`). The
invoice's own intent, its default payment, asks for what is left. What payments bring beyond that is `amount_overpaid`,
and "credited to the customer's credit balance" (`stripe/_invoice.py`).
"""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing.invoicing import customer_balance, invoice_fields, invoices
from stripe_billing_cli.local_stripe.billing.invoicing.effects import InvoicePaid
from stripe_billing_cli.local_stripe.billing.payments import method_options
from stripe_billing_cli.local_stripe.billing.payments.effects import PaymentMade
from stripe_billing_cli.local_stripe.core import clocks, events, identifiers
from stripe_billing_cli.local_stripe.core.effects import announce
from stripe_billing_cli.local_stripe.core.errors import invalid, not_here
from stripe_billing_cli.local_stripe.core.requests import Api, Call
from stripe_billing_cli.local_stripe.core.store import Object

INVOICE = "_invoice"
"""Where a payment intent has the invoice that it is attached to."""
PARAM = "payment_intent"


def attach(call: Call, invoice: Object, intent: Object) -> Object:
    """Return the invoice with one more payment, which is credited at once where it has succeeded already."""
    _check(call, invoice, intent)
    call.store.replace("payment_intent", {**intent, INVOICE: invoice["id"]})
    id = identifiers.long_id(call, "inpay")
    payment = invoice_fields.payment(id, invoice, intent, call.now, is_default=False)
    data = [*invoice["payments"]["data"], payment]
    after = invoices.amend(call, invoice["id"], payments={**invoice["payments"], "data": data})
    return credit(call, after, intent) if intent["status"] == "succeeded" else after


def _check(call: Call, invoice: Object, intent: Object) -> None:
    """Raise where an intent cannot pay a part of an invoice. Stripe documents that an invoice is to be open, and no
    words."""
    if invoice["status"] != "open":
        raise invalid(invoices.NOT_OPEN, "invoice")
    if intent.get(INVOICE) is not None or invoices.of_intent(call, intent["id"]) is not None:
        raise invalid(f"The PaymentIntent {intent['id']} is attached to an invoice already.", PARAM)
    if intent["status"] == "canceled":
        raise invalid(f"The PaymentIntent {intent['id']} is canceled, and pays nothing.", PARAM)
    for name in ("currency", "customer"):
        if intent[name] != invoice[name]:
            raise invalid(f"The {name} of the PaymentIntent is not that of the invoice.", PARAM)
    if _is_underway(call, invoice):
        raise invalid("The invoice's own payment is processing.", PARAM)
    if _brings(intent) > invoice["amount_remaining"] and intent["status"] != "succeeded":
        raise invalid(
            f"The amount of the PaymentIntent can be up to the amount remaining of the invoice, which is "
            f"{invoice['amount_remaining']}.",
            PARAM,
        )
    if _brings(intent) < invoice["amount_remaining"] and _is_charged_for_subscription(invoice):
        raise invalid(
            "Partial payments are not supported for subscription invoices that are charged automatically.", PARAM
        )
    charge = call.store.get("charge", intent["latest_charge"] or "")
    if charge is not None and charge["amount_refunded"]:
        raise not_here("attached payments that are refunded", PARAM)
    if method_options.captures_by_hand(intent) and intent["status"] != "succeeded":
        raise not_here("attached payments that are captured by hand", PARAM)


def check_none_open(invoice: Object, action: str) -> None:
    """Raise where an invoice has attached payments that may still be paid; `action`: what was to be done with it
    (https://docs.stripe.com/invoicing/partial-payments; the words are those recorded of `paid` payments)."""
    if invoice_fields.has_attached(invoice, "open") and not invoice_fields.has_attached(invoice, "paid"):
        raise invalid(f"Invoices with `open` payments cannot be {action}.")


def _is_charged_for_subscription(invoice: Object) -> bool:
    """Return whether an invoice is a subscription's, and its card is charged: it is to be paid at once or voided."""
    of_subscription = (invoice["parent"] or {}).get("subscription_details") is not None
    return of_subscription and invoice["collection_method"] == "charge_automatically"


def _brings(intent: Object) -> int:
    """Return what an intent pays or has paid: a capture can be of a part ("amount_paid [...] can be less than the
    amount_requested if the PaymentIntent's amount_received is not sufficient", `stripe/_invoice_payment.py`)."""
    return int(intent["amount_received"] if intent["status"] == "succeeded" else intent["amount"])


def check_room(call: Call, intent: Object) -> None:
    """Raise where an intent that is to be confirmed is attached to an invoice that would not count it: it has been paid
    meanwhile, or a bank is asked for what is left of it."""
    id = intent.get(INVOICE)
    invoice = None if id is None else call.store.get("invoice", id)
    if invoice is not None and invoice["status"] == "paid":
        raise not_here("payments of an invoice that has been paid otherwise")
    if invoice is not None and _is_underway(call, invoice):
        raise not_here("payments of an invoice whose own payment is processing")


def _is_underway(call: Call, invoice: Object) -> bool:
    """Return whether a bank is asked for what is left already."""
    own = invoices.intent_of(call, invoice)
    return own is not None and own["status"] == "processing"


def credit(call: Call, invoice: Object, intent: Object) -> Object:
    """Return the invoice with a payment that has succeeded, paid where nothing is left."""
    amount = _brings(intent)
    applied_amount = min(amount, invoice["amount_remaining"])
    remainder = invoice["amount_remaining"] - applied_amount
    payments = invoices.ask_for_rest(call, invoice, remainder)
    succeeded_payments = [
        {**invoice_fields.ended_payment(one, "paid", call.now), "amount_paid": amount}
        for one in payments["data"]
        if one["payment"]["payment_intent"] == intent["id"]
    ]
    others = [one for one in payments["data"] if one["payment"]["payment_intent"] != intent["id"]]
    after = invoices.amend(
        call,
        invoice["id"],
        amount_overpaid=invoice["amount_overpaid"] + amount - applied_amount,
        amount_paid=invoice["amount_paid"] + applied_amount,
        amount_remaining=remainder,
        payments={**payments, "data": [*others, *succeeded_payments]},
    )
    for one in succeeded_payments:
        events.record(call, "invoice_payment.paid", one)
    if remainder > 0:
        return after
    _credit_customer(call, after, amount - applied_amount)
    paid_invoice = invoices.mark_paid(call, after, by_default=False)
    announce(call, InvoicePaid(paid_invoice, intent["payment_method"]))
    return paid_invoice


def _credit_customer(call: Call, invoice: Object, excess: int) -> None:
    """Credit the customer's balance "when an invoice receives payments exceeding the amount due" (`type` of balance
    transactions, https://docs.stripe.com/api/customer_balance_transactions)."""
    customer = call.store.get("customer", invoice["customer"])
    if excess and customer is not None and not customer.get("deleted"):
        customer_balance.change(call, customer, -excess, "invoice_overpaid", invoice)


def let_go(call: Call, intent: Object) -> None:
    """Cancel the payment of an invoice by an intent that is canceled ("You can change a payment's status from open to
    canceled by canceling its associated PaymentIntent", https://docs.stripe.com/invoicing/partial-payments)."""
    id = intent.get(INVOICE)
    invoice = None if id is None else call.store.get("invoice", id)
    if invoice is None:
        return
    data = [
        invoice_fields.ended_payment(one, "canceled", call.now)
        if one["payment"]["payment_intent"] == intent["id"] and one["status"] == "open"
        else one
        for one in invoice["payments"]["data"]
    ]
    invoices.amend(call, invoice["id"], payments={**invoice["payments"], "data": data})


def on_payment(call: Call, effect: PaymentMade) -> None:
    """Credit a payment to the invoice that it is attached to, unless that has been paid otherwise meanwhile."""
    id = effect.intent.get(INVOICE)
    invoice = None if id is None else call.store.get("invoice", id)
    if invoice is None or effect.intent["status"] != "succeeded" or invoice["status"] not in ("open", "uncollectible"):
        return
    if not _is_underway(call, invoice):
        credit(clocks.at_time_of(call, invoice), invoice, effect.intent)


API = Api(listeners={PaymentMade: (on_payment,)})
