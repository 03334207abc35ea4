"""Customer portal configurations: what a file says of them, and how they stand to Stripe's."""

from stripe_billing_cli.catalog.kinds.portal.kind import PortalConfigurationKind

__all__ = ["PortalConfigurationKind"]
