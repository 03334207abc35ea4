"""The handler that keeps access up to date: an event says of which customer, and what Stripe holds now decides."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from stripe_billing_cli.access.disputes import customer_of_dispute
from stripe_billing_cli.access.update import AccessKeeper
from stripe_billing_cli.events.access_events import CHECK
from stripe_billing_cli.events.event import Event
from stripe_billing_cli.events.handlers import Handler, HandlerError
from stripe_billing_cli.events.retries import FOR_EVER
from stripe_billing_cli.events.store import AccessChange, Delivery
from stripe_billing_cli.stripe_api.errors import NotFoundError, StripeCallError
from stripe_billing_cli.stripe_api.objects.customers import Customer

NAME = "access"
PREFIXES = ("customer.subscription.", "invoice.", "entitlements.")
OF_DISPUTES = "charge.dispute."
CLOCK_READY = "test_helpers.test_clock.ready"
TYPES = frozenset({"customer.deleted", CHECK, CLOCK_READY})

Tell = Callable[[Sequence[Delivery]], None]
"""A callback with the deliveries that were done along with another."""


def access_handler(keeper: AccessKeeper, also_done: Tell = lambda deliveries: None) -> Handler:
    """Return the handler, which decides for one customer at a time: deliveries are in order per customer."""

    def wants(event: Event) -> bool:
        """Return whether an event is about access, and about what the key can read: its account, in its mode."""
        about = event.type.startswith(PREFIXES) or event.type in TYPES
        about = about or (keeper.rules.deny_disputed and event.type.startswith(OF_DISPUTES))
        return about and event.account is None and event.livemode == keeper.api.livemode

    def handle(event: Event, delivery: Delivery) -> str:
        try:
            if event.type == CLOCK_READY and event.object_id:
                return _of_clock(keeper, event.object_id, event.id)
            if event.type.startswith(OF_DISPUTES):
                return _of_dispute(keeper, event)
            if event.customer is None:
                return "about no customer"
            seqs = keeper.store.work.list_waiting(delivery)
            changes = keeper.update(event.customer, event.id)
            # What waited happened before Stripe was read: one reading does for all of it.
            also_done(keeper.store.work.finish_waiting(seqs, f"with {event.id}"))
            return changes_text(changes)
        except StripeCallError as failure:
            raise HandlerError(f"{failure.kind}: {failure.message}") from failure

    return Handler(NAME, handle, wants, FOR_EVER)


def _of_clock(keeper: AccessKeeper, clock: str, cause: str) -> str:
    """Decide the access of a test clock's customers, for whom time has passed, and return the outcome in words. A clock
    that is gone has no customers any more: Stripe deletes them with the clock, and sends an event of each."""
    try:
        customers = [
            one["id"]
            for page in keeper.api.pages("/v1/customers", {"test_clock": clock}, kind=Customer)
            for one in page
        ]
    except NotFoundError:
        return "about a test clock that is gone"
    changes: list[AccessChange] = []
    for customer in customers:
        changes += keeper.update(customer, cause)
    return changes_text(changes)


def _of_dispute(keeper: AccessKeeper, event: Event) -> str:
    """Decide again for the customer of a dispute, which names a charge, and the charge a customer."""
    customer = customer_of_dispute(keeper.api, event.object_id) if event.object_id else None
    return "about no customer" if customer is None else changes_text(keeper.update(customer, event.id))


def changes_text(changes: Sequence[AccessChange]) -> str:
    """Return changes as `granted product keymap-pro, revoked feature sso`."""
    return ", ".join(filter(None, map(_change_text, changes))) or "no change"


def _change_text(change: AccessChange) -> str:
    row = change.after or change.before
    assert row is not None
    before = change.before is not None and change.before.granted
    after = change.after is not None and change.after.granted
    verb = {(False, True): "granted", (True, False): "revoked", (True, True): "still granted"}.get((before, after))
    return f"{verb} {row.kind} {row.key}" if verb else ""
