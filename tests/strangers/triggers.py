"""Which events `stripe trigger` cannot make at the local Stripe, each with the reason."""

from __future__ import annotations

from collections.abc import Mapping

OTHER_EVENT: Mapping[str, str] = {
    "subscription.payment_failed": "invoice.payment_failed",
    "subscription.payment_succeeded": "invoice.payment_succeeded",
    "subscription_schedule.aborted": "subscription_schedule.canceled",
}
"""What comes of those whose own name Stripe gives no event, or another one."""

WITHOUT_EVENT: Mapping[str, str] = {
    "account.updated": "its event is the connected account's own, to which the local Stripe writes only its own calls",
    "account.application.deauthorized": "its event goes to the application of a platform: Connect",
    "balance.available": "money that is there at once is not announced",
    "checkout.session.async_payment_failed": "the bank answers two seconds after the CLI has gone",
    "checkout.session.async_payment_succeeded": "the bank answers two seconds after the CLI has gone",
    "subscription_schedule.expiring": "the CLI stops its clock nine days before the end, and it is seven days before it",
}
"""Those that the CLI carries out, without an event of that name."""

NOT_TRIGGERED: Mapping[str, str] = {
    "Stripe refuses at this version what the CLI sends: customers have no `coupon`": (
        "customer.discount.created customer.discount.deleted customer.discount.updated"
    ),
    "Stripe refuses at this version what the CLI sends: promotion codes have no `coupon`": (
        "promotion_code.created promotion_code.updated"
    ),
    "Stripe refuses at this version what the CLI sends: phases have no `iterations`": (
        "subscription_schedule.canceled subscription_schedule.completed subscription_schedule.created "
        "subscription_schedule.released subscription_schedule.updated"
    ),
    "Stripe refuses at this version what the CLI sends: bank transfers are not of the type `jp_bank_account`": (
        "payment_intent.partially_funded"
    ),
    "the account has no bank account to pay out to": "payout.",
    "Identity": "identity.",
    "Issuing": "issuing_authorization. issuing_card. issuing_cardholder. issuing_transaction.",
    "reports": "reporting.",
    "transfers and top-ups: Connect": "topup. transfer.",
    "v2": "v1.billing.",
}
"""Events by the reason why; a name that ends with a point is that of all events that begin so."""


def reason(event: str) -> str | None:
    """Return why an event is not triggered; None where it is."""
    for reason, events in NOT_TRIGGERED.items():
        for name in events.split():
            if event == name or (name.endswith(".") and event.startswith(name)):
                return reason
    return None
