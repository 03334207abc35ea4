"""The calls on subscriptions (https://docs.stripe.com/api/subscriptions)."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing.subscriptions import cancellation, creation, pausing, repository
from stripe_billing_cli.local_stripe.core.parameters import EXPAND, ObjectParam
from stripe_billing_cli.local_stripe.core.requests import Route
from stripe_billing_cli.local_stripe.resources.subscriptions import fields as form
from stripe_billing_cli.local_stripe.resources.subscriptions import lists, update

PATH = "/v1/subscriptions"
ROUTES = (
    Route("POST", PATH, "subscription", form.CREATE, creation.create, creation.check_new),
    Route("GET", PATH, "subscription", lists.LIST, lists.list_subscriptions, lists=True),
    Route("GET", f"{PATH}/{{id}}", "subscription", ObjectParam({"expand": EXPAND}), repository.retrieve),
    Route("POST", f"{PATH}/{{id}}", "subscription", form.UPDATE, update.update, update.check_update),
    Route("DELETE", f"{PATH}/{{id}}", "subscription", form.CANCEL, cancellation.cancel),
    Route("POST", f"{PATH}/{{id}}/pause", "subscription", form.PAUSE, pausing.pause),
    Route("POST", f"{PATH}/{{id}}/resume", "subscription", form.RESUME, pausing.resume),
)
