"""Events as Stripe's API gives them; what is delivered is read in `events/event.py`.

https://docs.stripe.com/api/events/object and https://docs.stripe.com/api/v2/core/events.
"""

from typing import Any

from stripe_billing_cli.stripe_api.objects.common import StripeObject


class ListedEvent(StripeObject):
    """An event, snapshot or thin, of which only the id is read: the rest is kept as it came."""

    id: str


class ThinEventPage(StripeObject):
    """A page of a list of thin events; lists of v2 say where their next page is."""

    data: list[ListedEvent]
    next_page_url: str | None


class EventData(StripeObject):
    """The object of an event. `object` is of any kind, and as it was in the API version of the event."""

    object: dict[str, Any]
    previous_attributes: dict[str, Any] | None


class Event(StripeObject):
    """A snapshot event that is shown."""

    id: str
    created: int
    data: EventData
    type: str
