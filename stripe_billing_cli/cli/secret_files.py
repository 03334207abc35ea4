"""Secrets from files or from standard input, so that none stands on a command line, where other users see it."""

from __future__ import annotations

import sys
from pathlib import Path

from stripe_billing_cli.errors import SettingsError, system_reason

LONGEST = 65_536


def read_secret(option: str, name: str) -> str:
    """Return the text of the file that an option names, `-` for standard input, without space around it.

    Raises `SettingsError`.
    """
    try:
        if name == "-":
            text = sys.stdin.read(LONGEST)
        else:
            with Path(name).open(encoding="utf-8") as file:
                text = file.read(LONGEST)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"{option} cannot be read from {name}: {system_reason(error)}", "check the path and its permissions"
        ) from None
    if not text.strip():
        where = "standard input" if name == "-" else name
        raise SettingsError(f"{option}: {where} is empty", "put the secret there, on a line of its own")
    return text.strip()
