"""`--exec`: a command run for an event, with its JSON on stdin. Exit code 0 means done, any other: once more, later."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from typing import IO

from stripe_billing_cli.stripe_api.errors import without_secrets
from stripe_billing_cli.webhooks.actions.environment import environment
from stripe_billing_cli.webhooks.actions.spec import Action
from stripe_billing_cli.webhooks.event import Event
from stripe_billing_cli.webhooks.handlers import Handler, HandlerFailed
from stripe_billing_cli.webhooks.store import Delivery

MOST_SAID = 200
TAIL = 4096


def command_handler(action: Action, inherited: Mapping[str, str] | None = None) -> Handler:
    """`inherited` is the environment to pass on, what is secret left out; by default this process's."""

    def handle(event: Event, delivery: Delivery) -> str:
        passed = environment(event, delivery, os.environ if inherited is None else inherited)
        return run(action.target, event.payload or "", passed, action.timeout)

    return Handler(action.name, handle, action.wants)


def run(command: str, stdin: str, environment: Mapping[str, str], timeout: float) -> str:
    """Run by the shell, in a group of processes of its own; the last line that it printed. Raises `HandlerFailed`.

    Input and output go through files: a command that reads nothing, or writes without end, blocks nobody.
    """
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        given.write(stdin.encode())
        given.seek(0)
        try:
            process = subprocess.Popen(
                command,
                shell=True,
                stdin=given,
                stdout=out,
                stderr=errors,
                env=dict(environment),
                start_new_session=True,
            )
        except OSError as error:
            raise HandlerFailed(f"the command could not be started: {error.strerror or error}") from error
        try:
            code = process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise HandlerFailed(f"no end after {timeout:g} s") from None
        finally:
            _end(process)
        if code != 0:
            raise HandlerFailed(_failure(code, _last_line(errors)))
        return _last_line(out)


def _end(process: subprocess.Popen[bytes]) -> None:
    """The command, and on a timeout also what it started, which would otherwise go on unseen."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _failure(code: int, said: str) -> str:
    how = f"exit code {code}" if code > 0 else f"killed by {signal.Signals(-code).name}"
    return f"{how}: {said}" if said else how


def _last_line(file: IO[bytes]) -> str:
    size = file.seek(0, os.SEEK_END)
    file.seek(max(size - TAIL, 0))
    lines = file.read().decode("utf-8", "replace").strip().splitlines()
    printable = "".join(character for character in (lines[-1] if lines else "") if character.isprintable())
    return without_secrets(printable)[:MOST_SAID]
