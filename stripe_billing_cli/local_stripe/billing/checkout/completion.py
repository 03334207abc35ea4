"""The completion of Checkout sessions, once they are paid for or their card is set up.

`checkout.session.completed` comes after the events of the payment, or of the subscription's first invoice.
"""

from __future__ import annotations

from typing import Any

from stripe_billing_cli.local_stripe.billing.checkout import new_subscription, purchase_invoices, redemption, sessions
from stripe_billing_cli.local_stripe.billing.invoicing import invoices
from stripe_billing_cli.local_stripe.billing.invoicing.effects import InvoicePaid, PaymentPending
from stripe_billing_cli.local_stripe.billing.payments import bank_transfers, payment_methods
from stripe_billing_cli.local_stripe.billing.payments.effects import CardSetUp, DebitEnded, PaymentMade
from stripe_billing_cli.local_stripe.billing.subscriptions import repository
from stripe_billing_cli.local_stripe.core import effects, events
from stripe_billing_cli.local_stripe.core.requests import Api, Call
from stripe_billing_cli.local_stripe.core.store import Object


def finish(call: Call, session: Object, **changes: Any) -> Object:
    """Return the session, complete."""
    after = sessions.complete(call, session, **changes)
    effects.announce(call, sessions.SessionCompleted(after))
    return after


def begin_subscription(call: Call, session: Object, card: str | None) -> None:
    """Let a subscription begin for which nothing is due today."""
    subscription = new_subscription.without_payment(call, session, card)
    finish(
        call,
        session,
        invoice=subscription["latest_invoice"],
        payment_status="no_payment_required",
        subscription=subscription["id"],
    )


def paid_by_balance(call: Call, session: Object, invoice: Object, method: Object) -> None:
    """Complete a session whose first invoice the customer's credit has paid; the card is kept for the next one."""
    card = payment_methods.attach_to(call, method["id"], session["customer"], "payment_method")
    repository.amend(call, session["_subscription"], default_payment_method=card["id"])
    _finish_subscription(call, session, invoice, "paid")


def _finish_subscription(call: Call, session: Object, invoice: Object, payment_status: str) -> None:
    finish(call, session, invoice=invoice["id"], payment_status=payment_status, subscription=session["_subscription"])


def on_payment(call: Call, effect: PaymentMade) -> None:
    """Complete the session that asked for this payment, if one did. Money that is only reserved, that a bank is
    asked for, or that is to be transferred, is not paid yet; a transfer arrives at a session that is complete."""
    intent = effect.intent
    session = sessions.open_by(call, "payment_intent", intent["id"])
    if session is None:
        if bank_transfers.is_paid(intent):
            _end_by_bank(call, intent, "checkout.session.async_payment_succeeded", payment_status="paid")
        return
    redemption.redeem(call, session, session["customer"])
    changes: Object = {"payment_status": "paid" if intent["status"] == "succeeded" else "unpaid"}
    if (session["invoice_creation"] or {}).get("enabled"):
        changes["invoice"] = purchase_invoices.create(call, session, intent)["id"]
    finish(call, session, **changes)


def _end_by_bank(call: Call, intent: Object, event: str, **changes: Any) -> None:
    """Tell how a payment ended for which its session has not waited: its own, or that of its invoice."""
    session = sessions.complete_by(call, "payment_intent", intent["id"])
    if session is None and (invoice := invoices.of_intent(call, intent["id"])) is not None:
        session = sessions.complete_by(call, "invoice", invoice["id"])
    if session is not None and session["payment_status"] == "unpaid":
        events.record(call, event, sessions.amend(call, session, **changes))


def on_ended_debit(call: Call, effect: DebitEnded) -> None:
    """Tell that the payment of a session that is complete was made, or has failed after all."""
    if effect.intent["status"] == "succeeded":
        _end_by_bank(call, effect.intent, "checkout.session.async_payment_succeeded", payment_status="paid")
    else:
        _end_by_bank(call, effect.intent, "checkout.session.async_payment_failed")


def on_paid_invoice(call: Call, effect: InvoicePaid) -> None:
    """Complete the session that began this invoice's subscription, if one did."""
    _complete_by_invoice(call, effect.invoice, "paid")


def on_pending_invoice(call: Call, effect: PaymentPending) -> None:
    """Complete the session whose subscription is active while a bank is asked for the first payment."""
    _complete_by_invoice(call, effect.invoice, "unpaid")


def _complete_by_invoice(call: Call, invoice: Object, payment_status: str) -> None:
    subscription = invoices.subscription_of(invoice)
    session = sessions.open_by(call, "_subscription", subscription) if subscription else None
    if session is not None:
        _finish_subscription(call, session, invoice, payment_status)


def on_card(call: Call, effect: CardSetUp) -> None:
    """Complete the session that asked for this card; a subscription begins if that is what it was for."""
    setup = effect.setup
    session = sessions.open_by(call, "setup_intent", setup["id"])
    if session is not None:
        finish(call, session)
        return
    session = sessions.open_by(call, "_setup_intent", setup["id"])
    if session is not None:
        begin_subscription(call, session, setup["payment_method"])


API = Api(
    listeners={
        CardSetUp: (on_card,),
        DebitEnded: (on_ended_debit,),
        InvoicePaid: (on_paid_invoice,),
        PaymentMade: (on_payment,),
        PaymentPending: (on_pending_invoice,),
    }
)
