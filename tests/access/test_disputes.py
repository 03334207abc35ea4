"""`disputed: deny`: no access from the moment a dispute takes the money until it is won."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from stripe_billing_cli.access.reconcile import compare
from stripe_billing_cli.access.rules import DEFAULTS, DENY, Rules
from tests.access.conftest import DAY, World

DISPUTES = "/v1/disputes"


@pytest.fixture
def strict(world: World) -> World:
    return World(world.local, world.api, world.store, world.clock, Rules({**DEFAULTS, "disputed": DENY}))


def payer(world: World, card: str) -> str:
    paid_by = {"payment_method": card, "invoice_settings": {"default_payment_method": card}}
    return str(world.local.post("/v1/customers", **paid_by)["id"])


def dispute(world: World) -> Any:
    [found] = world.local.get(DISPUTES)["data"]
    return found


def answer(world: World, text: str) -> None:
    """Evidence, and the bank's decision moments later."""
    world.local.post(f"{DISPUTES}/{dispute(world)['id']}", evidence={"uncategorized_text": text})
    world.clock.now += 2
    world.local.get(DISPUTES)
    world.deliver()


def of_disputes(events: list[Any]) -> list[Any]:
    return [event for event in events if event["type"].startswith("charge.dispute.")]


def wrong(world: World) -> Mapping[str, Any]:
    """By customer, where the store and Stripe differ."""
    return {one.customer: one.changes for one in compare(world.keeper) if one.changes}


def test_by_default_a_dispute_changes_nothing(world: World) -> None:
    customer = payer(world, "pm_card_createDispute")
    world.subscribe(customer, world.price("pro"))
    world.deliver()

    assert dispute(world)["status"] == "needs_response"
    assert world.access(customer) == {"pro": True}


def test_the_events_of_a_dispute_deny_and_grant_by_themselves(strict: World) -> None:
    customer = payer(strict, "pm_card_createDispute")
    strict.subscribe(customer, strict.price("pro"))
    before = [event for event in strict.events() if event not in of_disputes(strict.events())]
    strict.deliver(of_disputes(strict.events()))

    [row] = strict.store.access.for_customer(customer)
    assert (row.granted, row.reason, row.since) == (False, "a payment is disputed", int(strict.clock()))
    strict.deliver(before)
    assert strict.access(customer) == {"pro": False}

    answer(strict, "winning_evidence")

    assert dispute(strict)["status"] == "won"
    assert strict.access(customer) == {"pro": True}
    assert strict.announcements == [("granted", "pro")]


def test_a_lost_dispute_goes_on_denying(strict: World) -> None:
    customer = payer(strict, "pm_card_createDispute")
    strict.subscribe(customer, strict.price("pro"))
    answer(strict, "losing_evidence")
    strict.clock.now += 3 * DAY
    strict.local.post(f"/v1/customers/{customer}", name="Jenny")
    strict.deliver()

    assert dispute(strict)["status"] == "lost"
    assert strict.access(customer) == {"pro": False}


def test_an_inquiry_changes_nothing_until_it_is_escalated(strict: World) -> None:
    customer = payer(strict, "pm_card_createDisputeInquiry")
    strict.subscribe(customer, strict.price("pro"))
    strict.deliver()
    assert strict.access(customer) == {"pro": True}

    answer(strict, "escalate_inquiry_evidence")

    assert strict.access(customer) == {"pro": False}
    assert strict.announcements == [("granted", "pro"), ("revoked", "pro")]


def test_a_subscription_paid_by_another_payment_goes_on(strict: World) -> None:
    customer = payer(strict, "pm_card_createDispute")
    good = strict.local.post("/v1/payment_methods/pm_card_visa/attach", customer=customer)["id"]
    strict.subscribe(customer, strict.price("pro"))
    strict.subscribe(customer, strict.price("team"), default_payment_method=good)
    strict.deliver()

    assert strict.access(customer) == {"pro": False, "team": True}


def test_a_payment_for_no_subscription_counts_for_all(strict: World) -> None:
    customer = strict.customer()
    strict.subscribe(customer, strict.price("pro"))
    strict.local.post(
        "/v1/payment_intents",
        amount=5000,
        currency="usd",
        customer=customer,
        payment_method="pm_card_createDispute",
        allowed_payment_method_types=["card"],
        confirm=True,
    )
    strict.deliver()

    assert strict.access(customer) == {"pro": False}


def test_reconcile_sees_the_disputes_of_all(strict: World) -> None:
    customer, other = payer(strict, "pm_card_createDispute"), strict.customer()
    price = strict.price("pro")
    for each in (customer, other):
        strict.subscribe(each, price)
    assert set(wrong(strict)) == {customer, other}
    [denied] = [change.after for change in wrong(strict)[customer]]
    [granted] = [change.after for change in wrong(strict)[other]]
    assert (denied.granted, denied.reason, granted.granted) == (False, "a payment is disputed", True)

    strict.deliver()

    assert wrong(strict) == {}


def test_a_dispute_of_nobody_s_payment_is_nobody_s(strict: World) -> None:
    strict.local.post(
        "/v1/payment_intents",
        amount=5000,
        currency="usd",
        payment_method="pm_card_createDispute",
        allowed_payment_method_types=["card"],
        confirm=True,
    )
    strict.deliver()

    assert strict.announcements == []
