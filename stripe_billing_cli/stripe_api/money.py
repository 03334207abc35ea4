"""Amounts: minor units in, what people write out. Never floats.

Currencies and their minor units: https://docs.stripe.com/currencies.
"""

from __future__ import annotations

from decimal import Decimal

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


def minor_unit_exponent(currency: str) -> int:
    """How many decimals the currency's amounts have in Stripe: 2 for usd, 0 for jpy, 3 for kwd."""
    if currency in ZERO_DECIMAL:
        return 0
    return 3 if currency in THREE_DECIMAL else 2


def format_amount(minor: Decimal | int, currency: str) -> str:
    """`1500, "usd"` → `$15.00`; fractions of a minor unit keep all their digits: `0.15` → `$0.0015`."""
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
