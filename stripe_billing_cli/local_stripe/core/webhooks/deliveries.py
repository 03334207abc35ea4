"""The deliveries that are still to be sent to webhook endpoints: a row for each event and endpoint, written with the
event itself.

So an event that another process records in the same file is delivered as well, and what a server left undone when
it ended is done by the next one. A row that is being sent is put off by a lease: it falls due again if its sender
dies.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from stripe_billing_cli.local_stripe.core import page_addresses
from stripe_billing_cli.local_stripe.core.store import Object, Store
from stripe_billing_cli.local_stripe.core.webhooks.chaos import Chaos

AT_ONCE = 0.0
KIND = "webhook_endpoint"
CONNECT = "_connect"
"""Whether an endpoint hears of connected accounts, in place of its own one; Stripe does not show it."""


@dataclass(frozen=True)
class Delivery:
    """A claimed attempt, numbered from 1. A `duplicate` does not count down the event's pending webhooks."""

    seq: int
    attempt: int
    duplicate: bool
    event: Object
    endpoint: Object
    account: str | None = None
    """The connected account in whose store the event is."""


def endpoint_count(store: Store) -> int:
    return int(store.row("SELECT count(*) FROM objects WHERE kind = 'webhook_endpoint'")[0])


def enqueue(store: Store, event: str, type: str) -> int:
    """Note that an event is to be sent to each enabled endpoint that wants its type, and return how many those are."""
    endpoint_ids = [
        endpoint["id"] for endpoint in store.once(KIND, lambda: _endpoints(store)) if _wants(endpoint, type)
    ]
    for endpoint in endpoint_ids:
        _insert(store, event, endpoint, AT_ONCE, is_planned=False, is_duplicate=False)
    return len(endpoint_ids)


def _endpoints(store: Store) -> list[Object]:
    """Return the endpoints that hear of a store's events: its own, and of a connected account those of the platform
    that were made with `connect`."""
    own_endpoints = store.select(KIND, [], newest_first=False, limit=100)
    endpoints = [endpoint for endpoint in own_endpoints if not endpoint.get(CONNECT)]
    if store.platform is not None:
        platform = store.platform.store
        with platform.reading_once():
            platform_endpoints = platform.select(KIND, [], newest_first=False, limit=100)
        endpoints += [endpoint for endpoint in platform_endpoints if endpoint.get(CONNECT)]
    return endpoints


def _endpoint(store: Store, id: str) -> Object | None:
    endpoint = store.get(KIND, id)
    if endpoint is None and store.platform is not None:
        with store.platform.store.reading():
            endpoint = store.platform.store.get(KIND, id)
    return endpoint


def _wants(endpoint: Object, type: str) -> bool:
    return endpoint["status"] == "enabled" and not {"*", type}.isdisjoint(endpoint["enabled_events"])


def _insert(store: Store, event: str, endpoint: str, due: float, *, is_planned: bool, is_duplicate: bool) -> None:
    store.execute(
        "INSERT INTO deliveries (event, endpoint, due, attempts, planned, duplicate) VALUES (?, ?, ?, 0, ?, ?)",
        event,
        endpoint,
        due,
        is_planned,
        is_duplicate,
    )


def drop(store: Store, endpoint: str) -> None:
    store.execute("DELETE FROM deliveries WHERE endpoint = ?", endpoint)


def next_due(store: Store) -> float | None:
    """Return when the next delivery is due, in Unix seconds; None where nothing is to be sent."""
    with store.reading_once():
        row = store.row("SELECT min(due) FROM deliveries")
    return None if row is None or row[0] is None else float(row[0])


def are_left(path: Path) -> bool:
    """Return whether deliveries are noted in a store's file, which is not opened as a store for it."""
    with suppress(sqlite3.Error), closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as file:
        return file.execute("SELECT 1 FROM deliveries LIMIT 1").fetchone() is not None
    return False


def claim(
    store: Store, now: float, lease: float, *, chaos: Chaos, full: Sequence[str] = (), most: int = 16
) -> list[Delivery]:
    """Take up to `most` deliveries that are due, for the caller alone until `now + lease`; none to the endpoints in
    `full`."""
    with store.writing():
        return list(_claim_rows(store, now, now + lease, chaos, full, most))


def _claim_rows(
    store: Store, now: float, until: float, chaos: Chaos, full: Sequence[str], most: int
) -> Iterator[Delivery]:
    marks = ", ".join("?" * len(full))
    for _ in range(most):
        row = store.row(
            f"SELECT seq, event, endpoint, attempts, planned, duplicate FROM deliveries WHERE due <= ? "
            f"AND endpoint NOT IN ({marks}) ORDER BY due, seq LIMIT 1",
            now,
            *full,
        )
        if row is None:
            return
        seq, event_id, endpoint_id, attempts, is_planned, is_duplicate = row
        event, endpoint = store.get("event", event_id), _endpoint(store, endpoint_id)
        if event is None or endpoint is None or endpoint["status"] != "enabled":
            store.execute("DELETE FROM deliveries WHERE seq = ?", seq)
        elif not is_planned and not chaos.none:
            _plan(store, seq, event_id, endpoint_id, now, chaos)
        else:
            store.execute(
                "UPDATE deliveries SET due = ?, attempts = ?, planned = 1 WHERE seq = ?", until, attempts + 1, seq
            )
            account = store.platform.account if store.platform else None
            yield Delivery(seq, attempts + 1, bool(is_duplicate), event, endpoint, account)


def _plan(store: Store, seq: int, event: str, endpoint: str, now: float, chaos: Chaos) -> None:
    """Fix when, and how often, an event that was just recorded arrives."""
    first, *others = chaos.delays()
    store.execute("UPDATE deliveries SET due = ?, planned = 1 WHERE seq = ?", now + first, seq)
    for delay in others:
        _insert(store, event, endpoint, now + delay, is_planned=True, is_duplicate=True)


def mark_delivered(store: Store, delivery: Delivery) -> None:
    """Write down that the endpoint has the event, which waits for one webhook less."""
    with store.writing():
        claimed_row = store.row(
            "SELECT 1 FROM deliveries WHERE seq = ? AND attempts = ?", delivery.seq, delivery.attempt
        )
        if claimed_row is None:
            return
        store.execute("DELETE FROM deliveries WHERE seq = ?", delivery.seq)
        event = store.get("event", delivery.event["id"])
        if event is not None and not delivery.duplicate:
            store.replace("event", {**event, "pending_webhooks": event["pending_webhooks"] - 1})


def mark_failed(store: Store, delivery: Delivery, now: float, pauses: Sequence[float]) -> None:
    """Try a delivery again after the pause, or give up after the last one: then the event goes on counting a pending
    webhook."""
    with store.writing():
        if delivery.attempt > len(pauses):
            store.execute("DELETE FROM deliveries WHERE seq = ? AND attempts = ?", delivery.seq, delivery.attempt)
            return
        store.execute(
            "UPDATE deliveries SET due = ? WHERE seq = ? AND attempts = ?",
            now + pauses[delivery.attempt - 1],
            delivery.seq,
            delivery.attempt,
        )


def payload(delivery: Delivery, base: str = page_addresses.BASE) -> bytes:
    """Return the body as Stripe sends it, with addresses of pages that are served at `base`. Its `api_version` is the
    endpoint's; the object inside keeps the one shape that the local Stripe has, whatever that version."""
    version = delivery.endpoint["api_version"] or delivery.event["api_version"]
    event = {**delivery.event, "api_version": version}
    if delivery.endpoint.get(CONNECT):
        event["account"] = delivery.account
    return page_addresses.with_base(json.dumps(event, indent=2), base).encode()
