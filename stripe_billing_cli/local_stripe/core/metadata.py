"""Metadata: updates merge, an empty value removes its key (https://docs.stripe.com/api/metadata)."""

from __future__ import annotations

from collections.abc import Mapping

from stripe_billing_cli.local_stripe.core.errors import invalid

MOST_KEYS = 50


def merged(current: Mapping[str, str], changes: Mapping[str, str] | None) -> dict[str, str]:
    """Return `current` with `changes`; None (`metadata=""`) removes all. Raises for more than 50 keys."""
    if changes is None:
        return {}
    result = {key: value for key, value in {**current, **changes}.items() if value != ""}
    if len(result) > MOST_KEYS:
        raise invalid(
            f"Metadata can have up to {MOST_KEYS} keys, but with this request it would have {len(result)}.",
            "metadata",
        )
    return result
