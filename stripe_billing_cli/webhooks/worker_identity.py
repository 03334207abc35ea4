"""Where a worker works, so that a listener that starts knows which ones of before are gone.

A lease tells that in any case, after a minute. On the same machine the process tells it at once.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import socket
import uuid
from collections.abc import Iterable
from pathlib import Path

from stripe_billing_cli.webhooks.store import Store

BOOT = Path("/proc/sys/kernel/random/boot_id")
NAMESPACE = Path("/proc/self/ns/pid")


def machine_id() -> str:
    """The same for processes that see each other by their numbers: machine, boot and, in containers, namespace."""
    parts = [socket.gethostname()]
    with contextlib.suppress(OSError):  # not a Linux
        parts += [BOOT.read_text(encoding="ascii"), str(NAMESPACE.stat().st_ino)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def worker_name(spawners: Iterable[int] = ()) -> str:
    """A name that says where the worker is, and by which process. `spawners` are those that start its commands.

    A worker is gone when all of these processes are: until then, a command of it may still run.
    """
    processes = "+".join(map(str, [os.getpid(), *spawners]))
    return f"{machine_id()}.{processes}.{uuid.uuid4().hex[:8]}"


def dead_workers(workers: Iterable[str]) -> list[str]:
    """Those of the workers whose process was here and is not any more."""
    here = machine_id()
    return [name for name in workers if _parts(name)[0] == here and not any(map(_alive, _parts(name)[1]))]


def release_dead_workers(store: Store) -> int:
    """Put back what workers had running whose process was here and is not any more; how many. Raises `StoreError`."""
    return sum(store.work.release_dead(name) for name in dead_workers(store.work.workers()))


def _parts(name: str) -> tuple[str, list[int]]:
    where, _, rest = name.partition(".")
    numbers = rest.partition(".")[0].split("+")
    return (where, [int(number) for number in numbers]) if all(map(str.isdigit, numbers)) else ("", [])


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True  # somebody else's
    return not _ended(process)


def _ended(process: int) -> bool:
    """Whether it has ended, and only waits for its parent to look: in a container that may be for long."""
    try:
        state = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except (OSError, IndexError):  # not a Linux, or gone just now
        return False
    return state in ("Z", "X")
