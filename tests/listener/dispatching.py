"""A dispatcher that runs for a while, what it did with events, and an account that has something to say."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from stripe_billing_cli.events.actions.spec import Action
from stripe_billing_cli.events.event import Event, from_body
from stripe_billing_cli.events.retries import Retries
from stripe_billing_cli.events.store import Store
from stripe_billing_cli.events.worker import Outcome
from stripe_billing_cli.listener.dispatcher import Dispatcher
from stripe_billing_cli.stripe_api import client
from tests.local_stripe.conftest import Local


@contextmanager
def dispatcher(store: Store, api: client.StripeApi, *actions: Action, **options: Any) -> Iterator[Running]:
    outcomes: queue.SimpleQueue[Outcome] = queue.SimpleQueue()
    new_dispatcher = Dispatcher(
        store,
        api,
        actions=actions,
        forward_secret="whsec_forward",
        on_outcome=outcomes.put,
        **{"retries": Retries(attempts=3, first_pause=0.001), **options},
    )
    new_dispatcher.start()
    try:
        yield Running(new_dispatcher, store, outcomes)
    finally:
        new_dispatcher.stop()


class Running:
    def __init__(self, dispatcher: Dispatcher, store: Store, outcomes: queue.SimpleQueue[Outcome]) -> None:
        self.dispatcher = dispatcher
        self.store = store
        self.outcomes = outcomes

    def arrive(self, *events: Event) -> None:
        self.store.events.record(events, self.dispatcher.route)
        self.dispatcher.wake()

    def ended(self, count: int) -> list[Outcome]:
        return [self.outcomes.get(timeout=20) for _ in range(count)]


def subscribed(local: Local) -> tuple[str, Any]:
    card = {"payment_method": "pm_card_visa", "invoice_settings": {"default_payment_method": "pm_card_visa"}}
    customer = local.post("/v1/customers", **card)["id"]
    local.post("/v1/products", id="pro", name="Pro")
    price = local.price(product="pro", recurring={"interval": "month"})["id"]
    return customer, local.post("/v1/subscriptions", customer=customer, items=[{"price": price}])


def event_of(local: Local, type: str) -> Event:
    [newest, *_] = local.events(type=type)
    return from_body(newest)
