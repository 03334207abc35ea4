"""Fields of an answer that follow from its others, and are not stored (all recorded, 2026-08-26.dahlia)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from stripe_billing_cli.local_stripe.core.store import Object


def is_derived(kind: str) -> bool:
    """Return whether objects of a kind have fields that follow from others."""
    return kind in DERIVATIONS


def with_derived(kind: str, answer: Object) -> Object:
    """Return the answer with the fields that follow from its others."""
    derive = DERIVATIONS.get(kind)
    return answer if derive is None else derive(answer)


def _subscription(answer: Object) -> Object:
    """Return a subscription with the plan and the quantity of its item, where it has a single item."""
    items = answer["items"]["data"]
    if len(items) != 1:
        return answer
    return {**answer, "plan": items[0]["plan"], "quantity": items[0].get("quantity")}


def _invoice_item(answer: Object) -> Object:
    """Return an invoice item with what follows: of a proration the amount after discounts, and what of it is fixed."""
    if answer["proration"]:
        return {**answer, "frozen_fields": ["pricing", "quantity", "discounts"]}
    return {name: value for name, value in answer.items() if name != "net_amount"}


DERIVATIONS: Mapping[str, Callable[[Object], Object]] = {
    "invoiceitem": _invoice_item,
    "subscription": _subscription,
}
