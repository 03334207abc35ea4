"""Test clocks, entitlements, portal sessions and webhook endpoints."""

from stripe_billing_cli.stripe_api.objects.common import Metadata, StripeObject


class TestClock(StripeObject):
    """https://docs.stripe.com/api/test_clocks/object."""

    id: str
    created: int
    deletes_after: int
    frozen_time: int
    status: str
    name: str | None


class ActiveEntitlement(StripeObject):
    """https://docs.stripe.com/api/entitlements/active-entitlement."""

    lookup_key: str


class Feature(StripeObject):
    """https://docs.stripe.com/api/entitlements/feature."""

    id: str
    active: bool
    lookup_key: str
    metadata: Metadata
    name: str


class ProductFeature(StripeObject):
    """https://docs.stripe.com/api/product-feature/object."""

    id: str
    entitlement_feature: Feature


class CustomerLogin(StripeObject):
    expires_at: int | None


class AfterExpiration(StripeObject):
    customer_login: CustomerLogin | None


class FlowCancel(StripeObject):
    subscription: str


class PortalFlow(StripeObject):
    type: str
    subscription_cancel: FlowCancel | None


class PortalSession(StripeObject):
    """https://docs.stripe.com/api/customer_portal/sessions/object.

    `after_expiration` is newer than Stripe's OpenAPI document that the others are taken from.
    """

    id: str
    created: int
    customer: str
    livemode: bool
    url: str
    after_expiration: AfterExpiration | None
    flow: PortalFlow | None
    return_url: str | None


class WebhookEndpoint(StripeObject):
    """https://docs.stripe.com/api/webhook_endpoints/object; `secret` is there in the answer that creates it."""

    id: str
    created: int
    enabled_events: list[str]
    livemode: bool
    metadata: Metadata
    status: str
    url: str
    api_version: str | None
    description: str | None
    secret: str | None
