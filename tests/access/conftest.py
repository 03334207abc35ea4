"""A small world: the local Stripe, a store of events beside it, and what keeps access between the two."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import stripe

from stripe_billing_cli.access.decide import gives_access
from stripe_billing_cli.access.expiry_scheduler import ExpiryScheduler
from stripe_billing_cli.access.handler import access_handler
from stripe_billing_cli.access.rules import Rules
from stripe_billing_cli.access.update import AccessKeeper
from stripe_billing_cli.events.event import from_body
from stripe_billing_cli.events.handlers import Handler, route_to
from stripe_billing_cli.events.store import Store, open_store
from stripe_billing_cli.local_stripe.transport import LocalTransport
from stripe_billing_cli.stripe_api import client
from stripe_billing_cli.stripe_api.pacing import UNLIMITED, Pacer
from tests.contract import ContractTransport
from tests.local_stripe.conftest import Local
from tests.stores import Clock

DAY = 86_400


def connected(transport: stripe.HTTPClient) -> client.StripeApi:
    return client.client_over(
        ContractTransport(transport),
        key=client.LOCAL_KEY,
        base=client.STRIPE_API_BASE,
        pacer=Pacer(UNLIMITED),
        trace=lambda call: None,
        patience=client.Patience(retries=0),
    )


@dataclass
class World:
    """`announcements` of access, in the order in which they were handled: `granted` or `revoked`, and the key."""

    local: Local
    api: client.StripeApi
    store: Store
    clock: Clock
    rules: Rules = field(default_factory=Rules)
    announcements: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        teller = Handler("teller", self._tell, lambda event: event.type in ("access.granted", "access.revoked"))
        self.keeper = AccessKeeper(self.api, self.store, self.rules, route_to([teller]))
        self.handlers = {one.name: one for one in (access_handler(self.keeper), teller)}
        self.route = route_to(list(self.handlers.values()))
        self.expiry_scheduler = ExpiryScheduler(self.store, self.route, livemode=False)

    def _tell(self, event: Any, delivery: Any) -> str:
        about = event.body()["data"]["object"]
        self.announcements.append((event.type.removeprefix("access."), about["key"]))
        return "told"

    def customer(self, **params: Any) -> str:
        """Create a customer who can pay."""
        card = {"payment_method": "pm_card_visa", "invoice_settings": {"default_payment_method": "pm_card_visa"}}
        return str(self.local.post("/v1/customers", **card, **params)["id"])

    def price(self, product: str) -> str:
        self.local.post("/v1/products", id=product, name=product)
        return str(self.local.price(product=product, recurring={"interval": "month"})["id"])

    def subscribe(self, customer: str, price: str, **params: Any) -> Any:
        return self.local.post("/v1/subscriptions", customer=customer, items=[{"price": price}], **params)

    def events(self) -> list[Any]:
        """Return all of Stripe's, oldest first."""
        transport: Any = self.local.transport
        events: list[Any] = transport.store.dump("event")
        return events

    def deliver(self, events: Sequence[Any] | None = None) -> None:
        """Have these events arrive, all by default, and all handlers do their work."""
        new_events = self.events() if events is None else events
        self.store.events.record([from_body(body) for body in new_events], self.route)
        self.work()

    def work(self) -> None:
        while deliveries := self.store.work.claim("test", list(self.handlers), limit=4):
            for delivery in deliveries:
                event = self.store.events.load([delivery.event])[delivery.event]
                self.store.work.finish(delivery, self.handlers[delivery.handler].handle(event, delivery))

    def let_time_pass(self, seconds: float) -> None:
        """Nothing arrives, but time."""
        self.clock.now += seconds
        self.expiry_scheduler.check()
        self.work()

    def access(self, customer: str) -> dict[str, bool]:
        return {row.key: gives_access(row, self.clock()) for row in self.store.access.for_customer(customer)}

    def reasons(self, customer: str) -> dict[str, str]:
        return {row.key: row.reason for row in self.store.access.for_customer(customer)}


@pytest.fixture
def world(tmp_path: Path, made_file: Path, clock: Clock) -> Iterator[World]:
    shutil.copy(made_file, tmp_path / "events.db")
    transport = LocalTransport(tmp_path / "local.db", clock=clock)
    with open_store(str(tmp_path / "events.db"), clock=clock) as store:
        yield World(Local(transport), connected(transport), store, clock)
    transport.close()


def attach_feature(local: Local, product: str, key: str) -> None:
    """A new feature of a product's."""
    feature = local.post("/v1/entitlements/features", lookup_key=key, name=key)["id"]
    local.post(f"/v1/products/{product}/features", entitlement_feature=feature)


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, dict[str, str]]:
    """A local Stripe with two products and a customer who can pay, to copy: the file, the customer, the prices."""
    path = tmp_path_factory.mktemp("shop") / "local.db"
    transport = LocalTransport(path, clock=Clock())
    local = Local(transport)
    prices = {}
    for product in ("pro", "team"):
        local.post("/v1/products", id=product, name=product)
        prices[product] = local.price(product=product, recurring={"interval": "month"})["id"]
        attach_feature(local, product, f"{product}-exports")
    card = {"payment_method": "pm_card_visa", "invoice_settings": {"default_payment_method": "pm_card_visa"}}
    customer = local.post("/v1/customers", **card)["id"]
    transport.store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    transport.close()
    return path, customer, prices
