"""Amounts: minor units in, what people write out. Never floats.

Currencies and their minor units: https://docs.stripe.com/currencies.
"""

from __future__ import annotations

import re
from decimal import Decimal

from stripe_billing_cli.errors import UsageError

ZERO_DECIMAL = frozenset("bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf".split())
THREE_DECIMAL = frozenset("bhd jod kwd omr tnd".split())
"""Their last digit must be 0: Stripe charges hundredths of these currencies."""
WHOLE_IN_TWO_DECIMALS = frozenset({"isk", "ugx"})
"""Without minor units in life, but written with two in Stripe, always `00`."""
CURRENCIES = frozenset(
    """
    aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd bwp byn bzd cad cdf chf clp
    cny cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf gtq gyd hkd hnl hrk htg huf idr ils
    inr isk jmd jod jpy kes kgs khr kmf krw kwd kyd kzt lak lbp lkr lrd lsl mad mdl mga mkd mmk mnt mop mur mvr mwk
    mxn myr mzn nad ngn nio nok npr nzd omr pab pen pgk php pkr pln pyg qar ron rsd rub rwf sar sbd scr sek sgd shp
    sle sos srd std svc szl thb tjs tnd top try ttd twd tzs uah ugx usd usdc uyu uzs vnd vuv wst xaf xcd xcg xof xpf
    yer zar zmw
    """.split()
)

USUAL_SMALLEST_CHARGE = 50
SMALLEST_CHARGES = {
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
"""https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts, of charges settled in their own currency."""


def is_surely_charged(minor: int, currency: str) -> bool:
    """Return whether an amount is more than what may be carried over to a later invoice as too small to be charged.

    What counts is the amount in the currency of settlement, which is not known here: twice the smallest is enough.
    """
    return minor >= 2 * smallest_charge(currency)


def smallest_charge(currency: str) -> int:
    """Return the least amount that is charged, where it is settled in the same currency; less is carried over."""
    return SMALLEST_CHARGES.get(currency, USUAL_SMALLEST_CHARGE)


def minor_unit_exponent(currency: str) -> int:
    """Return how many decimals the currency's amounts have in Stripe: 2 for usd, 0 for jpy, 3 for kwd."""
    if currency in ZERO_DECIMAL:
        return 0
    return 3 if currency in THREE_DECIMAL else 2


def format_amount(minor: Decimal | int, currency: str) -> str:
    """Return an amount for people: `1500, "usd"` → `$15.00`; fractions of a minor unit keep all their digits: `0.15` →
    `$0.0015`."""
    from babel.numbers import format_currency

    exponent = minor_unit_exponent(currency)
    amount = Decimal(minor).scaleb(-exponent)
    digits = max(exponent, _decimals(amount))
    pattern = f"¤#,##0.{'0' * digits}" if digits else "¤#,##0"
    return str(
        format_currency(
            amount, currency.upper(), pattern, locale="en_US", currency_digits=False, decimal_quantization=False
        )
    )


def _decimals(amount: Decimal) -> int:
    exponent = amount.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


WRITTEN = re.compile(r"(?P<whole>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?P<point>\.(?P<fraction>[0-9]+))?")


class AmountError(UsageError):
    """A text that is no amount of the currency, or could be two. `hint` says how to write what may be meant."""


def parse_amount(text: str, currency: str) -> int:
    """Return the minor units of an amount as people write it: `12.50`, `$12.50`, `1,250.00 USD`; `1250` in yen.

    A bare whole number of a currency with minor units may be meant either way, and is refused. Raises `AmountError`.
    """
    number = _without_currency(text.strip(), currency)
    has_currency = number != text.strip()
    match = WRITTEN.fullmatch(number)
    exponent = 0 if currency in WHOLE_IN_TWO_DECIMALS else minor_unit_exponent(currency)
    example = format_plain(125 * 10**exponent // 10, exponent)
    if match is None:
        with_comma = re.fullmatch(rf"([0-9]+),([0-9]{{{exponent}}})", number) if exponent else None
        proposal = f"{with_comma[1]}.{with_comma[2]}" if with_comma else f"{example}, without a sign"
        raise AmountError(f"{text!r} is no amount in {currency.upper()}", f"write {proposal}")
    whole, fraction = match["whole"].replace(",", ""), match["fraction"]
    if currency in WHOLE_IN_TWO_DECIMALS and fraction == "00":
        fraction = None  # as it is printed
    if fraction is None and exponent and not has_currency and int(whole):
        raise _two_readings(text, int(whole), currency, exponent)
    if len(fraction or "") > exponent:
        raise AmountError(
            f"{text!r} has more decimals than {currency.upper()} has"
            + (f": {exponent}" if exponent else ", which is none"),
            f"write {_nearest(whole, fraction, exponent, currency)}",
        )
    minor = int(whole + (fraction or "").ljust(exponent, "0"))
    if currency in THREE_DECIMAL and minor % 10:
        raise AmountError(f"{text!r} ends in a third decimal, and Stripe takes two of {currency.upper()}'s", "end in 0")
    if minor == 0:
        raise AmountError(f"{text!r} is nothing", f"write {example}, for example")
    return minor * 100 if currency in WHOLE_IN_TWO_DECIMALS else minor


def _nearest(whole: str, fraction: str, exponent: int, currency: str) -> str:
    """Return the amounts that one with too many decimals may mean: `1.99 or 2.00` of 1.999, in dollars also
    `1,999.00`."""
    step = 10 if currency in THREE_DECIMAL else 1
    lower_amount = int(whole + fraction[:exponent]) // step * step
    is_exact = lower_amount > 0 and not fraction[exponent:].strip("0")
    amounts = [
        format_plain(minor, exponent)
        for minor in ([lower_amount] if is_exact else [lower_amount, lower_amount + step])
        if minor
    ]
    if exponent == 2 and re.fullmatch("[1-9][0-9]{0,2}", whole) and len(fraction) == 3:  # a point between the thousands
        amounts.append(f"{int(whole + fraction):,}.{'0' * exponent}")
    return " or ".join(amounts)


def format_plain(minor: int, exponent: int) -> str:
    """Return an amount without its currency: `1250, 2` → `12.50`."""
    return f"{Decimal(minor).scaleb(-exponent):.{exponent}f}"


def _without_currency(text: str, currency: str) -> str:
    """Return the number of `$12.50`, `USD 12.50` or `12.50 usd`; the whole text where another currency is named."""
    from babel.numbers import get_currency_symbol

    for name in (currency.upper(), currency, get_currency_symbol(currency.upper(), locale="en_US")):
        if text.startswith(name):
            return text.removeprefix(name).strip()
        if text.endswith(name):
            return text.removesuffix(name).strip()
    return text


def _two_readings(text: str, number: int, currency: str, exponent: int) -> AmountError:
    readings = [number * 10**exponent, number]
    allowed_readings = [minor for minor in readings if currency not in THREE_DECIMAL or minor % 10 == 0]
    return AmountError(
        f"{text} can be read as {' or as '.join(format_amount(minor, currency) for minor in readings)}",
        f"write {' or '.join(format_plain(minor, exponent) for minor in allowed_readings)}",
    )
