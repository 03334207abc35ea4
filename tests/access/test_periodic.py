"""Access heals by itself: all of it is compared with Stripe every hour."""

from __future__ import annotations

from typing import Any

import pytest

from stripe_billing_cli.access.periodic import PeriodicReconcile
from stripe_billing_cli.events.store import Access
from tests.access.conftest import World

HOUR = 3600.0


def reconcile(world: World) -> float:
    """Compare, if it is time, and have what was asked for done."""
    pause = PeriodicReconcile(world.keeper, world.route, HOUR).act()
    world.work()
    return pause


def checked(world: World) -> set[str | None]:
    return {
        stored.event.customer
        for page in world.store.events.pages()
        for stored in page
        if stored.event.type == "access.check"
    }


def test_what_differs_is_decided_again_and_nothing_else(world: World) -> None:
    price = world.price("pro")
    right, wrong = world.customer(), world.customer()
    for customer in (right, wrong):
        world.subscribe(customer, price)
    world.deliver()
    world.store.access.replace(wrong, [])
    world.store.access.replace("cus_nobody", [Access("cus_nobody", "product", "pro", True, 1, None, "active")])

    assert reconcile(world) == HOUR  # a new store: from now on
    world.clock.now += HOUR - 1
    assert reconcile(world) == 1
    assert world.access(wrong) == {}
    world.clock.now += 1
    assert reconcile(world) == HOUR

    assert world.access(right) == world.access(wrong) == {"pro": True}
    assert world.access("cus_nobody") == {}
    assert checked(world) == {wrong, "cus_nobody"}


def test_a_failure_is_not_taken_for_a_comparison(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    reconcile(world)
    world.clock.now += HOUR

    def away(*_: Any, **__: Any) -> Any:
        raise ConnectionError

    with monkeypatch.context() as patched, pytest.raises(ConnectionError):
        patched.setattr(world.api, "pages", away)
        reconcile(world)
    assert reconcile(world) == HOUR
