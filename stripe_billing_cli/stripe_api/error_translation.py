"""Translation of what the SDK raises into `StripeCallError`: by what happened, and in words that a user understands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import stripe

from stripe_billing_cli.stripe_api import errors
from stripe_billing_cli.stripe_api.address import STRIPE_API_BASE


def is_replayed(headers: Mapping[str, str] | None) -> bool:
    """Return whether an answer is that of an earlier call with the same idempotency key."""
    return (headers or {}).get("Idempotent-Replayed", "").lower() == "true"


def billing_error(error: stripe.StripeError, base: str) -> errors.StripeCallError:
    """Return the SDK's error as this program's. `base` is the address that was called."""
    message = error.user_message or str(error)
    code = error.code or (error.error.code if error.error else None)
    kind: type[errors.StripeCallError]
    match error:
        case stripe.APIConnectionError():
            return _unreachable(error, base)
        case stripe.RateLimitError():
            kind = errors.RateLimitedError
        case stripe.AuthenticationError():
            kind = errors.AuthenticationError
        case stripe.PermissionError():
            kind = errors.PermissionMissingError
        case stripe.IdempotencyError():
            kind = errors.IdempotencyConflictError
        case stripe.CardError():
            kind = errors.PaymentFailedError
        case stripe.InvalidRequestError():
            kind = _refusal(error.http_status, code, message)
        case _ if error.http_status == 409:
            kind = errors.IdempotencyConflictError
        case _:
            kind = errors.StripeServerError
            message = f"HTTP {error.http_status}: {message}"
    failure = kind(
        message,
        code=code,
        param=getattr(error, "param", None),
        request_id=error.request_id,
        is_replay=is_replayed(error.headers),
    )
    if isinstance(failure, errors.PaymentFailedError):
        failure.decline_code = _decline_code(error)
        failure.reason = failure.decline_code or failure.reason
    return failure


def _unreachable(error: stripe.APIConnectionError, base: str) -> errors.NetworkError:
    reason = network_reason(error)
    if base == STRIPE_API_BASE:
        network_error = errors.NetworkError(f"Stripe could not be reached: {reason}")
    else:
        network_error = errors.NetworkError(f"{base}, which STRIPE_API_BASE names, could not be reached: {reason}")
        network_error.hint = (
            "start what answers there (`billing local serve` is the local one), or unset STRIPE_API_BASE"
        )
    if "proxy" in reason:
        network_error.hint = "check the proxy that HTTPS_PROXY or ALL_PROXY names; NO_PROXY excepts addresses from it"
    elif "certificate" in reason:
        network_error.hint = "check this machine's clock; REQUESTS_CA_BUNDLE names the certificates of one's own proxy"
    return network_error


UNSUPPORTED = re.compile(r"Unrecognized request URL|The local Stripe does not have [A-Z]+ /")
"""The refusal of an unknown route: Stripe's, which has no code, or the local Stripe's of a documented route."""


def _refusal(status: int | None, code: str | None, message: str) -> type[errors.InvalidRequestError]:
    if code is None and UNSUPPORTED.match(message):
        return errors.UnsupportedCallError
    return errors.NotFoundError if status == 404 or code == "resource_missing" else errors.InvalidRequestError


def _decline_code(error: stripe.StripeError) -> str | None:
    body = error.json_body
    details = body.get("error") if isinstance(body, Mapping) else None
    return details.get("decline_code") if isinstance(details, Mapping) else None


NETWORK_REASONS = {
    "NameResolutionError": "the name of the server could not be resolved",
    "ConnectTimeoutError": "no connection in time",
    "ReadTimeout": "no answer in time",
    "ReadTimeoutError": "no answer in time",
    "SSLError": "the server's certificate could not be verified",
    "ChunkedEncodingError": "the answer broke off in the middle",
    "ProtocolError": "the connection was closed without an answer",
    "NewConnectionError": "the connection was refused, or there is no way to the server",
}
"""By the names of what requests and urllib3 raise, the most telling first."""
PROXY_REASONS = {
    "NameResolutionError": "the name of the proxy could not be resolved",
    "ConnectTimeoutError": "no connection to the proxy in time",
    "NewConnectionError": "the proxy refused the connection, or there is no way to it",
    "InvalidProxyURL": "the address of the proxy is no URL",
    "ProxyError": "the proxy refused the connection",
}
"""Where a proxy is between."""
NO_SOCKS = "a SOCKS proxy needs a package that is not installed: pip install pysocks"
TUNNEL = re.compile(r"Tunnel connection failed: (\d{3} [A-Za-z ]+)")


def network_reason(error: BaseException) -> str:
    """Return the cause of a network error, without the SDK's advice to write to support, and without addresses and
    parameters."""
    causes = list(_causes(error))
    names = {type(cause).__name__ for cause in causes}
    if "InvalidSchema" in names and any("SOCKS" in str(cause) for cause in causes):
        return NO_SOCKS
    if names & {"ProxyError", "InvalidProxyURL"}:
        refusal_match = next((refusal for cause in causes if (refusal := TUNNEL.search(str(cause)))), None)
        if refusal_match is not None:
            return f"the proxy refused the connection: {refusal_match[1].strip()}"
        return next(reason for name, reason in PROXY_REASONS.items() if name in names)
    for name, reason in NETWORK_REASONS.items():
        if name in names:
            verify_message = next(
                (verify_message for cause in causes if (verify_message := getattr(cause, "verify_message", None))), None
            )
            return f"{reason}: {verify_message}" if verify_message else reason
    text = (getattr(error, "user_message", None) or str(error)).strip()
    return text.rsplit("(Network error: ", 1)[-1].removesuffix(")").split("\n")[0]


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield the exceptions behind an exception, as chained by Python or carried along by urllib3."""
    rest: list[BaseException] = [error]
    ids: set[int] = set()
    while rest:
        cause = rest.pop()
        if id(cause) in ids:
            continue
        ids.add(id(cause))
        yield cause
        related_values = [cause.__cause__, cause.__context__, getattr(cause, "reason", None), *cause.args]
        rest += [value for value in related_values if isinstance(value, BaseException)]
