"""Mandates: the permission of a customer to debit a bank account. Fields after `stripe/_mandate.py`.

Cards are charged without one (`mandate` of the recorded charges is null).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stripe_billing_cli.local_stripe.core import identifiers, objects, page_addresses
from stripe_billing_cli.local_stripe.core.errors import invalid
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object

KIND = "mandate"
WITH_MANDATE = ("sepa_debit",)
"""The types of payment methods that pay by mandate."""

BY_CUSTOMER: Mapping[str, Any] = {"customer_acceptance": {"type": "online"}}
"""What customers agree to at a page of Stripe's."""


def agree(call: Call, method: Object, data: Mapping[str, Any] | None, single_use: Object | None = None) -> Object:
    """Return the payment method with the mandate that a call's `mandate_data` is of, stored; as it is where it needs
    none, or the call has none. `single_use`: the amount and the currency of the only payment."""
    if data is None or method["type"] not in WITH_MANDATE:
        return method
    id = identifiers.long_id(call, "mandate")
    mandate = {
        "id": id,
        "object": KIND,
        "customer_acceptance": _acceptance(call, data["customer_acceptance"]),
        "_created": call.now,
        **(
            {"multi_use": {}, "type": "multi_use"}
            if single_use is None
            else {"single_use": single_use, "type": "single_use"}
        ),
        "payment_method": method["id"],
        "payment_method_details": {
            "sepa_debit": {"reference": id[-16:].upper(), "url": page_addresses.mandate(call.store, id)},
            "type": "sepa_debit",
        },
        "status": "active",
    }
    call.store.insert(KIND, mandate)
    after = {**method, "_mandate": id}
    call.store.replace("payment_method", after)
    return after


def by_name(call: Call, id: str, method: Object) -> Object:
    """Return the payment method with the mandate that a call names, which must be of it."""
    mandate = objects.find(call, KIND, id, "mandate")
    if mandate["payment_method"] != method["id"]:
        raise invalid(f"The mandate {id} is not of the payment method {method['id']}.", "mandate")
    return {**method, "_mandate": id}


def _acceptance(call: Call, acceptance: Mapping[str, Any]) -> Object:
    """Return how and when the customer agreed."""
    type = acceptance["type"]
    details = {"ip_address": None, "user_agent": None} if type == "online" else {}
    return {
        "accepted_at": acceptance.get("accepted_at", call.now),
        type: {**details, **(acceptance.get(type) or {})},
        "type": type,
    }
