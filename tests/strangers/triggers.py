"""Which events `stripe trigger` cannot make at the local Stripe, each with the reason."""

from __future__ import annotations

from collections.abc import Mapping

OTHER_EVENT: Mapping[str, str] = {
    "subscription.payment_failed": "invoice.payment_failed",
    "subscription.payment_succeeded": "invoice.payment_succeeded",
    "subscription_schedule.aborted": "subscription_schedule.canceled",
}
"""What comes of those whose own name Stripe gives no event, or another one."""

MOMENTS_LATER = (
    "balance.available",
    "checkout.session.async_payment_failed",
    "checkout.session.async_payment_succeeded",
)
"""Those whose event comes two seconds after the CLI has gone: a bank has answered by then, or a charge is settled."""

WITHOUT_EVENT: Mapping[str, str] = {
    "account.application.deauthorized": "its event goes to the application of a platform: Connect",
    "subscription_schedule.expiring": (
        "the CLI stops its clock nine days before the end, and Stripe documents the event for seven days before it"
    ),
}
"""Those that the CLI carries out, without an event of that name."""

REFUSED_BY_STRIPE: Mapping[str, str] = {
    "customers have no `coupon` since 2025-03-31.basil": (
        "customer.discount.created customer.discount.deleted customer.discount.updated"
    ),
    "promotion codes have no `coupon` since 2025-09-30.clover": "promotion_code.created promotion_code.updated",
    "phases have no `iterations` since 2025-09-30.clover": (
        "subscription_schedule.canceled subscription_schedule.completed subscription_schedule.created "
        "subscription_schedule.released subscription_schedule.updated"
    ),
}
"""Events that concern billing, and for which the CLI sends what Stripe refuses at this version, too: a parameter that
no call of the SDK's has (https://docs.stripe.com/changelog)."""

WITHOUT_RETURN_URL = "payment_method.updated setup_intent.requires_action"
"""Events for which the CLI confirms a setup intent with automatic payment methods, and names no `return_url`
(https://github.com/opencollective/opencollective-frontend/pull/12346)."""

NOT_HERE: Mapping[str, str] = {
    "payouts": "payout.",
    "Identity": "identity.",
    "Issuing": "issuing_authorization. issuing_card. issuing_cardholder. issuing_transaction.",
    "reports": "reporting.",
    "transfers and top-ups, which are Connect's": "topup. transfer.",
    "v2, to which the sessions of meter events belong": "v1.billing.",
}
"""Events that the local Stripe does not have; a name that ends with a point is that of all events that begin so."""

NOT_TRIGGERED: Mapping[str, str] = {
    **{
        f"Stripe refuses at this version what the CLI sends: {why}": events for why, events in REFUSED_BY_STRIPE.items()
    },
    "Stripe asks for a `return_url` where a setup intent might redirect, and the CLI names none": WITHOUT_RETURN_URL,
    **{f"the local Stripe does not have {why}": events for why, events in NOT_HERE.items()},
}
"""Events by the reason why they are not made."""

OVERRIDDEN: Mapping[str, str] = {
    **dict.fromkeys(WITHOUT_RETURN_URL.split(), "--add setup_intent:return_url=https://example.com"),
    **dict.fromkeys(
        (
            *REFUSED_BY_STRIPE["promotion codes have no `coupon` since 2025-09-30.clover"].split(),
            *REFUSED_BY_STRIPE["phases have no `iterations` since 2025-09-30.clover"].split(),
        ),
        "--api-version 2025-08-27.basil",
    ),
    "subscription_schedule.completed": (
        "--api-version 2025-08-27.basil --override subscription_schedule:end_behavior=cancel"
    ),
    "subscription_schedule.expiring": "--override advance_test_clock:frozen_time=1579737600",
}
"""Options with which the CLI makes events that it does not make by itself."""


def reason(event: str) -> str | None:
    """Return why an event is not triggered; None where it is."""
    for reason, events in NOT_TRIGGERED.items():
        for name in events.split():
            if event == name or (name.endswith(".") and event.startswith(name)):
                return reason
    return None
