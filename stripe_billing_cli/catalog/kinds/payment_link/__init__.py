"""Payment links: what a file says of them, and how they stand to Stripe's."""

from stripe_billing_cli.catalog.kinds.payment_link.kind import PaymentLinkKind

__all__ = ["PaymentLinkKind"]
