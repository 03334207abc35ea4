"""Amounts as people write them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stripe_billing_cli.stripe_api.money import (
    CURRENCIES,
    THREE_DECIMAL,
    ZERO_DECIMAL,
    format_amount,
    minor_unit_exponent,
)


@pytest.mark.parametrize(
    ("minor", "currency", "shown"),
    [
        (1500, "usd", "$15.00"),
        (0, "usd", "$0.00"),
        (123456789, "usd", "$1,234,567.89"),
        (Decimal("0.15"), "usd", "$0.0015"),
        (Decimal("0.000000000001"), "usd", "$0.00000000000001"),
        (Decimal("1E+3"), "usd", "$10.00"),
        (1500, "jpy", "¥1,500"),
        (Decimal("0.5"), "jpy", "¥0.5"),
        (900, "eur", "€9.00"),
        (1500, "kwd", "KWD1.500"),
        (50000, "isk", "ISK500.00"),
    ],
)
def test_amounts_are_written_as_people_write_them(minor: Decimal | int, currency: str, shown: str) -> None:
    assert format_amount(minor, currency).replace("\xa0", "") == shown


@given(st.decimals(min_value=0, max_value=10**10, places=6), st.sampled_from(sorted(CURRENCIES)))
def test_no_digit_is_lost(minor: Decimal, currency: str) -> None:
    shown = "".join(letter for letter in format_amount(minor, currency) if letter in "0123456789.")

    assert Decimal(shown.lstrip(".")).scaleb(minor_unit_exponent(currency)) == minor


def test_the_special_currencies_are_currencies() -> None:
    assert ZERO_DECIMAL <= CURRENCIES
    assert THREE_DECIMAL <= CURRENCIES
