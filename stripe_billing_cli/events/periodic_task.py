"""Something done again and again beside everything else."""

from __future__ import annotations

import threading
from collections.abc import Callable


class PeriodicTask:
    """A task that calls `act` in a thread, at once and then after the seconds that it returns, until it is stopped."""

    def __init__(self, name: str, act: Callable[[], float]) -> None:
        self._act = act
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, *, grace_seconds: float = 5.0) -> None:
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(grace_seconds)

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    @property
    def stopping(self) -> bool:
        return self._stopping.is_set()

    def _run(self) -> None:
        while not self._stopping.wait(self._act()):
            pass
