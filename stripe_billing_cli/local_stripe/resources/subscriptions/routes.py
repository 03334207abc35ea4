"""The calls on subscriptions (https://docs.stripe.com/api/subscriptions)."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing.subscriptions import repository
from stripe_billing_cli.local_stripe.core.parameters import EXPAND_ONLY
from stripe_billing_cli.local_stripe.core.requests import AS_DOCUMENTED, Route
from stripe_billing_cli.local_stripe.core.search import Kind, Searchable, SearchField
from stripe_billing_cli.local_stripe.resources.subscriptions import (
    cancel_now,
    create,
    fields,
    lists,
    migrate,
    pause,
    update,
)

PATH = "/v1/subscriptions"
SEARCH = Searchable(
    "subscription",
    PATH,
    {"canceled_at": SearchField(Kind.NUMERIC), "created": SearchField(Kind.NUMERIC), "status": SearchField()},
)
ROUTES = (
    SEARCH.route,
    Route("POST", PATH, "subscription", fields.CREATE, create.create, create.check_new),
    Route("GET", PATH, "subscription", lists.LIST, lists.list_subscriptions, lists=True),
    Route("GET", f"{PATH}/{{id}}", "subscription", EXPAND_ONLY, repository.retrieve),
    Route("POST", f"{PATH}/{{id}}", "subscription", fields.UPDATE, update.update, update.check_update),
    Route("DELETE", f"{PATH}/{{id}}", "subscription", fields.CANCEL, cancel_now.cancel),
    Route("POST", f"{PATH}/{{id}}/migrate", "subscription", migrate.MIGRATE, migrate.migrate),
    Route("POST", f"{PATH}/{{id}}/pause", "subscription", AS_DOCUMENTED, pause.pause),
    Route("POST", f"{PATH}/{{id}}/resume", "subscription", AS_DOCUMENTED, pause.resume),
)
