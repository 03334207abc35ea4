"""The invoice items of a preview: new ones, and pending ones as the call would have them
(`invoice_items` in `stripe/params/_invoice_create_preview_params.py`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from stripe_billing_cli.local_stripe.core.errors import check_only_one, no_such
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object
from stripe_billing_cli.local_stripe.resources import invoice_items

ITEM = "invoiceitem"


def by_decimal(item: Mapping[str, Any], at: int) -> Mapping[str, Any]:
    """Return one of a preview's invoice items with its `unit_amount` as `unit_amount_decimal`."""
    check_only_one(item, "unit_amount", "unit_amount_decimal", param=f"invoice_items[{at}][unit_amount]")
    if "unit_amount" not in item:
        return item
    other_params = {name: value for name, value in item.items() if name != "unit_amount"}
    return {**other_params, "unit_amount_decimal": str(item["unit_amount"])}


def changes_pending(call: Call) -> bool:
    """Return whether a preview changes items that are pending already."""
    return any(ITEM in item for item in call.params.get("invoice_items", ()))


def preview(call: Call, of_others: Callable[[Call], Object]) -> Object:
    """Return the invoice with pending items changed: "The ID of the invoice item to update in preview". `of_others`
    returns the one with new items alone."""
    new_items = []
    with call.store.attempt(keeps=False):
        for at, item in enumerate(call.params["invoice_items"]):
            if ITEM in item:
                if call.store.get(invoice_items.KIND, item[ITEM]) is None:
                    raise no_such("invoiceitem", item[ITEM], f"invoice_items[{at}][{ITEM}]")
                params = {name: value for name, value in by_decimal(item, at).items() if name != ITEM}
                invoice_items.update(replace(call, id=item[ITEM], params=params))
            else:
                new_items.append(item)
        return of_others(replace(call, params={**call.params, "invoice_items": new_items}))
