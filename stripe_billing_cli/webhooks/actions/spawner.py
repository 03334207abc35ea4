"""The spawner: a small process of its own that starts the commands of `--exec` and ends them with the listener.

Commands never outlive the listener, a `kill -9` of it included: the spawner kills their groups when the socket between
the two closes (`spawner_process.py`). It is also quicker than starting them from a process with many threads.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stripe_billing_cli.webhooks.actions.spawner_process import LENGTH

PROGRAM = Path(__file__).with_name("spawner_process.py")


class SpawnError(Exception):
    """A command could not be started, or what became of it is not known."""


class NotEndedError(Exception):
    """A command did not end in time; it was killed."""


@dataclass
class Command:
    """A command that was handed to the spawner. `replies` gets its messages; None where the spawner has ended."""

    number: int
    replies: queue.SimpleQueue[Mapping[str, Any] | None] = field(default_factory=queue.SimpleQueue)
    process: int | None = None


@dataclass(frozen=True)
class Connection:
    """A spawner process that runs, and the socket to it."""

    process: subprocess.Popen[bytes]
    link: socket.socket
    sending: threading.Lock = field(default_factory=threading.Lock)

    def send(self, message: Mapping[str, Any], files: Sequence[int] = ()) -> None:
        """Raises `OSError`."""
        body = json.dumps(message).encode()
        data = LENGTH.pack(len(body)) + body
        with self.sending:
            sent = socket.send_fds(self.link, [data], files) if files else 0
            self.link.sendall(data[sent:])


class Spawner:
    """Starts commands, from any thread. Its process starts with the first one or by `start`, and again if it ends."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._connection: Connection | None = None
        self._commands: dict[int, Command] = {}
        self._last = 0

    def start(self) -> int:
        """The id of the spawner's process, started if it does not run."""
        return self._connected().process.pid

    def run(self, command: str, environment: Mapping[str, str], files: Sequence[int], timeout: float) -> int:
        """Run a command by the shell, with these files as stdin, stdout and stderr; its exit code, or minus the signal.

        Raises `SpawnError`, and after `timeout` seconds `NotEndedError`, with the command and what it started killed.
        """
        one = self._new_command()
        try:
            connection = self._connected()
            try:
                connection.send({"run": one.number, "command": command, "environment": dict(environment)}, files)
            except OSError as error:
                raise SpawnError("the command could not be started: the spawner has ended") from error
            try:
                return self._ended(one, timeout)
            except queue.Empty:
                self._kill(connection, one)
                raise NotEndedError from None
        finally:
            with self._guard:
                self._commands.pop(one.number, None)

    def kill_all(self) -> None:
        """Kill the commands that run."""
        with self._guard:
            connection, running = self._connection, list(self._commands.values())
        if connection is not None:
            for one in running:
                with contextlib.suppress(OSError):
                    connection.send({"kill": one.number})

    def close(self) -> None:
        """End the spawner, and with it what still runs."""
        with self._guard:
            connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(OSError):
                connection.link.shutdown(socket.SHUT_RDWR)
            connection.process.wait()

    def _new_command(self) -> Command:
        with self._guard:
            self._last += 1
            one = self._commands[self._last] = Command(self._last)
        return one

    def _ended(self, one: Command, timeout: float | None) -> int:
        """Raises `SpawnError`, and `queue.Empty` when the time is up."""
        while (reply := one.replies.get(timeout=timeout)) is not None:
            if "error" in reply:
                raise SpawnError(f"the command could not be started: {reply['error']}")
            if "status" in reply:
                return os.waitstatus_to_exitcode(reply["status"])
        raise SpawnError("cut off: the process that starts commands has ended")

    def _kill(self, connection: Connection, one: Command) -> None:
        with contextlib.suppress(OSError, queue.Empty, SpawnError):
            connection.send({"kill": one.number})
            self._ended(one, 10)

    def _connected(self) -> Connection:
        with self._guard:
            if self._connection is None:
                self._connection = _started()
                threading.Thread(target=self._read, args=(self._connection,), name="spawner", daemon=True).start()
            return self._connection

    def _read(self, connection: Connection) -> None:
        """Hand each message to the command that it is about, until the spawner ends."""
        received = b""
        with contextlib.suppress(OSError):
            while data := connection.link.recv(1 << 16):
                received += data
                while len(received) >= LENGTH.size and len(received) >= LENGTH.size + LENGTH.unpack_from(received)[0]:
                    end = LENGTH.size + LENGTH.unpack_from(received)[0]
                    self._hand_over(json.loads(received[LENGTH.size : end]))
                    received = received[end:]
        self._give_up(connection)

    def _hand_over(self, message: Mapping[str, Any]) -> None:
        with self._guard:
            one = self._commands.get(message["run"])
            if one is not None and "pid" in message:
                one.process = message["pid"]
            elif one is not None:
                one.replies.put(message)

    def _give_up(self, connection: Connection) -> None:
        """The spawner has ended: nobody else looks after what it started, so it is killed here."""
        with self._guard:
            if self._connection is connection:
                self._connection = None
            running = list(self._commands.values())
        connection.link.close()
        for one in running:
            if one.process is not None:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(one.process, signal.SIGKILL)
            one.replies.put(None)


def _started() -> Connection:
    """Raises `SpawnError`."""
    ours, theirs = socket.socketpair()
    try:
        with theirs:
            process = subprocess.Popen(
                [sys.executable, "-I", "-S", str(PROGRAM)],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={},
                start_new_session=True,
            )
    except OSError as error:
        ours.close()
        raise SpawnError(f"no command can be started: {error.strerror or error}") from error
    return Connection(process, ours)
