"""The kind of promotion codes."""

from stripe_billing_cli.catalog.kinds.promotion_code.kind import PromotionCodeKind

__all__ = ["PromotionCodeKind"]
