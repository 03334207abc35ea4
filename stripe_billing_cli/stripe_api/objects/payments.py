"""Payments and refunds (https://docs.stripe.com/api/payment_intents/object and the pages after it)."""

from stripe_billing_cli.stripe_api.objects.common import EmbeddedList, Metadata, Reference, StripeObject
from stripe_billing_cli.stripe_api.objects.customers import PaymentMethod


class ChargedCard(StripeObject):
    brand: str | None
    last4: str | None


class ChargeDetails(StripeObject):
    """The way in which a charge was paid; `card` is there where the type is card."""

    type: str
    card: ChargedCard | None


class Refund(StripeObject):
    id: str
    amount: int
    created: int
    currency: str
    charge: Reference | None
    failure_reason: str | None
    metadata: Metadata | None
    payment_intent: Reference | None
    reason: str | None
    status: str | None


class Charge(StripeObject):
    """A charge. `refunds` are there where they were expanded."""

    id: str
    amount_captured: int
    amount_refunded: int
    created: int
    currency: str
    disputed: bool
    paid: bool
    customer: Reference | None
    failure_message: str | None
    payment_intent: Reference | None
    payment_method: Reference | None
    payment_method_details: ChargeDetails | None
    refunds: EmbeddedList[Refund] | None


class AccountBalanceTransaction(StripeObject):
    """A transaction of the account's balance (https://docs.stripe.com/api/balance_transactions/object)."""

    created: int


class Dispute(StripeObject):
    """https://docs.stripe.com/api/disputes/object"""

    id: str
    balance_transactions: list[AccountBalanceTransaction]
    charge: str | Charge
    is_charge_refundable: bool
    status: str


class PaymentFailure(StripeObject):
    code: str | None
    decline_code: str | None
    message: str | None


class PaymentIntent(StripeObject):
    id: str
    status: str
    last_payment_error: PaymentFailure | None
    latest_charge: str | Charge | None
    payment_method: str | PaymentMethod | None


class SetupIntent(StripeObject):
    id: str
    status: str
    client_secret: str | None
    payment_method: str | PaymentMethod | None
