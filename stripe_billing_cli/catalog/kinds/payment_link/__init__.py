"""Payment links: their fields in the file (`model.py`), and all else of the kind (`kind.py`)."""

from stripe_billing_cli.catalog.kinds.payment_link.kind import PaymentLinkKind

__all__ = ["PaymentLinkKind"]
