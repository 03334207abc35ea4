"""Early fraud warnings (https://docs.stripe.com/api/radar/early_fraud_warnings): there are none, since no bank warns.

They are listed all the same, for programs that copy all that there is of an account. The rest of Radar is not here.
"""

from __future__ import annotations

from stripe_billing_cli.local_stripe.core.lists import list_handler
from stripe_billing_cli.local_stripe.core.requests import AS_DOCUMENTED, Api, Route

KIND = "radar.early_fraud_warning"
PATH = "/v1/radar/early_fraud_warnings"


ROUTES = (Route("GET", PATH, KIND, AS_DOCUMENTED, list_handler(KIND, PATH), lists=True),)
API = Api(ROUTES)
