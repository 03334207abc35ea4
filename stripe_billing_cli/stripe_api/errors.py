"""Errors between here and Stripe, as the rest of the program sees it.

Stripe's own words are kept in `message`; each class has what a user might do about it.
Error types and codes: https://docs.stripe.com/api/errors and https://docs.stripe.com/error-codes.
"""

from __future__ import annotations

import re

from stripe_billing_cli.errors import FAILED, NOT_REACHED, BillingError

API_KEYS = "https://dashboard.stripe.com/apikeys"

SECRET = re.compile(
    r"\b((?:sk|rk)_(?:test|live)_|whsec_|(?:pi|seti)_[A-Za-z0-9]+_secret_)"
    r"([A-Za-z0-9_*]*?)([A-Za-z0-9]{0,4})(?![A-Za-z0-9_*])"
)
PASSWORD = re.compile(r"(?<=://)([^\s/:@]*):(?!\*\*\*@)[^\s/@]+(?=@)")
"""A user's name and password in an address."""


def without_secrets(text: str) -> str:
    """Return `text` with API keys, webhook secrets and client secrets reduced to their prefix and last four characters.

    Passwords in addresses are left out.
    """
    return SECRET.sub(
        lambda match: f"{match[1]}…{match[3] if len(match[2]) >= 8 else ''}", PASSWORD.sub(r"\1:***", text)
    )


class StripeCallError(BillingError):
    """A call that did not give what was asked for.

    `outcome_unknown` is true where a write may have taken effect all the same: only reading tells.
    """

    kind = "stripe"
    way_out: str | None = None
    exit_code = FAILED
    outcome_unknown = False

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        param: str | None = None,
        request_id: str | None = None,
        is_replay: bool = False,
    ) -> None:
        self.code, self.param = code, param
        self.is_replay = is_replay
        text = without_secrets(message)
        super().__init__(
            self.kind, text, self._hint(text), self.exit_code, param=param, request_id=request_id, reason=code
        )

    def _hint(self, message: str) -> str | None:
        """Return the hint at what to do about the error; depends on the code and the message for some classes."""
        return self.way_out


class InvalidRequestError(StripeCallError):
    """The error 400: Stripe understood the call and will not do it."""

    kind = "invalid_request"

    def _hint(self, message: str) -> str | None:
        if self.code == "customer_tax_location_invalid":
            return "give the customer an address: billing customer update CUSTOMER --address-country US …"
        if self.way_out:
            return self.way_out
        if self.param:
            return f"change what is given for {self.param}, and run it again: what was done stays done"
        return "look at the object as it is now: this call changed nothing, and what was done before it stays done"


class NotFoundError(InvalidRequestError):
    """The error 404, or 400 with `resource_missing`: an id that does not exist in this account and mode."""

    kind = "not_found"

    def _hint(self, message: str) -> str | None:
        """Return the hint at what to do; `resource_missing` is also what Stripe says of a customer without a card."""
        if message.startswith("This customer has no attached payment source"):
            return "give the customer a card: billing customer update CUSTOMER --payment-method pm_…"
        if message.startswith("No such PaymentMethod"):
            return "billing card list CUSTOMER shows the cards that a customer has"
        if message.startswith("No such "):
            return "check the id, and that the key is of the same account and mode"
        return super()._hint(message)


class UnsupportedCallError(InvalidRequestError):
    """The server does not have the call: it is not Stripe, or the local Stripe lacks it."""

    kind = "unsupported_call"
    way_out = "only Stripe has all of Stripe's calls; `billing doctor` says where they are sent"


class PaymentFailedError(StripeCallError):
    """The error 402: the card was declined, or its holder must authenticate first; the invoice stays as it is.

    `decline_code` is the bank's reason (https://docs.stripe.com/declines/codes), where there is one.
    """

    kind = "payment_failed"
    way_out = "the invoice stays open: pay it with another card"
    exit_code = NOT_REACHED
    decline_code: str | None = None


class AuthenticationError(StripeCallError):
    """The error 401: no such key, or an expired one."""

    kind = "authentication"

    def _hint(self, message: str) -> str | None:
        if self.code == "api_key_expired":
            return f"make a new key at {API_KEYS}, or `stripe login` again for a profile's"
        return f"check it at {API_KEYS}; `billing doctor` says where it comes from"


class PermissionMissingError(StripeCallError):
    """The error 403: the (restricted) key may not do this."""

    kind = "permission"
    way_out = f"give the restricted key this permission at {API_KEYS}; `billing doctor` says what else it lacks"


class IdempotencyConflictError(StripeCallError):
    """The key was used before with other parameters, or is in use at this moment."""

    kind = "idempotency"
    way_out = "another run may be busy with the same object; run it again in a minute"


class RateLimitedError(StripeCallError):
    """The error 429 for longer than the client was ready to wait. The call did not happen."""

    kind = "rate_limit"
    way_out = "something else uses up this account's requests; run it again later"


class NetworkError(StripeCallError):
    """A call got no answer, or only a part of one."""

    kind = "connection"
    way_out = "check the network, then run it again: what was done stays done"
    outcome_unknown = True


class StripeServerError(StripeCallError):
    """The error 5xx, after retries."""

    kind = "stripe_server"
    way_out = "see https://status.stripe.com, then run it again: what was done stays done"
    outcome_unknown = True


class NotStripeError(StripeCallError):
    """The error of an answer that is not Stripe's: a proxy's page, say."""

    kind = "not_stripe"
    way_out = "a proxy or a sign-in page may stand between; check HTTPS_PROXY and STRIPE_API_BASE"
    outcome_unknown = True


class IncompleteAnswerError(StripeCallError):
    """An answer lacks what a legal answer of Stripe's always has; the message names the object and the field."""

    kind = "incomplete_answer"
    way_out = (
        "see that STRIPE_API_BASE is a server that speaks Stripe's API as it is now; "
        "`billing doctor` says which version is expected"
    )
    outcome_unknown = True


class LocalStripeFileError(StripeCallError):
    """The local Stripe could not read or write its file. `hint` is its own."""

    kind = "local_stripe"

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint
