"""Access as commands print it and HTTP answers it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stripe_billing_cli.access.decide import gives_access
from stripe_billing_cli.events.store import Access


def row_record(row: Access, now: float) -> dict[str, Any]:
    """Return the record of a product or feature. `id` names it among all: `cus_1/product/keymap-pro`."""
    has_access = gives_access(row, now)
    return {
        "id": f"{row.customer}/{row.kind}/{row.key}",
        "customer": row.customer,
        "kind": row.kind,
        "key": row.key,
        "access": has_access,
        "since": row.since if has_access or not row.granted else row.until,
        "until": row.until if has_access else None,
        "reason": row.reason if has_access or not row.granted else f"{row.reason}; its end is reached",
        "subscription": row.subscription,
    }


def customer_record(customer: str, rows: Sequence[Access], now: float) -> dict[str, Any]:
    """Return a customer's record: `access` is true if there is any, `products` and `features` say to what."""
    records = [row_record(row, now) for row in rows]
    return {
        "id": customer,
        "customer": customer,
        "access": any(record["access"] for record in records),
        "products": [record for record in records if record["kind"] == "product"],
        "features": [record for record in records if record["kind"] == "feature"],
    }
