"""`billing listen` as processes that a test kills, stops and starts again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from stripe_billing_cli.events.store import open_store
from tests.listener.receiving import SECRET
from tests.listener_process import begun
from tests.postgres import free_port

BILLING = Path(sys.executable).with_name("billing")
READY_SECONDS = 30
HANDLED_SECONDS = 120


@dataclass
class Receiver:
    """`billing listen` as a process, on a port that it keeps from one life to the next."""

    directory: Path
    store: str
    commands: Sequence[str] = ("echo $BILLING_EVENT_ID >> ran",)
    """Its handlers."""
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[str] | None = None
    ready: bool = False

    def start(self) -> None:
        self.launch()
        self.wait_until_ready()

    def launch(self) -> None:
        self.ready = False
        command = [
            BILLING,
            "listen",
            "--local",
            "--port",
            str(self.port),
            "--secret",
            SECRET,
            "--store",
            self.store,
            "--admin",
            "off",
        ]
        self.process = subprocess.Popen(
            [*command, *(part for one in self.commands for part in ("--exec", one)), "--output", "id"],
            cwd=self.directory,
            env={"PATH": os.environ["PATH"], "HOME": str(self.directory)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    def wait_until_ready(self) -> None:
        if self.ready:
            return
        assert self.process is not None
        assert self.process.stderr is not None
        begun(self.process.stderr)
        threading.Thread(target=self.process.stderr.read, daemon=True).start()  # so that it never waits for us
        self.ready = True

    def stop(self, how: signal.Signals) -> int:
        assert self.process is not None
        self.process.send_signal(how)
        return self.process.wait(READY_SECONDS)


@contextmanager
def listening(directory: Path, store: str, count: int, *commands: Sequence[str]) -> Iterator[list[Receiver]]:
    receivers = [Receiver(directory, store, *commands) for _ in range(count)]
    with ExitStack() as last:
        for receiver in receivers:
            receiver.launch()
            last.callback(lambda one=receiver: one.process.poll() is None and one.stop(signal.SIGKILL))
        for receiver in receivers:
            receiver.wait_until_ready()
        yield receivers
        for receiver in receivers:
            assert receiver.stop(signal.SIGTERM) == 0


def wait_until_handled(store: str) -> None:
    """Until the listeners that run have finished all that was acknowledged, by themselves."""
    deadline = time.monotonic() + HANDLED_SECONDS
    with open_store(store) as event_store:
        while counts := {key: count for key, count in event_store.work.counts().items() if count}:
            assert time.monotonic() < deadline, counts
            threading.Event().wait(0.05)
