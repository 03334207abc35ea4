"""Ids in the form of Stripe's: a prefix, the time, the account, and letters and digits that say nothing.

Stripe's ids sort by time. The form was read off recorded ids and the objects that have them (2026-08-26.dahlia, and
the examples of https://docs.stripe.com/api): `sub_1MowQVLkdIwHu7ixeRlqHVzs` is a digit, five characters for the
seconds since `EPOCH`, the last ten of the account's id, and eight random ones; `cus_NffrFeUfNV2Hib` is four for the
minutes since then, and ten random ones.
"""

from __future__ import annotations

import hashlib
import secrets
import string
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

CHARACTERS = string.digits + string.ascii_uppercase + string.ascii_lowercase
"""In the order in which ids sort."""
EPOCH = 1_342_389_380
OF_PAYMENTS = ("pi", "ch", "py", "re", "txn")
"""Ids of what moves money begin with a 3, others with a 1 (recorded, but for `py`, which users quote)."""


class CreatingCall(Protocol):
    """The call that makes an object: its account, and its time in Unix seconds."""

    @property
    def account(self) -> Mapping[str, Any]: ...
    @property
    def real_now(self) -> int: ...


@dataclass(frozen=True)
class Alphabet:
    """Characters that are drawn by random bytes: the character for each byte, and the bytes that are drawn again, so
    that no character is more frequent than another."""

    of_bytes: bytes
    uneven: bytes


def _alphabet(characters: str) -> Alphabet:
    even = len(characters) * (256 // len(characters))
    of_bytes = bytes(ord(characters[byte % len(characters)]) for byte in range(256))
    return Alphabet(of_bytes, bytes(range(even, 256)))


ALL = _alphabet(CHARACTERS)
CAPITALS = _alphabet(string.ascii_uppercase + string.digits)
DIGITS = _alphabet(string.digits)


def _random(length: int, alphabet: Alphabet = ALL) -> str:
    """Return that many random characters, nearly always of one draw: a subscription and its payment take hundreds."""
    characters = b""
    while len(characters) < length:
        characters += secrets.token_bytes(length + 4).translate(alphabet.of_bytes, alphabet.uneven)
    return characters[:length].decode()


def _base_62(number: int, length: int) -> str:
    """Return the number in base 62, the more significant digits first."""
    digits = ""
    for _ in range(length):
        number, digit = divmod(number, len(CHARACTERS))
        digits = CHARACTERS[digit] + digits
    return digits


@lru_cache(maxsize=16)
def _time(number: int, length: int) -> str:
    """Return a time as ids have it; those that are made one after the other have the same one."""
    return _base_62(number, length)


def _seconds(now: int) -> str:
    return _time(max(0, now - EPOCH), 5)


def account_id(now: int) -> str:
    return f"acct_1{_seconds(now)}{_random(10)}"


def short_id(call: CreatingCall, prefix: str) -> str:
    """Make an id of customers, products, items and others whose ids are short: `cus_NffrFeUfNV2Hib`."""
    return f"{prefix}_{_time(max(0, call.real_now - EPOCH) // 60, 4)}{_random(10)}"


def long_id(call: CreatingCall, prefix: str) -> str:
    """Make an id of most objects: `sub_1MowQVLkdIwHu7ixeRlqHVzs`."""
    first = "3" if prefix in OF_PAYMENTS else "1"
    return f"{prefix}_{first}{_seconds(call.real_now)}{call.account['id'][-10:]}{_random(8)}"


def derived_long_id(call: CreatingCall, prefix: str, created_at: int, seed: str) -> str:
    """Make an id of an object that is computed when asked for, in the form of `long_id`: it follows from `seed`."""
    number = int.from_bytes(hashlib.sha256(seed.encode()).digest())
    return f"{prefix}_1{_seconds(created_at)}{call.account['id'][-10:]}{_base_62(number, 8)}"


def webhook_secret() -> str:
    return f"whsec_{_random(32)}"


def test_id(prefix: str) -> str:
    """Make an id of objects whose ids tell the mode: `feat_test_61Q7bz…`."""
    return f"{prefix}_test_61{_random(22)}"


def derived_test_id(prefix: str, seed: str) -> str:
    """Make an id of objects that are computed when asked for: it follows from `seed`, so that it can be a cursor."""
    number = int.from_bytes(hashlib.sha256(seed.encode()).digest())
    return f"{prefix}_test_61{_base_62(number, 22)}"


def client_secret(id: str) -> str:
    """Make the client secret of a payment intent or, longer, a setup intent (recorded)."""
    return f"{id}_secret_{_random(31 if id.startswith('seti_') else 25)}"


def invoice_prefix() -> str:
    """Return the eight letters and digits that a customer's invoice numbers begin with."""
    return _random(8, CAPITALS)


def digits(length: int) -> str:
    """Return that many random digits, as a bank's references have."""
    return _random(length, DIGITS)


def checkout_session_id() -> str:
    return f"cs_test_{_random(58)}"


def coupon_id() -> str:
    """Make the id of a coupon without an id of one's own: `Z4OV52SU`."""
    return _random(8)


def request_id() -> str:
    return f"req_{_random(14)}"
