"""`billing listen` as a process of the installed command."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from tests.end_to_end.conftest import BILLING
from tests.event_bodies import event_body
from tests.listener.receiving import SECRET, Running, delivery


@dataclass(frozen=True)
class Listening:
    """Where a listener is reached, as its log says."""

    url: str
    port: int
    admin_port: int | None


def entries(stderr: IO[str]) -> Iterator[dict[str, Any]]:
    """Yield the entries of a listener's log, as it writes them."""
    for line in stderr:
        yield json.loads(line)


def entry(stderr: IO[str], level: str) -> dict[str, Any]:
    """Return the next entry, which has to be of this level."""
    first_entry = next(entries(stderr))
    assert first_entry["level"] == level, first_entry
    return first_entry


def begun(stderr: IO[str] | None) -> Listening:
    """Wait until a listener listens, and read where."""
    assert stderr is not None
    lines = []
    for one in entries(stderr):
        lines.append(one)
        if one["message"].startswith("Listening on "):
            admin = one.get("admin_url")
            return Listening(one["url"], _port(one["url"]), _port(admin) if admin else None)
    raise AssertionError(f"it never listened: {lines}")


def _port(url: str) -> int:
    port = urlsplit(url).port
    assert port is not None
    return port


@contextmanager
def listening(
    directory: Path, *options: str, stdout: Any = subprocess.PIPE, connection_option: str = "--local", token: str = ""
) -> Iterator[tuple[Any, Any, int]]:
    """The process, its lines as they come, its port."""
    process = subprocess.Popen(
        [
            BILLING,
            "listen",
            connection_option,
            "--port",
            "0",
            "--secret",
            f"whsec_of_before_it_was_rolled,{SECRET}",
            *options,
        ],
        cwd=directory,
        env={"PATH": os.environ["PATH"], "HOME": str(directory), "TERM": "dumb", "BILLING_ACCESS_TOKEN": token},
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()
    try:
        where = begun(process.stderr)
        if process.stdout is not None:
            threading.Thread(target=lambda: [lines.put(line) for line in process.stdout], daemon=True).start()
        process.admin_port = where.admin_port  # type: ignore[attr-defined]
        yield process, lines, where.port
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        assert process.wait(20) in (0, -signal.SIGKILL)
        process.stderr.close()


def deliver(port: int, body: bytes) -> int:
    return Running(port, *[None] * 4).ask(delivery(body)).status  # type: ignore[arg-type]


def product(id: str, *, name: str | None = None, **about: Any) -> bytes:
    """Return an event about a product; `name` is the event's id."""
    inside = {"object": {"id": id, "object": "product", "active": False}, "previous_attributes": {"active": True}}
    return event_body(name or f"evt_{id}", type="product.updated", data=inside, **about)
