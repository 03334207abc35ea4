"""The memory for idempotency keys (https://docs.stripe.com/api/idempotent_requests).

For 24 hours a key brings back the first answer of a call that began to execute, errors and 500s included.
A call refused for its parameters, or for another under way with the same key, leaves no trace.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import secrets
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from stripe_billing_cli.local_stripe.core.errors import ApiError, invalid
from stripe_billing_cli.local_stripe.core.forms import Raw
from stripe_billing_cli.local_stripe.core.store import Store

REMEMBERED_SECONDS = 24 * 60 * 60
LONGEST_KEY = 255


@dataclass(frozen=True)
class StoredAnswer:
    request_id: str
    status: int
    body: str


def checked_key(key: str | None) -> str | None:
    """Return the key of a call, or None; too long a one is refused."""
    if key is None or key == "":
        return None
    if len(key) > LONGEST_KEY:
        raise invalid(f"Idempotency-Key: '{key[:20]}...' is too long; the maximum is {LONGEST_KEY} characters.")
    return key


def make_up_key() -> str:
    """Return the key that Stripe gives a POST without one, for its events to name: like a UUID, without a UUID's
    version (recorded)."""
    digits = secrets.token_hex(16)
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def fingerprint(method: str, fields: Mapping[str, Raw]) -> str:
    """Return what the parameters were, in whatever order and encoding they came, without keeping them."""
    return hashlib.sha256(json.dumps([method, fields], sort_keys=True).encode()).hexdigest()


def recall(store: Store, key: str, path: str, print_: str, now: int) -> StoredAnswer | None:
    """Return the first answer for this key. Raises Stripe's `idempotency_error` where the call was another one."""
    row = store.row(
        "SELECT path, fingerprint, request_id, status, body FROM idempotency WHERE key = ? AND created > ?",
        key,
        now - REMEMBERED_SECONDS,
    )
    if row is None:
        return None
    first_path, first_print, request_id, status, body = row
    if first_path != path:
        raise _misuse_error(f"for the same endpoint they were first used for ('{path}' vs '{first_path}')", key)
    if first_print != print_:
        raise _misuse_error("with the same parameters they were first used with", key)
    return StoredAnswer(request_id, status, body)


def remember(store: Store, key: str, path: str, print_: str, now: int, answer: StoredAnswer) -> None:
    store.execute("DELETE FROM idempotency WHERE created <= ?", now - REMEMBERED_SECONDS)
    store.execute(
        "INSERT OR REPLACE INTO idempotency VALUES (?, ?, ?, ?, ?, ?, ?)",
        key,
        now,
        path,
        print_,
        answer.request_id,
        answer.status,
        answer.body,
    )


def make_headers(key: str, request_id: str, *, is_remembered: bool) -> dict[str, str]:
    """Return the headers of the answer of a POST under a key, the caller's or a made-up one.

    Stripe asks not to repeat a call whose answer the key remembers (recorded 2026-09-30.endive).
    """
    headers = {"Idempotency-Key": key, "Original-Request": request_id}
    return {**headers, "Stripe-Should-Retry": "false"} if is_remembered else headers


def make_replay_headers(key: str, first: StoredAnswer) -> dict[str, str]:
    """Return the headers of an answer that the key brings back."""
    return {"Idempotent-Replayed": "true", **make_headers(key, first.request_id, is_remembered=True)}


def _misuse_error(how: str, key: str) -> ApiError:
    return ApiError(
        400,
        f"Keys for idempotent requests can only be used {how}. Try using a key other than '{key}' if you "
        "meant to execute a different request.",
        type="idempotency_error",
    )


def key_in_use(key: str) -> ApiError:
    return ApiError(
        409,
        "There is currently another in-progress request using this Idempotent Key (that probably means you "
        f"submitted twice, and the other request is still going through): {key}. Please try again later.",
        "idempotency_key_in_use",
    )


class KeysInUse:
    """The keys of calls under way in this process. (Calls of other processes wait for each other instead.)"""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._keys: set[str] = set()

    @contextlib.contextmanager
    def claim(self, key: str | None) -> Iterator[None]:
        """Claim a key for a call. Raises 409 `idempotency_key_in_use` while another call has the key."""
        if key is None:
            yield
            return
        with self._lock:
            if key in self._keys:
                raise key_in_use(key)
            self._keys.add(key)
        try:
            yield
        finally:
            with self._lock:
                self._keys.discard(key)
