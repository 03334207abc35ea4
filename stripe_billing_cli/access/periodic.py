"""Access compared with Stripe again and again, so that it becomes right after whatever went wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from stripe_billing_cli.access.reconcile import customers_to_check
from stripe_billing_cli.access.update import AccessKeeper
from stripe_billing_cli.events.access_events import check_event
from stripe_billing_cli.events.store import Route

RECONCILED = "reconciled"
"""The setting that says when all was compared last, in Unix seconds."""
SHORTEST_PAUSE = 1.0


@dataclass(frozen=True)
class PeriodicReconcile:
    """Compares all subscriptions with who has access every `seconds`, a hundred a call.

    Where they differ, the customer's access is decided again by the handler that decides always. `route` says which
    handlers that are, `wake` is called when there is something for them. The time is kept in the store, so that a
    listener that was away compares soon after its start, and of several on one database one compares.
    """

    keeper: AccessKeeper
    route: Route
    seconds: float
    wake: Callable[[], None] = lambda: None

    def act(self) -> float:
        """Compare the access of all customers, where that is due; the seconds until the next time. Raises
        `StripeCallError`, `StoreError`."""
        store = self.keeper.store
        now = store.clock()
        last: float | None = store.settings.get(RECONCILED)
        if last is None:  # the store is new: what there was before it began comes with `access reconcile`
            store.settings.put(RECONCILED, now)
            return self.seconds
        if now - last < self.seconds:
            return max(last + self.seconds - now, SHORTEST_PAUSE)
        store.settings.put(RECONCILED, now)
        try:
            self.compare(int(now))
        except BaseException:
            store.settings.put(RECONCILED, last)
            raise
        return self.seconds

    def compare(self, now: int) -> int:
        """Have access decided again where it differs from Stripe; for how many customers."""
        keeper = self.keeper
        events = [check_event(one, now, now, keeper.api.livemode) for one in customers_to_check(keeper)]
        new = keeper.store.events.record(events, self.route)
        if new:
            self.wake()
        return len(new)
