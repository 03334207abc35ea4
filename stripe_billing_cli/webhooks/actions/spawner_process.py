"""The program of the spawner: a small process that starts commands for a listener, and ends them when it ends.

Run as a script, by the interpreter alone: it imports nothing of this package. Its standard input is a socket. Over it
come messages, each a length of four bytes and a dict in Python's `marshal` (both sides are the same interpreter):

    {"table": True}                                  with a file: where the process of each slot is written down
    {"slot": 3}                                      with three files: what its commands have as stdin, stdout, stderr
    {"run": 7, "slot": 3, "command": "./provision.sh", "environment": {…}}
    {"kill": 7}                                      the command's group of processes

and back go `{"run": 7, "error": "…"}`, or when it has ended `{"run": 7, "status": …, "left": False}`: the status as
`os.waitpid` gives it, and whether its group has processes left, which may use the slot's files still. A slot is
registered once and used for one command after the other: making and passing files costs as much as starting `true`.

When the other end of the socket closes, for whatever reason, every group that is left is killed; the process ends when
they are gone. What a command has left running in its group counts; what made itself a group of its own does not.
"""

from __future__ import annotations

import contextlib
import marshal
import os
import selectors
import signal
import socket
import struct
import sys
import time

LENGTH = struct.Struct("!I")
PROCESS = struct.Struct("!I")
"""A process in the table, at the place of its slot; 0 where none runs."""
PLAIN_SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE]
"""Signals that this process ignores, and its commands do not."""
LOOK_SECONDS = 1.0
"""Seconds between two looks for groups that have ended after their commands."""
END_SECONDS = 10.0
"""How long killed groups may take to be gone."""


class Spawner:
    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._received = b""
        self._files: list[int] = []
        self._table = -1
        self._slots: dict[int, list[int]] = {}
        self._running: dict[int, tuple[int, int]] = {}
        """The number and the slot of each command that runs, by process."""
        self._left: set[int] = set()
        """Groups whose command has ended and which may have other processes."""

    def serve(self) -> None:
        """Serve until the other end closes, then kill what is left."""
        wakeup, woken = os.pipe()
        os.set_blocking(woken, False)
        os.set_blocking(wakeup, False)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        signal.set_wakeup_fd(woken)
        with selectors.DefaultSelector() as selector:
            selector.register(self._connection, selectors.EVENT_READ)
            selector.register(wakeup, selectors.EVENT_READ)
            while True:
                ready = {key.fd for key, _ in selector.select(LOOK_SECONDS if self._left else None)}
                if wakeup in ready:
                    os.read(wakeup, 4096)
                self._reap()
                self._forget_ended_groups()
                if self._connection.fileno() in ready and not self._receive():
                    break
        self._kill_all()

    def _receive(self) -> bool:
        """Carry out what has come. False where the other end has closed."""
        try:
            data, files, _, _ = socket.recv_fds(self._connection, 1 << 16, 3, getattr(socket, "MSG_CMSG_CLOEXEC", 0))
        except OSError:
            return False
        for file in files:
            os.set_inheritable(file, False)
        self._files += files
        if not data:
            return False
        self._received += data
        while len(self._received) >= LENGTH.size:
            (length,) = LENGTH.unpack_from(self._received)
            end = LENGTH.size + length
            if len(self._received) < end:
                break
            message, self._received = marshal.loads(self._received[LENGTH.size : end]), self._received[end:]
            self._carry_out(message)
        return True

    def _carry_out(self, message: dict[str, object]) -> None:
        if "run" in message:
            self._run(message)
        elif "kill" in message:
            for process, (number, _) in self._running.items():
                if number == message["kill"]:
                    _kill(process)
        elif "slot" in message:
            slot = message["slot"]
            assert isinstance(slot, int)
            for file in self._slots.pop(slot, ()):
                os.close(file)
            self._slots[slot] = self._take_files(3)
        elif "table" in message:
            [self._table] = self._take_files(1)

    def _take_files(self, count: int) -> list[int]:
        taken, self._files = self._files[:count], self._files[count:]
        return taken

    def _run(self, message: dict[str, object]) -> None:
        number, slot = message["run"], message["slot"]
        assert isinstance(number, int)
        assert isinstance(slot, int)
        try:
            process = _start(str(message["command"]), message["environment"], self._slots[slot])
        except OSError as error:
            self._tell({"run": number, "error": error.strerror or str(error)})
        else:
            self._running[process] = (number, slot)
            self._note(slot, process)

    def _note(self, slot: int, process: int) -> None:
        """Write the process of a slot down where the listener finds it if this process is gone."""
        os.pwrite(self._table, PROCESS.pack(process), slot * PROCESS.size)

    def _reap(self) -> None:
        while True:
            try:
                process, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if process == 0:
                return
            running = self._running.pop(process, None)
            left = _has_processes(process)
            if left:
                self._left.add(process)
            if running is not None:
                number, slot = running
                self._note(slot, 0)
                self._tell({"run": number, "status": status, "left": left})

    def _forget_ended_groups(self) -> None:
        self._left = {group for group in self._left if _has_processes(group)}

    def _tell(self, message: dict[str, object]) -> None:
        body = marshal.dumps(message)
        with contextlib.suppress(OSError):  # the other end has closed: what is running is killed next
            self._connection.sendall(LENGTH.pack(len(body)) + body)

    def _kill_all(self) -> None:
        deadline = time.monotonic() + END_SECONDS
        groups = {*self._running, *self._left}
        while groups and time.monotonic() < deadline:
            for group in groups:
                _kill(group)
            self._reap()
            groups = {group for group in groups if group in self._running or _has_processes(group)}
            time.sleep(0.002)


def _start(command: str, environment: object, files: list[int]) -> int:
    """The process of a shell that runs the command, in a session and a group of its own. Raises `OSError`."""
    assert isinstance(environment, dict)
    return os.posix_spawn(
        "/bin/sh",
        ["/bin/sh", "-c", command],
        environment,
        file_actions=[(os.POSIX_SPAWN_DUP2, file, number) for number, file in enumerate(files)],
        setsid=True,
        setsigdef=PLAIN_SIGNALS,
    )


def _kill(group: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def _has_processes(group: int) -> bool:
    """Whether a process of the group is left, one that waits to be looked after among them."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # a process of another user's, as after `sudo`
    return True


def main() -> None:
    for number in PLAIN_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    with socket.socket(fileno=os.dup(sys.stdin.fileno())) as connection:
        Spawner(connection).serve()


if __name__ == "__main__":
    main()
