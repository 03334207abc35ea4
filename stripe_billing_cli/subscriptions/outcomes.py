"""What became of a command that changed something, as `billing` prints it: docs/output.md lists the fields.

Amounts are ints in the currency's smallest unit, times Unix seconds; what there is none of is null.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from stripe_billing_cli.stripe_api import json_output
from stripe_billing_cli.stripe_api.client import Object
from stripe_billing_cli.subscriptions import payments
from stripe_billing_cli.subscriptions.cost import Cost
from stripe_billing_cli.subscriptions.item_change import Change
from stripe_billing_cli.subscriptions.payments import Owed
from stripe_billing_cli.subscriptions.quote import Quote


def change(
    result: str,
    subscription: Object,
    decided: Change,
    quoted: Quote | None,
    later_cost: Cost | None,
    owes: Owed | None,
) -> dict[str, Any]:
    """`result` is one of `previewed`, `unchanged`, `changed`, `scheduled`, `taken_back`, `payment_needed`."""
    cost = quoted.cost if quoted else later_cost
    return {
        "id": subscription["id"],
        "result": result,
        "item": decided.item,
        "from": asdict(decided.before),
        "to": asdict(decided.after),
        "added": [],
        "removed": [],
        "starts": decided.starts,
        "proration": quoted.proration if quoted else None,
        "proration_date": quoted.proration_date if quoted else None,
        "new_period_starts": quoted.restarts if quoted else False,
        "cost": None if cost is None else cost.record(),
        **payments.owed_record(owes),
        "subscription": json_output.subscription(subscription),
    }
