"""Files and directories that only the user may read, and that no repository should take in."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Callable
from pathlib import Path

STATE = ".billing"
"""The directory in which this program keeps what belongs to the directory that it is run in."""


def make_private_directory(path: Path) -> None:
    """Make a directory, 0700 where it is made here; `.billing` gets a `.gitignore` for all that is in it.

    Raises `OSError`.
    """
    if path.name != STATE and STATE in path.parts[:-1]:
        make_private_directory(path.parent)
    if not path.is_dir():
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.chmod(0o700)
    if path.name == STATE:
        with contextlib.suppress(FileExistsError):
            file = os.open(path / ".gitignore", os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            with os.fdopen(file, "w", encoding="utf-8") as ignore_file:
                ignore_file.write("# Keys, secrets and events of customers.\n*\n")


def make_private_file(path: Path, content: Callable[[], bytes] = bytes) -> None:
    """Make a file where there is none, and take from others the right to read one that is there.

    `content` says what stands in a new file, which is there whole or not at all. Raises `OSError`.
    """
    make_private_directory(path.parent)
    if path.exists():
        take_from_others(path)
    else:
        _make(path, content())


def _make(path: Path, content: bytes) -> None:
    """Make a file, if no other process does so first."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        with contextlib.suppress(FileExistsError):
            os.link(temporary, path)
    finally:
        temporary.unlink()


def take_from_others(path: Path) -> None:
    """Let only the user read a file that is the user's own. Raises `OSError`."""
    if path.is_file() and path.stat().st_mode & 0o077 and path.stat().st_uid == os.getuid():
        path.chmod(0o600)
