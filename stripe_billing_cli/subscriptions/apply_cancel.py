"""A decided cancellation carried out: first the end, then the money.

A refund is made after the subscription has ended, of what was unused at its own `ended_at`; so a run that is cut off
between the two is completed by the next, to the same amount.
"""

from __future__ import annotations

from stripe_billing_cli.stripe_api.client import Object, StripeApi
from stripe_billing_cli.subscriptions import quote, steps
from stripe_billing_cli.subscriptions.cancel import Asked, Cancellation
from stripe_billing_cli.subscriptions.cost import Cost, billed_at_once


def carry_out(api: StripeApi, subscription: Object, cancellation: Cancellation) -> Object:
    """Do what was decided; the subscription afterwards. Raises `StripeFailure`."""
    id = subscription["id"]
    if cancellation.drops_update:
        steps.void_update(api, cancellation.drops_update)
    if cancellation.drops_schedule:
        steps.release(api, cancellation.drops_schedule)
    match cancellation.action:
        case "now":
            return steps.cancel_now(api, id, cancellation.params)
        case "later" | "details":
            return steps.update(api, id, cancellation.params)
    return subscription


def final_invoice(api: StripeApi, subscription: Object, cancellation: Cancellation, asked: Asked) -> Cost | None:
    """What the end will credit and charge, by Stripe's preview; None where it moves no money.

    Without --invoice-now, credits and charges of a cancellation now wait for another invoice of the customer's.
    """
    if subscription["status"] == "incomplete" or cancellation.action not in ("now", "later"):
        return None
    details = {"cancel_at_period_end": True}
    if cancellation.action == "now":
        if not (asked.prorate or asked.invoice_now):
            return None
        behavior = "create_prorations" if asked.prorate else "none"
        invoice = quote.if_any(api, subscription, {"cancel_now": True, "proration_behavior": behavior})
    elif "cancel_at" in cancellation.params:
        invoice = quote.if_any(api, subscription, dict(cancellation.params))
    else:
        invoice = quote.if_any(api, subscription, details)
    return billed_at_once(invoice, None) if invoice and invoice["lines"]["data"] else None
