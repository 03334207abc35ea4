"""Access to features: Stripe says which, the rules say whether."""

from __future__ import annotations

from typing import Any

from stripe_billing_cli.access.reconcile import compare, mend
from tests.access.conftest import DAY, World, attach_feature


def subscribed(world: World, *keys: str) -> tuple[str, Any]:
    """Return a customer who subscribes to a product with these features."""
    customer, price = world.customer(), world.price("pro")
    for key in keys:
        attach_feature(world.local, "pro", key)
    return customer, world.subscribe(customer, price)


def test_the_features_of_a_product_come_and_go_with_it(world: World) -> None:
    customer, subscription = subscribed(world, "exports", "sso")
    world.deliver()
    assert world.access(customer) == {"pro": True, "exports": True, "sso": True}

    world.local.delete(f"/v1/subscriptions/{subscription['id']}")
    world.deliver()

    assert world.access(customer) == {"pro": False}
    assert sorted(world.announcements[:3]) == [("granted", "exports"), ("granted", "pro"), ("granted", "sso")]
    assert sorted(world.announcements[3:]) == [("revoked", "exports"), ("revoked", "pro"), ("revoked", "sso")]


def test_the_event_of_entitlements_is_enough(world: World) -> None:
    customer, _ = subscribed(world, "exports")
    [summary] = [one for one in world.events() if "summary" in one["type"]]

    world.deliver([summary])

    assert world.access(customer) == {"pro": True, "exports": True}


def test_a_grace_period_that_is_over_takes_features_too(world: World) -> None:
    customer, _ = subscribed(world, "exports")
    method = world.local.post("/v1/payment_methods/pm_card_chargeCustomerFail/attach", customer=customer)["id"]
    world.local.post(f"/v1/customers/{customer}", invoice_settings={"default_payment_method": method})
    world.clock.now += 32 * DAY
    world.deliver()
    product = next(row for row in world.store.access.for_customer(customer) if row.kind == "product")
    assert product.until is not None

    assert world.access(customer) == {"pro": True, "exports": True}
    world.let_time_pass(product.until - world.clock())

    assert world.access(customer) == {"pro": False, "exports": False}


def test_reconcile_sees_features(world: World) -> None:
    customer, _ = subscribed(world, "exports")

    [compared] = compare(world.keeper)
    assert [change.after.key for change in compared.changes if change.after] == ["exports", "pro"]
    mend(world.keeper, compared)

    assert world.access(customer) == {"pro": True, "exports": True}
    assert [one.changes for one in compare(world.keeper)] == [()]
