"""The end of a trial without a card (https://docs.stripe.com/billing/subscriptions/trials)."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing.invoicing import collection
from stripe_billing_cli.local_stripe.billing.subscriptions import cancel, pausing, repository
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object


def end_without_card(call: Call, customer: Object, subscription: Object) -> bool:
    """End or pause a subscription whose trial is over, where its trial settings say so for want of a card; return
    whether they did."""
    is_charged_trial = subscription["status"] == "trialing" and subscription["collection_method"] != "send_invoice"
    if not is_charged_trial or collection.default_method(call, customer, subscription) is not None:
        return False
    match subscription["trial_settings"]["end_behavior"]["missing_payment_method"]:
        case "cancel":
            cancel.end(call, subscription["id"], reason="cancellation_requested")  # recorded
            return True
        case "pause":
            _pause(call, subscription["id"])
            return True
    return False


def _pause(call: Call, id: str) -> None:
    """Pause a subscription: "The trial ended without a payment method on file"
    (https://docs.stripe.com/billing/subscriptions/pause)."""
    repository.amend(
        call,
        id,
        "customer.subscription.paused",
        status="paused",
        status_details=pausing.details(call, "trial_end_without_payment_method"),
    )
