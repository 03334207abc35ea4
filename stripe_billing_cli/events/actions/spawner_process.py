"""The program of the spawner: a small process that starts commands for a listener, and ends them when it ends.

Run as a script, by the interpreter alone: it imports nothing of this package. Its standard input is a socket. Over it
come messages, each a length of four bytes and a dict in Python's `marshal` (both sides are the same interpreter):

    {"table": True}                                  with a file: where the process of each slot is written down
    {"slot": 3}                                      with three files: what its commands have as stdin, stdout, stderr
    {"run": 7, "slot": 3, "command": "./provision.sh", "environment": {…}}
    {"kill": 7}                                      the command and what it started

and back go `{"run": 7, "error": "…"}`, or when it has ended `{"run": 7, "status": …, "left": False}`: the status as
`os.waitpid` gives it, and whether it has left processes behind, which may use the slot's files still. A slot is
registered once and used for one command after the other: making and passing files costs as much as starting `true`.

When the other end of the socket closes, for whatever reason, everything that is left is killed; the process ends when
it is gone. Each command has a session of its own, and what it starts is in there, also in a group of its own, as
`timeout` makes one, or left in the background. What made itself a daemon has another session, and lives on.
"""

from __future__ import annotations

import contextlib
import ctypes
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
"""Seconds between two looks for what has ended after its command."""
KILL_SECONDS = 0.01
"""Seconds between two looks for what a killed command has started meanwhile."""
END_SECONDS = 10.0
"""How long killed processes may take to be gone."""
SET_CHILD_SUBREAPER = 36
"""Of prctl(2): what commands leave behind becomes a child of this process, where it is found and looked after."""


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
        """Sessions whose command has ended and which may have other processes."""
        self._killed: set[int] = set()
        """Sessions that are to end."""
        self._children = -1
        """The file in which the system names this process's children; below 0 where there is none."""
        with contextlib.suppress(OSError):
            self._children = os.open(f"/proc/self/task/{os.getpid()}/children", os.O_RDONLY)

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
                ready = {key.fd for key, _ in selector.select(self._pause())}
                if wakeup in ready:
                    os.read(wakeup, 4096)
                self._reap()
                self._forget_ended()
                if self._connection.fileno() in ready and not self._receive():
                    break
        self._kill_all()

    def _pause(self) -> float | None:
        if self._killed:
            return KILL_SECONDS
        return LOOK_SECONDS if self._left else None

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
                    self._killed.add(process)
                    kill_sessions({process})
        elif "slot" in message:
            slot = message["slot"]
            assert isinstance(slot, int)
            for file in self._slots.pop(slot, ()):
                os.close(file)
            self._slots[slot] = self._take_files(3)
        elif "table" in message:
            [self._table] = self._take_files(1)

    def _take_files(self, count: int) -> list[int]:
        files, self._files = self._files[:count], self._files[count:]
        return files

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
            entry = self._running.pop(process, None)
            if entry is not None:
                has_survivors = _has_group(process) or process in self._sessions_left()
                if has_survivors:
                    self._left.add(process)
                number, slot = entry
                self._note(slot, 0)
                self._tell({"run": number, "status": status, "left": has_survivors})

    def _forget_ended(self) -> None:
        if self._left:
            self._left &= self._sessions_left() | {session for session in self._left if _has_group(session)}
        if self._killed:
            self._killed = kill_sessions(self._killed)

    def _sessions_left(self) -> set[int]:
        """Return the sessions of children that are no commands: of what commands have left behind, and of daemons."""
        sessions = set()
        if self._children >= 0:
            for child in map(int, os.pread(self._children, 1 << 16, 0).split()):
                if child not in self._running:
                    with contextlib.suppress(OSError):
                        sessions.add(os.getsid(child))
        return sessions

    def _tell(self, message: dict[str, object]) -> None:
        body = marshal.dumps(message)
        with contextlib.suppress(OSError):  # the other end has closed: what is running is killed next
            self._connection.sendall(LENGTH.pack(len(body)) + body)

    def _kill_all(self) -> None:
        deadline = time.monotonic() + END_SECONDS
        sessions = {*self._running, *self._left, *self._killed}
        while (sessions := kill_sessions(sessions)) and time.monotonic() < deadline:
            time.sleep(0.002)
            self._reap()


def _start(command: str, environment: object, files: list[int]) -> int:
    """Return the process of a shell that runs the command, in a session and a group of its own. Raises `OSError`."""
    assert isinstance(environment, dict)
    return os.posix_spawn(
        "/bin/sh",
        ["/bin/sh", "-c", command],
        environment,
        file_actions=[(os.POSIX_SPAWN_DUP2, file, number) for number, file in enumerate(files)],
        setsid=True,
        setsigdef=PLAIN_SIGNALS,
    )


def kill_sessions(sessions: set[int]) -> set[int]:
    """Kill the processes of these sessions. Return the sessions that had any: those may have started others
    meanwhile."""
    killed_sessions = {session for session in sessions if _has_group(session)}
    for session in killed_sessions:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(session, signal.SIGKILL)
    for process, session in _find_living(sessions):
        killed_sessions.add(session)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(process, signal.SIGKILL)
    return killed_sessions


def _find_living(sessions: set[int]) -> list[tuple[int, int]]:
    """Return the processes of these sessions that have not ended, each with its session; none where there is no
    /proc."""
    processes = []
    with contextlib.suppress(OSError):
        for name in os.listdir("/proc") if sessions else ():  # noqa: PTH208  # pathlib takes long to import
            if name.isdigit():
                with contextlib.suppress(OSError):
                    state, _, _, session = _read(f"/proc/{name}/stat").rpartition(b")")[2].split()[:4]
                    if int(session) in sessions and state not in (b"Z", b"X"):
                        processes.append((int(name), int(session)))
    return processes


def _read(path: str) -> bytes:
    with open(path, "rb") as file:  # noqa: PTH123  # as above
        return file.read()


def _has_group(group: int) -> bool:
    """Return whether a process of the group is left, one that waits to be looked after among them."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # a process of another user's, as after `sudo`
    return True


def _adopt_orphans() -> None:
    with contextlib.suppress(AttributeError, OSError):  # not a Linux
        ctypes.CDLL(None).prctl(SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def main() -> None:
    for number in PLAIN_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    _adopt_orphans()
    with socket.socket(fileno=os.dup(sys.stdin.fileno())) as connection:
        Spawner(connection).serve()


if __name__ == "__main__":
    main()
