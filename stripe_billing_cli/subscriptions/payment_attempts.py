"""Attempts to pay what is open: confirmed as a customer would, with a test card, or charged to the saved card.

https://docs.stripe.com/api/payment_intents/confirm, https://docs.stripe.com/api/invoices/pay
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any, Literal

from stripe_billing_cli.errors import OperationError
from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.errors import InvalidRequestError, PaymentFailedError
from stripe_billing_cli.stripe_api.ids import kind_of
from stripe_billing_cli.stripe_api.lookup import WrongKindError
from stripe_billing_cli.stripe_api.objects.customers import PaymentMethod
from stripe_billing_cli.stripe_api.objects.invoices import Invoice
from stripe_billing_cli.stripe_api.objects.payments import PaymentIntent, SetupIntent
from stripe_billing_cli.stripe_api.references import whole
from stripe_billing_cli.subscriptions import payments
from stripe_billing_cli.subscriptions.payments import NEEDS_ACTION, PaymentError

ACTION_CODES = ("invoice_payment_intent_requires_action", "subscription_payment_intent_requires_action")
"""What Stripe calls a payment that needs its customer (https://docs.stripe.com/error-codes)."""
WITH_CARD = ["payment_method"]
SETTLES = (0.2, 0.5, 1, 2, 4)
"""Seconds between looks at an invoice whose payment has succeeded: Stripe marks it as paid a moment later."""
Result = Literal["paid", "processing", "card_saved", "payment_needed", "nothing_to_pay"]


@dataclass(frozen=True)
class Payable:
    """The open part of a subscription: an open invoice with its payments, or the setup intent that collects a card for
    later.

    Neither: nothing is open; `draft` is then the invoice that will be, if one is in the making. `older` are open too,
    and stay so.
    """

    invoice: Invoice | None = None
    setup: str | None = None
    draft: Invoice | None = None
    older: tuple[Invoice, ...] = ()

    @property
    def is_open(self) -> bool:
        """Return whether there is something to pay, or a card to be collected."""
        return self.invoice is not None or self.setup is not None


@dataclass(frozen=True)
class Attempt:
    """The result of an attempt to pay; `trouble` says why it did not succeed, `card` what paid, if Stripe says it.

    `processing`: the customer's bank is asked, which takes days. `came_late`: it was paid by then, and nobody says from
    what.
    """

    result: Result
    trouble: PaymentError | None = None
    card: PaymentMethod | None = None
    came_late: bool = False


def check_method(method: str | None, *, livemode: bool) -> None:
    """Refuse what cannot be charged before anything is asked. Raises `OperationError`, `WrongKindError`."""
    if method is None:
        return
    if not method.startswith("pm_"):
        kind = kind_of(method)
        reason = f"{method} is the id of {kind}" if kind else f"{method!r} is no id"
        raise WrongKindError(f"{reason}, and a payment method is needed", "give pm_…")
    if livemode and method.startswith("pm_card_"):
        raise OperationError(f"{method} is a test card, and the key is live", "leave it out to charge the saved card")


def confirm_in_test_mode(api: StripeApi, payable: Payable, method: str) -> Attempt:
    """Confirm the payment, or the setup, as a customer with this card would."""
    if payable.setup is not None:
        return _confirm_setup(api, payable.setup, method)
    assert payable.invoice is not None
    intent = payments.intent_of(payable.invoice)
    if intent is None:
        return charge(api, payable.invoice, method)
    params: dict[str, Any] = {"payment_method": method, "expand": WITH_CARD}
    if payable.invoice["hosted_invoice_url"]:
        params["return_url"] = payable.invoice["hosted_invoice_url"]
    try:
        after = api.post(f"/v1/payment_intents/{intent}/confirm", params, kind=PaymentIntent).body
    except PaymentFailedError as error:
        return Attempt("payment_needed", _payment_error(error))
    except InvalidRequestError as error:
        came_late = _came_late(api, payable.invoice) if error.code == "payment_intent_unexpected_state" else None
        if came_late is None:
            raise
        return came_late
    return Attempt("processing") if after["status"] == "processing" else _attempt_of(after, "paid")


def _confirm_setup(api: StripeApi, setup: str, method: str) -> Attempt:
    try:
        params = {"payment_method": method, "expand": WITH_CARD}
        after = api.post(f"/v1/setup_intents/{setup}/confirm", params, kind=SetupIntent).body
    except PaymentFailedError as error:
        return Attempt("payment_needed", _payment_error(error))
    except InvalidRequestError as error:
        has_succeeded = api.get(f"/v1/setup_intents/{setup}", kind=SetupIntent)["status"] == "succeeded"
        if error.code == "setup_intent_unexpected_state" and has_succeeded:
            return Attempt("card_saved", came_late=True)
        raise
    return _attempt_of(after, "card_saved")


def _attempt_of(intent: PaymentIntent | SetupIntent, success: Result) -> Attempt:
    if intent["status"] in ("succeeded", "processing"):
        return Attempt(success, card=whole(intent["payment_method"]))
    return Attempt("payment_needed", NEEDS_ACTION)


def charge(api: StripeApi, invoice: Invoice, method: str | None) -> Attempt:
    """Charge an open invoice to a payment method of its customer's; without one, to the default card."""
    params = {"payment_method": method} if method else {}
    try:
        after = api.post(f"/v1/invoices/{invoice['id']}/pay", params, kind=Invoice).body
    except PaymentFailedError as error:
        return Attempt("payment_needed", _payment_error(error))
    except InvalidRequestError:
        came_late = _came_late(api, invoice)
        if came_late is None:
            raise
        return came_late
    if after["status"] == "paid":
        return Attempt("paid")
    return _came_late(api, invoice) or Attempt("payment_needed")


def _payment_error(error: PaymentFailedError) -> PaymentError:
    if error.code in ACTION_CODES:
        return NEEDS_ACTION
    return PaymentError(error.message, error.code, error.decline_code)


def _came_late(api: StripeApi, invoice: Invoice) -> Attempt | None:
    """Return the attempt where an invoice is paid by now, or its payment waits for a bank, as debits do for days: by
    another run, by a call whose answer got lost, or by the customer. None where it is neither.

    https://docs.stripe.com/billing/subscriptions/overview#delayed-payment-confirmation
    """
    now = api.get(f"/v1/invoices/{invoice['id']}", {"expand": ["payments"]}, kind=Invoice)
    if now["status"] == "paid":
        return Attempt("paid", came_late=True)
    intent = payments.intent_of(now)
    if intent is None:
        return None
    match api.get(f"/v1/payment_intents/{intent}", kind=PaymentIntent)["status"]:
        case "succeeded":
            return Attempt("paid", came_late=True)
        case "processing":
            return Attempt("processing")
    return None


def load_after(api: StripeApi, payable: Payable, attempt: Attempt) -> Payable:
    """Return the invoice or setup that was to be paid, as it is after the attempt."""
    if payable.invoice is None:
        return payable
    path, expand = f"/v1/invoices/{payable.invoice['id']}", {"expand": ["payments"]}
    invoice = api.get(path, expand, kind=Invoice)
    for pause in SETTLES:
        if attempt.result != "paid" or invoice["status"] != "open":
            break
        time.sleep(pause)
        invoice = api.get(path, expand, kind=Invoice)
    return replace(payable, invoice=invoice)
