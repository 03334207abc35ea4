"""A thread that ends before its listener is reported, and the listener is not ready any more."""

from __future__ import annotations

import queue
import threading
import time
from urllib.parse import urlsplit

import pytest

from stripe_billing_cli.cli.event_log import EventLog
from stripe_billing_cli.cli.output import Printer
from stripe_billing_cli.events.actions.spec import Action
from stripe_billing_cli.events.store import Store
from stripe_billing_cli.events.worker import Worker
from stripe_billing_cli.listener.hooks import ListenerHooks
from stripe_billing_cli.listener.known_secrets import KnownSecrets
from stripe_billing_cli.listener.listener import Listener
from stripe_billing_cli.listener.options import Address, ListenerOptions
from tests.listener.receiving import SECRET, Running, request


def test_a_thread_that_has_ended_is_reported(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    ended: queue.SimpleQueue[str] = queue.SimpleQueue()
    monkeypatch.setattr(Worker, "_keep_leases", lambda worker: None)
    options = ListenerOptions(Address(port=0), actions=[Action("exec", "true")])
    secrets = KnownSecrets([SECRET], list, time.time)
    listener = Listener(store, None, secrets, options, ListenerHooks(part_ended=ended.put))
    thread = threading.Thread(target=listener.run)
    thread.start()
    try:
        name = ended.get(timeout=20)
        port = urlsplit(listener.addresses.url).port
        assert port is not None
        answer = Running(port, *[None] * 4).ask(request(b"", path="/readyz", method="GET"))  # type: ignore[arg-type]
    finally:
        listener.stop()
        thread.join(20)

    assert name.startswith("worker of exec-true-")
    assert (answer.status, answer.text) == (503, f"Ended, and to be started again: {name}.\n")


def test_it_is_logged_once_in_a_while(capsys: pytest.CaptureFixture[str]) -> None:
    with EventLog(Printer("json")) as log:
        for _ in range(3):
            log.part_ended("writer")

    assert capsys.readouterr().err.count("A part of the listener has ended: writer.") == 1
