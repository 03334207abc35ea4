"""Mandates (https://docs.stripe.com/api/mandates), which intents make of `mandate_data` and nothing else does."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing.payments import mandates
from stripe_billing_cli.local_stripe.core import objects
from stripe_billing_cli.local_stripe.core.documented_form import form
from stripe_billing_cli.local_stripe.core.requests import Api, Call, Route
from stripe_billing_cli.local_stripe.core.store import Object


def retrieve(call: Call) -> Object:
    return objects.find(call, mandates.KIND, call.id, "mandate", 404)


API = Api((Route("GET", "/v1/mandates/{id}", mandates.KIND, form("GET /v1/mandates/{mandate}"), retrieve),))
