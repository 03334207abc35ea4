"""API keys: any key of test mode is good; there is one account and nothing to protect.

https://docs.stripe.com/keys. Keys of live mode are refused, so that none is sent here by mistake for long.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping

from stripe_billing_cli.local_stripe.core.errors import ApiError

TEST_KEY = re.compile(r"(sk|rk|pk)_test_[A-Za-z0-9_]+")
CHALLENGE = {"WWW-Authenticate": 'Basic realm="Stripe"'}


def key_of(headers: Mapping[str, str]) -> str:
    """Return the key of a call, from Bearer or from Basic authentication. Raises 401 as Stripe does."""
    key = _read_key(headers.get("authorization", "").strip())
    if not key:
        raise _refusal(
            "You did not provide an API key. You need to provide your API key in the Authorization header, using "
            "Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See "
            "https://stripe.com/docs/api#authentication for details, or we can help at "
            "https://support.stripe.com/."
        )
    if key.startswith("pk_live_"):
        raise secret_key_required()
    if not TEST_KEY.fullmatch(key):
        raise _refusal(f"Invalid API Key provided: {mask(key)}")
    return key


def is_publishable(key: str) -> bool:
    return key.startswith("pk_")


def secret_key_required() -> ApiError:
    """Return the refusal, 401, of a publishable key for what only a server may do."""
    return _refusal(
        "This API call cannot be made with a publishable API key. Please use a secret API key. You can find a "
        "list of your API keys at https://dashboard.stripe.com/account/apikeys.",
        "secret_key_required",
    )


def _read_key(header: str) -> str:
    scheme, _, value = header.partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(value.strip(), validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def mask(key: str) -> str:
    """Return `sk_test_*********xyz1`: as much of a key as Stripe repeats."""
    match = re.match(r"(sk|rk|pk)_(test|live)_", key)
    prefix = match[0] if match else key[:3]
    rest = key[len(prefix) :]
    ending = rest[-4:] if len(rest) > 8 else ""
    return prefix + "*" * (len(rest) - len(ending)) + ending


def _refusal(message: str, code: str | None = None) -> ApiError:
    return ApiError(401, message, code, headers=CHALLENGE)


def expired_error(key: str) -> ApiError:
    return _refusal(f"Expired API Key provided: {mask(key)}", "api_key_expired")


def forbidden_error(key: str, account: str, operation: str) -> ApiError:
    """Return a refusal, 403, of a restricted key without the permission for an operation: `POST /v1/prices/{id}`."""
    method, _, path = operation.partition(" ")
    resource = path.split("/")[2].removesuffix("s") if path.count("/") >= 2 else "resource"
    noun = {"price": "plan", "account": "accounts_kyc_basic"}.get(resource, resource)
    permission = f"rak_{noun}_{'read' if method == 'GET' else 'write'}"
    return ApiError(
        403,
        f"The provided key '{mask(key)}' does not have the required permissions for this endpoint on account "
        f"'{account}'. Having the '{permission}' permission would allow this request to continue.",
    )
