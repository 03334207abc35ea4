"""The overview of a subscription on one screen, read side by side: a handful of calls, whatever its history.

The subscription itself must be there to be read. What is read beside it may be missing (a restricted key may not see
invoices, say): then `trouble` has the reason under the part's name, and the rest is read all the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from stripe_billing_cli.stripe_api import ids, json_output, lookup
from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.completion import complete_event
from stripe_billing_cli.stripe_api.errors import PermissionMissingError
from stripe_billing_cli.stripe_api.objects.customers import PaymentMethod
from stripe_billing_cli.stripe_api.objects.events import Event, ListedEvent
from stripe_billing_cli.stripe_api.objects.invoices import Invoice
from stripe_billing_cli.stripe_api.objects.subscriptions import Schedule, Subscription
from stripe_billing_cli.stripe_api.references import default_method, id_of, own_method, whole
from stripe_billing_cli.subscriptions import draft_invoice, schedule
from stripe_billing_cli.subscriptions.invoice_lines import next_invoice_if_any
from stripe_billing_cli.subscriptions.parts import Parts

EXPAND = (
    "customer.invoice_settings.default_payment_method",
    "default_payment_method",
    "discounts.source.coupon.currency_options",
    "schedule.phases.items.price",
    "items.data.price.product",
    "items.data.price.currency_options",
)
INVOICES = 5
EVENTS = 10
EVENT_PAGES = 5
"""So many pages of the account's events are searched for the subscription's: Stripe does not filter by object."""
EVENT_TYPES = (
    *(
        f"customer.subscription.{what}"
        for what in "created updated deleted paused resumed trial_will_end pending_update_applied "
        "pending_update_expired".split()
    ),
    *(
        f"invoice.{what}"
        for what in "created finalized finalization_failed sent paid payment_failed payment_action_required voided "
        "marked_uncollectible overdue".split()
    ),
)
"""The events of a subscription's life; a list takes up to 20 types (`stripe/params/_event_list_params.py`)."""


@dataclass(frozen=True)
class Overview:
    """A subscription with what is shown beside it. `subscription` has its customer, cards, discounts, schedule and
    products in it. Events are newest first.

    `all_events`: whether all events that Stripe keeps (30 days) were searched.
    """

    subscription: Subscription
    preview: Invoice | None
    invoices: list[Invoice]
    events: list[Event]
    all_events: bool
    """Whether all of the account's events were searched."""
    more_invoices: bool
    """Whether there are earlier invoices than these."""
    more_events: bool
    trouble: Mapping[str, str]

    @property
    def payment_method(self) -> str | PaymentMethod | None:
        """Return the payment method of the next invoice: the subscription's own, or else the customer's default."""
        return own_method(self.subscription) or _customers_default(self.subscription)


def _customers_default(subscription: Subscription) -> PaymentMethod | None:
    customer = whole(subscription["customer"])
    return whole(default_method(customer)) if customer else None


def load_overview(api: StripeApi, name: str) -> Overview:
    """Read a subscription with what is shown of it. Raises `LookupFailedError`, `StripeCallError`."""
    is_id = ids.kind_of(name) == "a subscription" and ids.ID.fullmatch(name)
    id = name if is_id else lookup.find_subscription(api, name)["id"]
    parts = Parts()
    with ThreadPoolExecutor(4) as pool:
        subscription = pool.submit(_subscription, api, id)
        preview = pool.submit(parts.read, "next_invoice", lambda: _preview(api, id), None)
        invoices = pool.submit(parts.read, "invoices", lambda: _invoices(api, id), ([], False))
        events = pool.submit(parts.read, "events", lambda: _events(api, id), ([], False, False))
        shown_events, complete, more_events = events.result()
        shown_invoices, more_invoices = invoices.result()
        return Overview(
            subscription.result(),
            _after_drafts(preview.result(), shown_invoices),
            shown_invoices,
            shown_events,
            complete,
            more_invoices,
            more_events,
            parts.unavailable,
        )


def _subscription(api: StripeApi, id: str) -> Subscription:
    """Return the subscription with all that is expanded, or as much of it as the key may see."""
    try:
        return lookup.find_subscription(api, id, expand=EXPAND)
    except PermissionMissingError:
        return lookup.find_subscription(api, id)


def _preview(api: StripeApi, id: str) -> Invoice | None:
    """Return the preview of the next invoice, None where none is to come."""
    return next_invoice_if_any(lambda: api.post("/v1/invoices/create_preview", {"subscription": id}, kind=Invoice).body)


def _after_drafts(preview: Invoice | None, invoices: Sequence[Invoice]) -> Invoice | None:
    """Return the preview with what the drafts among these invoices, newest first, leave of the customer's balance."""
    for draft in reversed(invoices):
        if preview and draft_invoice.is_finalized_later(draft):
            preview = draft_invoice.preview_after(draft, preview)
    return preview


def _invoices(api: StripeApi, id: str) -> tuple[list[Invoice], bool]:
    """Return the subscription's last invoices, and whether there are more."""
    return api.page("/v1/invoices", {"subscription": id, "limit": INVOICES}, kind=Invoice)


def _events(api: StripeApi, id: str) -> tuple[list[Event], bool, bool]:
    """Return the subscription's last events, whether all were searched for them, and whether more were found."""
    shown_events: list[Event] = []
    pages = api.pages("/v1/events", {"types": list(EVENT_TYPES)}, kind=ListedEvent)
    for number, page in enumerate(pages, 1):
        events = [complete_event(event) for event in page if _subscription_of(event) == id]
        shown_events += [event for event in events if not _internal(event)]
        if len(shown_events) >= EVENTS:
            return shown_events[:EVENTS], True, len(shown_events) > EVENTS
        if number == EVENT_PAGES:
            return shown_events, len(page) < 100, False
    return shown_events, True, False


def _internal(event: Event) -> bool:
    """Return whether nothing changed but the mark of a creation (`create_once.py`)."""
    before = event["data"]["previous_attributes"] or {}
    return set(before) == {"metadata"} and set(before["metadata"] or {}) == {json_output.INTERNAL}


def _subscription_of(event: Mapping[str, Any]) -> str | None:
    """Return the subscription that the object of an event is, or is an invoice of; the event as it came."""
    source: Any = (event.get("data") or {}).get("object") or {}
    if source.get("object") == "subscription":
        return str(source["id"])
    details = (source.get("parent") or {}).get("subscription_details") or {}
    return id_of(details.get("subscription"))


def record(overview: Overview) -> dict[str, Any]:
    """Return the overview as commands print it."""
    subscription = overview.subscription
    customer, cancellation = whole(subscription["customer"]), subscription["cancellation_details"]
    pause, update = subscription["pause_collection"], subscription["pending_update"]
    thresholds = subscription["billing_thresholds"]
    method = whole(overview.payment_method)
    discounts = [whole(discount) for discount in subscription["discounts"]]
    return {
        **json_output.subscription(subscription),
        "customer_name": customer["name"] if customer else None,
        "customer_email": customer["email"] if customer else None,
        "payment_method": json_output.payment_method(method) if method else None,
        "discounts": [json_output.discount(discount, subscription["currency"]) for discount in discounts if discount],
        "next_invoice": overview.preview and json_output.upcoming_invoice(overview.preview),
        "scheduled_change": _scheduled_change(whole(subscription["schedule"])),
        "cancellation_reason": cancellation["reason"] if cancellation else None,
        "billing_threshold": thresholds["amount_gte"] if thresholds else None,
        "pause_collection": pause["behavior"] if pause else None,
        "pending_update_expires_at": update["expires_at"] if update else None,
        "invoices": [json_output.invoice(invoice) for invoice in overview.invoices],
        "events": [json_output.event(event) for event in overview.events],
        "unavailable": dict(sorted(overview.trouble.items())),
    }


def _scheduled_change(subscription_schedule: Schedule | None) -> dict[str, Any] | None:
    """Return the next change of the subscription by its schedule."""
    phase = schedule.upcoming_phase(subscription_schedule) if subscription_schedule else None
    if phase is None:
        return None
    return {"at": phase["start_date"], "items": [json_output.terms(item) for item in phase["items"]]}
