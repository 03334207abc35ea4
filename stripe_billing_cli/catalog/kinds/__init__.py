"""The kinds of objects that a catalog describes. Nothing outside this folder names one."""

from stripe_billing_cli.catalog.kinds.coupon import CouponKind
from stripe_billing_cli.catalog.kinds.feature import FeatureKind
from stripe_billing_cli.catalog.kinds.forms import plain_text
from stripe_billing_cli.catalog.kinds.head import DEFAULTS, CatalogHead
from stripe_billing_cli.catalog.kinds.importing import ImportFile, ImportScope, readable_key
from stripe_billing_cli.catalog.kinds.meter import MeterKind
from stripe_billing_cli.catalog.kinds.model import MinorUnits, Misnomers, NotExactError, PatternText
from stripe_billing_cli.catalog.kinds.payment_link import PaymentLinkKind
from stripe_billing_cli.catalog.kinds.portal import PortalConfigurationKind
from stripe_billing_cli.catalog.kinds.price import PriceKind
from stripe_billing_cli.catalog.kinds.product import ProductKind
from stripe_billing_cli.catalog.kinds.product_feature import ProductFeatureKind
from stripe_billing_cli.catalog.kinds.promotion_code import PromotionCodeKind
from stripe_billing_cli.catalog.kinds.registry import AnyKind, Registry
from stripe_billing_cli.catalog.kinds.rules import Path, Report, check_currency
from stripe_billing_cli.catalog.kinds.shipping_rate import ShippingRateKind
from stripe_billing_cli.catalog.kinds.tax_rate import TaxRateKind
from stripe_billing_cli.catalog.kinds.usage import Usage
from stripe_billing_cli.catalog.kinds.webhook_endpoint import WebhookEndpointKind

KINDS = Registry(
    [
        FeatureKind(),
        MeterKind(),
        ProductKind(),
        PriceKind(),
        ProductFeatureKind(),
        CouponKind(),
        PromotionCodeKind(),
        TaxRateKind(),
        ShippingRateKind(),
        PortalConfigurationKind(),
        PaymentLinkKind(),
        WebhookEndpointKind(),
    ]
)
"""In the order in which they depend on each other, which is that of plans."""

__all__ = [
    "DEFAULTS",
    "KINDS",
    "AnyKind",
    "CatalogHead",
    "ImportFile",
    "ImportScope",
    "MinorUnits",
    "Misnomers",
    "NotExactError",
    "Path",
    "PatternText",
    "Registry",
    "Report",
    "Usage",
    "check_currency",
    "plain_text",
    "readable_key",
]
