"""Errors of the file of the local Stripe, by the error of SQLite or of the system."""

from __future__ import annotations

import errno
import os
import sqlite3
from pathlib import Path

from stripe_billing_cli.errors import system_reason
from stripe_billing_cli.local_stripe.core.errors import LocalStripeError

PATIENCE_MS = 15_000
"""How long a write waits for another process's write."""
ROOM_TO_WORK = 65_536
"""Bytes that SQLite takes beside the database for its work."""


def damaged_file(path: Path, damage: str) -> LocalStripeError:
    return LocalStripeError(
        f"{path} is damaged: {damage}",
        "nothing was changed. Restore a copy of the file, or start anew with `billing local reset`",
    )


def no_room_error(path: Path) -> LocalStripeError:
    return LocalStripeError(
        f"the disk is full: {path} could not be written. The last change was not made",
        "make room on the disk and run the command again",
    )


def unusable_file(path: Path, reason: str) -> LocalStripeError:
    return LocalStripeError(
        f"the local Stripe cannot use {path}: {reason}",
        "make the directory and the file writable for yourself, or run billing in another directory",
    )


def store_error(path: Path, error: sqlite3.Error) -> LocalStripeError:
    """Return the error of the store by SQLite's primary result code (https://www.sqlite.org/rescode.html)."""
    match getattr(error, "sqlite_errorcode", 0) & 0xFF:
        case sqlite3.SQLITE_FULL:
            return no_room_error(path)
        case sqlite3.SQLITE_CORRUPT:
            return damaged_file(path, "SQLite finds it malformed")
        case sqlite3.SQLITE_NOTADB:
            return damaged_file(path, "it is not a SQLite database")
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM:
            return unusable_file(path, "it is read-only")
        case sqlite3.SQLITE_CANTOPEN:
            return unusable_file(path, "the file cannot be opened")
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return LocalStripeError(
                f"{path} has been in use by another process for {PATIENCE_MS // 1000} seconds",
                "wait for the other command to finish, or end it, and try again",
            )
        case sqlite3.SQLITE_IOERR if _no_room(path):
            return no_room_error(path)
        case sqlite3.SQLITE_IOERR:
            return LocalStripeError(
                f"reading or writing {path} failed: {error}. The last change was not made",
                "see that the disk has room and works, and that files may grow (ulimit -f); then run it again",
            )
    return damaged_file(path, str(error))


def _no_room(path: Path) -> bool:
    """Return whether there is no room for the memory that SQLite shares with other processes, which it reports as "disk
    I/O error"."""
    try:
        disk = os.statvfs(path.parent)
    except OSError:
        return False
    return disk.f_bavail * disk.f_frsize < ROOM_TO_WORK


def system_error(path: Path, error: OSError) -> LocalStripeError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return no_room_error(path)
    if error.errno in (errno.EEXIST, errno.ENOTDIR):
        return LocalStripeError(
            f"the local Stripe keeps its state in {path}, and {path.parent} is no directory",
            "move it away, or run billing in another directory",
        )
    if error.errno == errno.EFBIG:
        return LocalStripeError(
            f"the local Stripe cannot use {path}: file too large", "let files grow (ulimit -f), then run it again"
        )
    return unusable_file(path, system_reason(error))
