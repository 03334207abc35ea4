"""Work of a listener that was killed is taken up at once by the next one on the same machine."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
from collections.abc import Callable

import pytest

from stripe_billing_cli.webhooks.event import Event
from stripe_billing_cli.webhooks.handlers import Handler
from stripe_billing_cli.webhooks.store import Store
from stripe_billing_cli.webhooks.worker import Worker
from stripe_billing_cli.webhooks.worker_identity import dead_workers, machine_id, worker_name

Make = Callable[..., Event]


@pytest.fixture
def dead() -> int:
    """The number of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_who_is_gone(dead: int) -> None:
    mine = worker_name()
    names = [
        mine,
        f"{machine_id()}.{dead}.abc",
        f"elsewhere.{dead}.abc",
        "worker-1234",
        f"{machine_id()}.x.y",
        f"{machine_id()}.1.abc",
    ]

    assert dead_workers(names) == [f"{machine_id()}.{dead}.abc"]
    assert mine.split(".")[:2] == [machine_id(), str(os.getpid())]


def test_who_has_ended_and_was_not_looked_after_is_gone() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""], stdout=subprocess.PIPE)
    assert process.stdout is not None
    with process.stdout:
        process.stdout.read()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # ended, and left as it is
    try:
        assert dead_workers([f"{machine_id()}.{process.pid}.abc"]) == [f"{machine_id()}.{process.pid}.abc"]
    finally:
        process.wait()


def test_a_worker_takes_up_what_another_on_its_machine_had_when_it_was_killed(
    store: Store, make_event: Make, dead: int
) -> None:
    store.events.record([make_event()], lambda event: ("exec",))
    done: queue.SimpleQueue[str] = queue.SimpleQueue()
    worker = Worker(
        store,
        [Handler("exec", lambda event, delivery: done.put(event.id))],
        lease_seconds=0.4,
        on_outcome=lambda outcome: None,
        name=worker_name(),
    )
    store.work.claim(f"{machine_id()}.{dead}.abc", ["exec"], limit=1, lease_seconds=3600)
    worker.start()
    try:
        assert done.get(timeout=10) == "evt_1"
    finally:
        worker.stop()


def test_their_work_is_put_back_and_the_attempt_counts(store: Store, make_event: Make, dead: int) -> None:
    store.events.record([make_event(), make_event(customer="cus_2")], lambda event: ("exec",))
    lost = f"{machine_id()}.{dead}.abc"
    store.work.claim(lost, ["exec"], limit=1)
    store.work.claim(worker_name(), ["exec"], limit=1)

    for name in dead_workers(store.work.workers()):
        assert store.work.release_dead(name) == 1

    statuses = {
        event: [(one.status, one.attempts) for one in of] for event, of in store.work.of(["evt_1", "evt_2"]).items()
    }
    assert statuses == {"evt_1": [("pending", 1)], "evt_2": [("running", 1)]}
