"""Taking back an end that was set to a date, which had cut a period short: whether its rest is still to be charged.

Stripe lets the period end with the subscription. When the end is taken back or put off, the period goes on, and with
prorations its rest is charged (`cancel_at` in `stripe/params/_subscription_update_params.py`). That is right only
where the customer was never billed for the rest, or was credited for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Literal

from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.objects.invoices import Invoice, InvoiceItem, InvoiceLine
from stripe_billing_cli.stripe_api.objects.subscriptions import Subscription
from stripe_billing_cli.subscriptions import invoice_lines, pending_invoice_items, quote

Behavior = Literal["create_prorations", "none"]
BILLED = ("draft", "open", "paid", "uncollectible")


def ends_within_period(subscription: Subscription) -> bool:
    """Return whether the subscription is to end on a date of its own, with which the current period ends too."""
    periods = [item["current_period_end"] for item in subscription["items"]["data"]]
    return not subscription["cancel_at_period_end"] and subscription["cancel_at"] in periods


def end_of(subscription: Subscription) -> int:
    """Return when a subscription ends that is known to end."""
    assert subscription["cancel_at"] is not None
    return subscription["cancel_at"]


def proration(api: StripeApi, subscription: Subscription) -> Behavior:
    """Return how the period is to go on after the end that `subscription` has now. Raises `StripeCallError`."""
    ends = end_of(subscription)
    return "none" if is_billed(billed_lines(api, subscription), ends) else "create_prorations"


def period_end(api: StripeApi, subscription: Subscription, proration: Behavior) -> int:
    """Return when the current period ends without the end that `subscription` has now. Raises `StripeCallError`."""
    details = {"cancel_at": "", "proration_behavior": proration}
    return quote.preview_invoice(api, subscription, details)["period_end"]


def is_billed(lines: Iterable[InvoiceLine | InvoiceItem], at: int) -> bool:
    """Return whether what is charged for the time after `at` exceeds what is credited for it, by more than lines are
    rounded.

    `lines` are those of invoices, and invoice items: `amount` in minor units, for a `period`.
    """
    lines_over_end = [line for line in lines if line["period"]["start"] <= at < line["period"]["end"]]
    return sum((_share(line, at) for line in lines_over_end), Fraction()) > len(lines_over_end)


def _share(line: InvoiceLine | InvoiceItem, at: int) -> Fraction:
    start, end = line["period"]["start"], line["period"]["end"]
    return Fraction(line["amount"] * (end - at), end - start)


def billed_lines(api: StripeApi, subscription: Subscription) -> Iterator[InvoiceLine | InvoiceItem]:
    """Yield what of the subscription has been billed, and what waits for its next invoice. How far back a period was
    billed nobody knows: a year's may lie behind many invoices of its months."""
    id = subscription["id"]
    for page in api.pages("/v1/invoices", {"subscription": id}, kind=Invoice):
        for invoice in page:
            if invoice["status"] in BILLED:
                lines = invoice_lines.all_lines(api, invoice)
                yield from (line for line in lines if invoice_lines.subscription_of(line) == id)
    yield from pending_invoice_items.for_subscription(api, subscription)
