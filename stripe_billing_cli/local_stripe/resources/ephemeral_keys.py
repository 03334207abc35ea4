"""Ephemeral keys (https://docs.stripe.com/api/ephemeral_keys/create), which mobile apps get for a customer.

Fields after `stripe/_ephemeral_key.py`; `associated_objects` is in no document, but the SDK for iOS reads it. The
local Stripe takes no calls made with such a key.
"""

from __future__ import annotations

import secrets

from stripe_billing_cli.local_stripe.billing import customers
from stripe_billing_cli.local_stripe.core import identifiers, objects
from stripe_billing_cli.local_stripe.core.documented_form import form
from stripe_billing_cli.local_stripe.core.requests import AS_DOCUMENTED, Api, Call, Route
from stripe_billing_cli.local_stripe.core.store import Object

KIND = "ephemeral_key"
PATH = "/v1/ephemeral_keys"
LASTS = 60 * 60
CREATE = form(
    f"POST {PATH}",
    required_names="customer",
    refusals={"it issues no cards": "issuing_card nonce", "it verifies no identities": "verification_session"},
)


def create(call: Call) -> Object:
    """Return a key, whose secret no later answer shows."""
    customer = customers.find(call, call.params["customer"])
    key = {
        "id": identifiers.long_id(call, "ephkey"),
        "object": KIND,
        "associated_objects": [{"id": customer["id"], "type": "customer"}],
        "created": call.real_now,
        "expires": call.real_now + LASTS,
    }
    call.store.insert(KIND, key)
    return {**key, "secret": f"ek_test_{secrets.token_urlsafe(60)}"}


def delete(call: Call) -> Object:
    """Return the key, which is valid no longer."""
    key = objects.find(call, KIND, call.id, "key", 404)
    call.store.delete(KIND, key["id"])
    return {**key, "expires": call.real_now}


ROUTES = (
    Route("POST", PATH, KIND, CREATE, create),
    Route("DELETE", f"{PATH}/{{id}}", KIND, AS_DOCUMENTED, delete),
)
API = Api(ROUTES)
