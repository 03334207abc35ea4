"""What cannot be done to an object in the state that it is in, known before Stripe is asked to do it."""

from __future__ import annotations


class Refused(Exception):
    """`message` says what stands in the way, `hint` what to do about it."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        self.message = message
        self.hint = hint
        super().__init__(message)


class Contradiction(Refused):
    """Options of the command that do not go together, or not with what it does: a mistake in the command line."""
