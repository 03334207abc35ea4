"""Amounts in a currency's minor unit, and the currencies there are (https://docs.stripe.com/currencies)."""

from __future__ import annotations

from decimal import Decimal

_CODES = (
    "usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd bwp byn bzd cad cdf chf "
    "clp cny cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf gtq gyd hkd hnl hrk htg huf idr "
    "ils inr isk jmd jod jpy kes kgs khr kmf krw kwd kyd kzt lak lbp lkr lrd lsl mad mdl mga mkd mmk mnt mop mur mvr "
    "mwk mxn myr mzn nad ngn nio nok npr nzd omr pab pen pgk php pkr pln pyg qar ron rsd rub rwf sar sbd scr sek sgd "
    "shp sle sos srd std szl thb tjs tnd top try ttd twd tzs uah ugx uyu uzs vnd vuv wst xaf xcd xcg xof xpf yer zar "
    "zmw usdc btn ghs eek lvl svc vef ltl sll mro"
)
CURRENCIES = tuple(_CODES.split())
"""In the order in which Stripe names them (recorded 2026-08-26.dahlia)."""

MOST_DIGITS = {"idr": 12, "lbp": 12, "cop": 10, "huf": 10, "jpy": 10, "inr": 9}
USUAL_DIGITS = 8


def largest(currency: str) -> int:
    """Return the largest amount: eight digits, more where the unit is small (https://docs.stripe.com/currencies)."""
    return int(10 ** MOST_DIGITS.get(currency, USUAL_DIGITS)) - 1


LARGEST_PRICE = 10**12 - 1
"""Twelve digits: the most that cards are charged, whatever the currency (https://docs.stripe.com/currencies)."""

_SMALLEST = {
    "aed": 200,
    "bgn": 100,
    "czk": 1500,
    "dkk": 250,
    "gbp": 30,
    "hkd": 400,
    "huf": 17500,
    "jpy": 50,
    "mxn": 1000,
    "myr": 200,
    "nok": 300,
    "pln": 200,
    "ron": 200,
    "sek": 300,
    "thb": 1000,
}
USUAL_SMALLEST = 50


def smallest_charge(currency: str) -> int:
    """Return what can be charged at least (https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts)."""
    return _SMALLEST.get(currency, USUAL_SMALLEST)


def plain(amount: Decimal) -> str:
    """Return the shortest form without an exponent: `Decimal("1E+2")` → `100`, `0.50` → `0.5`."""
    text = format(amount, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def whole_amount(decimal: str) -> int | None:
    """Return the amount as an integer, or None where it has a fraction."""
    return None if "." in decimal else int(decimal)


SYMBOLS = {"usd": "$", "eur": "€", "gbp": "£", "jpy": "¥"}
PLACES = dict.fromkeys("bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf".split(), 0) | dict.fromkeys(
    "bhd jod kwd omr tnd".split(), 3
)


def format_signed(amount: int, currency: str) -> str:
    """Return an amount in minor units, which may be below nothing: `-$15.00`."""
    sign = "-" if amount < 0 else ""
    return sign + format_amount(Decimal(abs(amount)), currency)


def format_amount(amount: Decimal, currency: str) -> str:
    """Return an amount in minor units as Stripe writes it into descriptions: `$15.00`, `CHF 15.00`, `¥1500`."""
    places = PLACES.get(currency, 2)
    text = format(amount.scaleb(-places), "f")
    whole_part, _, fraction = text.partition(".")
    fraction = fraction.rstrip("0").ljust(places, "0")
    symbol = SYMBOLS.get(currency, f"{currency.upper()} ")
    return f"{symbol}{whole_part}.{fraction}" if fraction else f"{symbol}{whole_part}"
