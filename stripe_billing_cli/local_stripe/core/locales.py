"""The languages of Stripe's hosted pages, in Stripe's order (`stripe/params/checkout/_session_create_params.py`)."""

from __future__ import annotations

LOCALES = tuple(
    """
    auto bg cs da de el en en-GB es es-419 et fi fil fr fr-CA hr hu id it ja ko lt lv ms mt nb nl pl pt
    pt-BR ro ru sk sl sv th tr vi zh zh-HK zh-TW
    """.split()
)
