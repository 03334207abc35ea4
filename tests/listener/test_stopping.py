"""What becomes of handlers that run when `billing listen` stops, as a process."""

from __future__ import annotations

import signal
import threading
from pathlib import Path

from stripe_billing_cli.events.store import open_store
from tests.listener_process import deliver, entry, listening, product

WAIT_FOR_FILE = "echo begun >> begun; while [ ! -e finish ]; do sleep 0.02; done; echo whole"


def wait_for(path: Path, text: str = "") -> None:
    for _ in range(12_000):
        if path.exists() and path.read_text().startswith(text):
            return
        threading.Event().wait(0.01)
    raise AssertionError(f"{path} never came")


def deliveries(directory: Path, event: str) -> list[tuple[str, int, str | None, str | None]]:
    with open_store(str(directory / ".billing/events.db")) as store:
        stored = store.events.get(event)
    assert stored is not None
    return [
        (one.status, one.attempts, one.outcome, one.error)
        for one in stored.deliveries
        if one.handler.startswith("exec-")
    ]


def test_sigterm_waits_for_the_handler_that_runs_and_says_so(directory: Path) -> None:
    with listening(directory, "--exec", WAIT_FOR_FILE) as (process, _, port):
        assert deliver(port, product("prod_1")) == 200
        wait_for(directory / "begun")
        process.send_signal(signal.SIGTERM)
        said = entry(process.stderr, "info")
        (directory / "finish").touch()
        assert entry(process.stderr, "info")["message"] == "Stopped."
        assert process.wait(20) == 0

    assert said["message"].startswith("Stopping: waiting up to 30 s for exec-")
    assert list(said["running"].values()) == [1]
    assert deliveries(directory, "evt_prod_1") == [("done", 1, "whole", None)]


def test_what_has_not_ended_after_the_grace_time_is_killed_and_counts(directory: Path) -> None:
    with listening(directory, "--exec", WAIT_FOR_FILE, "--grace", "1s") as (process, _, port):
        assert deliver(port, product("prod_1")) == 200
        wait_for(directory / "begun")
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0

    assert deliveries(directory, "evt_prod_1") == [("failed", 1, None, "killed by SIGKILL")]


def test_a_second_signal_does_not_wait(directory: Path) -> None:
    with listening(directory, "--exec", WAIT_FOR_FILE) as (process, _, port):
        assert deliver(port, product("prod_1")) == 200
        wait_for(directory / "begun")
        process.send_signal(signal.SIGINT)
        entry(process.stderr, "info")
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0

    assert deliveries(directory, "evt_prod_1") == [("failed", 1, None, "killed by SIGKILL")]


def test_after_a_kill_the_next_listener_runs_nothing_beside_itself(directory: Path) -> None:
    """Each run of the command notes its beginning and, if it gets there, its end: none begins within another."""
    ran = directory / "ran"
    command = "echo begin >> ran; while [ ! -e finish ]; do sleep 0.02; done; echo end >> ran"
    with listening(directory, "--exec", command) as (process, _, port):
        for number in range(3):
            assert deliver(port, product("prod_1", name=f"evt_{number}")) == 200
        wait_for(ran)
        process.kill()
        process.wait(20)

    with listening(directory, "--exec", command) as (_, lines, _):
        wait_for(ran, "begin\nbegin\n")
        (directory / "finish").touch()
        for _ in range(3):
            lines.get(timeout=120)

    assert ran.read_text().split() == ["begin", *["begin", "end"] * 3]
