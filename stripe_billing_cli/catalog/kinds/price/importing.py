"""The import of prices: a key made from their terms, and the tiers that a list of Stripe's leaves out."""

from __future__ import annotations

from stripe_billing_cli.catalog.account_reader import AccountReader
from stripe_billing_cli.catalog.kinds.importing import ImportFile
from stripe_billing_cli.stripe_api.objects.catalog import Price as StripePrice

EVERY = {"day": "daily", "week": "weekly", "month": "monthly", "year": "yearly"}


def has_more_tiers(price: StripePrice) -> bool:
    """Return whether a price has tiers in further currencies, of which a list says nothing."""
    return price["billing_scheme"] == "tiered" and len(price["currency_options"] or {}) > 1


def with_all_tiers(path: str, reader: AccountReader, price: StripePrice) -> StripePrice:
    """Return a price with the tiers of all its currencies, each of which has to be named."""
    currencies = [f"currency_options.{currency}.tiers" for currency in price["currency_options"] or {}]
    return (
        reader.one(StripePrice, f"{path}/{price['id']}", {"expand": ["tiers", "currency_options", *currencies]})
        or price
    )


def interval_key(price: StripePrice, file: ImportFile) -> str:
    """Return `monthly`, `every-3-months` or `once`, with what is unusual about it: `monthly-eur`, `monthly-metered`."""
    recurring = price["recurring"]
    words = ["once"]
    if recurring:
        count, interval = recurring["interval_count"], recurring["interval"]
        words = [EVERY[interval] if count == 1 else f"every-{count}-{interval}s"]
        if recurring["usage_type"] == "metered":
            words.append("metered")
    if file.head.get("currency") not in (None, price["currency"]):
        words.append(price["currency"])
    return "-".join(words)
