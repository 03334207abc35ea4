"""Commands that messages name, with the options that lead to the account of the message: people paste them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from typing import Any

from stripe_billing_cli.cli.groups import GROUPS, functions_of

COMMAND = re.compile(r"\bbilling (?P<group>[a-z]+)(?: (?P<name>[a-z][a-z-]*))?\b")


def way_to_account(values: Mapping[str, Any]) -> str:
    """Return the options that lead to the account of a command with these shared options; no key is among them."""
    if values.get("local"):
        return "--local"
    options = [
        f"--{name.replace('_', '-')} {shlex.quote(values[name])}"
        for name in ("profile", "api_key_file")
        if values.get(name) and values[name] != "-"
    ]
    return " ".join([*options, "--live"] if values.get("live") else options)


def led_to_account(text: str, way: str) -> str:
    """Return a text in which each command that asks Stripe has these options, if it does not have them already."""
    if not way or way in text or "billing " not in text:
        return text
    return COMMAND.sub(
        lambda match: f"billing {way}{match[0].removeprefix('billing')}" if _asks(match) else match[0], text
    )


def _asks(match: re.Match[str]) -> bool:
    """Return whether these words are a command of this program, and one that asks Stripe."""
    if match["group"] not in GROUPS:
        return False
    functions = functions_of(match["group"])
    is_command = list(functions) == [match["group"]]
    command = functions[match["group"]] if is_command else functions.get(match["name"] or "")
    return "local" in getattr(command, "shared_options", ())
