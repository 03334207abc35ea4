"""Changes that wait for their payment (https://docs.stripe.com/billing/subscriptions/pending-updates)."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing import collection
from stripe_billing_cli.local_stripe.billing.subscriptions import first_invoice
from stripe_billing_cli.local_stripe.calls import Call
from stripe_billing_cli.local_stripe.store import Object


def suspend(call: Call, before: Object, after: Object) -> None:
    """Keep the change until its invoice is paid (https://docs.stripe.com/billing/subscriptions/pending-updates)."""
    waiting = {
        **before,
        "latest_invoice": after["latest_invoice"],
        "pending_change": {name: after[name] for name in ("items", "billing_cycle_anchor", "trial_end", "status")},
        "pending_update": {
            "billing_cycle_anchor": None
            if after["billing_cycle_anchor"] == before["billing_cycle_anchor"]
            else after["billing_cycle_anchor"],
            "cancel_at_period_end": None,
            "discount": None,
            "discounts": None,
            "expires_at": call.now + first_invoice.TO_PAY_SECONDS,
            "metadata": None,
            "subscription_items": after["items"]["data"],
            "trial_end": None,
            "trial_from_plan": None,
        },
    }
    collection.save(call, after, waiting)
