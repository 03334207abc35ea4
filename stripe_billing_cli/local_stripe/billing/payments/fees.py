"""Fees that Stripe takes of a charge to a card, by the country of the account (https://stripe.com/pricing).

Recorded: an account of Canada pays 3.7 % and 30 cents for a card of the United States, in its own currency
(2026-08-26.dahlia). The others are the prices on Stripe's pages for those countries.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

DISPUTE_FEE = 1500
"""Recorded for Canada; Stripe's pages name 15 units of the account's currency for most countries."""


@dataclass(frozen=True)
class Tariff:
    """The fees of Stripe, percentages and a fixed part in minor units: for cards of the country, more for others and
    for conversion."""

    percent: Decimal
    international: Decimal
    conversion: Decimal
    fixed: int


def _tariff(percent: str, international: str, conversion: str, fixed_amount: int) -> Tariff:
    return Tariff(Decimal(percent), Decimal(international), Decimal(conversion), fixed_amount)


EURO = "AT BE CY DE EE ES FI FR GR HR IE IT LT LU LV MT NL PT SI SK".split()
TARIFFS = {
    "AU": _tariff("1.7", "1.8", "2", 30),
    "CA": _tariff("2.9", "0.8", "2", 30),
    "GB": _tariff("1.5", "1.75", "2", 20),
    "JP": _tariff("3.6", "0", "2", 0),
    "US": _tariff("2.9", "1.5", "1", 30),
    **dict.fromkeys(EURO, _tariff("1.5", "1.75", "2", 25)),
}
ELSEWHERE = _tariff("2.9", "1.5", "2", 30)


def processing_fee(amount: int, country: str, card_country: str, *, is_converted: bool) -> int:
    """Return the fee for a charge of `amount`, both in minor units of the account's currency."""
    tariff = TARIFFS.get(country, ELSEWHERE)
    percent = tariff.percent
    percent += tariff.international if card_country != country else 0
    percent += tariff.conversion if is_converted else 0
    return int((amount * percent / 100).quantize(Decimal(1), ROUND_HALF_UP)) + tariff.fixed
