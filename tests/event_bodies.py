"""Events as Stripe posts them, any field of which may be another."""

from __future__ import annotations

import json
from typing import Any


def event_body(id: str = "evt_1", **fields: Any) -> bytes:
    """Return an event about a subscription, as Stripe posts it."""
    about = {"id": "sub_1", "object": "subscription", "customer": "cus_1", "status": "active"}
    event = {
        "id": id,
        "object": "event",
        "api_version": "2026-10-28.endive",
        "created": 1_700_000_000,
        "data": {"object": about},
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "type": "customer.subscription.updated",
    }
    return json.dumps({**event, **fields}, indent=2).encode()


def thin(**fields: Any) -> bytes:
    """Return a thin event about a meter, as Stripe posts it."""
    related_object = {"id": "mtr_1", "type": "billing.meter", "url": "/v1/billing/meters/mtr_1"}
    event = {
        "id": "evt_65S",
        "object": "v2.core.event",
        "type": "v1.billing.meter.error_report_triggered",
        "livemode": True,
        "created": "2026-11-24T20:46:28.384Z",
        "related_object": related_object,
    }
    return json.dumps({**event, **fields}).encode()
