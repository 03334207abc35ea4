"""Notices while Stripe lets a command wait: once after two seconds, then every half minute.

They are for commands that come to an end: one with a log (`Context.has_log`) is idle most of the time."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable

FIRST = 2.0
LATER = 30.0
"""Seconds."""


class SlowNotice:
    """Says on stderr that Stripe is waited for, in a pipe too, as long as the command has said nothing itself."""

    def __init__(self, has_spoken: Callable[[], bool]) -> None:
        self._has_spoken = has_spoken
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def begin(self) -> None:
        self._thread.start()

    def end(self) -> None:
        self._ended.set()

    def _run(self) -> None:
        seconds, pause = 0.0, FIRST
        while not self._ended.wait(pause) and not self._has_spoken():
            seconds, pause = seconds + pause, LATER
            sys.stderr.write(f"Waiting for Stripe for {seconds:.0f} seconds …\n")
            sys.stderr.flush()
