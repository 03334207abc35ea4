"""The errors of the program: words for its user, and the exit code of the command that meets it.

0 done · 1 Stripe or the system failed · 2 the command line or the catalog is wrong · 3 changes are pending ·
4 the object did not reach the state asked for · 130 interrupted · 143 ended by SIGTERM.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

FAILED, WRONG, PENDING, NOT_REACHED, INTERRUPTED, TERMINATED = 1, 2, 3, 4, 130, 143

ID = r"\b(?!sk_|rk_|pk_|whsec_)[a-z]{2,8}(?:_sched|_test)?_(?=[A-Za-z]*\d)[A-Za-z0-9]{6,}\b(?!_)"
"""An id of Stripe's, such as sub_1MowQVLkdIwHu7ixeRlqHVzs; no key, and no client secret."""


def system_reason(error: OSError | UnicodeDecodeError) -> str:
    """Return why the system, or a file's encoding, did not let a file be read or written: permission denied."""
    return (error.strerror or str(error)).lower() if isinstance(error, OSError) else "it is not UTF-8"


@dataclass(frozen=True)
class ErrorLocation:
    """The place in a file where something is wrong: line and column from 1."""

    file: str
    line: int | None = None
    column: int | None = None


@dataclass(frozen=True)
class Mistake:
    """A mistake, one of several: with which object (`price pro.monthly`), why, where, and the way out."""

    object: str | None
    reason: str
    location: ErrorLocation
    hint: str


def _first_id(message: str) -> str | None:
    match = re.search(ID, message)
    return match[0] if match else None


class BillingError(Exception):
    """A failure that is explained where its cause is known; a command prints it as it is.

    `kind` is one of the kinds in docs/output.md, `message` says what happened, to which object and why, `hint` what to
    do next. `reason` is the why in a word, Stripe's code or the bank's; `object` is the id of the object, by default
    the first one that the message names; `location` is where in a file. `param` and `request_id` are Stripe's, where a
    call of Stripe's failed. `mistakes` are what a catalog file has, see `MistakesError`.
    """

    mistakes: tuple[Mistake, ...] = ()

    def __init__(
        self,
        kind: str,
        message: str,
        hint: str | None = None,
        exit_code: int = FAILED,
        *,
        param: str | None = None,
        request_id: str | None = None,
        reason: str | None = None,
        object: str | None = None,
        location: ErrorLocation | None = None,
    ) -> None:
        self.kind = kind
        self.message = message
        self.hint = hint
        self.exit_code = exit_code
        self.param = param
        self.request_id = request_id
        self.reason = reason
        self.object = object or _first_id(message)
        self.location = location
        super().__init__(message)


class MistakesError(BillingError):
    """Several mistakes at once: `message` has a paragraph for each, its way out included.

    `object`, `reason`, `location` and `hint` are those of the first mistake.
    """

    def __init__(self, kind: str, message: str, mistakes: tuple[Mistake, ...]) -> None:
        first = mistakes[0]
        super().__init__(
            kind,
            message,
            first.hint or None,
            WRONG,
            reason=first.reason,
            object=first.object,
            location=first.location,
        )
        self.mistakes = mistakes


class SettingsError(BillingError):
    """The command line or the environment does not say which Stripe is meant, or contradicts itself."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__("settings", message, hint, WRONG)


class OperationError(BillingError):
    """An operation cannot be done to an object in its state; that is known before Stripe is asked to do it."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__("refused", message, hint)


class UsageError(OperationError):
    """The error of what cannot be meant: options that do not go together, or not with what the command does; a value of
    the wrong form."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message, hint)
        self.kind = "usage"
        self.exit_code = WRONG
