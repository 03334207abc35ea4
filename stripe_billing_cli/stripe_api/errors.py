"""What can go wrong between here and Stripe, as the rest of the program sees it.

Stripe's own words are kept in `message`; what a user might do about it is decided in `cli/errors.py`.
Error types and codes: https://docs.stripe.com/api/errors and https://docs.stripe.com/error-codes.
"""

from __future__ import annotations

import re

SECRET = re.compile(
    r"\b((?:sk|rk)_(?:test|live)_|whsec_|(?:pi|seti)_[A-Za-z0-9]+_secret_)"
    r"([A-Za-z0-9_*]*?)([A-Za-z0-9]{0,4})(?![A-Za-z0-9_*])"
)
PASSWORD = re.compile(r"(?<=://)([^\s/:@]*):(?!\*\*\*@)[^\s/@]+(?=@)")
"""A user's name and password in an address."""


def without_secrets(text: str) -> str:
    """`text` with API keys, webhook secrets and client secrets reduced to their prefix and last four characters.

    Passwords in addresses are left out.
    """
    return SECRET.sub(
        lambda match: f"{match[1]}…{match[3] if len(match[2]) >= 8 else ''}", PASSWORD.sub(r"\1:***", text)
    )


class StripeFailure(Exception):
    """A call that did not give what was asked for.

    `outcome_unknown` is true where a write may have taken effect all the same: only reading tells.
    """

    kind = "stripe"
    outcome_unknown = False

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        param: str | None = None,
        request_id: str | None = None,
        replayed: bool = False,
    ) -> None:
        self.message = without_secrets(message)
        self.code = code
        self.param = param
        self.request_id = request_id
        self.replayed = replayed
        super().__init__(self.message)


class RequestRefused(StripeFailure):
    """400: Stripe understood the call and will not do it."""

    kind = "invalid_request"


class ObjectMissing(RequestRefused):
    """404, or 400 with `resource_missing`: an id that does not exist in this account and mode."""

    kind = "not_found"


class UnsupportedCallError(RequestRefused):
    """The server does not have the call: it is not Stripe, or the local Stripe lacks it."""

    kind = "unsupported_call"


class PaymentFailed(StripeFailure):
    """402: the card was declined, or its holder must authenticate first; the invoice stays as it is.

    `decline_code` is the bank's reason (https://docs.stripe.com/declines/codes), where there is one.
    """

    kind = "payment_failed"
    decline_code: str | None = None


class KeyRefused(StripeFailure):
    """401: no such key, or an expired one."""

    kind = "authentication"


class PermissionMissing(StripeFailure):
    """403: the (restricted) key may not do this."""

    kind = "permission"


class IdempotencyConflict(StripeFailure):
    """The key was used before with other parameters, or is in use at this moment."""

    kind = "idempotency"


class RateLimited(StripeFailure):
    """429 for longer than we were ready to wait. The call did not happen."""

    kind = "rate_limit"


class NoConnection(StripeFailure):
    """No answer, or only a part of one."""

    kind = "connection"
    outcome_unknown = True


class ServerTrouble(StripeFailure):
    """5xx, after retries."""

    kind = "stripe_server"
    outcome_unknown = True


class NotStripe(StripeFailure):
    """Something answered, and it was not Stripe: a proxy's page, say."""

    kind = "not_stripe"
    outcome_unknown = True


class IncompleteAnswerError(StripeFailure):
    """An answer lacks what a legal answer of Stripe's always has; the message names the object and the field."""

    kind = "incomplete_answer"
    outcome_unknown = True


class LocalStripeTrouble(StripeFailure):
    """The local Stripe could not read or write its file. `hint` is its own."""

    kind = "local_stripe"

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint
