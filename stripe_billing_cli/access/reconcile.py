"""Reconciliation: all access is compared with Stripe, and mended where it differs.

Subscriptions are read a hundred at a time, not customer by customer; entitlements only where the account has features.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from stripe_billing_cli.access.decide import decide
from stripe_billing_cli.access.disputes import all_disputes
from stripe_billing_cli.access.read import EVERY, SUBSCRIPTIONS, active_features, customer_state_of
from stripe_billing_cli.access.update import AccessKeeper
from stripe_billing_cli.events.store import Access, AccessChange, changes_between
from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.errors import NotFoundError, UnsupportedCallError
from stripe_billing_cli.stripe_api.objects.subscriptions import Subscription
from stripe_billing_cli.stripe_api.objects.various import Feature
from stripe_billing_cli.stripe_api.references import id_of
from stripe_billing_cli.stripe_api.threads import result_of, side_by_side

THREADS = 8
Decide = Callable[[str], "tuple[str, list[Access]]"]


@dataclass(frozen=True)
class Comparison:
    """The access of the store beside Stripe's. `changes` lead from what the store has to what Stripe says; none where
    they agree."""

    customer: str
    changes: tuple[AccessChange, ...]


def compare(keeper: AccessKeeper, customers: Sequence[str] = ()) -> Iterator[Comparison]:
    """Compare these customers, or all that have a subscription or a row. Raises `StripeCallError`, `StoreError`."""
    if customers:
        yield from _compare_each(customers, lambda customer: (customer, keeper.decide(customer)), keeper)
        return
    subscriptions = _subscriptions(keeper.api)
    has_features = _has_features(keeper.api)
    payments_by_customer = all_disputes(keeper.api) if keeper.rules.deny_disputed else {}

    def decide_one(customer: str) -> tuple[str, list[Access]]:
        active = active_features(keeper.api, customer) if has_features else ()
        payments = payments_by_customer.get(customer, ())
        state = customer_state_of(keeper.api, customer, subscriptions.get(customer, ()), active, payments)
        return customer, decide(state, keeper.rules, keeper.store.clock())

    yield from _compare_each(sorted({*subscriptions, *_list_customers(keeper)}), decide_one, keeper)


def customers_to_check(keeper: AccessKeeper) -> list[str]:
    """Return the customers whose access to products differs from what their subscriptions give, by one sweep.

    Features and disputes are left to whoever decides: they would cost a call a customer, and who is denied access for
    a dispute is looked at each time. Raises as `compare`.
    """
    now = keeper.store.clock()
    customers = []
    subscriptions = _subscriptions(keeper.api)
    for customer in sorted({*subscriptions, *_list_customers(keeper)}):
        target = decide(customer_state_of(keeper.api, customer, subscriptions.get(customer, ()), ()), keeper.rules, now)
        rows = [row for row in keeper.store.access.for_customer(customer) if row.kind == "product"]
        if _granted_products(target) != _granted_products(rows):
            customers.append(customer)
    return customers


def _granted_products(rows: Sequence[Access]) -> set[str]:
    return {row.key for row in rows if row.kind == "product" and row.granted}


def mend(keeper: AccessKeeper, comparison: Comparison) -> list[AccessChange]:
    """Read this customer once more, and write what differs."""
    return keeper.update(comparison.customer, "reconcile")


def _compare_each(customers: Sequence[str], decide_one: Decide, keeper: AccessKeeper) -> Iterator[Comparison]:
    with side_by_side(THREADS) as threads:
        futures = deque(threads.submit(decide_one, customer) for customer in customers)
        while futures:  # none is kept once it was looked at: there may be many
            customer, target = result_of(futures.popleft())
            changes = changes_between(keeper.store.access.for_customer(customer), target)
            yield Comparison(customer, tuple(changes))


def _subscriptions(api: StripeApi) -> dict[str, list[Subscription]]:
    by_customer: dict[str, list[Subscription]] = defaultdict(list)
    for page in api.pages(SUBSCRIPTIONS, EVERY, kind=Subscription):
        for one in page:
            by_customer[id_of(one["customer"])].append(one)
    return by_customer


def _has_features(api: StripeApi) -> bool:
    """Return whether the account has features; archived ones count, since they stay with their products."""
    try:
        return any(
            api.page("/v1/entitlements/features", {"limit": 1, **filters}, kind=Feature)[0]
            for filters in ({}, {"archived": True})
        )
    except (NotFoundError, UnsupportedCallError):
        return False


def _list_customers(keeper: AccessKeeper) -> Iterator[str]:
    after = ""
    while customers := keeper.store.access.customers(after=after):
        yield from customers
        after = customers[-1]
