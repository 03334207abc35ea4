"""Access follows what Stripe holds, whatever arrives, in whatever order, and as time passes."""

from __future__ import annotations

import pytest

from stripe_billing_cli.access.rules import DEFAULTS, Rule, Rules
from tests.access.conftest import DAY, World, access_handler, from_body
from tests.local_stripe.life import Life, moment


def test_a_subscription_grants_and_its_end_revokes(world: World) -> None:
    customer, price = world.customer(), world.price("pro")
    subscription = world.subscribe(customer, price)
    world.deliver()

    [row] = world.store.access.for_customer(customer)
    assert (row.kind, row.key, row.granted, row.reason) == ("product", "pro", True, "active")
    assert (row.since, row.until, row.subscription) == (int(world.clock()), None, subscription["id"])

    world.clock.now += DAY
    world.local.delete(f"/v1/subscriptions/{subscription['id']}")
    world.deliver()

    [row] = world.store.access.for_customer(customer)
    assert (row.granted, row.since, row.reason) == (False, int(world.clock()), "canceled")
    assert world.announcements == [("granted", "pro"), ("revoked", "pro")]


def test_an_incomplete_subscription_grants_once_it_is_paid(world: World) -> None:
    customer, price = world.customer(), world.price("pro")
    made = world.subscribe(customer, price, payment_behavior="default_incomplete")
    world.deliver()
    assert world.access(customer) == {"pro": False}

    world.local.post(f"/v1/invoices/{made['latest_invoice']}/pay")
    world.deliver()

    assert world.access(customer) == {"pro": True}
    assert world.announcements == [("granted", "pro")]


def test_a_change_of_plan_moves_access(world: World) -> None:
    customer, pro, team = world.customer(), world.price("pro"), world.price("team")
    made = world.subscribe(customer, pro)
    world.deliver()

    item = made["items"]["data"][0]["id"]
    world.local.post(f"/v1/subscriptions/{made['id']}", items=[{"id": item, "price": team}])
    world.deliver()

    assert world.access(customer) == {"team": True}
    assert sorted(world.announcements[1:]) == [("granted", "team"), ("revoked", "pro")]


def test_events_in_the_wrong_order_and_twice_change_nothing(world: World) -> None:
    customer, price = world.customer(), world.price("pro")
    subscription = world.subscribe(customer, price)
    world.local.delete(f"/v1/subscriptions/{subscription['id']}")
    events = world.events()

    world.deliver([*reversed(events), *events])

    assert world.access(customer) == {"pro": False}
    assert world.announcements == []


def test_an_event_of_before_a_change_does_not_bring_it_back(world: World) -> None:
    customer, price = world.customer(), world.price("pro")
    subscription = world.subscribe(customer, price)
    early = world.events()
    world.local.delete(f"/v1/subscriptions/{subscription['id']}")
    world.deliver([event for event in world.events() if event not in early])
    world.deliver(early)

    assert world.access(customer) == {"pro": False}


def test_a_subscription_that_is_to_end_ends_by_time_alone(world: World) -> None:
    customer, price = world.customer(), world.price("pro")
    made = world.subscribe(customer, price, cancel_at_period_end=True)
    world.deliver()
    assert world.access(customer) == {"pro": True}

    world.let_time_pass(made["cancel_at"] - world.clock() - 1)
    assert world.announcements == [("granted", "pro")]
    world.let_time_pass(1)

    assert world.access(customer) == {"pro": False}
    assert world.announcements == [("granted", "pro"), ("revoked", "pro")]
    world.let_time_pass(DAY)
    assert len(world.announcements) == 2


class TestGrace:
    def test_it_ends_by_time_alone(self, world: World) -> None:
        customer, price = world.customer(), world.price("pro")
        world.subscribe(customer, price)
        world.local.post(
            f"/v1/customers/{customer}",
            invoice_settings={"default_payment_method": self.failing(world, customer)},
        )
        world.clock.now += 32 * DAY
        world.deliver()
        [row] = world.store.access.for_customer(customer)
        assert (row.granted, row.reason) == (True, "past_due, in its grace period")
        assert row.until is not None

        world.let_time_pass(row.until - world.clock() - 1)
        assert world.access(customer) == {"pro": True}
        world.let_time_pass(1)

        assert world.access(customer) == {"pro": False}
        assert world.announcements == [("granted", "pro"), ("revoked", "pro")]

    def test_paying_ends_it_well(self, world: World) -> None:
        customer, price = world.customer(), world.price("pro")
        made = world.subscribe(customer, price)
        world.local.post(
            f"/v1/customers/{customer}",
            invoice_settings={"default_payment_method": self.failing(world, customer)},
        )
        world.clock.now += 32 * DAY
        world.deliver()
        renewed = world.local.get(f"/v1/subscriptions/{made['id']}")
        good = world.local.post("/v1/payment_methods/pm_card_visa/attach", customer=customer)["id"]
        world.local.post(f"/v1/invoices/{renewed['latest_invoice']}/pay", payment_method=good)
        world.deliver()

        [row] = world.store.access.for_customer(customer)
        assert (row.granted, row.until, row.reason) == (True, None, "active")
        world.let_time_pass(20 * DAY)
        assert world.announcements == [("granted", "pro")]

    def failing(self, world: World, customer: str) -> str:
        method = world.local.post("/v1/payment_methods/pm_card_chargeCustomerFail/attach", customer=customer)
        return str(method["id"])


def test_a_customer_on_a_test_clock_lives_by_the_clock(world: World) -> None:
    world.clock.now = moment("2026-01-01")
    life = Life.begin(world.local)
    price = world.price("pro")
    life.subscribe(price, cancel_at_period_end=True)
    world.deliver()
    world.let_time_pass(100 * DAY)
    assert world.store.access.for_customer(life.customer)[0].granted, "the clock stands still"

    life.advance("2026-02-02")
    world.deliver()

    assert world.access(life.customer) == {"pro": False}


def test_a_clock_that_is_ready_has_all_its_customers_looked_at(world: World) -> None:
    """A grace period ends by time, and nothing happens to the subscription."""
    world.clock.now = moment("2026-01-01")
    life = Life.begin(world.local)
    life.subscribe(world.price("pro"))
    life.pay_by("pm_card_chargeCustomerFail")
    life.advance("2026-02-02")
    world.deliver()
    assert world.reasons(life.customer) == {"pro": "past_due, in its grace period"}

    before = world.events()
    life.advance("2026-02-09 12:00")
    ready = [one for one in world.events() if one not in before and one["type"] == "test_helpers.test_clock.ready"]
    world.deliver(ready)

    assert world.reasons(life.customer) == {"pro": "past_due, its grace period is over"}


def test_a_customer_who_is_deleted_loses_access(world: World) -> None:
    customer, price = world.customer(), world.price("pro")
    world.subscribe(customer, price)
    world.deliver()
    world.local.delete(f"/v1/customers/{customer}")
    world.deliver()

    assert not any(world.access(customer).values())
    assert world.announcements == [("granted", "pro"), ("revoked", "pro")]


def test_the_rules_of_the_user_decide(world: World) -> None:
    strict = World(world.local, world.api, world.store, world.clock, Rules({**DEFAULTS, "trialing": Rule(False)}))
    customer, price = world.customer(), world.price("pro")
    strict.subscribe(customer, price, trial_period_days=7)
    strict.deliver()

    assert strict.access(customer) == {"pro": False}
    assert strict.reasons(customer) == {"pro": "trialing"}


def test_an_announcement_says_it_all(world: World) -> None:
    customer, price = world.customer(), world.price("pro")
    made = world.subscribe(customer, price)
    world.deliver()

    [stored] = [one for page in world.store.events.pages() for one in page if one.event.type == "access.granted"]
    event = world.store.events.load([stored.event.id])[stored.event.id]
    body = event.body()
    assert body["object"] == "event"
    assert body["data"]["object"] == {
        "object": "access",
        "customer": customer,
        "kind": "product",
        "key": "pro",
        "granted": True,
        "since": int(world.clock()),
        "until": None,
        "reason": "active",
        "subscription": made["id"],
    }
    assert (event.customer, event.source, event.livemode) == (customer, "program", False)
    assert body["cause"] in {one["id"] for one in world.events()}


def test_a_decision_from_an_older_reading_gives_way(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process reads later and writes earlier."""
    customer, price = world.customer(), world.price("pro")
    made = world.subscribe(customer, price)
    keeper = world.keeper
    original = type(keeper).decide
    overtaken: list[bool] = []

    def slow(self: object, customer: str) -> object:
        decided = original(keeper, customer)
        if not overtaken:
            overtaken.append(True)
            world.local.delete(f"/v1/subscriptions/{made['id']}")
            keeper.update(customer)
        return decided

    monkeypatch.setattr(type(keeper), "decide", slow)
    keeper.update(customer)

    assert world.access(customer) == {"pro": False}


@pytest.mark.parametrize(
    "event",
    [
        {"type": "price.created"},
        {"account": "acct_other"},
        {"livemode": True},
        {"type": "access.granted"},
        {"type": "customer.created"},
    ],
)
def test_what_is_no_business_of_access(world: World, event: dict[str, object]) -> None:
    body = {
        "id": "evt_1",
        "object": "event",
        "type": "customer.subscription.updated",
        "created": 1,
        "livemode": False,
        "data": {"object": {"object": "subscription", "id": "sub_1", "customer": "cus_1"}},
    }
    handler = access_handler(world.keeper)

    assert handler.wants(from_body(body))
    assert not handler.wants(from_body({**body, **event}))


def test_one_reading_does_for_all_that_waits(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new subscription is told of by many events, and two calls are enough to know what they come to."""
    customer, price = world.customer(), world.price("pro")
    world.subscribe(customer, price)
    readings = []
    original = type(world.keeper).decide
    monkeypatch.setattr(type(world.keeper), "decide", lambda self, one: readings.append(one) or original(self, one))

    world.deliver()

    assert readings == [customer]
    stored = [one for page in world.store.events.pages() for one in page]
    deliveries = [one for event in stored for one in event.deliveries if one.handler == "access"]
    assert len(deliveries) > 5
    assert {one.status for one in deliveries} == {"done"}
    assert sum((one.outcome or "").startswith("with evt_") for one in deliveries) == len(deliveries) - 1


def test_what_comes_while_stripe_is_read_is_not_taken_as_done(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    customer, price = world.customer(), world.price("pro")
    made = world.subscribe(customer, price)
    early = world.events()
    original = type(world.keeper).decide

    def slow(self: object, one: str) -> object:
        decided = original(world.keeper, one)
        monkeypatch.setattr(type(world.keeper), "decide", original)
        world.local.delete(f"/v1/subscriptions/{made['id']}")
        late = [from_body(event) for event in world.events() if event not in early]
        world.store.events.record(late, world.route)
        return decided

    monkeypatch.setattr(type(world.keeper), "decide", slow)
    world.deliver(early)

    assert world.access(customer) == {"pro": False}
    assert world.announcements == [("granted", "pro"), ("revoked", "pro")]


def test_a_test_clock_that_is_gone_is_about_nobody(world: World) -> None:
    """Its customers are deleted with it, each with an event of its own."""
    clock = world.local.post("/v1/test_helpers/test_clocks", frozen_time=int(world.clock()))["id"]
    customer = world.customer(test_clock=clock)
    world.subscribe(customer, world.price("pro"))
    world.deliver()
    assert world.access(customer) == {"pro": True}
    world.local.post(f"/v1/test_helpers/test_clocks/{clock}/advance", frozen_time=int(world.clock()) + DAY)
    world.local.delete(f"/v1/test_helpers/test_clocks/{clock}")

    world.deliver()

    assert world.access(customer) == {"pro": False}
