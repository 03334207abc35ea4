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
    AmountError,
    format_amount,
    minor_unit_exponent,
    parse_amount,
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


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("12.50", "usd", 1250),
        ("12.5", "usd", 1250),
        ("0.05", "usd", 5),
        ("1,250.00", "usd", 125000),
        ("$12.50", "usd", 1250),
        ("$1250", "usd", 125000),
        ("12.50 USD", "usd", 1250),
        ("usd 12.50", "usd", 1250),
        ("€12.50", "eur", 1250),
        ("1250", "jpy", 1250),
        ("¥1,250", "jpy", 1250),
        ("12.500", "kwd", 12500),
        ("12.5", "kwd", 12500),
        ("1250", "isk", 125000),
        ("1250.00", "isk", 125000),
    ],
)
def test_amounts_are_read_as_people_write_them(text: str, currency: str, minor: int) -> None:
    assert parse_amount(text, currency) == minor


@pytest.mark.parametrize(
    ("text", "currency", "readings"),
    [
        ("1250", "usd", ["$1,250.00", "$12.50", "1250.00", "12.50"]),
        ("5", "usd", ["$5.00", "$0.05", "5.00", "0.05"]),
        ("1,250", "usd", ["$1,250.00", "$12.50"]),
        ("1250", "kwd", ["KWD1,250.000", "KWD1.250", "1250.000", "1.250"]),
    ],
)
def test_a_bare_number_is_refused_with_both_readings(text: str, currency: str, readings: list[str]) -> None:
    with pytest.raises(AmountError) as refused:
        parse_amount(text, currency)

    message = f"{refused.value.message} {refused.value.hint}".replace("\xa0", " ")
    assert all(reading in message for reading in readings), message


@pytest.mark.parametrize("text", ["0", "00", "0.00"])
def test_nothing_is_no_amount(text: str) -> None:
    with pytest.raises(AmountError, match="is nothing"):
        parse_amount(text, "usd")


def test_a_third_decimal_that_stripe_does_not_take_is_not_proposed() -> None:
    with pytest.raises(AmountError, match=r"KWD.?5\.000 or as KWD.?0\.005") as refused:
        parse_amount("5", "kwd")
    assert refused.value.hint == "write 5.000"


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("-12.50", "usd"),
        ("+12.50", "usd"),
        ("12,50", "usd"),
        ("12.505", "usd"),
        ("€12.50", "usd"),
        ("12.50 eur", "usd"),
        ("1,25.00", "usd"),
        ("0.00", "usd"),
        ("", "usd"),
        ("12.50", "jpy"),
        ("12.50", "isk"),
        ("12.505", "kwd"),
        ("1e3", "jpy"),
        ("١٢٫٥٠", "usd"),
    ],
)
def test_what_is_no_amount_of_the_currency_is_refused(text: str, currency: str) -> None:
    with pytest.raises(AmountError):
        parse_amount(text, currency)


@pytest.mark.parametrize(
    ("text", "currency", "hint"),
    [
        ("1.999", "usd", "write 1.99 or 2.00 or 1,999.00"),
        ("12.5001", "usd", "write 12.50 or 12.51"),
        ("12.500", "usd", "write 12.50 or 12,500.00"),
        ("0.001", "usd", "write 0.01"),
        ("500.00", "jpy", "write 500"),
        ("100.50", "jpy", "write 100 or 101"),
        ("0.5", "jpy", "write 1"),
        ("0.00", "jpy", "write 1"),
        ("1.5055", "kwd", "write 1.500 or 1.510"),
    ],
)
def test_too_many_decimals_are_answered_with_what_may_be_meant(text: str, currency: str, hint: str) -> None:
    with pytest.raises(AmountError) as refused:
        parse_amount(text, currency)

    assert refused.value.hint == hint
