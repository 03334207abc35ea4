"""Rates of exchange: one that was recorded, others about right, none that changes.

A test must come out the same tomorrow. A currency without a rate is worth as much as a dollar.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from stripe_billing_cli.local_stripe.core.amounts import PLACES

PER_DOLLAR = {
    name: Decimal(rate)
    for name, rate in (
        pair.split("=")
        for pair in (
            "aed=3.6725 aud=1.52 brl=5.4 cad=1.3985 chf=0.8 clp=950 cny=7.15 cop=4000 czk=21 dkk=6.4 eur=0.86 gbp=0.74 "
            "hkd=7.8 huf=340 idr=16400 ils=3.4 inr=87 jpy=148 krw=1390 mxn=18.6 myr=4.2 nok=10 nzd=1.7 php=57 pln=3.65 "
            "ron=4.35 sek=9.5 sgd=1.28 thb=32 try=41 twd=30 vnd=26300 zar=17.6"
        ).split()
    )
}
"""Units for a dollar. Recorded: cad, 60.00 USD as 83.91 CAD (2026-08-26.dahlia)."""


def rate(currency: str, into: str) -> Decimal:
    """Return how many units of `into` a unit of `currency` is worth, to six places."""
    worth = PER_DOLLAR.get(into, Decimal(1)) / PER_DOLLAR.get(currency, Decimal(1))
    return worth.quantize(Decimal("0.000001"), ROUND_HALF_UP).normalize()


def convert(amount: int, currency: str, into: str) -> int:
    """Return `amount`, in minor units of `currency`, in minor units of `into`."""
    shift = PLACES.get(into, 2) - PLACES.get(currency, 2)
    return int((amount * rate(currency, into)).scaleb(shift).quantize(Decimal(1), ROUND_HALF_UP))
