"""Prices: their fields in the file (`model.py`, `forms.py`), Stripe's rules, and all else of the kind (`kind.py`)."""

from stripe_billing_cli.catalog.kinds.price.forms import (
    UNSPECIFIED,
    OptionTaxBehavior,
    price_values,
    show_amounts,
    show_period,
)
from stripe_billing_cli.catalog.kinds.price.kind import PriceKind

__all__ = ["UNSPECIFIED", "OptionTaxBehavior", "PriceKind", "price_values", "show_amounts", "show_period"]
