"""Lookup of charges, as the calls on charges, refunds and disputes need it."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.core import objects
from stripe_billing_cli.local_stripe.core.lists import json_field, naming_condition, page
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object


def find(call: Call) -> Object:
    """Return the charge that the path names."""
    return objects.find(call, "charge", call.id, "id", 404)


def list_by_charge(call: Call, kind: str, url: str) -> Object:
    """Return the refunds or disputes of a charge or of a payment, or all; of a charge with their `count` (recorded)."""
    params = call.params
    conditions = [
        *naming_condition(call, "charge"),
        *naming_condition(call, "payment_intent"),
    ]
    objects_page = page(call, kind, url, conditions)
    if "charge" not in params:
        return objects_page
    count = f"SELECT count(*) FROM objects WHERE kind = ? AND {json_field('charge')} = ?"
    return {"object": "list", "count": call.store.row(count, kind, params["charge"])[0], **objects_page}
