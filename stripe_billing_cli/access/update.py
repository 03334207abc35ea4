"""A customer's access brought up to date: read, decide, and write rows and announcements in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from stripe_billing_cli.access.decide import decide
from stripe_billing_cli.access.read import read_customer_state
from stripe_billing_cli.access.rules import Rules
from stripe_billing_cli.events.access_events import announcements
from stripe_billing_cli.events.store import (
    Access,
    AccessChange,
    Route,
    StaleReadError,
    Store,
    changes_between,
    no_route,
)
from stripe_billing_cli.stripe_api.client import StripeApi


@dataclass(frozen=True)
class AccessKeeper:
    """Keeps the store's access as Stripe says. `route` names the handlers that changes go to; `on_announcement` is
    called when there is something for them.

    May be shared by threads, and the store by processes: a decision from an older reading gives way to a newer one.
    """

    api: StripeApi
    store: Store
    rules: Rules = field(default_factory=Rules)
    route: Route = no_route
    on_announcement: Callable[[], None] = lambda: None

    def update(self, customer: str, cause: str | None = None) -> list[AccessChange]:
        """Decide a customer's access anew, and return what changed. Raises `StripeCallError`, `StoreError`."""
        while True:
            number_read = self.store.fences.read(customer)
            rows = self.decide(customer)
            try:
                changes = self._write(customer, rows, number_read, cause)
            except StaleReadError:
                continue
            if changes:
                self.on_announcement()
            return changes

    def decide(self, customer: str) -> list[Access]:
        """Return the access that Stripe's state of this moment gives; nothing is written."""
        state = read_customer_state(self.api, customer, disputes=self.rules.deny_disputed)
        return decide(state, self.rules, self.store.clock())

    def _write(self, customer: str, rows: list[Access], number_read: int, cause: str | None) -> list[AccessChange]:
        if not changes_between(self.store.access.for_customer(customer), rows):
            return []
        with self.store.transaction() as transaction:
            number = self.store.fences.go_through(customer, number_read, transaction)
            changes = self.store.access.replace(customer, rows, within=transaction)
            events = announcements(
                changes, number=number, now=self.store.clock(), livemode=self.api.livemode, cause=cause
            )
            self.store.events.record(events, self.route, within=transaction)
        return changes
