"""Ids in the form of Stripe's: a prefix, and letters and digits that say nothing."""

from __future__ import annotations

import secrets
import string

LETTERS = string.ascii_letters + string.digits


def _random(length: int) -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(length))


def product_id() -> str:
    return f"prod_{_random(14)}"


def price_id() -> str:
    return f"price_1{_random(23)}"


def event_id() -> str:
    return f"evt_1{_random(23)}"


def account_id() -> str:
    return f"acct_1{_random(15)}"


def request_id() -> str:
    return f"req_{_random(14)}"
