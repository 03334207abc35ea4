"""Random histories of subscriptions, delivered shuffled, doubled and late: access ends as Stripe has it."""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stripe_billing_cli.events.store import open_store
from stripe_billing_cli.local_stripe.core.store import Store as LocalStore
from stripe_billing_cli.local_stripe.transport import LocalTransport
from tests.access.conftest import DAY, World, connected
from tests.local_stripe.conftest import Local
from tests.stores import Clock

PRODUCTS = ("pro", "team")
GRACE = 7 * DAY


@contextmanager
def small_world(made_file: Path, shop: Path) -> Iterator[World]:
    with tempfile.TemporaryDirectory() as place:
        directory = Path(place)
        shutil.copy(made_file, directory / "events.db")
        shutil.copy(shop, directory / "local.db")
        clock = Clock()
        transport = LocalTransport(directory / "local.db", clock=clock)
        with open_store(str(directory / "events.db"), clock=clock) as store:
            yield World(Local(transport), connected(transport), store, clock)
        transport.close()


def truth(local: LocalStore, customer: str, now: float) -> dict[str, bool]:
    """Return who may use what, read off the local Stripe's own file, by the default rules written once more and
    otherwise."""
    found: dict[str, bool] = {}
    invoices = [one for one in local.dump("invoice") if one["status"] == "open"]
    prices = {one["id"]: one["product"] for one in local.dump("price")}
    for subscription in local.dump("subscription"):
        if subscription["customer"] != customer:
            continue
        ended = subscription["cancel_at"] is not None and subscription["cancel_at"] <= now
        status = subscription["status"]
        good = status in ("active", "trialing") and not ended
        if status == "past_due" and not ended:
            owed = [
                one["due_date"] or one["status_transitions"]["finalized_at"]
                for one in invoices
                if one["parent"]["subscription_details"]["subscription"] == subscription["id"]
            ]
            good = not owed or now < min(owed) + GRACE
        for item in subscription["items"]["data"]:
            product = prices[item["price"]]
            found[product] = found.get(product, False) or good
    keys = {one["id"]: one["lookup_key"] for one in local.dump("entitlements.feature")}
    entitled = {
        keys[one["feature"]] for one in local.dump("entitlements.active_entitlement") if one["_customer"] == customer
    }
    return {**found, **dict.fromkeys(entitled, any(found.values()))}


class History:
    """What happens to one customer, step by step; a step that makes no sense at the time is refused and passed over."""

    def __init__(self, world: World, customer: str, prices: dict[str, str]) -> None:
        self.world = world
        self.customer = customer
        self.prices = prices

    def happen(self, step: tuple[str, int]) -> None:
        what, number = step
        if what == "pass":
            self.world.clock.now += number * DAY
            self.world.local.get("/v1/account")  # the local Stripe catches up when it is called
            return
        getattr(self, what)(number)

    def subscribe(self, number: int) -> None:
        how: dict[str, Any] = [{}, {"trial_period_days": 3}, {"payment_behavior": "default_incomplete"}][number % 3]
        self.world.subscribe(self.customer, self.prices[PRODUCTS[number % 2]], **how)

    def cancel(self, number: int) -> None:
        self._tried("delete", f"/v1/subscriptions/{self._one(number)}")

    def cancel_later(self, number: int) -> None:
        self._tried("post", f"/v1/subscriptions/{self._one(number)}", cancel_at_period_end=True)

    def keep(self, number: int) -> None:
        self._tried("post", f"/v1/subscriptions/{self._one(number)}", cancel_at_period_end=False)

    def change(self, number: int) -> None:
        id = self._one(number)
        subscription = self.world.local.send("get", f"/v1/subscriptions/{id}")
        if subscription.status == 200:
            item = subscription.json["items"]["data"][0]["id"]
            price = self.prices[PRODUCTS[(number + 1) % 2]]
            self._tried("post", f"/v1/subscriptions/{id}", items=[{"id": item, "price": price}])

    def pay(self, number: int) -> None:
        subscription = self.world.local.send("get", f"/v1/subscriptions/{self._one(number)}")
        if subscription.status == 200:
            self._tried("post", f"/v1/invoices/{subscription.json['latest_invoice']}/pay")

    def card(self, number: int) -> None:
        """A card that is declined, or a good one."""
        named = ("pm_card_chargeCustomerFail", "pm_card_visa")[number % 2]
        method = self.world.local.post(f"/v1/payment_methods/{named}/attach", customer=self.customer)["id"]
        self.world.local.post(f"/v1/customers/{self.customer}", invoice_settings={"default_payment_method": method})

    def _one(self, number: int) -> str:
        listed = self.world.local.get("/v1/subscriptions", status="all", customer=self.customer)["data"]
        return str(listed[number % len(listed)]["id"]) if listed else "sub_none"

    def _tried(self, method: str, path: str, **params: Any) -> None:
        from tests.local_stripe.conftest import encoded

        self.world.local.send(method, path, encoded(params))


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["subscribe", "cancel", "cancel_later", "keep", "change", "pay", "card", "pass", "pass"]),
        st.integers(0, 35),
    ),
    min_size=2,
    max_size=8,
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, seed=st.integers(0, 1 << 30))
def test_however_events_arrive_access_is_what_stripe_says(
    made_file: Path, shop: tuple[Path, str, dict[str, str]], steps: list[tuple[str, int]], seed: int
) -> None:
    file, customer, prices = shop
    shuffler = random.Random(seed)
    with small_world(made_file, file) as world:
        history = History(world, customer, prices)
        waiting: list[Any] = []
        seen: set[str] = set()
        for step in [("subscribe", seed % 6), *steps]:
            history.happen(step)
            new = [event for event in world.events() if event["id"] not in seen]
            seen |= {event["id"] for event in new}
            waiting += [*new, *shuffler.sample(new, len(new) // 2)]  # some come twice
            shuffler.shuffle(waiting)
            late = shuffler.randrange(len(waiting) + 1)  # some come late
            world.deliver(waiting[late:])
            waiting = waiting[:late]
        world.deliver(waiting)
        world.expiry_scheduler.check()
        world.work()

        expected = truth(LocalStore(world.local.transport.store.path), customer, world.clock())  # type: ignore[attr-defined]
        assert world.access(customer) == expected
        believed = _last_announcements(world)
        assert {key for key, granted in believed.items() if granted == "granted"} == {
            key for key, granted in expected.items() if granted
        }


def _last_announcements(world: World) -> dict[str, str]:
    """Return what handlers believe who do as announcements say. Each product is granted and revoked in turn."""
    believed: dict[str, str] = {}
    for what, key in world.announcements:
        assert believed.get(key, "revoked") != what, f"{key} was {what} twice in a row"
        believed[key] = what
    return believed
