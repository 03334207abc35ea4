"""The decision who may use what, since when, until when and why: from a customer's state, the rules and the time.

A product is accessible while a subscription to it is. A feature is accessible while Stripe counts it among the
customer's active entitlements and at least one subscription gives access by the rules: which of the products brings
the feature, Stripe knows; whether someone who has not paid may go on, the rules know.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from stripe_billing_cli.access.customer_state import CustomerState, SubscriptionState
from stripe_billing_cli.access.rules import COLLECTION_PAUSED, Rules
from stripe_billing_cli.events.store import Access

FOREVER = 1 << 62


@dataclass(frozen=True)
class Verdict:
    """The access that one subscription gives. `since`: of a refusal; of a grant the items say it."""

    granted: bool
    reason: str
    since: int | None = None
    until: int | None = None


def decide(state: CustomerState, rules: Rules, now: float) -> list[Access]:
    """Return a row for each product that was ever subscribed to, and for each active feature, by kind and key."""
    moment = state.clock if state.clock is not None else now
    rows = [
        row for subscription in state.subscriptions for row in _products(state.customer, subscription, rules, moment)
    ]
    products = [_best(group) for group in _by_key(rows)]
    features = [_feature(state.customer, key, products) for key in sorted(set(state.features))]
    return [*features, *products]


def verdict(subscription: SubscriptionState, rules: Rules, now: float) -> Verdict:
    rule = rules.rule_for(subscription.status)
    if rule.granted and subscription.collection_paused and not rules.rule_for(COLLECTION_PAUSED).granted:
        return Verdict(False, "collection is paused")
    if rule.granted and subscription.disputed_at is not None and rules.deny_disputed:
        return Verdict(False, "a payment is disputed", subscription.disputed_at)
    if not rule.granted:
        return Verdict(False, subscription.status, subscription.began)
    until, in_grace = subscription.ends, False
    if rule.grace is not None and subscription.began is not None:
        grace_end = subscription.began + rule.grace
        in_grace = until is None or grace_end <= until
        until = grace_end if in_grace else until
    if until is not None and until <= now:
        return Verdict(
            False, f"{subscription.status}, its grace period is over" if in_grace else "its end is reached", until
        )
    return Verdict(
        True, f"{subscription.status}, in its grace period" if in_grace else subscription.status, until=until
    )


def _products(customer: str, subscription: SubscriptionState, rules: Rules, now: float) -> Iterable[Access]:
    access_verdict = verdict(subscription, rules, now)
    for item in subscription.items:
        yield Access(
            customer=customer,
            kind="product",
            key=item.product,
            granted=access_verdict.granted,
            since=item.since if access_verdict.granted else access_verdict.since,
            until=access_verdict.until,
            reason=access_verdict.reason,
            subscription=subscription.id,
        )


def _by_key(rows: Iterable[Access]) -> list[list[Access]]:
    rows_by_key: dict[str, list[Access]] = {}
    for row in rows:
        rows_by_key.setdefault(row.key, []).append(row)
    return [rows_by_key[key] for key in sorted(rows_by_key)]


def _best(rows: list[Access]) -> Access:
    """Return of several subscriptions to a product the one that gives access, and longest; else the last one to end.

    Access that several give in turn is counted from the first of them.
    """
    best = max(rows, key=_rank)
    if best.granted:
        starts = [row.since for row in rows if row.granted and row.since is not None]
        return replace(best, since=min(starts, default=None))
    return best


def _rank(row: Access) -> tuple[bool, int, int, str]:
    until = FOREVER if row.until is None and row.granted else row.until or 0
    since = row.since or 0
    return row.granted, until, -since if row.granted else since, row.subscription or ""


def _feature(customer: str, key: str, products: list[Access]) -> Access:
    products_with_access = [row for row in products if row.granted]
    if products_with_access:
        ends = [row.until for row in products_with_access]
        return Access(
            customer=customer,
            kind="feature",
            key=key,
            granted=True,
            since=min((row.since for row in products_with_access if row.since is not None), default=None),
            until=None if None in ends else max(end for end in ends if end is not None),
            reason="an active entitlement",
        )
    last = max(products, key=_rank, default=None)
    reason = last.reason if last else "no subscription gives access"
    return Access(customer, "feature", key, False, last.since if last else None, None, reason)


def gives_access(row: Access, now: float) -> bool:
    """Return whether a row that was decided earlier gives access now: time has passed since."""
    return row.granted and (row.until is None or row.until > now)
