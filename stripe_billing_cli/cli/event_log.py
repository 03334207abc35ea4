"""The output of `billing listen` while it runs: a line for each event on stdout, and a log on stderr."""

from __future__ import annotations

import queue
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from datetime import tzinfo
from functools import partial
from typing import TYPE_CHECKING, Any

import typer

from stripe_billing_cli.cli import formatting
from stripe_billing_cli.cli.context import call_text
from stripe_billing_cli.cli.error_json import error_json
from stripe_billing_cli.cli.errors import explain
from stripe_billing_cli.cli.log import Log, LogEntry, LogFormat, LogLevel
from stripe_billing_cli.cli.output import Printer
from stripe_billing_cli.cli.time_zone import shown_zone
from stripe_billing_cli.events import event_summary
from stripe_billing_cli.events.current_event import current_event
from stripe_billing_cli.events.event import Event
from stripe_billing_cli.events.missing_handlers import uncalled_hint, uncalled_text
from stripe_billing_cli.events.store import Route, no_route
from stripe_billing_cli.events.worker import Outcome
from stripe_billing_cli.listener.hooks import ListenerHooks
from stripe_billing_cli.listener.listener import ListenerAddresses

if TYPE_CHECKING:
    from stripe_billing_cli.events.actions.command_check import CommandTrouble
    from stripe_billing_cli.stripe_api.client import ApiCall

MOST_AWAITED = 1000
"""The most events whose handlers may be at work elsewhere; the oldest is printed as far as it is known."""
MOST_UNPRINTED = 10_000
LAST_WORDS_SECONDS = 5.0
QUIET_SECONDS = 60.0
"""How long one and the same trouble is logged once."""
MOST_REMEMBERED = 100
COLOURS = (("dead", "red"), ("failed", "yellow"))
OUTCOME_LEVELS = {"dead": LogLevel.error, "failed": LogLevel.warning}


class EventLog:
    """Prints events and trouble, from several threads. An event is printed when each of its handlers was called once.

    It prints in a thread of its own: whoever reads slowly holds up nothing but the lines. `on_gone` is called when
    nobody reads any more.
    """

    def __init__(self, printer: Printer, log: Log | None = None) -> None:
        self._printer = printer
        self._zone = shown_zone()
        self._log = log or Log()
        self._lines: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._print, name="event-log", daemon=True)
        self._left_out = 0
        self._guard = threading.Lock()
        self._awaited: OrderedDict[str, tuple[Event, dict[str, Outcome | None]]] = OrderedDict()
        self._printed: OrderedDict[str, None] = OrderedDict()
        self._last_logged: dict[str, float] = {}
        self.route: Route = no_route
        self.on_gone: Callable[[], None] = lambda: None
        self.gone = False

    def __enter__(self) -> EventLog:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._lines.put(None)
        self._thread.join(LAST_WORDS_SECONDS)

    @property
    def hooks(self) -> ListenerHooks:
        """Return the functions that a listener calls, so that what happens is printed here."""
        return ListenerHooks(
            new_events=self.await_outcomes,
            outcome=self.outcome,
            failure=self.failure,
            part_ended=self.part_ended,
            caught_up=self.caught_up,
            left_over=self.left_over,
            first_start=self.first_start,
            shutdown=self.log_stopping,
            old_access=self.old_access,
            signature_mismatch=self.log_unsigned,
            too_old=self.too_old,
        )

    def _print(self) -> None:
        while (line := self._lines.get()) is not None:
            try:
                line()
            except (BrokenPipeError, typer.Exit):
                self.gone = True
                self.on_gone()
                return
            except OSError:  # the disk is full: events are handled all the same, and there may be room later
                self._left_out += 1

    def _say(self, line: Callable[[], None]) -> None:
        if self.gone or self._lines.qsize() >= MOST_UNPRINTED:
            self._left_out += 1
            return
        if self._left_out:
            left_out, self._left_out = self._left_out, 0
            message = f"{left_out} lines were left out: they could not be written in time."
            self._lines.put(partial(self._log.write, LogEntry(LogLevel.warning, message)))
        self._lines.put(line)

    def _entry(self, level: LogLevel, message: str, hint: str | None = None, **fields: Any) -> None:
        """Log something; `fields` that are None are left out."""
        if self._log.takes(level):
            self._say(partial(self._log.write, LogEntry(level, message, hint, fields)))

    # The log

    def ready(self, addresses: ListenerAddresses, store: str, *, polls: bool) -> None:
        source_text = "; reading the Events API" if polls else ""
        metrics = f"; metrics on {addresses.admin}" if addresses.admin else ""
        stop = "  (Ctrl-C stops it)" if self._log.format is LogFormat.text else ""
        self._entry(
            LogLevel.info,
            f"Listening on {addresses.url}, storing in {store}{source_text}{metrics}{stop}",
            url=addresses.url,
            admin_url=addresses.admin,
            store=store,
        )
        if addresses.preferred_admin_port is not None:
            self._entry(
                LogLevel.warning,
                f"Port {addresses.preferred_admin_port} is taken: metrics and access are at {addresses.admin}.",
                "name a port with --admin, so that it stays the same",
                admin_url=addresses.admin,
            )

    def unknown_types(self, types: Mapping[str, str]) -> None:
        """Warn of names of events that may be misspelt: they are no error, since Stripe may know more than the SDK."""
        for name, hint in types.items():
            self._entry(LogLevel.warning, f"No event is known by the name {name}.", hint, event_type=name)

    def troubled_commands(self, troubles: Mapping[str, CommandTrouble]) -> None:
        """Warn of commands that the shell will not run: they are no error, since the program may come yet."""
        for name, trouble in troubles.items():
            self._entry(LogLevel.warning, f"The command of {name} {trouble.message}.", trouble.hint, handler=name)

    def first_start(self) -> None:
        self._entry(
            LogLevel.info,
            "First start on this store: whoever had a subscription before is not known to have access yet.",
            "`billing access reconcile` reads all subscriptions, and announces who has access",
        )

    def caught_up(self, new: int) -> None:
        if new:
            events = f"{new} event{'s' if new != 1 else ''}"
            self._entry(LogLevel.info, f"Fetched {events} that came while nobody listened.", new=new)

    def left_over(self, counts: Mapping[str, int]) -> None:
        for name, count in sorted(counts.items()):
            self._entry(
                LogLevel.warning,
                uncalled_text(name, count),
                uncalled_hint(name),
                handler=name,
                count=count,
            )

    def log_stopping(self, counts: Mapping[str, int], seconds: float) -> None:
        calls = ", ".join(f"{name}{f' ({count})' if count > 1 else ''}" for name, count in sorted(counts.items()))
        text = f"Stopping: waiting up to {seconds:g} s for {calls}; Ctrl-C again cuts off what runs."
        self._entry(LogLevel.info, text, running=dict(counts))

    def log_end(self) -> None:
        self._entry(LogLevel.info, "Stopped.")

    def old_access(self) -> None:
        if self._is_news("old access"):
            self._entry(
                LogLevel.warning,
                "GET /access was asked where events are posted to, which the next version does not answer.",
                "ask at the address of --admin",
            )

    def log_unsigned(self) -> None:
        if self._is_news("unsigned"):
            self._entry(
                LogLevel.warning,
                "Refused a post that is signed with none of the secrets known here.",
                "the endpoint's secret is shown by Stripe's dashboard, and kept by `billing webhook create "
                "--store-secret`; others may post here too, and are refused",
            )

    def too_old(self, event_id: str | None, age: float) -> None:
        """Log that an event was refused, as Stripe's libraries do: it is fetched later, from the Events API."""
        if self._is_news("too old") or self._log.takes(LogLevel.debug):
            self._entry(
                LogLevel.warning,
                f"Refused a signed event that is {age:.0f} s old: more than 5 minutes, by the clock here.",
                "set this machine's clock by NTP; what is refused is fetched from the Events API later",
                event_id=event_id,
                age=round(age),
            )

    def failure(self, failure: Exception) -> None:
        """Log that the store or Stripe did not answer as it should, once a minute while it stays so."""
        report = error_json(explain(failure))["error"]
        if self._is_news(report["message"]):
            self._entry(
                LogLevel.error,
                report["message"],
                report["hint"],
                kind=report["kind"],
                request_id=report["request_id"],
                event_id=current_event.get(),
            )

    def part_ended(self, name: str) -> None:
        """Log that a thread of the listener has ended, once a minute."""
        if self._is_news(f"ended: {name}"):
            self._entry(
                LogLevel.error,
                f"A part of the listener has ended: {name}. This is a mistake in billing.",
                "start the listener again, and report it; /readyz answers 503 until then",
                part=name,
            )

    def api_call(self, call: ApiCall) -> None:
        """Log a call of Stripe's API, with the event that it is made for."""
        self._entry(LogLevel.debug, call_text(call), request_id=call.request_id, event_id=current_event.get())

    def _is_news(self, message: str) -> bool:
        """Return whether this was not logged just now."""
        now = time.monotonic()
        with self._guard:
            if now - self._last_logged.get(message, -QUIET_SECONDS) < QUIET_SECONDS:
                return False
            self._last_logged[message] = now
            while len(self._last_logged) > MOST_REMEMBERED:
                del self._last_logged[next(iter(self._last_logged))]
        return True

    def _log_outcome(self, outcome: Outcome) -> None:
        """Log the end of a call, unless people read both its line on stdout and the log."""
        if self._printer.for_people and self._log.format is LogFormat.text:
            return
        delivery = outcome.delivery
        level = OUTCOME_LEVELS.get(outcome.status, LogLevel.debug)
        self._entry(
            level,
            f"{outcome.event.type or 'event'} {_outcome_text(outcome)}",
            event_id=delivery.event,
            event_type=outcome.event.type or None,
            customer=outcome.event.customer,
            handler=delivery.handler,
            status=outcome.status,
            attempt=delivery.attempts,
            seconds=round(outcome.seconds, 3),
            retry_in=outcome.retry_in if outcome.retry_in is None else round(outcome.retry_in, 1),
        )

    # The events

    def await_outcomes(self, events: Sequence[Event]) -> None:
        for event in events:
            self._entry(
                LogLevel.debug,
                f"Stored {event.type}.",
                event_id=event.id,
                event_type=event.type,
                customer=event.customer,
                source=event.source,
            )
            handlers = tuple(self.route(event))
            with self._guard:
                if event.id in self._printed:  # its handlers were quicker than this
                    continue
                if not handlers:
                    self._print_event(event, [])
                    continue
                self._awaited.setdefault(event.id, (event, dict.fromkeys(handlers)))
                while len(self._awaited) > MOST_AWAITED:
                    _, (oldest, outcomes) = self._awaited.popitem(last=False)
                    self._print_event(oldest, [outcome for outcome in outcomes.values() if outcome])

    def outcome(self, outcome: Outcome) -> None:
        self._log_outcome(outcome)
        with self._guard:
            entry = self._awaited.get(outcome.event.id)
            if entry is None:
                self._print_event(outcome.event, [outcome])
                return
            event, outcomes = entry
            outcomes[outcome.delivery.handler] = outcome
            if all(outcomes.values()):
                del self._awaited[event.id]
                self._print_event(event, [one for one in outcomes.values() if one])

    def _print_event(self, event: Event, outcomes: Sequence[Outcome]) -> None:
        self._printed[event.id] = None
        if len(self._printed) > MOST_AWAITED:
            self._printed.popitem(last=False)
        record = event_summary.event_record(event, time.time(), [_record(outcome) for outcome in outcomes])
        record["changed"] = event_summary.changes(event)
        colour = next(
            (colour for status, colour in COLOURS if status in {outcome.status for outcome in outcomes}), None
        )
        style = {"fg": colour} if colour else {}
        self._say(lambda: self._printer.stream(record, _line(event, outcomes, self._zone), **style))


def _record(outcome: Outcome) -> dict[str, Any]:
    """Return a call that just ended as `event_summary.delivery_record` does."""
    is_done = outcome.status == "done"
    return {
        "handler": outcome.delivery.handler,
        "status": outcome.status,
        "attempts": outcome.delivery.attempts,
        "due": None if outcome.retry_in is None else int(time.time() + outcome.retry_in),
        "finished_at": None if outcome.status == "failed" else int(time.time()),
        "outcome": outcome.text if is_done else None,
        "error": None if is_done else outcome.text,
    }


def _line(event: Event, outcomes: Sequence[Outcome], zone: tzinfo | None) -> str:
    """Return `21:05:07 UTC  customer.subscription.updated  sub_1  cus_1  status: incomplete → active  access: …`."""
    parts = [
        formatting.clock(event.created, zone),
        event.type,
        event.object_id or "-",
        *([event.customer] if event.customer and event.customer != event.object_id else []),
        *([changes] if (changes := event_summary.shorten(event_summary.changes(event))) else []),
        *map(_outcome_text, outcomes),
    ]
    return "  ".join(parts)


def _outcome_text(outcome: Outcome) -> str:
    name = outcome.delivery.handler
    match outcome.status:
        case "done":
            return f"{name}: {outcome.text or 'done'}"
        case "failed":
            again = round(outcome.retry_in or 0)
            return f"{name}: failed ({outcome.text}), again in {again} s"
    return f"{name}: dead after {outcome.delivery.attempts} ({outcome.text})"
