"""The metrics of a listener, for Prometheus. Each series is there from the start, at zero."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import get_args

from stripe_billing_cli import __version__
from stripe_billing_cli.events.event import Event, Source
from stripe_billing_cli.events.store import Status, Store
from stripe_billing_cli.events.worker import Outcome
from stripe_billing_cli.listener.metrics import Counter, Histogram, Labels, family

ENDS = ("done", "failed", "dead")
UNFINISHED_OR_DEAD: tuple[Status, ...] = ("pending", "running", "failed", "dead")


@dataclass
class ListenerMetrics:
    """Counts and measures of a listener. `handlers` are the names of those that are called here."""

    handlers: Collection[str]
    events: Counter = field(
        default_factory=lambda: Counter("billing_events_recorded_total", "Events that were new, by source.")
    )
    calls: Counter = field(
        default_factory=lambda: Counter("billing_handled_total", "Calls of handlers, by handler and how they ended.")
    )
    seconds: Histogram = field(
        default_factory=lambda: Histogram("billing_handler_duration_seconds", "How long calls took.", "handler")
    )
    store_errors: Counter = field(
        default_factory=lambda: Counter("billing_store_errors_total", "Times that the store was out of order.")
    )
    stripe_errors: Counter = field(
        default_factory=lambda: Counter("billing_stripe_errors_total", "Times that Stripe could not be read.")
    )
    too_old: Counter = field(
        default_factory=lambda: Counter("billing_webhook_too_old_total", "Signed events that were too old to be taken.")
    )
    caught_up_at: float = 0.0
    """When the Events API was last read to its end, in Unix seconds; 0 for never."""

    def __post_init__(self) -> None:
        self._counted = set(self.handlers)
        """The handlers whose deliveries are reported."""
        for source in get_args(Source):
            self.events.begin(source=source)
        for handler in self.handlers:
            self.seconds.begin(handler)
            for end in ENDS:
                self.calls.begin(handler=handler, status=end)
        self.store_errors.begin()
        self.stripe_errors.begin()
        self.too_old.begin()

    def count_recorded(self, events: Sequence[Event]) -> None:
        for event in events:
            self.events.add(source=event.source)

    def count_outcome(self, outcome: Outcome) -> None:
        self.calls.add(handler=outcome.delivery.handler, status=outcome.status)
        self.seconds.observe(outcome.seconds, outcome.delivery.handler)

    def lines(self) -> Iterator[str]:
        """Yield the lines of all that needs no store."""
        for one in (self.events, self.calls, self.store_errors, self.stripe_errors, self.too_old):
            yield from one.lines()
        yield from self.seconds.lines()
        caught_up = "When the Events API was last read to its end, in Unix seconds; 0 for never."
        yield from family("billing_last_catch_up_timestamp_seconds", caught_up, "gauge", {(): self.caught_up_at})
        build: dict[Labels, float] = {(("version", __version__),): 1}
        yield from family("billing_build_info", "The version that runs.", "gauge", build)

    def work_lines(self, store: Store) -> Iterator[str]:
        """Yield the lines of the work that is to be done. Raises `StoreError`.

        A handler of before, whose deliveries are counted once, is reported from then on: its series falls to zero, and
        does not vanish.
        """
        backlog = store.work.backlog()
        self._counted |= {handler for handler, _ in backlog.counts}
        counts: dict[Labels, float] = {
            _labels(handler, status): backlog.counts.get((handler, status), 0)
            for handler in sorted(self._counted)
            for status in UNFINISHED_OR_DEAD
        }
        yield from family("billing_deliveries", "Deliveries that are unfinished or dead.", "gauge", counts)
        due, received_at, now = backlog.oldest_due, backlog.oldest_recorded, store.clock()
        help_text = "How long the delivery that has waited longest for its turn has been due."
        yield from family("billing_oldest_due_seconds", help_text, "gauge", {(): _age(due, now)})
        help_text = "Since when the event of the oldest delivery that is not finished has been in the store."
        yield from family("billing_oldest_open_delivery_age_seconds", help_text, "gauge", {(): _age(received_at, now)})


def _age(since: float | None, now: float) -> float:
    return 0.0 if since is None else round(max(now - since, 0.0), 3)


def store_line(*, up: bool) -> Iterator[str]:
    """Yield the lines that say whether the store answers: where it does not, those of the work are missing."""
    yield from family("billing_store_up", "Whether the store answers: 1, or 0.", "gauge", {(): int(up)})


def _labels(handler: str, status: str) -> Labels:
    return (("handler", handler), ("status", status))
