"""Stripe → what a customer holds now. The object fetched again decides, never the payload of an event."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from stripe_billing_cli.access.customer_state import CustomerState, ItemState, SubscriptionState
from stripe_billing_cli.access.disputes import DisputedPayment, disputed_since, disputes_of_customer
from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.errors import NotFoundError, UnsupportedCallError
from stripe_billing_cli.stripe_api.objects.invoices import Invoice
from stripe_billing_cli.stripe_api.objects.subscriptions import Subscription, SubscriptionItem
from stripe_billing_cli.stripe_api.objects.various import ActiveEntitlement
from stripe_billing_cli.stripe_api.references import id_of, whole

SUBSCRIPTIONS = "/v1/subscriptions"
ENTITLEMENTS = "/v1/entitlements/active_entitlements"


def read_customer_state(api: StripeApi, customer: str, *, disputes: bool = False) -> CustomerState:
    """Return all that access goes by; nothing, for a customer who is gone. Raises `StripeCallError`.

    `disputes`: whether access goes by them too, which takes a look at all of the customer's charges.
    """
    try:
        subscriptions = [
            one for page in api.pages(SUBSCRIPTIONS, {**EVERY, "customer": customer}, kind=Subscription) for one in page
        ]
    except NotFoundError:
        subscriptions = []
    disputed_payments = disputes_of_customer(api, customer) if disputes and subscriptions else ()
    return customer_state_of(api, customer, subscriptions, active_features(api, customer), disputed_payments)


EVERY: Mapping[str, Any] = {"status": "all", "expand": ["data.test_clock"]}
"""The parameters that list all subscriptions, canceled ones too: a row says since when, and why, there is no access."""


def customer_state_of(
    api: StripeApi,
    customer: str,
    subscriptions: Iterable[Subscription],
    features: Iterable[str],
    disputed_payments: Iterable[DisputedPayment] = (),
) -> CustomerState:
    """Return the state of subscriptions as `EVERY` lists them. Asks for the open invoices of those that owe."""
    subscriptions = tuple(subscriptions)
    payments = tuple(disputed_payments)
    clocks = [clock["frozen_time"] for subscription in subscriptions if (clock := whole(subscription["test_clock"]))]
    return CustomerState(
        customer=customer,
        subscriptions=tuple(
            _subscription(api, subscription, disputed_since(payments, subscription["id"]))
            for subscription in subscriptions
        ),
        features=tuple(features),
        clock=max(clocks, default=None),
    )


def active_features(api: StripeApi, customer: str) -> list[str]:
    """Return the lookup keys of a customer's active entitlements."""
    try:
        return [
            one["lookup_key"]
            for page in api.pages(ENTITLEMENTS, {"customer": customer}, kind=ActiveEntitlement)
            for one in page
        ]
    except (NotFoundError, UnsupportedCallError):
        return []


def _subscription(api: StripeApi, subscription: Subscription, disputed_at: int | None) -> SubscriptionState:
    items = subscription["items"]["data"]
    ends = subscription["cancel_at"]
    if ends is None and subscription["cancel_at_period_end"]:
        ends = min((item["current_period_end"] for item in items), default=None)
    return SubscriptionState(
        id=subscription["id"],
        status=subscription["status"],
        began=_began(api, subscription),
        ends=ends,
        collection_paused=subscription["pause_collection"] is not None,
        items=tuple(_item(subscription, item) for item in items),
        disputed_at=disputed_at,
    )


def _item(subscription: Subscription, item: SubscriptionItem) -> ItemState:
    """Return an item's state; one that was there first goes back to the start of the subscription."""
    first = item["created"] <= subscription["created"]
    return ItemState(
        product=id_of(item["price"]["product"]),
        since=subscription["start_date"] if first else item["created"],
    )


def _began(api: StripeApi, subscription: Subscription) -> int | None:
    moment: int | None = None
    match subscription["status"]:
        case "past_due" | "unpaid":
            moment = _owing_since(api, subscription["id"])
        case "paused":
            pause = subscription["status_details"]["paused"] if subscription["status_details"] else None
            moment = pause["transitioned_at"] if pause else None
        case "canceled" | "incomplete_expired":
            moment = subscription["ended_at"] or subscription["canceled_at"]
        case "incomplete":
            moment = subscription["created"]
    return moment


def _owing_since(api: StripeApi, subscription: str) -> int | None:
    params = {"subscription": subscription, "status": "open"}
    open_invoices = [one for page in api.pages("/v1/invoices", params, kind=Invoice) for one in page]
    return min((_due(invoice) for invoice in open_invoices), default=None)


def _due(invoice: Invoice) -> int:
    return invoice["due_date"] or invoice["status_transitions"]["finalized_at"] or invoice["created"]
