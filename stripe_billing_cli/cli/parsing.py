"""Values as users write them on the command line: metadata, moments, spans of time, quantities."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

import typer

from stripe_billing_cli.errors import UsageError

Metadata = Annotated[
    list[str] | None, typer.Option("--metadata", metavar="KEY=VALUE", help="Your own note on it. Repeatable.")
]
Preview = Annotated[bool, typer.Option("--preview", help="Only show what would happen.")]
Limit = Annotated[int, typer.Option("--limit", min=0, metavar="N", help="At most so many; 0 for all.")]
All = Annotated[bool, typer.Option("--all", help="All of them, however many.")]
IdempotencyKey = Annotated[
    str | None,
    typer.Option("--idempotency-key", metavar="KEY", help="Two runs with one key make one object, whenever they run."),
]
LONGEST_KEY = 200
UNIX_SECONDS = re.compile("[0-9]{9,11}")
SPAN = re.compile(r"([0-9]+)\s*([smhdw]?)")
SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}


def most(limit: int, all_: bool) -> int | None:
    """Return how many objects a list has at most by `--limit` and `--all`; None for all."""
    return None if all_ else limit or None


def one_more(most: int | None) -> int | None:
    """Return how many objects to read, so that a list can say that there are more than it prints."""
    return None if most is None else most + 1


def metadata(option: str, texts: Sequence[str] | None) -> dict[str, str]:
    """Return the metadata of `k=v` pairs; `k=` gives the empty string, which removes the key where an object is
    updated."""
    pairs: dict[str, str] = {}
    for text in texts or ():
        key, separator, value = text.partition("=")
        if not separator or not key:
            raise UsageError(f"{option} is not of the form KEY=VALUE: {text}", f"{option} plan=gold, for example")
        if key in pairs:
            raise UsageError(f"{option} gives {key} twice", "give each key once")
        pairs[key] = value
    return pairs


def moment(option: str, text: str, *, or_else: str = "") -> int:
    """Return the Unix seconds of a date (`2026-12-24`: midnight UTC), a time (`2026-12-24T18:30`: UTC unless it says
    otherwise), or Unix seconds. `or_else`: what else the option takes, for the hint."""
    if UNIX_SECONDS.fullmatch(text):
        return int(text)
    try:
        time = datetime.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(
            f"{option} is no date: {text}", f"write {or_else}2026-12-24, 2026-12-24T18:30Z or Unix seconds; all in UTC"
        ) from None
    return int((time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp())


def span(option: str, text: str) -> int:
    """Return the seconds of `90`, `90s`, `10m`, `12h`, `35d`, `2w`."""
    match = SPAN.fullmatch(text.strip().lower())
    if match is None:
        raise UsageError(f"{option} is no span of time: {text}", "write 90s, 10m, 12h, 35d or 2w")
    return int(match[1]) * SECONDS[match[2]]


def age(option: str, text: str) -> int:
    """Return the seconds of a span that names its unit: payloads older than a bare `90` may be meant as 90 days, and 90
    seconds would forget almost all of them."""
    if text.strip().isdecimal():
        raise UsageError(f"{option} {text} has no unit", f"write {text.strip()}d for days; or s, m, h, w")
    return span(option, text)


def idempotency_key(text: str | None) -> str | None:
    """Return the key as given. Stripe takes 255 characters, and metadata keeps it (`stripe_api/create_once.py`)."""
    if text is None:
        return None
    if not text.strip() or len(text) > LONGEST_KEY:
        raise UsageError(
            f"--idempotency-key has {len(text)} characters; it needs 1 to {LONGEST_KEY}", "order-1234, for example"
        )
    return text


def currency(option: str, text: str | None) -> str | None:
    """Return a currency in lower case, as Stripe writes it."""
    if text is None:
        return None
    from stripe_billing_cli.stripe_api.money import CURRENCIES

    if text.lower() not in CURRENCIES:
        raise UsageError(f"{option} is no currency: {text}", "usd or eur, for example")
    return text.lower()
