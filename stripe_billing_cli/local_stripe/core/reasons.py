"""Reasons why the local Stripe does not have a parameter of Stripe's, where more than one call says so."""

from __future__ import annotations

from collections.abc import Mapping

from stripe_billing_cli.local_stripe.core.forms import Raw

NO_ACCOUNTS = "it has no accounts that are customers"
NO_CONFIGURATIONS = "it has no payment method configurations"
NO_CONNECT = "its accounts do nothing for one another"
NO_FEEDBACK_OPTIONS = "it has no feedback options of one's own"
NO_MOTO = "its account takes no orders by mail or telephone, which Stripe allows upon request"
NO_OTHER_3DS = "it authenticates the cards itself"
NO_RADAR = "it has no Radar"
NO_READERS = "it has no readers"
NO_TAXES = "it computes no taxes"

IN_NO_CALL: Mapping[str, str] = {
    "application_fee": NO_CONNECT,
    "application_fee_amount": NO_CONNECT,
    "application_fee_percent": NO_CONNECT,
    "attach_to_self": NO_CONNECT,
    "billing_schedules": "it has no billing schedules",
    "customer_account": NO_ACCOUNTS,
    "feedback_option": NO_FEEDBACK_OPTIONS,
    "feedback_options": NO_FEEDBACK_OPTIONS,
    "liability": NO_CONNECT,
    "managed_payments": "it has no managed payments",
    "on_behalf_of": NO_CONNECT,
    "refund_application_fee": NO_CONNECT,
    "reverse_transfer": NO_CONNECT,
    "transfer_data": NO_CONNECT,
}
"""Parameters that the local Stripe has in no call, wherever Stripe's documents have one of this name."""

IDLE: Mapping[str, Raw] = {
    "attach_to_self": "false",
    "flexible": {"proration_discounts": "included"},
    "issuer": {"type": "self"},
    "liability": {"type": "self"},
    "managed_payments": {"enabled": "false"},
    "validate": "true",
}
"""Values of parameters that the local Stripe does not have, with which a call asks for what is so anyway."""
