"""Mandates (https://docs.stripe.com/api/mandates), which intents make of `mandate_data` and nothing else does."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing.payments import mandates
from stripe_billing_cli.local_stripe.core import objects
from stripe_billing_cli.local_stripe.core.requests import AS_DOCUMENTED, Api, Route

retrieve = objects.retrieve_handler(mandates.KIND, "mandate")
API = Api((Route("GET", "/v1/mandates/{id}", mandates.KIND, AS_DOCUMENTED, retrieve),))
