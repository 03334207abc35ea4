"""What `billing listen` tells while it runs: a line for each event, and trouble where there is some."""

from __future__ import annotations

import queue
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import typer

from stripe_billing_cli.cli.errors import explain
from stripe_billing_cli.cli.output import Printer
from stripe_billing_cli.webhooks import event_summary
from stripe_billing_cli.webhooks.event import Event
from stripe_billing_cli.webhooks.store import Route
from stripe_billing_cli.webhooks.store.events import nobody
from stripe_billing_cli.webhooks.worker import Outcome

MOST_AWAITED = 1000
"""Events whose handlers may be at work elsewhere; the oldest is told of as far as it is known."""
MOST_UNPRINTED = 10_000
LAST_WORDS_SECONDS = 5.0
QUIET_SECONDS = 60.0
"""How long the same trouble is told of once."""
COLOURS = (("dead", "red"), ("failed", "yellow"))


class EventLog:
    """Called from several threads. An event is told of when each of its handlers was called once.

    It prints in a thread of its own: whoever reads slowly holds up nothing but the lines. `on_gone` is called when
    nobody reads any more.
    """

    def __init__(self, printer: Printer) -> None:
        self._printer = printer
        self._lines: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._print, name="narrator", daemon=True)
        self._left_out = 0
        self._guard = threading.Lock()
        self._awaited: OrderedDict[str, tuple[Event, dict[str, Outcome | None]]] = OrderedDict()
        self._told: OrderedDict[str, None] = OrderedDict()
        self._last_trouble = ("", 0.0)
        self.route: Route = nobody
        self.on_gone: Callable[[], None] = lambda: None
        self.gone = False

    def __enter__(self) -> EventLog:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._lines.put(None)
        self._thread.join(LAST_WORDS_SECONDS)

    def _print(self) -> None:
        while (line := self._lines.get()) is not None:
            try:
                line()
            except (BrokenPipeError, typer.Exit):
                self.gone = True
                self.on_gone()
                return

    def _say(self, line: Callable[[], None]) -> None:
        if self.gone or self._lines.qsize() >= MOST_UNPRINTED:
            self._left_out += 1
            return
        if self._left_out:
            left_out, self._left_out = self._left_out, 0
            self._lines.put(lambda: self._printer.note(f"{left_out} lines were left out: nobody read them in time."))
        self._lines.put(line)

    def _note(self, text: str, **style: Any) -> None:
        self._say(lambda: self._printer.note(text, **style))

    def ready(self, url: str, store: str, polling: bool, admin: str | None) -> None:
        reading = "; reading the Events API" if polling else ""
        asked = f"; metrics on {admin}" if admin else ""
        self._note(f"Listening on {url}, storing in {store}{reading}{asked}  (Ctrl-C stops it)")

    def caught_up(self, new: int) -> None:
        if new:
            self._note(f"Fetched {new} event{'s' if new != 1 else ''} that came while nobody listened.")

    def left_over(self, left: Mapping[str, int]) -> None:
        for name, count in sorted(left.items()):
            waits = "delivery waits" if count == 1 else "deliveries wait"
            self._note(
                f"{count} {waits} for {name}, which is not called here.\n"
                "  → they go on when a listener has it among its handlers again, as it was written",
                fg="yellow",
            )

    def stopping(self, running: Mapping[str, int], seconds: float) -> None:
        calls = ", ".join(f"{name}{f' ({count})' if count > 1 else ''}" for name, count in sorted(running.items()))
        self._note(f"Stopping: waiting up to {seconds:g} s for {calls}.")

    def old_access(self) -> None:
        if self._is_news("old access"):
            self._note(
                "GET /access was asked where events are posted to, which the next version does not answer.\n"
                "  → ask at the address of --admin",
                fg="yellow",
            )

    def too_old(self, age: float) -> None:
        """An event was refused, as Stripe's libraries do: it is fetched later, where the Events API is read."""
        if self._is_news("too old"):
            self._note(
                f"Refused a signed event that is {age:.0f} s old: more than 5 minutes, by the clock here.\n"
                "  → set this machine's clock by NTP; what is refused is fetched from the Events API later",
                fg="yellow",
            )

    def trouble(self, trouble: Exception) -> None:
        told = explain(trouble)
        if self._is_news(told.message):
            self._note(f"{told.message}\n  → {told.hint}" if told.hint else told.message, fg="yellow")

    def _is_news(self, message: str) -> bool:
        """Whether it was not told of just now."""
        now = time.monotonic()
        with self._guard:
            text, at = self._last_trouble
            if text == message and now - at < QUIET_SECONDS:
                return False
            self._last_trouble = (message, now)
        return True

    def recorded(self, events: Sequence[Event]) -> None:
        for event in events:
            handlers = tuple(self.route(event))
            with self._guard:
                if event.id in self._told:  # its handlers were quicker than this
                    continue
                if not handlers:
                    self._tell(event, [])
                    continue
                self._awaited.setdefault(event.id, (event, dict.fromkeys(handlers)))
                while len(self._awaited) > MOST_AWAITED:
                    _, (oldest, outcomes) = self._awaited.popitem(last=False)
                    self._tell(oldest, [outcome for outcome in outcomes.values() if outcome])

    def outcome(self, outcome: Outcome) -> None:
        with self._guard:
            awaited = self._awaited.get(outcome.event.id)
            if awaited is None:
                self._tell(outcome.event, [outcome])
                return
            event, outcomes = awaited
            outcomes[outcome.delivery.handler] = outcome
            if all(outcomes.values()):
                del self._awaited[event.id]
                self._tell(event, [one for one in outcomes.values() if one])

    def _tell(self, event: Event, outcomes: Sequence[Outcome]) -> None:
        self._told[event.id] = None
        if len(self._told) > MOST_AWAITED:
            self._told.popitem(last=False)
        record = event_summary.event_record(event, time.time(), [_record(one) for one in outcomes])
        record["changed"] = event_summary.changes(event)
        colour = next((colour for status, colour in COLOURS if status in {one.status for one in outcomes}), None)
        style = {"fg": colour} if colour else {}
        self._say(lambda: self._printer.streamed(record, _line(event, outcomes), **style))


def _record(outcome: Outcome) -> dict[str, Any]:
    """As `event_summary.delivery_record`, of a call that just ended."""
    done = outcome.status == "done"
    return {
        "handler": outcome.delivery.handler,
        "status": outcome.status,
        "attempts": outcome.delivery.attempts,
        "due": None if outcome.retry_in is None else int(time.time() + outcome.retry_in),
        "finished_at": None if outcome.status == "failed" else int(time.time()),
        "outcome": outcome.said if done else None,
        "error": None if done else outcome.said,
    }


def _line(event: Event, outcomes: Sequence[Outcome]) -> str:
    """`21:05:07  customer.subscription.updated  sub_1  cus_1  status: incomplete → active  access: granted pro`."""
    parts = [
        f"{datetime.fromtimestamp(event.created):%H:%M:%S}",
        event.type,
        event.object_id or "-",
        *([event.customer] if event.customer and event.customer != event.object_id else []),
        *([changed] if (changed := event_summary.shortened(event_summary.changes(event))) else []),
        *map(_said, outcomes),
    ]
    return "  ".join(parts)


def _said(outcome: Outcome) -> str:
    name = outcome.delivery.handler
    match outcome.status:
        case "done":
            return f"{name}: {outcome.said or 'done'}"
        case "failed":
            again = round(outcome.retry_in or 0)
            return f"{name}: failed ({outcome.said}), again in {again} s"
    return f"{name}: dead after {outcome.delivery.attempts} ({outcome.said})"
