"""Which keys an answer must have, which of them may be null, and which it must not have while there is nothing.

Three sources, the later before the earlier: the SDK's classes (all fields that there are), Stripe's OpenAPI document
(its `required` and `nullable`, in `shapes.json`, which `scripts/shapes.py` wrote out of it), and what was recorded of
Stripe's test mode (2026-08-26.dahlia, 2026-09-30.endive), below, reviewed by hand. A field that is required or nullable is there; any
other is left out while there is nothing: no answer that was recorded says otherwise, but for what is listed here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import stripe_billing_cli.local_stripe

DOCUMENTED = Path(stripe_billing_cli.local_stripe.__file__).with_name("core") / "shapes.json"

FIRST = ("id", "object")
"""The keys that stand before the others."""
NULL_ALL_THE_SAME = {
    # recorded as null where the document says nothing, or does not have the field
    "charge": "destination dispute order source",
    "checkout.session": "allowed_payment_method_types",
    "dispute": "balance_transaction",
    "payment_intent": "payment_record shared_payment_granted_token source",
    "payment_intent_payment_method_options_link": "persistent_token",
    "payment_method": "shared_payment_granted_token",
    "product": "tax_details",
    "recurring": "trial_period_days",
    "subscription_item": "current_trial",
    "subscriptions_resource_pending_update": "cancel_at_period_end",
    # recorded of a subscription with one item; of several, as the reference of earlier versions has it
    "subscription": "plan quantity",
}
ABSENT_ALL_THE_SAME = {
    # recorded as absent where the document says null
    "checkout.session": "optional_items",
    "invoices_resource_pretax_credit_amount": "credit_balance_transaction",
    "payment_method_klarna": "dob",
    # like klarna's, of which `{}` was recorded
    "payment_method_fpx": "account_holder_type",
    # a customer's address in every answer that Stripe's support and reference show; of a charge they are there
    "customer.shipping": "carrier tracking_number",
    "invoice.customer_shipping": "carrier tracking_number",
}
NEVER = {
    # in the document and in the SDK, and in no answer that was recorded
    "invoice": "amount_paid_off_stripe",
    "line_item": "subscription",
}
ONLY_OF_PREVIEWS = "subscription_proration_date"
"""Of the subscription that an invoice is for (stripe/_invoice.py, recorded)."""
THERE_ALL_THE_SAME = {
    # recorded in every answer, though the document does not require them
    "charge": "radar_options",
    "customer": "balance invoice_settings metadata next_invoice_sequence",
    "invoiceitem": "frozen_fields invoicing_rules",
    "payment_intent": "amount amount_capturable amount_details amount_received capture_method confirmation_method "
    "currency metadata payment_method_types",
    "payment_method": "allow_redisplay",
    "product": "attributes type",
    "subscriptions_resource_trial_settings_end_behavior": "billing_cycle_anchor",
}
ONLY_WHEN_EXPANDED = {
    # https://docs.stripe.com/api/expanding_objects, and recorded
    "charge": "refunds",
    "checkout.session": "line_items",
    "coupon": "applies_to currency_options",
    "currency_option": "tiers",
    "customer": "cash_balance invoice_credit_balance sources subscriptions tax tax_ids",
    "invoice": "confirmation_secret payments",
    "payment_link": "line_items",
    "plan": "tiers",
    "portal_subscription_update": "products schedule_at_period_end",
    "price": "currency_options tiers",
    "promotion_codes_resource_restrictions": "currency_options",
}
IN_NO_SDK = {
    # recorded, and known to no SDK
    "charge": "destination dispute order",
    "dispute": "balance_transaction",
    "ephemeral_key": "associated_objects",  # not recorded: the SDK for iOS reads it (STPEphemeralKey.m)
    "payment_intent": "shared_payment_granted_token",
    "payment_method": "shared_payment_granted_token",
    "product": "attributes",
    "subscription": "plan quantity",
}
IN_NO_DOCUMENT = {
    # of events only: stripe/entitlements/_active_entitlement_summary.py
    "entitlements.active_entitlement_summary": (
        (),
        ("customer", "entitlements", "livemode", "object"),
        {"entitlements": ("[]entitlements.active_entitlement",)},
    ),
    # of a newer version: stripe/product_catalog/_trial_offer.py
    "product_catalog.trial_offer": (
        ("nickname",),
        ("active", "duration", "end_behavior", "id", "livemode", "object", "price"),
        {"price": ("price",)},
    ),
}
WITHOUT_TOTAL = {
    # a list within an object has its `total_count` (recorded of lines, items and refunds), but not these (recorded, but
    # for https://docs.stripe.com/api/entitlements/active-entitlement-summary/object)
    "credit_note.lines",
    "entitlements.active_entitlement_summary.entitlements",
    "invoice.payments",
}


def complaints(answer: Any, name: str, where: str) -> list[str]:
    """Return what is wrong with the keys of an object, or of a hash, of this schema, and of all that is within."""
    rules = _rules(name)
    results = [f"{where}: {name} without {field_name}" for field_name in sorted(rules.there - answer.keys())]
    results += [
        f"{where}: {name} has {field}: null, which Stripe leaves out"
        for field, value in answer.items()
        if value is None and field not in rules.may_be_null
    ]
    results += [
        f"{where}: {name} has {field}, which Stripe never tells" for field in sorted(rules.never & answer.keys())
    ]
    if name == "invoice" and not answer["id"].startswith("upcoming_"):
        details = (answer["parent"] or {}).get("subscription_details") or {}
        results += [f"{where}: {ONLY_OF_PREVIEWS} of what is no preview"] if ONLY_OF_PREVIEWS in details else []
    names = [field for field in answer if field not in FIRST]
    if list(answer) != [*(field for field in FIRST if field in answer), *sorted(names)]:
        results.append(f"{where}: {name} in another order than Stripe's: {list(answer)}")
    for field, inner in rules.within.items():
        if (value := answer.get(field)) is not None:
            results += _within(value, f"{name}.{field}", inner, f"{where} {field}")
    return results


@dataclass(frozen=True)
class Rules:
    """What is demanded of the keys of one schema; `within` are the schemas of its fields."""

    there: frozenset[str]
    may_be_null: frozenset[str]
    never: frozenset[str]
    within: Mapping[str, tuple[str, ...]]


@cache
def _rules(name: str) -> Rules:
    nullable, required_names, within = _documented(name)
    never = _names(NEVER, name)
    null = (nullable | _names(NULL_ALL_THE_SAME, name)) - _names(ABSENT_ALL_THE_SAME, name) - never
    only_expanded = _names(ONLY_WHEN_EXPANDED, name)
    there = (required_names | null | _names(THERE_ALL_THE_SAME, name)) - only_expanded - never
    return Rules(there, null | only_expanded, never, within)


def _within(value: Any, path: str, names: tuple[str, ...], where: str) -> list[str]:
    if not names or value is None:
        return []
    if names[0].startswith("{}"):
        entries = value.values() if isinstance(value, dict) else ()
        return [line for entry in entries for line in complaints(entry, names[0][2:], where)]
    if names[0].startswith("[]"):
        return _of_list(value, path, tuple(name[2:] for name in names), where)
    if isinstance(value, list):
        return [line for inner in value for line in _within(inner, path, names, where)]
    if not isinstance(value, dict) or value.get("deleted"):
        return []
    return complaints(value, path if path in ABSENT_ALL_THE_SAME else _schema(value, names), where)


def _of_list(value: Any, path: str, names: tuple[str, ...], where: str) -> list[str]:
    keys = ["object", "data", "has_more", "total_count", "url"]
    if path in WITHOUT_TOTAL:
        keys.remove("total_count")
    if list(value) != keys:
        return [f"{where}: a list within an object with {list(value)}"]
    return [line for inner in value["data"] for line in _within(inner, path, names, where)]


def _schema(value: Mapping[str, Any], names: tuple[str, ...]) -> str:
    """Return the schema of an object among several that may stand there."""
    object = value.get("object")
    if isinstance(object, str) and object in _data():
        return object
    return next((name for name in names if "object" not in _documented(name)[1]), names[0])


def _names(table: Mapping[str, str], name: str) -> frozenset[str]:
    return frozenset(table.get(name, "").split())


@cache
def _documented(name: str) -> tuple[frozenset[str], frozenset[str], dict[str, tuple[str, ...]]]:
    """Return what is nullable, what is required, and the schemas within."""
    nullable, required_names, within = _data()[name if name in _data() else "shipping"]
    return frozenset(nullable), frozenset(required_names), {field: tuple(names) for field, names in within.items()}


@cache
def _data() -> Mapping[str, Any]:
    return {**IN_NO_DOCUMENT, **json.loads(DOCUMENTED.read_text(encoding="utf-8"))}
