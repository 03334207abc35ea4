"""The files in which connected accounts have their stores, beside that of their platform."""

from __future__ import annotations

from pathlib import Path


def accounts_folder(platform: Path) -> Path:
    return platform.with_name(f"{platform.name}.accounts")


def store_of(platform: Path, account: str) -> Path:
    """Return the file of a connected account's store. `account` is an id that the platform's store has."""
    return accounts_folder(platform) / f"{account}.db"


def delete_store(path: Path) -> None:
    for suffix in ("", "-journal", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
