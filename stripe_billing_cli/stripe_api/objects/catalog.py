"""Products, prices, coupons and promotion codes (https://docs.stripe.com/api/products and the pages after it)."""

from stripe_billing_cli.stripe_api.objects.common import Metadata, Reference, StripeObject


class MarketingFeature(StripeObject):
    name: str | None


class PackageDimensions(StripeObject):
    height: float
    length: float
    weight: float
    width: float


class TaxDetails(StripeObject):
    """Newer than Stripe's OpenAPI document that the others are taken from: `stripe/_product.py`."""

    performance_location: str | None
    tax_code: Reference | None


class Product(StripeObject):
    id: str
    active: bool
    created: int
    name: str
    images: list[str]
    marketing_features: list[MarketingFeature]
    metadata: Metadata
    default_price: Reference | None
    description: str | None
    package_dimensions: PackageDimensions | None
    shippable: bool | None
    statement_descriptor: str | None
    tax_code: Reference | None
    tax_details: TaxDetails | None
    unit_label: str | None
    url: str | None


class Recurring(StripeObject):
    interval: str
    interval_count: int
    usage_type: str
    meter: str | None
    trial_period_days: int | None
    """Not in Stripe's OpenAPI document: `stripe/_price.py`."""


class CustomUnitAmount(StripeObject):
    minimum: int | None
    maximum: int | None
    preset: int | None


class TransformQuantity(StripeObject):
    divide_by: int
    round: str


class Tier(StripeObject):
    """A tier of a price. `up_to` is None for the last tier."""

    up_to: int | None
    flat_amount: int | None
    flat_amount_decimal: str | None
    unit_amount: int | None
    unit_amount_decimal: str | None


class CurrencyOption(StripeObject):
    custom_unit_amount: CustomUnitAmount | None
    tax_behavior: str | None
    tiers: list[Tier] | None
    unit_amount: int | None
    unit_amount_decimal: str | None


class Price(StripeObject):
    """A price. `tiers` and `currency_options` are there where they were expanded."""

    id: str
    active: bool
    billing_scheme: str
    created: int
    currency: str
    metadata: Metadata
    product: str | Product
    currency_options: dict[str, CurrencyOption] | None
    custom_unit_amount: CustomUnitAmount | None
    lookup_key: str | None
    nickname: str | None
    recurring: Recurring | None
    tax_behavior: str | None
    tiers: list[Tier] | None
    tiers_mode: str | None
    transform_quantity: TransformQuantity | None
    unit_amount: int | None
    unit_amount_decimal: str | None


class Aggregation(StripeObject):
    formula: str


class CustomerMapping(StripeObject):
    event_payload_key: str
    type: str


class ValueSettings(StripeObject):
    event_payload_key: str


class Meter(StripeObject):
    """https://docs.stripe.com/api/billing/meter/object."""

    id: str
    created: int
    customer_mapping: CustomerMapping
    default_aggregation: Aggregation
    display_name: str
    event_name: str
    status: str
    value_settings: ValueSettings
    event_time_window: str | None


class AppliesTo(StripeObject):
    products: list[str]


class CouponOption(StripeObject):
    amount_off: int


class Coupon(StripeObject):
    """A coupon; of a deleted one only the id is there, and `deleted`.

    `applies_to` and `currency_options` are there where they were expanded.
    """

    id: str
    created: int
    duration: str
    valid: bool
    deleted: bool | None
    amount_off: int | None
    applies_to: AppliesTo | None
    currency: str | None
    currency_options: dict[str, CouponOption] | None
    duration_in_months: int | None
    max_redemptions: int | None
    metadata: Metadata | None
    name: str | None
    percent_off: float | None
    redeem_by: int | None


class DiscountSource(StripeObject):
    coupon: str | Coupon | None


class Discount(StripeObject):
    id: str
    source: DiscountSource
    end: int | None
    promotion_code: Reference | None


class Promotion(StripeObject):
    coupon: str | Coupon | None


class MinimumOption(StripeObject):
    minimum_amount: int


class Restrictions(StripeObject):
    """The restrictions of a promotion code. `currency_options` is there where it was expanded."""

    first_time_transaction: bool
    currency_options: dict[str, MinimumOption] | None
    minimum_amount: int | None
    minimum_amount_currency: str | None


class PromotionCode(StripeObject):
    id: str
    active: bool
    code: str
    created: int
    promotion: Promotion
    restrictions: Restrictions
    times_redeemed: int
    customer: Reference | None
    expires_at: int | None
    max_redemptions: int | None
    metadata: Metadata | None


class TaxRate(StripeObject):
    """https://docs.stripe.com/api/tax_rates/object."""

    id: str
    active: bool
    created: int
    display_name: str
    inclusive: bool
    percentage: float
    country: str | None
    description: str | None
    effective_percentage: float | None
    jurisdiction: str | None
    metadata: Metadata | None
    state: str | None
    tax_type: str | None


class ShippingOption(StripeObject):
    amount: int
    tax_behavior: str


class FixedAmount(StripeObject):
    """The fixed amount of a shipping rate; `currency_options` is there where it was expanded."""

    amount: int
    currency: str
    currency_options: dict[str, ShippingOption] | None


class DeliveryBound(StripeObject):
    unit: str
    value: int


class DeliveryEstimate(StripeObject):
    maximum: DeliveryBound | None
    minimum: DeliveryBound | None


class ShippingRate(StripeObject):
    """https://docs.stripe.com/api/shipping_rates/object."""

    id: str
    active: bool
    created: int
    metadata: Metadata
    type: str
    delivery_estimate: DeliveryEstimate | None
    display_name: str | None
    fixed_amount: FixedAmount | None
    tax_behavior: str | None
    tax_code: Reference | None


class OfferedShipping(StripeObject):
    shipping_rate: Reference


class CheckoutSession(StripeObject):
    """https://docs.stripe.com/api/checkout/sessions/object."""

    id: str
    shipping_options: list[OfferedShipping]
