"""Exception → what happened, what to do next, and the exit code.

0 done · 1 Stripe or the system failed · 2 the command line or the catalog is wrong · 3 changes are pending ·
4 the object did not reach the state asked for · 130 interrupted.
"""

from __future__ import annotations

import json
import sys
import traceback
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import typer
from typer.exceptions import TyperException

if TYPE_CHECKING:
    from stripe_billing_cli.subscriptions.references import ReferenceRefused

FAILED, WRONG, PENDING, NOT_REACHED, INTERRUPTED = 1, 2, 3, 4, 130


class CommandFailed(Exception):
    """A failure that a command found itself, ready to be told."""

    def __init__(self, kind: str, message: str, hint: str | None = None, exit_code: int = FAILED) -> None:
        self.told = Told(kind, message, hint, exit_code=exit_code)
        super().__init__(message)


@dataclass(frozen=True)
class Told:
    """An error as the user gets it; with `--output json` these fields are the object on stderr."""

    kind: str
    message: str
    hint: str | None = None
    param: str | None = None
    request_id: str | None = None
    exit_code: int = FAILED

    def as_json(self) -> dict[str, Any]:
        return {
            "error": {
                "kind": self.kind,
                "message": self.message,
                "hint": self.hint,
                "param": self.param,
                "request_id": self.request_id,
                "exit_code": self.exit_code,
            }
        }


def report(error: BaseException, *, output: str, verbose: bool) -> int:
    """Tell the user on stderr; the exit code."""
    from stripe_billing_cli.cli.output import flush

    told = _masked(explain(error))
    flush()
    if verbose and not isinstance(error, TyperException | typer.Abort | KeyboardInterrupt | CommandFailed):
        from stripe_billing_cli.stripe_api.errors import without_secrets

        sys.stderr.write(without_secrets("".join(traceback.format_exception(error))))
    if output == "json":
        json.dump(told.as_json(), sys.stderr, ensure_ascii=False)
        sys.stderr.write("\n")
    elif isinstance(error, TyperException) and hasattr(error, "show"):
        if hasattr(error, "message"):
            error.message = told.message if told.message in error.format_message() else _without_secrets(error.message)
        error.show()
    else:
        _print(told)
    return told.exit_code


def _masked(told: Told) -> Told:
    """The error without keys, secrets and passwords, which may have been pasted where something else belongs."""
    return replace(told, message=_without_secrets(told.message), hint=told.hint and _without_secrets(told.hint))


def _without_secrets(text: str) -> str:
    from stripe_billing_cli.stripe_api.errors import without_secrets

    return without_secrets(text)


def explain(error: BaseException) -> Told:
    """What an exception means to the user."""
    if isinstance(error, CommandFailed):
        return error.told
    if isinstance(error, TyperException):
        return Told("usage", error.format_message(), exit_code=error.exit_code)
    if isinstance(error, KeyboardInterrupt | typer.Abort):
        return Told("interrupted", "interrupted", exit_code=INTERRUPTED)
    if isinstance(error, BrokenPipeError):
        return Told("output", "what read this output went away")
    return _explain_room(error)


def _explain_room(error: BaseException) -> Told:
    """The failures of the rooms, each imported only now that something failed."""
    from stripe_billing_cli.cli.settings import SettingsError

    if isinstance(error, SettingsError):
        return Told("settings", str(error), error.hint, exit_code=WRONG)
    if "stripe_billing_cli.catalog.file.problems" in sys.modules:
        from stripe_billing_cli.catalog.file.problems import CatalogErrors

        if isinstance(error, CatalogErrors):
            return _told_problems(error.problems, "catalog")
    if "stripe_billing_cli.subscriptions.references" in sys.modules:
        from stripe_billing_cli.subscriptions.references import ReferenceRefused

        if isinstance(error, ReferenceRefused):
            return told_reference(error)
    if "stripe_billing_cli.subscriptions.refusals" in sys.modules:
        from stripe_billing_cli.subscriptions.refusals import Contradiction, Refused

        if isinstance(error, Contradiction):
            return Told("usage", error.message, error.hint, exit_code=WRONG)
        if isinstance(error, Refused):
            return Told("refused", error.message, error.hint)
    if "stripe_billing_cli.stripe_api.money" in sys.modules:
        from stripe_billing_cli.stripe_api.money import AmountError

        if isinstance(error, AmountError):
            return Told("usage", error.message, error.hint, exit_code=WRONG)
    if "stripe_billing_cli.subscriptions.once" in sys.modules:
        from stripe_billing_cli.subscriptions.once import OtherIntent

        if isinstance(error, OtherIntent):
            return Told("idempotency", str(error), "use another key for another intent", exit_code=WRONG)
    if "stripe_billing_cli.webhooks.store.errors" in sys.modules:
        from stripe_billing_cli.webhooks.store.errors import StoreError

        if isinstance(error, StoreError):
            return Told("store", error.message, error.hint)
    if type(error).__module__.startswith("stripe_billing_cli."):
        from stripe_billing_cli.cli.stripe_errors import explain_stripe

        told = explain_stripe(error)
        if told is not None:
            return told
    if isinstance(error, OSError):
        where = f" ({error.filename})" if error.filename else ""
        return Told("system", f"{error.strerror or error}{where}")
    return Told(
        "bug",
        f"this is a mistake in billing: {type(error).__name__}: {error}",
        "run it again with --verbose and report what it prints",
    )


def told_reference(refused: ReferenceRefused) -> Told:
    """Exit code 2 where the command line alone shows the mistake, 1 where Stripe had to be asked."""
    from stripe_billing_cli.subscriptions.references import WrongKind

    exit_code = WRONG if isinstance(refused, WrongKind) else FAILED
    return Told(refused.kind, refused.message, refused.hint, request_id=refused.request_id, exit_code=exit_code)


def _told_problems(problems: Any, kind: str) -> Told:
    lines = [f"{problem}\n    {problem.hint}" if problem.hint else str(problem) for problem in problems]
    return Told(kind, "\n".join(lines), exit_code=WRONG)


def _print(told: Told) -> None:
    from stripe_billing_cli.cli.output import coloured

    if told.kind == "interrupted" and not told.hint:
        sys.stderr.write("\nInterrupted.\n")
        return
    label = typer.style("Error", fg="red", bold=True) if coloured(sys.stderr) else "Error"
    many = "\n" in told.message
    sys.stderr.write(f"{told.message}\n" if many else f"{label}: {told.message}\n")
    if told.hint:
        sys.stderr.write(f"  → {told.hint}\n")
    if told.request_id:
        sys.stderr.write(f"  Stripe's request: {told.request_id}\n")
