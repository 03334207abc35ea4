"""The machine and process of a worker, so that a listener that starts knows which ones of before are gone.

On other machines a lease tells it, after a minute. On the same machine the processes tell it, at once, and whatever the
lease: one that was stopped, or slept with its machine, goes on with what it had begun.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import socket
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from stripe_billing_cli.events.store import Store

BOOT = Path("/proc/sys/kernel/random/boot_id")
NAMESPACE = Path("/proc/self/ns/pid")


def machine_id() -> str:
    """Return an id that is the same for processes that see each other by their numbers: machine, boot and, in
    containers, namespace."""
    parts = [socket.gethostname()]
    with contextlib.suppress(OSError):  # not a Linux
        parts += [BOOT.read_text(encoding="ascii"), str(NAMESPACE.stat().st_ino)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


@dataclass(frozen=True)
class Process:
    """A process of this machine. `started_at` tells it from a later one with its number; None where that is not
    known."""

    number: int
    started_at: int | None = None

    @classmethod
    def parse(cls, text: str) -> Process:
        """Read a process as it is written in the name of a worker. Raises `ValueError`."""
        number, _, started_at = text.partition("-")
        return cls(int(number), int(started_at) if started_at else None)

    @classmethod
    def from_number(cls, number: int) -> Process:
        state = _state(number)
        return cls(number, None if state is None else state[1])

    def __str__(self) -> str:
        return str(self.number) if self.started_at is None else f"{self.number}-{self.started_at}"

    @property
    def alive(self) -> bool:
        try:
            os.kill(self.number, 0)
        except ProcessLookupError:
            return False
        except OSError:
            pass  # somebody else's
        state = _state(self.number)
        if state is None:  # not a Linux, or gone just now
            return True
        # What has ended may wait for its parent to look: in a container for long.
        return state[0] not in ("Z", "X") and self.started_at in (None, state[1])


def worker_name(spawners: Iterable[int] = ()) -> str:
    """Return a name that says where the worker is, and by which process. `spawners` are those that start its commands.

    A worker is gone when all of these processes are: until then, a command of it may still run.
    """
    processes = "+".join(str(Process.from_number(number)) for number in [os.getpid(), *spawners])
    return f"{machine_id()}.{processes}.{uuid.uuid4().hex[:8]}"


def dead_workers(workers: Iterable[str]) -> list[str]:
    """Return those of the workers whose processes were here and are not any more."""
    return [
        name for name in workers if (processes := _processes(name)) and not any(process.alive for process in processes)
    ]


def living_workers(workers: Iterable[str]) -> list[str]:
    """Return those of the workers of which a process is known to be here."""
    return [
        name
        for name in workers
        if any(process.started_at is not None and process.alive for process in _processes(name))
    ]


def release_dead_workers(store: Store) -> int:
    """Put back what workers had running whose process was here and is not any more. Return how many. Raises
    `StoreError`."""
    return sum(store.work.release_dead(name) for name in dead_workers(store.work.workers()))


def release_expired(store: Store) -> int:
    """Put back what workers had running that are elsewhere, and not heard of for a lease. Raises `StoreError`."""
    return store.work.release_expired(but=living_workers(store.work.workers()))


def _processes(name: str) -> list[Process]:
    """Return the processes of a worker of this machine; none for one of another."""
    where, _, rest = name.partition(".")
    if where != machine_id():
        return []
    try:
        return [Process.parse(text) for text in rest.partition(".")[0].split("+")]
    except ValueError:
        return []


def _state(process: int) -> tuple[str, int] | None:
    """Return the state of a process and when it was started, in ticks of the machine; None where the system does not
    say."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return fields[0], int(fields[19])
    except (OSError, IndexError):
        return None
