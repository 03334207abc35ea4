"""The page that tells a customer where to transfer the money for a payment, and lets the transfer arrive."""

from __future__ import annotations

import html
from collections.abc import Mapping

from stripe_billing_cli.local_stripe.billing.payments.bank_transfers import ACTION
from stripe_billing_cli.local_stripe.core.messages import Answer
from stripe_billing_cli.local_stripe.core.store import Object
from stripe_billing_cli.local_stripe.pages import forms


def page(call: forms.Call, id: str, query: Mapping[str, str], sent: Mapping[str, str]) -> Answer:
    """Return the page of a payment intent, after the money has arrived if its button was pressed."""
    status, intent = forms.call_api(call, "GET", f"/v1/payment_intents/{id}")
    if status != 200 or not forms.has_secret(intent, query):
        return forms.not_found_page("payment")
    wanted = (intent["next_action"] or {}).get(ACTION)
    if sent and wanted:
        transfer = {
            "amount": str(wanted["amount_remaining"]),
            **{name: wanted[name] for name in ("currency", "reference")},
        }
        forms.call_api(call, "POST", f"/v1/test_helpers/customers/{intent['customer']}/fund_cash_balance", transfer)
        _, intent = forms.call_api(call, "GET", f"/v1/payment_intents/{id}")
        wanted = (intent["next_action"] or {}).get(ACTION)
    if wanted:
        return forms.page(200, "Bank transfer", _instructions(wanted))
    if intent["status"] == "succeeded":
        return forms.page(200, "Bank transfer", '<p class="good">The money has arrived. Thank you.</p>')
    return forms.page(200, "Bank transfer", '<p class="bad">No transfer is waited for.</p>')


def _instructions(wanted: Object) -> str:
    amount = forms.money(wanted["amount_remaining"], wanted["currency"])
    rows = [("Reference", wanted["reference"])]
    for address in wanted["financial_addresses"]:
        rows += [
            (name.replace("_", " "), value)
            for name, value in address[address["type"]].items()
            if isinstance(value, str)
        ]
    shown = "".join(f"<tr><td>{html.escape(name)}</td><td>{html.escape(value)}</td></tr>" for name, value in rows)
    button = '<form method="post"><button name="transfer" value="arrives">Let the transfer arrive</button></form>'
    return f"<p>Transfer {amount} to this account:</p><table>{shown}</table>{button}"
