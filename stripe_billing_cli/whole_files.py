"""Files that people asked for, written whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from pathlib import Path

NO_PLACE_BESIDE = {errno.EACCES, errno.EPERM, errno.EROFS, errno.EBUSY}
"""What a file that may be written to says where its directory may not, or where it is mounted by itself."""


def write_whole(path: Path, text: str, mode: int = 0o666) -> None:
    """Write a file: cut off, or on a disk that is full, there is the old one, or none. Raises `OSError`, with its name.

    A file that is there keeps its permissions, and the links that lead to it; what is no file (`/dev/stdout`) is
    written to.
    """
    try:
        if path.is_relative_to("/dev") or (path.exists() and not path.is_file()):
            path.write_text(text, encoding="utf-8")
        else:
            _replace(path.resolve(), text, mode)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error


def _replace(path: Path, text: str, mode: int) -> None:
    temporary_path = path.with_name(f".new-{os.urandom(8).hex()}")
    try:
        with os.fdopen(
            os.open(temporary_path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8"
        ) as file:
            file.write(text)
        if path.exists():
            temporary_path.chmod(stat.S_IMODE(path.stat().st_mode))
        temporary_path.replace(path)
    except BaseException as error:
        with suppress(OSError):
            temporary_path.unlink()
        if not isinstance(error, OSError) or error.errno not in NO_PLACE_BESIDE or not path.exists():
            raise
        path.write_text(text, encoding="utf-8")
