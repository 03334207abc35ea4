"""Signatures of events: the `Stripe-Signature` header over the raw body
(https://docs.stripe.com/webhooks#verify-manually).

`t=<Unix seconds>,v1=<hex>[,v1=<hex>…]`: each v1 is HMAC-SHA256 of `<t>.<body>` under an endpoint's secret; while a
secret is rolled there are several. Other schemes prove nothing.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence

TOLERANCE_SECONDS = 300
"""How old a signature may be: what is older may be a replay. As in Stripe's own libraries, it may be of the future."""

MOST_SIGNATURES = 16
LONGEST_HEADER = 4096


class SignatureError(Exception):
    """A body was not signed with one of the secrets, or too long ago. The message has no secret in it."""


class TooOldError(SignatureError):
    """A body was signed with a secret, but too long ago by the clock here: `age` seconds."""

    def __init__(self, age: float) -> None:
        self.age = age
        super().__init__("signed too long ago")


def verify(body: bytes, header: bytes | None, secrets: Sequence[bytes], now: float) -> int:
    """Return when `body` was signed, in Unix seconds. Raises `SignatureError`.

    A near miss takes as long as any other. As in Stripe's own libraries the signature is looked at before its age.
    """
    if not header:
        raise SignatureError("no Stripe-Signature")
    timestamp, signatures = _parse_header(header)
    signed_payload = b"%b.%b" % (timestamp, body)
    has_match = False
    for secret in secrets:
        expected_signature = hmac.digest(secret, signed_payload, "sha256").hex().encode()
        for signature in signatures:
            has_match |= hmac.compare_digest(expected_signature, signature)
    if not has_match:
        raise SignatureError("signed with another secret")
    if int(timestamp) < now - TOLERANCE_SECONDS:
        raise TooOldError(now - int(timestamp))
    return int(timestamp)


def sign(body: bytes, secret: bytes, timestamp: int) -> str:
    """Return the header for a body, as Stripe writes it."""
    digest = hmac.digest(secret, b"%d.%b" % (timestamp, body), "sha256").hex()
    return f"t={timestamp},v1={digest}"


def _parse_header(header: bytes) -> tuple[bytes, list[bytes]]:
    """Return the time as it is written, since it is signed that way, and the v1 signatures."""
    timestamp = b""
    signatures: list[bytes] = []
    for part in header[:LONGEST_HEADER].split(b","):
        name, _, value = part.strip().partition(b"=")
        if name == b"t" and not timestamp:
            timestamp = value
        elif name == b"v1" and len(signatures) < MOST_SIGNATURES:
            signatures.append(value)
    if not timestamp.isdigit() or len(timestamp) > 15:
        raise SignatureError("a Stripe-Signature without a time")
    if not signatures:
        raise SignatureError("a Stripe-Signature without v1")
    return timestamp, signatures
