"""Setup attempts: each try to set up a payment method (https://docs.stripe.com/api/setup_attempts).

Fields after `stripe/_setup_attempt.py`; only lists of them can be read.
"""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing.payments import setup_attempts
from stripe_billing_cli.local_stripe.core import objects
from stripe_billing_cli.local_stripe.core.lists import LIST_FIELDS, equal, json_field, page
from stripe_billing_cli.local_stripe.core.parameters import ObjectParam, Text, required_fields
from stripe_billing_cli.local_stripe.core.requests import Api, Call, Route
from stripe_billing_cli.local_stripe.core.store import Object

PATH = "/v1/setup_attempts"


def list_attempts(call: Call) -> Object:
    """List the attempts of one intent, which must be named."""
    setup = call.params["setup_intent"]
    objects.find(call, "setup_intent", setup, "setup_intent", noun="setupintent")
    return page(call, setup_attempts.KIND, PATH, equal(json_field("setup_intent"), setup))


ROUTES = (
    Route(
        "GET",
        PATH,
        setup_attempts.KIND,
        ObjectParam({**LIST_FIELDS, **required_fields(setup_intent=Text())}),
        list_attempts,
        lists=True,
    ),
)
API = Api(ROUTES)
