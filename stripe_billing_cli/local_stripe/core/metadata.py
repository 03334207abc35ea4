"""Metadata: updates merge, an empty value removes its key (https://docs.stripe.com/api/metadata)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stripe_billing_cli.local_stripe.core.errors import invalid

MOST_KEYS = 50


def merge_metadata(current: Mapping[str, str], changes: Mapping[str, str] | None) -> dict[str, str]:
    """Return `current` with `changes`; None (`metadata=""`) removes all. Raises for more than 50 keys."""
    if changes is None:
        return {}
    result = {key: value for key, value in {**current, **changes}.items() if value != ""}
    if len(result) > MOST_KEYS:
        raise invalid(
            f"Metadata can have up to {MOST_KEYS} keys, but you've set {len(result)}.",
            "metadata",
        )
    return result


def new_metadata(params: Mapping[str, Any]) -> dict[str, str]:
    """Return the metadata of an object that is made with these parameters."""
    return merge_metadata({}, params.get("metadata") or {})


def changed_metadata(before: Mapping[str, Any], params: Mapping[str, Any]) -> Any:
    """Return the metadata of an object after an update with these parameters."""
    return merge_metadata(before["metadata"], params["metadata"]) if "metadata" in params else before["metadata"]
