"""The threads that call handlers: some for quick calls, and room of their own for slow ones.

A call that takes longer than `slow_after` seconds counts as slow from then on, and another thread takes its place
among the quick ones. So many customers with a slow handler hold up the others for moments only, until as many slow
calls run as there is room for.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

Job = TypeVar("Job")


@dataclass
class RunningCall(Generic[Job]):
    """A call that runs, since `began_at` on the monotonic clock."""

    job: Job
    began_at: float
    slow: bool = False


class CallPool(Generic[Job]):
    """A pool that calls `call` with each job that is put, `quick` jobs at once and up to `slow` long-running ones
    besides.

    `call` raises nothing.
    """

    def __init__(
        self, call: Callable[[Job], None], *, quick: int, slow: int, slow_after: float, name: str = "handler"
    ) -> None:
        self._call = call
        self._quick = quick
        self._slow = slow
        self._slow_after = slow_after
        self._name = name
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._guard = threading.Lock()
        self._running: dict[int, RunningCall[Job]] = {}
        self._started = 0

    def start(self) -> None:
        for _ in range(self._quick):
            self._start_thread()

    def put(self, job: Job) -> None:
        """Have the job called, after those that were put before it."""
        self._jobs.put(job)

    @property
    def unbegun(self) -> int:
        """Return how many jobs no thread has begun."""
        return self._jobs.qsize()

    @property
    def quick(self) -> int:
        """Return how many jobs are unbegun, or running and not slow."""
        with self._guard:
            return self._jobs.qsize() + sum(not one.slow for one in self._running.values())

    def running_jobs(self) -> list[Job]:
        """Return the jobs whose calls have begun and not ended."""
        with self._guard:
            return [one.job for one in self._running.values()]

    def make_room(self) -> float | None:
        """Count calls that have become slow as slow; seconds until the next one does, None where none will."""
        now = time.monotonic()
        with self._guard:
            slow = sum(one.slow for one in self._running.values())
            quick = sorted((one for one in self._running.values() if not one.slow), key=lambda one: one.began_at)
            due = [one for one in quick if now - one.began_at >= self._slow_after][: self._slow - slow]
            for one in due:
                one.slow = True
        for _ in due:
            self._start_thread()
        if slow + len(due) >= self._slow or len(due) == len(quick):
            return None
        return max(quick[len(due)].began_at + self._slow_after - now, 0.0)

    def take_back(self) -> list[Job]:
        """Remove and return the jobs that no thread has begun."""
        jobs: list[Job] = []
        while True:
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                return jobs
            if job is not None:
                jobs.append(job)

    def close(self) -> None:
        """Let the threads end, each after the call that it runs."""
        with self._guard:
            count = self._started
        for _ in range(count):
            self._jobs.put(None)

    def _start_thread(self) -> None:
        with self._guard:
            self._started += 1
            number = self._started
        threading.Thread(target=self._work, args=(number,), name=f"{self._name}-{number}", daemon=True).start()

    def _work(self, number: int) -> None:
        while (job := self._jobs.get()) is not None:
            running_call = RunningCall(job, time.monotonic())
            with self._guard:
                self._running[number] = running_call
            try:
                self._call(job)
            finally:
                with self._guard:
                    del self._running[number]
            if running_call.slow:
                return  # another thread has taken this one's place
