"""Products: their fields in the file (`model.py`), and all else of the kind (`kind.py`)."""

from stripe_billing_cli.catalog.kinds.product.kind import (
    FEATURE,
    ProductKind,
    attachments_of,
    features_of,
    included_features,
    product_id,
)
from stripe_billing_cli.catalog.kinds.product.model import Product, TaxCodeId

__all__ = [
    "FEATURE",
    "Product",
    "ProductKind",
    "TaxCodeId",
    "attachments_of",
    "features_of",
    "included_features",
    "product_id",
]
