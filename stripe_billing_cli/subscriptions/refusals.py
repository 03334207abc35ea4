"""What cannot be done to an object in the state that it is in, known before Stripe is asked to do it."""

from __future__ import annotations

from stripe_billing_cli.errors import WRONG, BillingError


class Refused(BillingError):
    """`message` says what stands in the way, `hint` what to do about it."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__("refused", message, hint)


class Contradiction(Refused):
    """Options of the command that do not go together, or not with what it does: a mistake in the command line."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message, hint)
        self.kind = "usage"
        self.exit_code = WRONG
