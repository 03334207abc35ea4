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


def short_id(prefix: str) -> str:
    """Of customers, items and others whose ids are short: `cus_NffrFeUfNV2Hib`."""
    return f"{prefix}_{_random(14)}"


def long_id(prefix: str) -> str:
    """Of most objects: `sub_1MowQVLkdIwHu7ixeRlqHVzs`."""
    return f"{prefix}_1{_random(23)}"


def webhook_secret() -> str:
    return f"whsec_{_random(32)}"


def test_id(prefix: str) -> str:
    """Of objects whose ids tell the mode: `feat_test_61Q7bz…`."""
    return f"{prefix}_test_61{_random(22)}"


def client_secret(id: str) -> str:
    return f"{id}_secret_{_random(25)}"


def invoice_prefix() -> str:
    """Eight of the letters and digits that a customer's invoice numbers begin with."""
    return "".join(secrets.choice(string.ascii_uppercase + string.digits) for _ in range(8))


def coupon_id() -> str:
    """Of a coupon without an id of one's own: `Z4OV52SU`."""
    return _random(8)


def request_id() -> str:
    return f"req_{_random(14)}"
