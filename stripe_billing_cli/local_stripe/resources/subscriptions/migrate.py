"""The upgrade of a subscription to flexible billing (https://docs.stripe.com/api/subscriptions/migrate)."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing.subscriptions import repository
from stripe_billing_cli.local_stripe.core.documented_form import form
from stripe_billing_cli.local_stripe.core.errors import invalid
from stripe_billing_cli.local_stripe.core.parameters import Choice
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object

MIGRATE = form(
    "POST /v1/subscriptions/{subscription}/migrate",
    {"billing_mode.flexible.proration_discounts": Choice(("included",))},
)


def migrate(call: Call) -> Object:
    """Bill the subscription flexibly from now on; that bills nothing. The words of the refusals are not recorded."""
    call, before = repository.load(call)
    if before["status"] in repository.ENDED:
        raise invalid(f"A subscription that is {before['status']} cannot be migrated.")
    if before["billing_mode"]["type"] == "flexible":
        raise invalid("This subscription's billing mode is `flexible` already.", "billing_mode[type]")
    mode = {"flexible": {"proration_discounts": "included"}, "type": "flexible", "updated_at": call.now}
    return repository.amend(call, before["id"], billing_mode=mode)
