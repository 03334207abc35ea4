"""The page that tells a customer where to transfer the money for a payment, and lets the transfer arrive."""

from __future__ import annotations

import html
from collections.abc import Mapping

from stripe_billing_cli.local_stripe.billing.payments.bank_transfers import ACTION
from stripe_billing_cli.local_stripe.core.messages import Answer
from stripe_billing_cli.local_stripe.core.store import Object
from stripe_billing_cli.local_stripe.pages import forms


def page(call: forms.Call, id: str, query: Mapping[str, str], form: Mapping[str, str]) -> Answer:
    """Return the page of a payment intent, after the money has arrived if its button was pressed."""
    status, intent = forms.call_api(call, "GET", f"/v1/payment_intents/{id}")
    if status != 200 or not forms.has_secret(intent, query):
        return forms.not_found_page("payment")
    instructions = (intent["next_action"] or {}).get(ACTION)
    if form and instructions:
        transfer = {
            "amount": str(instructions["amount_remaining"]),
            **{name: instructions[name] for name in ("currency", "reference")},
        }
        forms.call_api(call, "POST", f"/v1/test_helpers/customers/{intent['customer']}/fund_cash_balance", transfer)
        _, intent = forms.call_api(call, "GET", f"/v1/payment_intents/{id}")
        instructions = (intent["next_action"] or {}).get(ACTION)
    if instructions:
        return forms.page(200, "Bank transfer", _instructions(instructions))
    if intent["status"] == "succeeded":
        return forms.page(200, "Bank transfer", '<p class="good">The money has arrived. Thank you.</p>')
    return forms.page(200, "Bank transfer", '<p class="bad">No transfer is waited for.</p>')


def _instructions(instructions: Object) -> str:
    amount = forms.money(instructions["amount_remaining"], instructions["currency"])
    rows = [("Reference", instructions["reference"])]
    for address in instructions["financial_addresses"]:
        rows += [
            (name.replace("_", " "), value)
            for name, value in address[address["type"]].items()
            if isinstance(value, str)
        ]
    table = "".join(f"<tr><td>{html.escape(name)}</td><td>{html.escape(value)}</td></tr>" for name, value in rows)
    button = '<form method="post"><button name="transfer" value="arrives">Let the transfer arrive</button></form>'
    return f"<p>Transfer {amount} to this account:</p><table>{table}</table>{button}"
