"""What every failure of the program is: words for its user, and the exit code of the command that meets it.

0 done · 1 Stripe or the system failed · 2 the command line or the catalog is wrong · 3 changes are pending ·
4 the object did not reach the state asked for · 130 interrupted.
"""

from __future__ import annotations

FAILED, WRONG, PENDING, NOT_REACHED, INTERRUPTED = 1, 2, 3, 4, 130


class BillingError(Exception):
    """A failure that is explained where its cause is known; a command prints it as it is.

    `kind` is one of the kinds in docs/output.md, `message` says what happened and to which object, `hint` what to do
    next. `param` and `request_id` are Stripe's, where a call of Stripe's failed.
    """

    def __init__(
        self,
        kind: str,
        message: str,
        hint: str | None = None,
        exit_code: int = FAILED,
        *,
        param: str | None = None,
        request_id: str | None = None,
    ) -> None:
        self.kind = kind
        self.message = message
        self.hint = hint
        self.exit_code = exit_code
        self.param = param
        self.request_id = request_id
        super().__init__(message)


class SettingsError(BillingError):
    """The command line or the environment does not say which Stripe is meant, or contradicts itself."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__("settings", message, hint, WRONG)


class OperationError(BillingError):
    """What was asked for cannot be done to an object in its state; known before Stripe is asked to do it."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__("refused", message, hint)


class UsageError(OperationError):
    """Options do not go together, or not with what the command does: a mistake in the command line."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message, hint)
        self.kind = "usage"
        self.exit_code = WRONG
