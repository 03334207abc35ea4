"""Taxes that a call computed itself: `tax_amounts` of the lines of a draft, and of a credit note
(https://docs.stripe.com/invoicing/taxes/manual-tax-amounts).

They stand on the line alone, and not on its invoice item. "Stripe automatically creates or reuses a TaxRate object for
each tax amount", which is archived at once (`stripe/params/_invoice_add_lines_params.py`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from stripe_billing_cli.local_stripe.core import identifiers, objects, shapes
from stripe_billing_cli.local_stripe.core.errors import invalid
from stripe_billing_cli.local_stripe.core.lists import equal, json_field
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object

RATE = "tax_rate"
FIELD = "_tax_amounts"
"""Where a line has them, as they are shown as its `taxes`."""
MOST = 20
NOT_BESIDE_RATES = (
    "You cannot set tax amounts if any line item has tax_rates, or if the invoice has default_tax_rates or uses "
    "automatic tax."
)


def of_line(call: Call, taxes_data: Sequence[Mapping[str, Any]] | None) -> list[Object]:
    """Return the taxes of a line of an invoice, each at a tax rate that is made for it or was before."""
    return [_show_tax(one, _find_or_create_rate(call, one["tax_rate_data"])) for one in taxes_data or ()]


def of_note_line(call: Call, taxes_data: Sequence[Mapping[str, Any]], param: str) -> list[Object]:
    """Return the taxes of a line of a credit note, which name their tax rates."""
    return [
        _show_tax(one, objects.find(call, RATE, one["tax_rate"], f"{param}[{at}][tax_rate]", noun="tax rate"))
        for at, one in enumerate(taxes_data)
    ]


def _show_tax(tax: Mapping[str, Any], rate: Object) -> Object:
    return {
        "amount": tax["amount"],
        "tax_behavior": "inclusive" if rate["inclusive"] else "exclusive",
        "tax_rate_details": {"tax_rate": rate["id"]},
        "taxability_reason": tax.get("taxability_reason", "not_available"),
        "taxable_amount": tax["taxable_amount"],
        "type": "tax_rate_details",
    }


def _find_or_create_rate(call: Call, data: Mapping[str, Any]) -> Object:
    made_for = json.dumps(data, sort_keys=True)
    rates_before = call.store.select(RATE, equal(json_field("_made_for"), made_for), newest_first=False, limit=1)
    if rates_before:
        return rates_before[0]
    rate = {
        **shapes.blank(RATE),
        **data,
        "id": identifiers.long_id(call, "txr"),
        "object": RATE,
        "active": False,
        "created": call.now,
        "effective_percentage": data["percentage"],
        "metadata": {},
        "rate_type": "percentage",
        "_made_for": made_for,
    }
    call.store.insert(RATE, rate)
    return rate


def check_alone(invoice: Object) -> None:
    """Raise where a draft has tax amounts and anything else that taxes it."""
    lines = invoice["lines"]["data"]
    if not any(line.get(FIELD) for line in lines):
        return
    by_rates = invoice["default_tax_rates"] or any(line.get("_tax_rates") for line in lines)
    if by_rates or invoice["automatic_tax"]["enabled"]:
        raise invalid(NOT_BESIDE_RATES, "tax_amounts")
