"""The parameters of payment links, after `stripe/params/_payment_link_{create,update}_params.py`.

And what it says of itself where no call says it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stripe_billing_cli.local_stripe.core.documented_form import form
from stripe_billing_cli.local_stripe.core.parameters import Integer, Url
from stripe_billing_cli.local_stripe.core.reasons import NO_CONNECT
from stripe_billing_cli.local_stripe.core.store import Object

CONNECT = (
    "application_fee_amount application_fee_percent automatic_tax.liability invoice_creation.invoice_data.issuer "
    "on_behalf_of subscription_data.invoice_settings.issuer transfer_data"
)
NOT_HERE = {
    NO_CONNECT: CONNECT,
}
TYPES = {
    "after_completion.redirect.url": Url(),
    "*.maximum": Integer(1, 999),
    "*.minimum": Integer(0, 999),
    "*.limit": Integer(1),
}
MOST = {"custom_fields": 3, "line_items": 20, "optional_items": 10}
"""In `stripe/params/_payment_link_create_params.py`; the items of both lists are twenty together."""
CREATE = form(
    "POST /v1/payment_links",
    TYPES,
    most=MOST,
    refusals=NOT_HERE,
)
UPDATE = form(
    "POST /v1/payment_links/{payment_link}",
    TYPES,
    most=MOST,
    refusals=NOT_HERE,
)

SUBSCRIPTION_ONLY = ("payment_method_collection", "subscription_data")
PAYMENT_ONLY = ("customer_creation", "invoice_creation", "payment_intent_data", "shipping_options")
"""What goes with a recurring price, and what goes with none (`stripe/params/_payment_link_create_params.py`; shipping
as in the sessions that a link opens)."""


def plain() -> Object:
    """Return what a link says that no call has said anything of
    (https://docs.stripe.com/api/payment-link/object: the example)."""
    return {
        "after_completion": {"hosted_confirmation": {"custom_message": None}, "type": "hosted_confirmation"},
        "allow_promotion_codes": False,
        "automatic_tax": {"enabled": False, "liability": None},
        "billing_address_collection": "auto",
        "custom_fields": [],
        "custom_text": {},
        "customer_creation": "if_required",
        "payment_method_collection": "always",
        "phone_number_collection": {"enabled": False},
        "shipping_options": [],
        "submit_type": "auto",
        "tax_id_collection": {"enabled": False, "required": "never"},
    }


PARTS: Mapping[str, Any] = {
    "invoice_creation": {"enabled": False, "invoice_data": {"metadata": {}}},
    "payment_intent_data": {"metadata": {}},
    "subscription_data": {"invoice_settings": {"issuer": {"type": "self"}}, "metadata": {}},
}
"""What a part says where nothing is said of it, as soon as it is there."""
