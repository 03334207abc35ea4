"""Creating a subscription, once: a run after one that was cut off goes on with the subscription that it made."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from stripe_billing_cli.stripe_api import json_output
from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.create_once import CreateRequest
from stripe_billing_cli.stripe_api.objects.subscriptions import Subscription
from stripe_billing_cli.subscriptions import confirmation, start, start_quote
from stripe_billing_cli.subscriptions.confirmation import Confirmation
from stripe_billing_cli.subscriptions.start import Order, Situation
from stripe_billing_cli.subscriptions.start_quote import StartQuote


@dataclass(frozen=True)
class CreatePlan:
    """A subscription that is going to be created; `existing_subscription` is the one that is there in its place
    already."""

    order: Order
    situation: Situation
    create_request: CreateRequest
    existing_subscription: Subscription | None = None

    def preview(self, api: StripeApi) -> StartQuote:
        """Return the cost of the subscription, and create none. Raises `StripeCallError`."""
        return start_quote.of_start(api, self.order, self.situation)

    def apply(self, api: StripeApi) -> CreateResult:
        """Create the subscription, and read what its customer is to do, and what is due next.

        Raises `StripeCallError`; `OperationError` where the customer is billed in another currency.
        """
        subscription = self.existing_subscription or start.create(api, self.create_request, self.situation)
        with ThreadPoolExecutor(2) as pool:
            confirmation_call = pool.submit(confirmation.load_confirmation, api, subscription, self.situation.customer)
            due_next_call = pool.submit(confirmation.due_next, api, subscription)
            return CreateResult(self, subscription, confirmation_call.result(), due_next_call.result())


@dataclass(frozen=True)
class CreateResult:
    """The subscription, and what its customer is to do; `due_next` as `json_output.upcoming_invoice` says it."""

    plan: CreatePlan
    subscription: Subscription
    confirmation: Confirmation
    due_next: dict[str, Any] | None

    def finish(self, api: StripeApi) -> None:
        """Let the same order mean another subscription from now on, once its maker knows of this one; of an order with
        something that is billed once, from tomorrow on. Raises `StripeCallError`."""
        start.clear_marker(api, self.plan.order, self.plan.create_request, self.subscription)

    def record(self) -> dict[str, Any]:
        """Return the subscription as it is printed (docs/output.md)."""
        subscription, todo = self.subscription, self.confirmation
        return {
            **json_output.subscription(subscription),
            "existing": self.plan.existing_subscription is not None,
            "due_now": {"amount_due": confirmation.due_now(subscription), "currency": subscription["currency"]},
            "due_next": self.due_next,
            "client_secret": todo.secret,
            "confirmation_url": todo.url,
            "confirmation_expires_at": todo.expires_at,
        }


def plan_create(api: StripeApi, order: Order) -> CreatePlan:
    """Read what Stripe has of the order: prices, customer, and a subscription that stands in for a new one.

    Raises `LookupFailedError`, `OperationError`, `OtherRequestError`, `StripeCallError`.
    """
    situation = start.load_situation(api, order)
    create_request = start.build_create_request(order, situation, order.idempotency_key)
    subscription = start.made_before(api, order, create_request, situation)
    if subscription is None and order.if_not_exists:
        subscription = start.existing_subscription(api, situation)
    return CreatePlan(order, situation, create_request, subscription)
