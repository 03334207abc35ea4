"""Previews of a decided cancellation, by Stripe: its invoices, and the period that it cuts short."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from stripe_billing_cli.errors import OperationError
from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.objects.invoices import Invoice
from stripe_billing_cli.stripe_api.objects.subscriptions import Subscription
from stripe_billing_cli.subscriptions import draft_invoice, quote, renewals, shortened_period
from stripe_billing_cli.subscriptions.cancellation import Cancellation, CancelRequest, first_period_end
from stripe_billing_cli.subscriptions.cost import Cost, billed_at_once, cost_with_waiting
from stripe_billing_cli.subscriptions.renewals import Renewals


def still_open(api: StripeApi, subscription: Subscription, cancellation: Cancellation) -> list[Invoice]:
    """Return the invoices that stay to be paid whatever happens, newest first. Raises `StripeCallError`."""
    if subscription["status"] == "incomplete" or cancellation.action not in ("now", "later"):
        return []
    invoices, _ = api.page("/v1/invoices", {"subscription": subscription["id"], "status": "open"}, kind=Invoice)
    return [invoice for invoice in invoices if invoice["id"] != cancellation.drops_update]


def resolve(
    api: StripeApi, subscription: Subscription, cancellation: Cancellation, request: CancelRequest
) -> Cancellation:
    """Return the cancellation with what becomes of a period that an earlier end had cut short, if it ends later now.

    The period's end is then the one that it has without the cut. Raises `OperationError` where the rest is paid for,
    and would be charged again before it is credited; `StripeCallError`.
    """
    if cancellation.action != "later" or not shortened_period.ends_within_period(subscription):
        return cancellation
    earlier_end = shortened_period.end_of(subscription)
    to_period_end = "cancel_at_period_end" in cancellation.params
    if cancellation.ends < earlier_end or (cancellation.ends == earlier_end and not to_period_end):
        return cancellation
    proration = shortened_period.proration(api, subscription)
    if to_period_end:
        return _to_uncut_end(api, subscription, cancellation, proration)
    if request.prorate and proration == "none":
        id = subscription["id"]
        raise OperationError(
            f"the subscription {id} is to end earlier already, without a credit for the time after that",
            f"take that back first: billing sub resume {id}",
        )
    return replace(cancellation, params={**cancellation.params, "proration_behavior": proration})


def _to_uncut_end(
    api: StripeApi, subscription: Subscription, cancellation: Cancellation, proration: shortened_period.Behavior
) -> Cancellation:
    end = shortened_period.period_end(api, subscription, proration)
    details = {name: value for name, value in cancellation.params.items() if name == "cancellation_details"}
    if end == subscription["cancel_at"]:
        return replace(cancellation, action="details" if details else "none", params=details, drops_schedule=None)
    return replace(cancellation, ends=end, params={"cancel_at": end, "proration_behavior": proration, **details})


def renewals_until(api: StripeApi, subscription: Subscription, cancellation: Cancellation) -> Renewals | None:
    """Return the renewals before an end in a later period; None where it ends before it renews.

    Raises `StripeCallError`.
    """
    if cancellation.action != "later" or cancellation.ends <= first_period_end(subscription):
        return None
    invoice = _previewed_later(api, subscription, cancellation)
    if invoice is None or invoice["period_end"] >= cancellation.ends:
        return None
    return renewals.count_on(subscription, invoice, cancellation.ends)


def _previewed_later(api: StripeApi, subscription: Subscription, cancellation: Cancellation) -> Invoice | None:
    """Return the next invoice of a subscription that is to end later, without what is scheduled for it and dropped."""
    asked_for = ("cancel_at", "cancel_at_period_end", "proration_behavior")
    details = {name: cancellation.params[name] for name in asked_for if name in cancellation.params}
    if cancellation.drops_schedule:
        details["items"] = quote.items_as_they_are(subscription)
    invoice = quote.preview_if_any(api, subscription, details)
    return invoice and draft_invoice.preview_after(draft_invoice.of_subscription(subscription), invoice)


def final_invoice(
    api: StripeApi, subscription: Subscription, cancellation: Cancellation, drafts: Sequence[Invoice]
) -> Cost | None:
    """Return the cost of the end, credits and charges, by Stripe's preview; None where it moves no money, as far as
    that is known: what is used until then is billed then. `drafts` are made final before it.

    Without --invoice-now, credits and charges of a cancellation now wait for another invoice of the customer's.
    """
    if subscription["status"] == "incomplete" or cancellation.action not in ("now", "later"):
        return None
    if cancellation.action == "now":
        prorates, invoices_now = (bool(cancellation.params.get(name)) for name in ("prorate", "invoice_now"))
        if not (prorates or invoices_now):
            return None
        behavior = "create_prorations" if prorates else "none"
        invoice = quote.preview_if_any(api, subscription, {"cancel_now": True, "proration_behavior": behavior})
        if invoice and not invoices_now:
            return cost_with_waiting(invoice)
        for draft in drafts:
            invoice = invoice and draft_invoice.preview_after(draft, invoice)
    else:
        invoice = _previewed_later(api, subscription, cancellation)
        if invoice and invoice["period_end"] < cancellation.ends:
            return None
    is_of_money = invoice is not None and any(line["amount"] for line in invoice["lines"]["data"])
    return billed_at_once(invoice) if invoice and is_of_money else None
