"""Test clocks: time that stands still until it is moved on (https://docs.stripe.com/billing/testing/test-clocks)."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing import billing_intervals, customers
from stripe_billing_cli.local_stripe.billing.subscriptions import price_checks
from stripe_billing_cli.local_stripe.core import events, identifiers, objects, scheduler
from stripe_billing_cli.local_stripe.core.clocks import KIND
from stripe_billing_cli.local_stripe.core.documented_form import form
from stripe_billing_cli.local_stripe.core.errors import invalid
from stripe_billing_cli.local_stripe.core.lists import all_with, equal, json_field, list_handler
from stripe_billing_cli.local_stripe.core.parameters import EXPAND_ONLY, NO_PARAMETERS, Integer
from stripe_billing_cli.local_stripe.core.requests import AS_DOCUMENTED, Api, Call, Route
from stripe_billing_cli.local_stripe.core.store import Object
from stripe_billing_cli.local_stripe.resources.customers import delete_customer

DAY = 24 * 60 * 60
KEPT_DAYS = 30
TWO_YEARS = 2 * 366 * DAY


def create(call: Call) -> Object:
    clock = {
        "id": identifiers.long_id(call, "clock"),
        "object": KIND,
        "created": call.now,
        "deletes_after": call.now + KEPT_DAYS * DAY,
        "frozen_time": call.params["frozen_time"],
        "name": call.params.get("name"),
        "status": "ready",
        "status_details": {},
    }
    objects.insert(call, KIND, clock)
    if "customer" in call.params:
        _attach(call, clock)
    return clock


def _attach(call: Call, clock: Object) -> None:
    """Attach a customer to a clock: "Existing customer this test clock will be attached to. Once attached, customers
    can't be removed"."""
    customer = customers.find(call, call.params["customer"])
    if customer["test_clock"] is not None:
        raise invalid("This customer is attached to a test clock already.", "customer")
    for kind in ("subscription", "subscription_schedule", "invoice", "invoiceitem"):
        if call.store.select(kind, equal(json_field("customer"), customer["id"]), newest_first=True, limit=1):
            raise invalid(
                "The local Stripe attaches only customers to a test clock that have not been billed yet.", "customer"
            )
    customers.save(call, customer, {**customer, "test_clock": clock["id"]})


retrieve = objects.retrieve_handler(KIND, noun="billingclock")


def advance(call: Call) -> Object:
    """Carry out all that comes until then. Answered as Stripe does, before it is done: `advancing`."""
    clock = retrieve(call)
    until = call.params["frozen_time"]
    if until <= clock["frozen_time"]:
        raise invalid("You can only advance a test clock to a time after its current frozen time.", "frozen_time")
    _check_far(call, clock, until)
    advancing_clock = {**clock, "status": "advancing", "frozen_time": until}
    events.record(call, "test_helpers.test_clock.advancing", advancing_clock)
    scheduler.catch_up(call, clock["id"], until)
    ready = {**clock, "frozen_time": until, "status": "ready"}
    call.store.replace(KIND, ready)
    events.record(call, "test_helpers.test_clock.ready", ready)
    return {**ready, "status": "advancing", "status_details": {"advancing": {"target_frozen_time": until}}}


def _check_far(call: Call, clock: Object, until: int) -> None:
    """Refuse to advance by more than two intervals of the shortest subscription at once, two years where there is
    none.
    """
    catalog = price_checks.catalog(call)
    subscriptions = call.store.select(
        "subscription", equal(json_field("test_clock"), clock["id"]), newest_first=True, limit=1000
    )
    recurring = [
        billing_intervals.billing_interval(catalog.price(item["price"]))
        for subscription in subscriptions
        if subscription["status"] not in ("canceled", "incomplete_expired")
        for item in subscription["items"]["data"]
    ]
    now = clock["frozen_time"]
    furthest = min((billing_interval.boundary(now, 2) for billing_interval in recurring), default=now + TWO_YEARS)
    if until > furthest:
        raise invalid(
            "You can only advance a test clock up to two intervals of its shortest subscription, or two years if it "
            f"has none; the latest time allowed is {furthest}.",
            "frozen_time",
        )


def delete(call: Call) -> Object:
    """Return the clock, and all customers that lived by it."""
    clock = retrieve(call)
    scheduler.forget(call.store, clock["id"])
    for customer in all_with(call, "customer", "test_clock", clock["id"]):
        delete_customer(call, customer)
    call.store.delete(KIND, clock["id"])
    events.record(call, "test_helpers.test_clock.deleted", clock)
    return {"id": clock["id"], "object": KIND, "deleted": True}


PATH = "/v1/test_helpers/test_clocks"
CREATE = form("POST /v1/test_helpers/test_clocks", {"frozen_time": Integer(0)})
ADVANCE = form("POST /v1/test_helpers/test_clocks/{test_clock}/advance", {"frozen_time": Integer(0)})
ROUTES = (
    Route("POST", PATH, KIND, CREATE, create),
    Route("GET", PATH, KIND, AS_DOCUMENTED, list_handler(KIND, PATH), lists=True),
    Route("GET", f"{PATH}/{{id}}", KIND, EXPAND_ONLY, retrieve),
    Route("POST", f"{PATH}/{{id}}/advance", KIND, ADVANCE, advance),
    Route("DELETE", f"{PATH}/{{id}}", KIND, NO_PARAMETERS, delete),
)
API = Api(ROUTES)
