"""The shapes of Stripe's answers, field by field: what is null where there is nothing, what is left out then, what is
constant.

The rule, which all recorded answers follow (test mode, 2026-08-26.dahlia): a field that Stripe's OpenAPI document calls
nullable is there, as null where there is nothing; a field that it neither requires nor calls nullable is left out while
there is nothing. `shapes.json` has what the document says, written by `scripts/shapes.py`. A field that the document
does not have, but the newer SDK, is left out while it has no value. The tables below have what was recorded
differently, or is in no document.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from stripe_billing_cli.local_stripe.core.json_lines import Entries

DATA = Path(__file__).with_name("shapes.json")
LIST, MAP = "[]", "{}"
"""What stands before the name of a part's shape where the part is a nested list, or a map with any keys."""

UNTRACKED = "shipping.untracked"
OTHERWISE: Mapping[tuple[str, str], str] = {
    ("customer", "shipping"): UNTRACKED,
    ("invoice", "customer_shipping"): UNTRACKED,
}
"""Where a customer's address is, the document has the shape of a parcel on its way."""

ONLY_EXPANDED: Mapping[str, frozenset[str]] = {
    "charge": frozenset({"refunds"}),
    "checkout.session": frozenset({"line_items"}),
    "coupon": frozenset({"applies_to", "currency_options"}),
    "currency_option": frozenset({"tiers"}),
    "customer": frozenset(
        {"cash_balance", "invoice_credit_balance", "sources", "subscriptions", "tax", "tax_ids"},
    ),
    "invoice": frozenset({"confirmation_secret", "payments"}),
    "item": frozenset({"discounts", "taxes"}),
    "invoices_resource_shipping_cost": frozenset({"taxes"}),
    "payment_flows_amount_details": frozenset({"line_items"}),
    "payment_link": frozenset({"line_items"}),
    "payment_pages_checkout_session_shipping_cost": frozenset({"taxes"}),
    "payment_pages_checkout_session_total_details": frozenset({"breakdown"}),
    "plan": frozenset({"tiers"}),
    "portal_subscription_update": frozenset({"products", "schedule_at_period_end"}),
    "price": frozenset({"currency_options", "tiers"}),
    "promotion_codes_resource_restrictions": frozenset({"currency_options"}),
    "quote": frozenset({"line_items"}),
    "quotes_resource_total_details": frozenset({"breakdown"}),
    "quotes_resource_upfront": frozenset({"line_items"}),
    "shipping_rate_fixed_amount": frozenset({"currency_options"}),
}
"""Left out unless asked for (recorded; https://docs.stripe.com/api/expanding_objects)."""

NULL: Mapping[str, frozenset[str]] = {
    "checkout.session": frozenset({"allowed_payment_method_types"}),
    "charge": frozenset({"destination", "dispute", "order", "source"}),
    "dispute": frozenset({"balance_transaction"}),
    "payment_intent": frozenset({"payment_record", "shared_payment_granted_token", "source"}),
    "payment_intent_payment_method_options_link": frozenset({"persistent_token"}),
    "payment_method": frozenset({"shared_payment_granted_token"}),
    "product": frozenset({"tax_details"}),
    "recurring": frozenset({"trial_period_days"}),
    "subscription": frozenset({"plan", "quantity"}),
    "subscription_item": frozenset({"current_trial"}),
    "subscriptions_resource_pending_update": frozenset({"cancel_at_period_end"}),
}
"""Null where there is nothing, though the document does not say so, or does not have the field (recorded)."""

ABSENT: Mapping[str, frozenset[str]] = {
    "checkout.session": frozenset({"optional_items"}),
    "invoices_resource_pretax_credit_amount": frozenset({"credit_balance_transaction"}),
    "payment_method_fpx": frozenset({"account_holder_type"}),
    "payment_method_klarna": frozenset({"dob"}),
    UNTRACKED: frozenset({"carrier", "tracking_number"}),
}
"""Left out where there is nothing, though the document says null (recorded)."""

NEVER: Mapping[str, frozenset[str]] = {
    "invoice": frozenset({"amount_paid_off_stripe"}),
    "line_item": frozenset({"subscription"}),
}
"""In the document and in the SDK, and in no answer that was recorded, whatever its value could have been."""

CONSTANT: Mapping[str, dict[str, Any]] = {
    "customer": {"balance": 0, "next_invoice_sequence": 1},
    "invoiceitem": {"frozen_fields": [], "invoicing_rules": []},
    "payment_intent": {"managed_payments": {"enabled": False}},
    "product": {"attributes": [], "type": "service"},
    "setup_intent": {"managed_payments": {"enabled": False}},
    "subscription": {"managed_payments": {"enabled": False}},
    "subscriptions_resource_trial_settings_end_behavior": {"billing_cycle_anchor": "now"},
}
"""What stands where the local Stripe has nothing, in place of null (recorded)."""

TEST_MODE: dict[str, Any] = {"livemode": False}
"""What every object says that says the mode: of the local Stripe none is stored."""

UNDOCUMENTED_SHAPES: Mapping[str, Any] = {
    "entitlements.active_entitlement_summary": (
        (),
        ("customer", "entitlements", "livemode", "object"),
        {"entitlements": ("[]entitlements.active_entitlement",)},
    ),
    "product_catalog.trial_offer": (
        ("nickname",),
        ("active", "duration", "end_behavior", "id", "livemode", "object", "price"),
        {"end_behavior": ("trial_offer.end_behavior",), "price": ("price",)},
    ),
    "trial_offer.end_behavior": ((), ("type",), {"transition": ("trial_offer.transition",)}),
    "trial_offer.transition": ((), ("price",), {"price": ("price",)}),
}
"""The shapes that are not in the document: of events only (`stripe/entitlements/_active_entitlement_summary.py`), or of
a newer version (`stripe/product_catalog/_trial_offer.py`)."""


@dataclass(frozen=True)
class Shape:
    """The fields of one kind of object, or of a hash within one.

    `null`: those that are there as null where there is nothing. `constant`: what stands there instead. `within`: the
    names of the shapes of what stands in a field, after `LIST` or `MAP` where it is one of these.
    """

    name: str
    null: frozenset[str]
    required: frozenset[str]
    only_expanded: frozenset[str]
    never: frozenset[str]
    constant: Mapping[str, Any]
    within: Mapping[str, tuple[str, ...]]


@cache
def shape(name: str) -> Shape:
    """Return the shape of this name, an object's (`subscription`) or a hash's. Nothing is known of a name without."""
    nullable, required_names, within = UNDOCUMENTED_SHAPES.get(name) or _documented_shape(name) or ((), (), {})
    only_expanded = ONLY_EXPANDED.get(name, frozenset())
    never = NEVER.get(name, frozenset())
    constant = CONSTANT.get(name, {}) | (TEST_MODE if "livemode" in required_names else {})
    absent = ABSENT.get(name, frozenset()) | only_expanded | never | constant.keys()
    null = (frozenset(nullable) | NULL.get(name, frozenset())) - absent
    return Shape(
        name,
        null - ABSENT.get(name, frozenset()) - only_expanded - never - constant.keys(),
        frozenset(required_names),
        only_expanded,
        never,
        constant,
        {field: _within(name, field, names) for field, names in within.items()},
    )


def blank(name: str, besides: str = "") -> dict[str, Any]:
    """Return the fields that are null where there is nothing, and those named besides, with blanks between."""
    return dict.fromkeys(_blank_names(name, besides))


@cache
def _blank_names(name: str, besides: str) -> tuple[str, ...]:
    return (*sorted(shape(name).null), *besides.split())


def _within(name: str, field: str, names: Sequence[str]) -> tuple[str, ...]:
    other = OTHERWISE.get((name, field))
    return tuple(names) if other is None else (other,)


@cache
def is_known(name: str) -> bool:
    """Return whether the document has a shape of this name."""
    return name in UNDOCUMENTED_SHAPES or name == UNTRACKED or name in _entries()


def _documented_shape(name: str) -> Any:
    return _entries().get("shipping" if name == UNTRACKED else name)


@cache
def _entries() -> Entries:
    return Entries(DATA.read_text(encoding="utf-8"))
