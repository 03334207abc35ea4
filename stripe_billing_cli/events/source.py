"""Events read from Stripe's Events API: what was missed while nobody listened, and all of them where nobody delivers.

The list is newest first, holds 30 days, and an event may appear in it a little after its `created`
(https://docs.stripe.com/api/events/list). So it is read from a moment before the one that was reached, and what the
store has already is passed over.

Thin events have a list of their own, as far back (https://docs.stripe.com/api/v2/core/events/list). It is read where
thin events have come before: not every account has them, nor may every key read them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import cast

from stripe_billing_cli.events.event import Event, InvalidEventError, Source, from_body
from stripe_billing_cli.events.handlers import FETCH
from stripe_billing_cli.events.store import Route, Store
from stripe_billing_cli.stripe_api.client import PAGE, StripeApi
from stripe_billing_cli.stripe_api.errors import NotFoundError, UnsupportedCallError
from stripe_billing_cli.stripe_api.objects.events import ListedEvent, ThinEventPage

KEPT_SECONDS = 30 * 86_400
"""How long Stripe lists an event."""
OVERLAP_SECONDS = 300
"""How much later than its time an event may appear, generously."""
MOST_PAGES = 20
"""Pages held in memory while the list is read down to its oldest one."""
THIN_EVENTS = "/v2/core/events"
READ = "events_read"
"""The setting of the store that says from when until when, in Unix seconds, the Events API was read without a gap."""


def oldest_first(api: StripeApi, since: int, until: int | None = None) -> Iterator[list[ListedEvent]]:
    """Yield events of the API from `since` on (to before `until`), oldest first, a page at a time; constant memory.

    Down the list first, keeping its oldest pages, and from there up again. Raises `StripeCallError`.
    """
    created_range: dict[str, int] = {"gte": since, **({"lt": until} if until is not None else {})}
    oldest = deque(api.pages("/v1/events", {"created": created_range}, kind=ListedEvent), MOST_PAGES)
    newest = None
    while oldest:
        page = oldest.pop()
        if page:
            newest = page[0]["id"]
            yield page[::-1]
    while newest is not None:
        page, more = api.page("/v1/events", {"created": created_range, "ending_before": newest}, kind=ListedEvent)
        if page:
            yield page[::-1]
        newest = page[0]["id"] if page and more else None


def thin_oldest_first(api: StripeApi, since: int, until: int | None = None) -> list[ListedEvent]:
    """Return thin events as `oldest_first` does, all at once, since they are small. Raises `StripeCallError`."""
    created_range = {"gte": _rfc3339(since), **({"lt": _rfc3339(until)} if until is not None else {})}
    bodies: list[ListedEvent] = []
    try:
        answer = api.get(THIN_EVENTS, {"limit": PAGE, "created": created_range}, kind=ThinEventPage)
        bodies += answer["data"]
        while next_page := answer["next_page_url"]:
            answer = api.get(next_page, kind=ThinEventPage)
            bodies += answer["data"]
    except (NotFoundError, UnsupportedCallError):  # a server without them, like the local Stripe
        return []
    return sorted((_without_null(body) for body in bodies), key=lambda body: str(body.get("created")))


def _without_null(body: ListedEvent) -> ListedEvent:
    """Return an event of a list without details that are null: it is thin, and fetched like one that was delivered."""
    return cast(ListedEvent, {name: value for name, value in body.items() if name != "data" or value is not None})


def _rfc3339(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")


@dataclass
class CatchUp:
    """The reading of the Events API from where it was last read to. `on_recorded` gets the events that were new."""

    api: StripeApi
    store: Store
    route: Route
    on_recorded: Callable[[Sequence[Event]], None] = lambda events: None
    is_stopping: Callable[[], bool] = lambda: False
    unreadable: list[str] = field(default_factory=list)
    """Events that Stripe lists and this program cannot read, by id; the last few."""

    def read_on(self, source: Source = "backfill") -> int:
        """Record the events that are new since the last time. Return how many. The first time there are none to catch
        up with.

        What is recorded stays recorded if this is broken off; the next call begins where this one did.
        Raises `StripeCallError`, `StoreError`.
        """
        now = int(self.store.clock())
        range_read = self.store.settings.get(READ) or {"from": now, "until": now}
        new = self.read(
            max(range_read["until"] - OVERLAP_SECONDS, range_read["from"], now - KEPT_SECONDS), source=source
        )
        if not self.is_stopping():
            self.store.settings.put(READ, {"from": range_read["from"], "until": max(now, range_read["until"])})
        return new

    def read(self, since: int, until: int | None = None, source: Source = "backfill") -> int:
        """Record the events created from `since` on, oldest first. Return how many were new. Raises as `read_on`."""
        new = 0
        for page in oldest_first(self.api, since, until):
            new += self._record(page, source)
            if self.is_stopping():
                return new
        if source == "backfill" and self.store.work.ever(FETCH):
            thin = thin_oldest_first(self.api, since, until)
            for start in range(0, len(thin), PAGE):
                new += self._record(thin[start : start + PAGE], source)
        return new

    def _record(self, page: Sequence[ListedEvent], source: Source) -> int:
        stored_ids = self.store.events.stored_ids([body["id"] for body in page])
        events = [event for body in page if body["id"] not in stored_ids and (event := self._read(body, source))]
        new_ids = self.store.events.record(events, self.route)
        if new_ids:
            self.on_recorded([event for event in events if event.id in new_ids])
        return len(new_ids)

    def _read(self, body: ListedEvent, source: Source) -> Event | None:
        try:
            return from_body(body, source)
        except InvalidEventError:
            self.unreadable = [*self.unreadable[-9:], body["id"]]
            return None
