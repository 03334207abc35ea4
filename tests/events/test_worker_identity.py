"""Work of a listener that was killed is taken up at once by the next one on the same machine."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
from collections.abc import Callable

import pytest

from stripe_billing_cli.events.event import Event
from stripe_billing_cli.events.handlers import Handler
from stripe_billing_cli.events.store import Store
from stripe_billing_cli.events.worker_identity import (
    dead_workers,
    living_workers,
    machine_id,
    release_expired,
    worker_name,
)
from stripe_billing_cli.listener.dispatcher import Dispatcher

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
        f"{machine_id()}.{os.getpid()}-1.abc",
        f"{machine_id()}.1.abc",
    ]

    assert dead_workers(names) == [f"{machine_id()}.{dead}.abc", f"{machine_id()}.{os.getpid()}-1.abc"]
    assert living_workers(names) == [mine]


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


def test_what_a_listener_had_when_it_was_killed_is_taken_up_by_another_on_its_machine(
    store: Store, make_event: Make
) -> None:
    """Long before its lease has run out."""
    done: queue.SimpleQueue[str] = queue.SimpleQueue()
    dispatcher = Dispatcher(store, None, more=[Handler("exec", lambda event, delivery: done.put(event.id))])
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as listener:
        store.events.record([make_event()], dispatcher.route)
        store.work.claim(f"{machine_id()}.{listener.pid}.abc", ["exec"], lease_seconds=3600)
        dispatcher.start()
        try:
            with pytest.raises(queue.Empty):
                done.get(timeout=0.1)
            listener.kill()
            assert done.get(timeout=10) == "evt_1"
        finally:
            dispatcher.stop()


def test_what_a_process_of_this_machine_has_begun_is_its_own_while_it_lives(store: Store, make_event: Make) -> None:
    """As after it was stopped for longer than its lease, or the machine slept."""
    store.events.record([make_event(), make_event(customer="cus_2")], lambda event: ("exec",))
    for worker in (worker_name(), f"elsewhere.{os.getpid()}-1.abc"):
        store.work.claim(worker, ["exec"], limit=1, lease_seconds=-1)

    assert release_expired(store) == 1

    assert [one.status for of in store.work.for_events(["evt_1", "evt_2"]).values() for one in of] == [
        "running",
        "pending",
    ]


def test_their_work_is_put_back_and_the_attempt_counts(store: Store, make_event: Make, dead: int) -> None:
    store.events.record([make_event(), make_event(customer="cus_2")], lambda event: ("exec",))
    lost = f"{machine_id()}.{dead}.abc"
    store.work.claim(lost, ["exec"], limit=1)
    store.work.claim(worker_name(), ["exec"], limit=1)

    for name in dead_workers(store.work.workers()):
        assert store.work.release_dead(name) == 1

    statuses = {
        event: [(one.status, one.attempts) for one in of]
        for event, of in store.work.for_events(["evt_1", "evt_2"]).items()
    }
    assert statuses == {"evt_1": [("pending", 1)], "evt_2": [("running", 1)]}
