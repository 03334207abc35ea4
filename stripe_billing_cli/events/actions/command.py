"""`--exec`: a command run for an event, with its JSON on stdin.

Exit code 0 means done, 65 never (`EX_DATAERR`), any other: once more, later.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Collection, Mapping

from stripe_billing_cli.events.actions.environment import environment
from stripe_billing_cli.events.actions.spawner import NotEndedError, SpawnerPool, SpawnError
from stripe_billing_cli.events.actions.spec import Action
from stripe_billing_cli.events.event import Event
from stripe_billing_cli.events.handlers import Handler, HandlerError
from stripe_billing_cli.events.store import Delivery
from stripe_billing_cli.stripe_api.errors import without_secrets

MOST_SAID = 200
NEVER = 65
"""The exit code of a command that no further attempt would help: EX_DATAERR of sysexits.h."""


def command_handler(
    action: Action, spawner: SpawnerPool, passed_on: Collection[str] = (), variables: Mapping[str, str] | None = None
) -> Handler:
    """Return the handler that runs a command, with `passed_on` of `variables` besides the usual."""

    def handle(event: Event, delivery: Delivery) -> str:
        command_variables = environment(event, delivery, os.environ if variables is None else variables, passed_on)
        return run(spawner, action.target, event.payload or "", command_variables, action.timeout)

    return Handler(action.name, handle, action.wants)


def run(spawner: SpawnerPool, command: str, stdin: str, variables: Mapping[str, str], timeout: float) -> str:
    """Run a command by the shell, in its own group of processes. Return the last line that it printed. Raises
    `HandlerError`.

    Input and output go through files: a command that reads nothing, or writes without end, blocks nobody.
    """
    try:
        result = spawner.run(command, variables, stdin.encode(errors="surrogatepass"), timeout)
    except SpawnError as error:
        raise HandlerError(str(error)) from error
    except NotEndedError:
        raise HandlerError(f"no end after {timeout:g} s") from None
    if result.code != 0:
        raise HandlerError(_failure(result.code, _last_line(result.errors)), final=result.code == NEVER)
    return _last_line(result.output)


def _failure(code: int, output: str) -> str:
    end_text = f"exit code {code}" if code > 0 else f"killed by {signal.Signals(-code).name}"
    return f"{end_text}: {output}" if output else end_text


def _last_line(output: bytes) -> str:
    if not output:
        return ""
    lines = output.decode("utf-8", "replace").strip().splitlines()
    printable = "".join(character for character in (lines[-1] if lines else "") if character.isprintable())
    return without_secrets(printable)[:MOST_SAID]
