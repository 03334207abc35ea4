"""The spawner: a small process of its own that starts the commands of `--exec` and ends them with the listener.

Commands never outlive the listener, a `kill -9` of it included: the spawner kills them and what they started when the
socket between the two closes (`spawner_process.py`). It is also quicker than starting them from a process with many
threads.
"""

from __future__ import annotations

import contextlib
import marshal
import os
import queue
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stripe_billing_cli.events.actions.spawner_process import END_SECONDS, KILL_SECONDS, LENGTH, PROCESS, kill_sessions

TAIL = 4096
"""Bytes that are kept of what a command wrote."""
SPAWNERS = 4
PROGRAM = Path(__file__).with_name("spawner_process.py")


class SpawnError(Exception):
    """The error of a command that could not be started, or of which the end is not known."""


class NotEndedError(Exception):
    """A command did not end in time; it was killed."""


@dataclass
class Slot:
    """The three files that commands have as stdin, stdout and stderr, one command after the other."""

    number: int
    input: int
    output: int
    errors: int
    connection: Connection | None = None
    """The spawner that knows them."""

    @property
    def files(self) -> tuple[int, int, int]:
        return self.input, self.output, self.errors

    def prepare(self, text: bytes) -> None:
        """Have the next command read this text and nothing of the last one's."""
        for file in self.files:
            os.ftruncate(file, 0)
            os.lseek(file, 0, os.SEEK_SET)
        offset = 0
        while offset < len(text):
            offset += os.pwrite(self.input, text[offset:], offset)

    def close(self) -> None:
        for file in self.files:
            os.close(file)


@dataclass
class Command:
    """A command that was handed to the spawner. `replies` gets its message; None where the spawner has ended."""

    number: int
    slot: Slot
    replies: queue.SimpleQueue[Mapping[str, Any] | None] = field(default_factory=queue.SimpleQueue)


@dataclass
class Connection:
    """A spawner process that runs, the socket to it, and the table in which it writes the processes of slots."""

    process: subprocess.Popen[bytes]
    link: socket.socket
    table: int
    send_lock: threading.Lock = field(default_factory=threading.Lock)

    def send(self, message: Mapping[str, Any], files: Sequence[int] = ()) -> None:
        """Send a message to the spawner, with open files. Raises `OSError`."""
        body = marshal.dumps(dict(message))
        data = LENGTH.pack(len(body)) + body
        with self.send_lock:
            byte_count = socket.send_fds(self.link, [data], files) if files else 0
            self.link.sendall(data[byte_count:])

    def process_of(self, slot: Slot) -> int:
        """Return the process that runs for a slot; 0 where none does."""
        entry = os.pread(self.table, PROCESS.size, slot.number * PROCESS.size)
        return int(PROCESS.unpack(entry)[0]) if len(entry) == PROCESS.size else 0


@dataclass(frozen=True)
class CommandEnd:
    """The end of a command: its exit code, or minus the signal, and the last bytes that it wrote to each file."""

    code: int
    output: bytes
    errors: bytes


class Spawner:
    """A process that starts commands, called from any thread. Its process starts with the first one or by `start`, and
    again if it ends."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._connection: Connection | None = None
        self._commands: dict[int, Command] = {}
        self._last_number = 0
        self._slot_count = 0
        self._free_slots: list[Slot] = []

    def start(self) -> int:
        """Return the id of the spawner's process, started if it does not run."""
        return self._connect().process.pid

    def run(self, command: str, environment: Mapping[str, str], text: bytes, timeout: float) -> CommandEnd:
        """Run a command by the shell, with `text` to read.

        Raises `SpawnError`, and after `timeout` seconds `NotEndedError`, with the command and what it started killed.
        """
        new_command = self._new_command()
        reusable = False
        try:
            connection = self._connect()
            self._hand_to(connection, new_command, command, environment, text)
            try:
                reply = self._wait_for_end(new_command, timeout)
            except queue.Empty:
                self._kill(connection, new_command)
                raise NotEndedError from None
            reusable = not reply["left"]
            code = os.waitstatus_to_exitcode(reply["status"])
            return CommandEnd(code, _tail(new_command.slot.output), _tail(new_command.slot.errors))
        finally:
            self._finish(new_command, reusable=reusable)

    def kill_all(self) -> None:
        """Kill the commands that run."""
        with self._guard:
            connection, commands = self._connection, list(self._commands.values())
        if connection is not None:
            for command in commands:
                with contextlib.suppress(OSError):
                    connection.send({"kill": command.number})

    def close(self) -> None:
        """End the spawner, and with it what still runs."""
        with self._guard:
            connection, self._connection = self._connection, None
            free_slots, self._free_slots = self._free_slots, []
        for slot in free_slots:
            slot.close()
        if connection is not None:
            with contextlib.suppress(OSError):
                connection.link.shutdown(socket.SHUT_RDWR)
            connection.process.wait()

    def _new_command(self) -> Command:
        with self._guard:
            self._last_number += 1
            number = self._last_number
            slot = self._free_slots.pop() if self._free_slots else None
            if slot is None:
                self._slot_count += 1
                slot_number = self._slot_count
        if slot is None:
            slot = Slot(slot_number, _file(in_memory=True), _file(), _file())
        command = Command(number, slot)
        with self._guard:
            self._commands[number] = command
        return command

    def _finish(self, command: Command, *, reusable: bool) -> None:
        """Keep the slot for the next command, unless something that the command started may use its files still."""
        with self._guard:
            self._commands.pop(command.number, None)
            if reusable:
                self._free_slots.append(command.slot)
        if not reusable:
            command.slot.close()

    def _hand_to(
        self, connection: Connection, command: Command, shell_command: str, environment: Mapping[str, str], text: bytes
    ) -> None:
        slot = command.slot
        slot.prepare(text)
        message = {
            "run": command.number,
            "slot": slot.number,
            "command": shell_command,
            "environment": dict(environment),
        }
        try:
            if slot.connection is not connection:
                connection.send({"slot": slot.number}, slot.files)
                slot.connection = connection
            connection.send(message)
        except OSError as error:
            raise SpawnError("the command could not be started: the spawner has ended") from error

    def _wait_for_end(self, command: Command, timeout: float | None) -> Mapping[str, Any]:
        """Return the spawner's message about the end of a command. Raises `SpawnError`, and `queue.Empty` when the time
        is up."""
        reply = command.replies.get(timeout=timeout)
        if reply is None:
            raise SpawnError("cut off: the process that starts commands has ended")
        if "error" in reply:
            raise SpawnError(f"the command could not be started: {reply['error']}")
        return reply

    def _kill(self, connection: Connection, command: Command) -> None:
        with contextlib.suppress(OSError, queue.Empty, SpawnError):
            connection.send({"kill": command.number})
            self._wait_for_end(command, 10)

    def _connect(self) -> Connection:
        with self._guard:
            if self._connection is None:
                self._connection = _start_process()
                threading.Thread(target=self._read, args=(self._connection,), name="spawner", daemon=True).start()
            return self._connection

    def _read(self, connection: Connection) -> None:
        """Hand each message to the command that it is about, until the spawner ends."""
        buffer = b""
        with contextlib.suppress(OSError):
            while data := connection.link.recv(1 << 16):
                buffer += data
                while len(buffer) >= LENGTH.size and len(buffer) >= LENGTH.size + LENGTH.unpack_from(buffer)[0]:
                    end = LENGTH.size + LENGTH.unpack_from(buffer)[0]
                    message = marshal.loads(buffer[LENGTH.size : end])
                    buffer = buffer[end:]
                    if (command := self._commands.get(message["run"])) is not None:
                        command.replies.put(message)
        self._give_up(connection)

    def _give_up(self, connection: Connection) -> None:
        """Kill what an ended spawner started: nobody else looks after that."""
        with self._guard:
            if self._connection is connection:
                self._connection = None
            commands = list(self._commands.values())
        connection.link.close()
        slots = [command.slot for command in commands if command.slot.connection is connection]
        sessions = {process for slot in slots if (process := connection.process_of(slot))}
        deadline = time.monotonic() + END_SECONDS
        while (sessions := kill_sessions(sessions)) and time.monotonic() < deadline:
            time.sleep(KILL_SECONDS)
        for command in commands:
            command.replies.put(None)
        os.close(connection.table)


def _start_process() -> Connection:
    """Start the process of the spawner, and connect to it. Raises `SpawnError`."""
    our_end, their_end = socket.socketpair()
    try:
        with their_end:
            process = subprocess.Popen(
                [sys.executable, "-I", "-S", str(PROGRAM)],
                stdin=their_end.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={},
                start_new_session=True,
            )
        connection = Connection(process, our_end, _file(in_memory=True))
        connection.send({"table": True}, [connection.table])
    except OSError as error:
        our_end.close()
        raise SpawnError(f"no command can be started: {error.strerror or error}") from error
    return connection


def _file(*, in_memory: bool = False) -> int:
    """Return a file without a name, gone when it is closed; in memory where that is wanted and the system has such
    files."""
    if in_memory and hasattr(os, "memfd_create"):
        return os.memfd_create("billing")
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())


def _tail(file: int) -> bytes:
    """Return the last bytes of a file."""
    size = os.fstat(file).st_size
    return os.pread(file, TAIL, max(size - TAIL, 0)) if size else b""


class SpawnerPool:
    """A pool of spawners: each waits while the system starts a command, so that one alone keeps processors idle."""

    def __init__(self, size: int = SPAWNERS) -> None:
        self._spawners = [Spawner() for _ in range(size)]
        self._guard = threading.Lock()
        self._running = [0] * len(self._spawners)

    def start(self) -> list[int]:
        """Return the ids of the spawners' processes, started if they do not run."""
        return [spawner.start() for spawner in self._spawners]

    def run(self, command: str, environment: Mapping[str, str], text: bytes, timeout: float) -> CommandEnd:
        """Run a command as `Spawner.run` does, by the spawner that has the fewest."""
        with self._guard:
            place = self._running.index(min(self._running))
            self._running[place] += 1
        try:
            return self._spawners[place].run(command, environment, text, timeout)
        finally:
            with self._guard:
                self._running[place] -= 1

    def kill_all(self) -> None:
        """Kill the commands that run."""
        for spawner in self._spawners:
            spawner.kill_all()

    def close(self) -> None:
        """End the spawners, and with them what still runs."""
        for spawner in self._spawners:
            spawner.close()
