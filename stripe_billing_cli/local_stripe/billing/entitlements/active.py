"""The active entitlements of a customer (https://docs.stripe.com/billing/entitlements): the features of what is
subscribed to.

Brought up to date whenever a subscription changes; then an `active_entitlement_summary.updated` tells the whole of it.
"Entitlements are active while the subscription is active, trialing or past_due."
"""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing.entitlements import features, product_features
from stripe_billing_cli.local_stripe.core import events, identifiers
from stripe_billing_cli.local_stripe.core.lists import all_with, equal, json_field, list_object, one_of
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object

KIND = "entitlements.active_entitlement"
SUMMARY = "entitlements.active_entitlement_summary"
ENTITLING_STATUSES = ("active", "past_due", "trialing")
MOST_SHOWN = 10
"""How many entitlements the summary in an event holds."""


def bring_up_to_date(call: Call, customer: str) -> None:
    """Make the customer's entitlements what their subscriptions and the features of those products say now."""
    before = _entitlements(call, customer)
    feature_ids = _entitled_features(call, customer)
    features_before = {entitlement["feature"] for entitlement in before}
    for entitlement in before:
        if entitlement["feature"] not in feature_ids:
            call.store.delete(KIND, entitlement["id"])
    for feature in feature_ids:
        if feature not in features_before:
            call.store.insert(KIND, _new(call, customer, feature))
    if set(feature_ids) != features_before:
        _tell(call, customer, before)


def _entitlements(call: Call, customer: str) -> list[Object]:
    return all_with(call, KIND, "_customer", customer)


def _entitled_features(call: Call, customer: str) -> list[str]:
    conditions = [*equal(json_field("customer"), customer), *one_of(json_field("status"), ENTITLING_STATUSES)]
    feature_ids: dict[str, None] = {}
    if not product_features.is_there_any(call):
        return []
    for subscription in call.store.select("subscription", conditions, newest_first=False, limit=1000):
        for item in subscription["items"]["data"]:
            price = call.store.get("price", item["price"])
            if price is not None:
                feature_ids |= {
                    product_feature["entitlement_feature"]: None
                    for product_feature in product_features.list_for_product(call, price["product"])
                }
    return list(feature_ids)


def _new(call: Call, customer: str, feature: str) -> Object:
    return {
        "id": identifiers.test_id("ent"),
        "object": KIND,
        "feature": feature,
        "_created": call.now,
        "_customer": customer,
    }


def as_answered(call: Call, entitlement: Object) -> Object:
    """Return an entitlement with the lookup key of its feature: in store the key would have to be unique."""
    return {**entitlement, "lookup_key": features.find(call, entitlement["feature"], "feature")["lookup_key"]}


def _tell(call: Call, customer: str, before: list[Object]) -> None:
    was, now = _summary(call, customer, before), _summary(call, customer, _entitlements(call, customer))
    events.record(call, "entitlements.active_entitlement_summary.updated", now, was)


def _summary(call: Call, customer: str, entitlements: list[Object]) -> Object:
    return {
        "object": SUMMARY,
        "customer": customer,
        "entitlements": list_object(
            [as_answered(call, one) for one in entitlements[:MOST_SHOWN]],
            len(entitlements) > MOST_SHOWN,
            f"/v1/customer/{customer}/entitlements",
        ),
    }
