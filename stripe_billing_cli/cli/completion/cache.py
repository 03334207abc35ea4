"""The lookup keys that Stripe was seen to hold: a file, read at once, and written anew by a process of its own.

A completion is never kept waiting by a call. The process begins where the file is older than an hour; what it finds is
there at the next press of the tab key. It asks Stripe for one page of active prices, with the key that the command line
would use but for `--api-key`, which nobody is to see in a list of processes.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

FRESH_FOR = 3600
"""Seconds."""


@dataclass(frozen=True)
class LookupKeys:
    """The cache of one Stripe: the local one of this directory, or that of a key."""

    path: Path
    argv: tuple[str, ...]

    @classmethod
    def for_options(cls, *, local: bool, profile: str | None, live: bool) -> LookupKeys:
        """Return the cache of the Stripe that these options mean."""
        from platformdirs import user_cache_path

        argv: tuple[str, ...] = ("--local",) if local else ()
        if profile and not local:
            argv = ("--profile", profile, *(("--live",) if live else ()))
        folder = user_cache_path("billing", appauthor=False) / "lookup-keys"
        return cls(folder / f"{_name(argv)}.json", argv)

    def read_known(self) -> list[str]:
        """Return the lookup keys last seen, and have them read again where that was long ago."""
        try:
            age = time.time() - self.path.stat().st_mtime
            keys = json.loads(self.path.read_text(encoding="utf-8") or "[]")
        except (OSError, ValueError):  # never written, or not yet
            age, keys = float(FRESH_FOR), []
        if abs(age) >= FRESH_FOR:  # written in the future: the clock was ahead
            with suppress(OSError):  # where there is no place for a cache, the catalog's keys are known all the same
                self._begin_reading()
        return [key for key in keys if isinstance(key, str)] if isinstance(keys, list) else []

    def keep(self, keys: list[str]) -> None:
        """Write the keys where the next completion finds them; nobody else may read them."""
        from stripe_billing_cli.private_files import make_private_file

        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        temporary_path = self.path.with_suffix(".new")
        make_private_file(temporary_path)
        temporary_path.write_text(json.dumps(keys), encoding="utf-8")
        temporary_path.replace(self.path)

    def _begin_reading(self) -> None:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path.touch(mode=0o600)  # so that the next press does not begin it again
        command = [sys.executable, "-m", "stripe_billing_cli", "__complete", "--read-lookup-keys", *self.argv]
        nowhere = subprocess.DEVNULL
        subprocess.Popen(command, stdin=nowhere, stdout=nowhere, stderr=nowhere, start_new_session=True)


def _name(argv: tuple[str, ...]) -> str:
    """Return a name that is another one for each key and each directory's local Stripe, and tells neither."""
    means = [*argv, str(Path.cwd())] if "--local" in argv else [*argv, os.environ.get("STRIPE_API_KEY", "")]
    means.append(os.environ.get("STRIPE_API_BASE", ""))
    return hashlib.sha256("\n".join(means).encode()).hexdigest()[:24]
