"""Links to Stripe's billing portal (https://docs.stripe.com/customer-management/portal-deep-links)."""

from __future__ import annotations

from typing import Any

from stripe_billing_cli.stripe_api import lookup
from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.lookup import NoMatchError, WrongKindError
from stripe_billing_cli.stripe_api.objects.customers import Customer
from stripe_billing_cli.stripe_api.objects.various import PortalSession

PATH = "/v1/billing_portal/sessions"


def create(
    api: StripeApi,
    customer: str,
    *,
    flow: str | None = None,
    cancels: str | None = None,
    return_url: str | None = None,
    until: int | None = None,
) -> PortalSession:
    """Return a portal session. `flow` is cancel or payment-method; `cancels` the subscription of a cancel flow.

    `until`: the Unix time to which who follows the expired link may log in by email and go on (`after_expiration` in
    `stripe/params/billing_portal/_session_create_params.py`). Raises `StripeCallError`.
    """
    params: dict[str, Any] = {"customer": customer}
    if return_url:
        params["return_url"] = return_url
    if flow == "payment-method":
        params["flow_data"] = {"type": "payment_method_update"}
    elif flow == "cancel":
        params["flow_data"] = {"type": "subscription_cancel", "subscription_cancel": {"subscription": cancels}}
    if until is not None:
        params["after_expiration"] = {"type": "customer_login", "customer_login": {"expires_at": until}}
    return api.post(PATH, params, kind=PortalSession).body


def record(session: PortalSession) -> dict[str, Any]:
    """Return the session as it is printed; `expires_at` is null where the link works only for the minutes that Stripe
    gives it."""
    login = session["after_expiration"]["customer_login"] if session["after_expiration"] else None
    flow = session["flow"]
    cancel_flow = flow["subscription_cancel"] if flow else None
    return {
        "id": session["id"],
        "url": session["url"],
        "customer": session["customer"],
        "flow": flow["type"] if flow else None,
        "subscription": cancel_flow["subscription"] if cancel_flow else None,
        "return_url": session["return_url"],
        "expires_at": login["expires_at"] if login else None,
        "created": session["created"],
        "livemode": session["livemode"],
    }


def subscription_to_cancel(api: StripeApi, customer: Customer, name: str | None) -> str:
    """Return the id of the customer's subscription that is meant: the only one that goes on, where none is named."""
    subscription = lookup.find_subscription(api, name or customer["id"])
    if subscription["customer"] != customer["id"]:
        raise WrongKindError(
            f"{subscription['id']} is a subscription of {subscription['customer']}, not of {customer['id']}",
            f"billing sub list --customer {customer['id']} lists this customer's",
        )
    if lookup.has_ended(subscription):
        raise NoMatchError(
            f"{subscription['id']} has ended already ({subscription['status']})", "there is nothing to cancel"
        )
    return subscription["id"]
