"""Thin events made whole (https://docs.stripe.com/api/v2/core/events/retrieve)."""

from __future__ import annotations

from stripe_billing_cli.events.event import Event, InvalidEventError, from_body
from stripe_billing_cli.events.handlers import FETCH, Handler, HandlerError
from stripe_billing_cli.events.store import Delivery, Route, Store
from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.errors import NotFoundError
from stripe_billing_cli.stripe_api.objects.events import ListedEvent


def fetch_handler(api: StripeApi, store: Store, route: Route) -> Handler:
    """Return the handler that fetches events whole and hands them on by `route`; its name is `FETCH`."""

    def handle(event: Event, delivery: Delivery) -> str:
        try:
            body = api.get(f"/v2/core/events/{event.id}", kind=ListedEvent)
        except NotFoundError as error:
            raise HandlerError("Stripe does not have it (any more)", final=True) from error
        try:
            whole_event = from_body({"data": None, **body}, "webhook")
        except InvalidEventError as error:
            raise HandlerError(f"what Stripe gave is no event: {error}", final=True) from error
        if whole_event.id != event.id:
            raise HandlerError("Stripe gave another event", final=True)
        store.events.complete(whole_event, route)
        return "fetched"

    return Handler(FETCH, handle, wants=lambda event: False)
