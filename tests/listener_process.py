"""`billing listen` as a process of the installed command."""

from __future__ import annotations

import os
import queue
import re
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.end_to_end.conftest import BILLING
from tests.webhooks.receiving import SECRET, Running, delivery, event_body


@contextmanager
def listening(
    directory: Path, *options: str, stdout: Any = subprocess.PIPE, door: str = "--local", token: str = ""
) -> Iterator[tuple[Any, Any, int]]:
    """The process, its lines as they come, its port."""
    process = subprocess.Popen(
        [BILLING, "listen", door, "--port", "0", "--secret", f"whsec_of_before_it_was_rolled,{SECRET}", *options],
        cwd=directory,
        env={"PATH": os.environ["PATH"], "HOME": str(directory), "TERM": "dumb", "BILLING_ACCESS_TOKEN": token},
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()
    try:
        first = process.stderr.readline()
        assert "Listening on http://127.0.0.1:" in first, first + process.stderr.read()
        if process.stdout is not None:
            threading.Thread(target=lambda: [lines.put(line) for line in process.stdout], daemon=True).start()
        process.admin_port = int(re.findall(r"metrics on http://127\.0\.0\.1:(\d+)", first)[0])  # type: ignore[attr-defined]
        yield process, lines, int(first.split("127.0.0.1:")[1].split("/")[0])
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        assert process.wait(20) in (0, -signal.SIGKILL)
        process.stderr.close()


def deliver(port: int, body: bytes) -> int:
    return Running(port, *[None] * 4).ask(delivery(body)).status  # type: ignore[arg-type]


def product(id: str, *, name: str | None = None, **about: Any) -> bytes:
    """An event about a product; `name` is the event's id."""
    inside = {"object": {"id": id, "object": "product", "active": False}, "previous_attributes": {"active": True}}
    return event_body(name or f"evt_{id}", type="product.updated", data=inside, **about)
