"""The state of a customer in Stripe, as far as access goes by it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ItemState:
    """An item of a subscription. `since`: when it was added to its subscription, in Unix seconds."""

    product: str
    since: int


@dataclass(frozen=True)
class SubscriptionState:
    """A subscription as access is decided by it. Times are Unix seconds. `began`: when it got into its status, where
    access may go by that; `ends`: when it is to be canceled, None where it goes on.

    `disputed_at`: since when a dispute that was not won has withdrawn the money of a payment; None where none has, or
    where nobody asked.

    For `past_due` and `unpaid`, `began` is when the oldest invoice that is still open fell due, None if all are paid.
    """

    id: str
    status: str
    began: int | None
    ends: int | None
    collection_paused: bool
    items: tuple[ItemState, ...]
    disputed_at: int | None = None


@dataclass(frozen=True)
class CustomerState:
    """The facts that decide the access of a customer. `features` are the lookup keys of the active entitlements.
    `clock`: what time it is for a customer on a test clock, in Unix seconds; None where it is real time."""

    customer: str
    subscriptions: tuple[SubscriptionState, ...] = ()
    features: tuple[str, ...] = ()
    clock: int | None = None
