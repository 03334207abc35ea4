"""The writes that end, change and undo a subscription's plan, each harmless to repeat."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.errors import InvalidRequestError, NotFoundError
from stripe_billing_cli.stripe_api.objects.invoices import Invoice
from stripe_billing_cli.stripe_api.objects.subscriptions import Schedule, Subscription
from stripe_billing_cli.stripe_api.references import id_of
from stripe_billing_cli.subscriptions import payments

EXPAND = ("latest_invoice.payments", "customer.invoice_settings.default_payment_method", "default_payment_method")
"""What the commands that change a subscription read along with it."""


def read(api: StripeApi, id: str) -> Subscription:
    return api.get(f"/v1/subscriptions/{id}", {"expand": list(EXPAND)}, kind=Subscription)


def update(api: StripeApi, id: str, params: Mapping[str, Any]) -> Subscription:
    """Return an update of the subscription; as it is then."""
    return api.post(f"/v1/subscriptions/{id}", {**params, "expand": list(EXPAND)}, kind=Subscription).body


def cancel_now(api: StripeApi, id: str, params: Mapping[str, Any]) -> Subscription:
    """End the subscription. A canceled subscription is gone to this call (404): after a lost answer that is a
    success."""
    try:
        return api.delete(f"/v1/subscriptions/{id}", {**params, "expand": list(EXPAND)}, kind=Subscription)
    except NotFoundError:
        now = read(api, id)
        if now["status"] not in ("canceled", "incomplete_expired"):
            raise
        return now


def finalize(api: StripeApi, invoice: str) -> Invoice:
    """Finalize a draft, and return it as it is then. What another run, or time, has finalized is final."""
    try:
        return api.post(f"/v1/invoices/{invoice}/finalize", {}, kind=Invoice).body
    except InvalidRequestError:
        now = api.get(f"/v1/invoices/{invoice}", kind=Invoice)
        if now["status"] == "draft":
            raise
        return now


def void_update(api: StripeApi, invoice: str) -> None:
    """Void the invoice that a pending update waits for, and with it the update
    (https://docs.stripe.com/billing/subscriptions/pending-updates). Raises `OperationError` where its payment waits for
    a bank."""
    payments.check_not_processing(api, api.get(f"/v1/invoices/{invoice}", {"expand": ["payments"]}, kind=Invoice))
    try:
        api.post(f"/v1/invoices/{invoice}/void", {})
    except InvalidRequestError:
        if api.get(f"/v1/invoices/{invoice}", kind=Invoice)["status"] != "void":
            raise


def release(api: StripeApi, schedule: str) -> None:
    """Let go of the subscription: nothing more happens to it by schedule."""
    try:
        api.post(f"/v1/subscription_schedules/{schedule}/release", {})
    except InvalidRequestError:
        if schedule_at(api, schedule)["status"] not in ("released", "canceled", "completed"):
            raise


def schedule_at(api: StripeApi, id: str) -> Schedule:
    return api.get(f"/v1/subscription_schedules/{id}", kind=Schedule)


def attached_schedule(api: StripeApi, subscription: Subscription) -> Schedule | None:
    """Return the schedule that a subscription is on."""
    schedule_id = id_of(subscription["schedule"])
    return schedule_at(api, schedule_id) if schedule_id else None


def attach_schedule(api: StripeApi, subscription: str) -> Schedule:
    """Return a schedule for the subscription as it is. It can have one only: Stripe refuses a second, and another
    run's, or that of an answer that got lost, is taken."""
    try:
        return api.post("/v1/subscription_schedules", {"from_subscription": subscription}, kind=Schedule).body
    except InvalidRequestError:
        schedule = attached_schedule(api, read(api, subscription))
        if schedule is None:
            raise
        return schedule
