"""Callbacks with which a listener reports to its starter while it runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from stripe_billing_cli.events.event import Event
from stripe_billing_cli.events.store import StoreError
from stripe_billing_cli.events.worker import Outcome
from stripe_billing_cli.stripe_api.errors import StripeCallError

Failure = StoreError | StripeCallError


@dataclass(frozen=True)
class ListenerHooks:
    """The functions that a listener calls, from several threads."""

    new_events: Callable[[Sequence[Event]], None] = lambda events: None
    """Called with events that are new in the store."""
    outcome: Callable[[Outcome], None] = lambda outcome: None
    """Called with the end of each call of a handler."""
    failure: Callable[[Failure], None] = lambda failure: None
    """Called when the store or Stripe does not answer as it should."""
    part_ended: Callable[[str], None] = lambda name: None
    """Called, again and again, with the name of a thread of the listener that has ended before the listener."""
    caught_up: Callable[[int], None] = lambda new: None
    """Called once, with how many there were, when the events that were missed are stored."""
    left_over: Callable[[Mapping[str, int]], None] = lambda counts: None
    """Called with the number of deliveries that wait for handlers which are not called here, by handler."""
    first_start: Callable[[], None] = lambda: None
    """Called when Stripe was never read for this store: who had access before is not in it."""
    shutdown: Callable[[Mapping[str, int], float], None] = lambda counts, seconds: None
    """Called with the calls that still run, by handler, and how many seconds stopping waits for them."""
    old_access: Callable[[], None] = lambda: None
    """Called when somebody asks for access where events are posted to."""
    signature_mismatch: Callable[[], None] = lambda: None
    """Called when a post is refused whose signature fits no secret."""
    too_old: Callable[[str | None, float], None] = lambda event_id, age: None
    """Called with the id and the age in seconds of a signed event that is too old to be taken."""
