"""Plans of installments (meses sin intereses), by which a customer pays a bank in Mexico over months. The seller is
paid at once.

https://docs.stripe.com/payments/mx-installments, https://docs.stripe.com/payments/meses-sin-intereses/accept-a-payment.
The additional fee is not reckoned.
"""

from __future__ import annotations

from typing import Any

from stripe_billing_cli.local_stripe.billing.payments import method_options, payment_methods
from stripe_billing_cli.local_stripe.core.store import Object

COUNTS = (3, 6, 9, 12, 18, 24)
LEAST = 100_00
"""What a month of a plan costs at least, in centavos."""
NUMBERS = ("4000004840000008",)
"""The test cards that have plans; a card of Mexico without a plan is not documented."""
PARAM = "payment_method_options[card][installments][plan]"


def with_plans(account: Object, intent: Object, method: Object | None) -> Object:
    """Return an intent with the plans that are there for its payment, if it asks for any."""
    installments = method_options.of_card(intent).get("installments")
    if not installments or not installments["enabled"]:
        return intent
    options = intent["payment_method_options"]
    installments_after = {**installments, "available_plans": _plans(account, intent, method)}
    return {
        **intent,
        "payment_method_options": {**options, "card": {**options["card"], "installments": installments_after}},
    }


def _plans(account: Object, intent: Object, method: Object | None) -> list[Object]:
    """Return the plans of an account, a card and an amount: "Stripe only supports installments for Stripe Mexico
    accounts", in pesos."""
    if method is None or method["type"] != "card" or account["country"] != "MX" or intent["currency"] != "mxn":
        return []
    if payment_methods.card_of(method).number not in NUMBERS:
        return []
    return [
        {"count": count, "interval": "month", "type": "fixed_count"}
        for count in COUNTS
        if intent["amount"] >= count * LEAST
    ]


def chosen_plan(intent: Object) -> Object | None:
    """Return the plan by which the customer pays, who has chosen none where this is None."""
    plan: Object | None = (method_options.of_card(intent).get("installments") or {}).get("plan")
    return plan


def is_offered(intent: Object, plan: Any) -> bool:
    """Return whether a plan is among those that are there for a payment."""
    return plan in method_options.of_card(intent)["installments"]["available_plans"]
