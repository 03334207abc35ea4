"""Deleting a webhook endpoint: Stripe sends nothing there any more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from stripe_billing_cli.errors import BillingError, UsageError
from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.webhook_endpoints import new_endpoint
from stripe_billing_cli.webhook_endpoints.endpoint import Endpoint, read_endpoints


@dataclass(frozen=True)
class DeleteResult:
    """The endpoint as it was."""

    endpoint: Endpoint

    def record(self) -> dict[str, Any]:
        """Return the deletion as it is printed (docs/output.md)."""
        return {"id": self.endpoint.id, "url": self.endpoint.url, "deleted": True}


@dataclass(frozen=True)
class DeletePlan:
    """The endpoint that is going to be deleted."""

    endpoint: Endpoint

    def apply(self, api: StripeApi) -> DeleteResult:
        """Delete the endpoint; one that is gone already is a success. Raises `StripeCallError`."""
        new_endpoint.delete(api, self.endpoint.id)
        return DeleteResult(self.endpoint)


def plan_delete(api: StripeApi, name: str) -> DeletePlan:
    """Read the endpoint with this id or URL. Raises `BillingError` where none or several are meant,
    `StripeCallError`."""
    matches = [endpoint for endpoint in read_endpoints(api) if name in (endpoint.id, endpoint.url)]
    if len(matches) > 1:
        names = ", ".join(match.id for match in matches)
        raise UsageError(f"{len(matches)} endpoints receive {name}: {names}", "name one by its id")
    if not matches:
        raise BillingError(
            "not_found", f"there is no webhook endpoint {name}", "`billing webhook list` shows what there is"
        )
    return DeletePlan(matches[0])
