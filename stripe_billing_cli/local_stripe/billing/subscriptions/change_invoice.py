"""The invoice that bills a change of a subscription at once."""

from __future__ import annotations

from collections.abc import Sequence

from stripe_billing_cli.local_stripe.billing.invoicing import invoice_items, invoices
from stripe_billing_cli.local_stripe.billing.invoicing.lines import Line
from stripe_billing_cli.local_stripe.billing.subscriptions import items
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object


def new_draft(
    call: Call,
    customer: Object,
    before: Object,
    subscription: Object,
    pending_items: list[Object],
    at_once: Sequence[Line],
    *,
    auto_advance: bool = True,
) -> Object:
    """Return the draft, not yet stored, and mark the pending items as billed by it.

    `before` is the subscription without the change; `subscription` is the one that the invoice is said to be of.
    """
    draft = invoices.new_draft(
        call,
        customer,
        [*(invoice_items.as_line(call, item) for item in pending_items), *at_once],
        before["currency"],
        reason="subscription_update",
        subscription=subscription,
        period=(items.first_start(before["items"]["data"]), call.now),
        auto_advance=auto_advance,
    )
    invoice_items.bill(call, pending_items, draft["id"])
    return draft
