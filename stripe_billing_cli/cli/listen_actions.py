"""`--exec` and `--forward-to` of `billing listen`, each with the types of events that are named after it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from stripe_billing_cli.errors import UsageError

if TYPE_CHECKING:
    from stripe_billing_cli.events.actions.spec import Action

Named = tuple[Literal["exec", "forward"], str, tuple[str, ...]]


def actions(
    order: Sequence[str],
    execute: Sequence[str],
    forward_to: Sequence[str],
    events: Sequence[str],
    on: Sequence[str],
    timeout: float,
    handlers: Path | None,
) -> list[Action]:
    """Return the actions of the command line and of the file. Raises `InvalidActionError`, `BillingError`."""
    from stripe_billing_cli.events.actions.spec import (
        LONGEST_TIMEOUT,
        Action,
        forward_target,
        read_actions,
        unique_actions,
    )

    if (events or on) and not (execute or forward_to):
        raise UsageError("--events and --on say what --exec and --forward-to are for", "give one of these too")
    if not 0 < timeout <= LONGEST_TIMEOUT:
        raise UsageError(
            f"--timeout is above 0 and at most {LONGEST_TIMEOUT:g} seconds, not {timeout:g}",
            "--timeout 30, for example",
        )
    if any(not command.strip() for command in execute):
        raise UsageError("--exec is empty", "give a command, like ./provision.sh")
    command_line_actions = [
        Action(kind, forward_target(target) if kind == "forward" else target, types, timeout)
        for kind, target, types in _in_order(order, execute, forward_to, events, on)
    ]
    return unique_actions([*command_line_actions, *(read_actions(handlers) if handlers else [])])


def _in_order(
    order: Sequence[str],
    execute: Sequence[str],
    forward_to: Sequence[str],
    events: Sequence[str],
    on: Sequence[str],
) -> list[Named]:
    """Return each action with its types: those before any action are for all, later ones for the one before them."""
    commands, urls, patterns, types_of_on = iter(execute), iter(forward_to), iter(events), iter(on)
    for_all: list[str] = []
    entries: list[tuple[Literal["exec", "forward"], str, list[str]]] = []
    for option in order:
        types = entries[-1][2] if entries else for_all
        match option:
            case "execute":
                entries.append(("exec", next(commands), []))
            case "forward_to":
                entries.append(("forward", next(urls), []))
            case "events":
                types += [name.strip() for name in next(patterns).split(",") if name.strip()]
            case "on":
                types.append(next(types_of_on).replace("-", "."))
    return [(kind, target, (*for_all, *own)) for kind, target, own in entries]
