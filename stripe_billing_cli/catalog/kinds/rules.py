"""Rules of Stripe's that several kinds share, checked before anything is written.

Sources: the parameter texts in `stripe/params/`, https://docs.stripe.com/api/metadata,
https://docs.stripe.com/currencies.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Protocol

from stripe_billing_cli.catalog import ownership
from stripe_billing_cli.stripe_api.money import CURRENCIES

Path = tuple[str | int, ...]
"""Where something stands in the file: keys, and numbers in lists."""
MOST_METADATA, LONGEST_KEY, LONGEST_VALUE = 50, 40, 500


class Report(Protocol):
    """A function that takes a problem: its path below the entry that is checked, what it is, the way out.

    `at_key`: it stands at the key of that path and not at its value. `warning`: it may be meant, and stops nothing.
    """

    def __call__(self, path: Path, message: str, hint: str, *, at_key: bool = False, warning: bool = False) -> None: ...


def check_metadata(metadata: Mapping[str, str], report: Report) -> None:
    room = MOST_METADATA - len(ownership.RESERVED)
    if len(metadata) > room:
        report(
            ("metadata",),
            f"{len(metadata)} keys",
            f"Stripe keeps {MOST_METADATA}, and {len(ownership.RESERVED)} are billing's",
        )
    if len(",".join(metadata)) > LONGEST_VALUE:
        report(("metadata",), "the keys together are longer than 500 characters", "use fewer keys, or shorter ones")
    for key, value in metadata.items():
        if key in ownership.RESERVED:
            report(("metadata", key), f"{key} is billing's own mark", "choose another key", at_key=True)
        elif not key or len(key) > LONGEST_KEY or set(key) & set("[],"):
            report(
                ("metadata", key), f"{key} cannot be a metadata key", "1 to 40 characters, without brackets and commas"
            )
        if len(value) > LONGEST_VALUE:
            report(("metadata", key), f"a value of {len(value)} characters", f"Stripe keeps {LONGEST_VALUE}")
        elif not value:
            report(
                ("metadata", key), "an empty value", "Stripe takes it for the wish to remove the key: leave the key out"
            )


def check_currency(path: Path, currency: str, report: Report, *, at_key: bool = False) -> None:
    if currency in CURRENCIES:
        return
    lower = currency.lower()
    hint = f"write {lower}" if lower in CURRENCIES else _like_currency(lower)
    report(path, f"{currency} is no currency of Stripe's", hint, at_key=at_key)


def _like_currency(currency: str) -> str:
    """Return the currencies of the same country, for a slip in the third letter."""
    alike = sorted(code for code in CURRENCIES if len(code) == 3 and code[:2] == currency[:2])
    return f"did you mean {' or '.join(alike)}?" if alike else "see https://docs.stripe.com/currencies"


def check_url(path: Path, url: str, report: Report) -> None:
    if not re.match(r"https?://[^\s/]+", url) or re.search(r"\s", url):
        report(path, f"{url[:80]} is no URL", "it begins with https://")
