"""A pause, or its end, carried out; each step sets the subscription to something and may be repeated."""

from __future__ import annotations

from dataclasses import replace

from stripe_billing_cli.stripe_api.client import Object, StripeApi
from stripe_billing_cli.stripe_api.errors import InvalidRequestError
from stripe_billing_cli.subscriptions import pending_invoice_items, quote, shortened_period, steps
from stripe_billing_cli.subscriptions.cost import Cost, billed_at_once, billed_later
from stripe_billing_cli.subscriptions.pause import Pause, Resumption

RESUME = {"payment_behavior": "resume_on_payment_success"}
"""The subscription stays paused until the invoice of its new period is paid (https://docs.stripe.com/api/subscriptions/resume)."""


def pause(api: StripeApi, subscription: Object, decided: Pause) -> Object:
    """The subscription afterwards. Raises `StripeCallError`."""
    if decided.params is None:
        return subscription
    id = subscription["id"]
    if not decided.path:
        return steps.update(api, id, decided.params)
    try:
        api.post(f"/v1/subscriptions/{id}{decided.path}", decided.params)
    except InvalidRequestError:
        if steps.read(api, id)["status"] != "paused":
            raise
    return steps.read(api, id)


def resume(api: StripeApi, subscription: Object, decided: Resumption) -> Object:
    """Take back what was decided; the subscription afterwards. Raises `StripeCallError`."""
    id = subscription["id"]
    after = subscription
    for step in decided.steps:
        match step:
            case "cancellation":
                after = steps.update(api, id, decided.cancel_params)
            case "collection":
                after = steps.update(api, id, {"pause_collection": ""})
            case "pause":
                after = _resume_service(api, id)
    return after


def _resume_service(api: StripeApi, id: str) -> Object:
    try:
        api.post(f"/v1/subscriptions/{id}/resume", RESUME)
    except InvalidRequestError:
        if steps.read(api, id)["status"] == "paused":
            raise
    return steps.read(api, id)


def resolve(api: StripeApi, subscription: Object, decided: Resumption) -> Resumption:
    """Return the resumption with what becomes of a period that the cancellation cut short. Raises `StripeCallError`."""
    if "cancellation" not in decided.steps or not shortened_period.cuts(subscription):
        return decided
    proration = shortened_period.proration(api, subscription)
    return replace(decided, cancel_params={**decided.cancel_params, "proration_behavior": proration})


def cost_of_going_on(api: StripeApi, subscription: Object, decided: Resumption) -> Cost | None:
    """What is charged for the rest of a period that was cut short, and not billed, beside the credit of that rest that
    waits; None where nothing is charged."""
    if decided.cancel_params.get("proration_behavior") != "create_prorations":
        return None
    invoice = quote.if_any(api, subscription, dict(decided.cancel_params))
    if invoice is None:
        return None
    waiting = pending_invoice_items.for_customer(api, subscription)
    cost = billed_later(invoice, [one for one in waiting if one["period"]["start"] != subscription["cancel_at"]])
    return cost if cost.lines else None


def cost_of_resuming(api: StripeApi, subscription: Object) -> Cost | None:
    """What the new period costs, by Stripe's preview; None where nothing is invoiced."""
    invoice = quote.if_any(api, subscription, {"resume_at": "now"})
    return billed_at_once(invoice, None) if invoice else None


def cost_of_pausing(api: StripeApi, subscription: Object, decided: Pause) -> Cost | None:
    """What is credited for the unused time, by Stripe's preview; None where nothing is, or the service goes on.

    Stripe previews the credits of a pause as the invoice that could be made of them at once; they wait for another.
    """
    if not decided.path:
        return None
    invoice = quote.if_any(api, subscription, {"pause": {**(decided.params or {}), "invoicing_behavior": "invoice"}})
    if invoice is None:
        return None
    return replace(billed_at_once(invoice, None), due_now=0, to_balance=0, next_invoice=None)
