"""The page of the customer portal: another default card, and the end of a subscription.

The flow of a link leads straight to one of the two.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any

from stripe_billing_cli.local_stripe.core.messages import Answer
from stripe_billing_cli.local_stripe.core.store import Object
from stripe_billing_cli.local_stripe.pages import forms
from stripe_billing_cli.local_stripe.pages.forms import Call


def portal(call: Call, secret: str, form: Mapping[str, str]) -> Answer:
    """Return what the session's flow is about, else all that the page can do."""
    status, session = forms.call_api(call, "GET", f"/local/billing_portal/sessions/{secret}")
    if status != 200:
        return forms.not_found_page("portal session")
    flow = session["flow"] or {"type": "all"}
    message, success = _act(call, session, form) if form else ("", "")
    if success and flow.get("after_completion", {}).get("type") == "redirect":
        return forms.redirect(flow["after_completion"]["redirect"]["return_url"])
    good = f'<p class="good">{html.escape(success)}</p>' if success else ""
    body = good + forms.error_text(message)
    if flow["type"] in ("all", "payment_method_update") and not (success and session["flow"]):
        body += forms.form("Use this card from now on")
    if flow["type"] in ("all", "subscription_cancel") and not (success and session["flow"]):
        body += "".join(_cancel_form(one) for one in _cancelable(call, session))
    return forms.page(200, "Your billing", body + forms.link("Back", session["return_url"]))


def _cancelable(call: Call, session: Object) -> list[Any]:
    _, subscriptions = forms.call_api(
        call, "GET", "/v1/subscriptions", {"customer": session["customer"], "limit": "100"}
    )
    flow = (session["flow"] or {}).get("subscription_cancel")
    return [
        one
        for one in subscriptions["data"]
        if one["status"] not in ("canceled", "incomplete", "incomplete_expired")
        and one["cancel_at"] is None
        and (flow is None or flow["subscription"] == one["id"])
    ]


def _cancel_form(subscription: Object) -> str:
    id = html.escape(subscription["id"])
    button = f'<button class="other" name="cancel" value="{id}">Cancel the subscription {id}</button>'
    return f'<form method="post">{button}</form>'


def _act(call: Call, session: Object, form: Mapping[str, str]) -> tuple[str, str]:
    """Return what went wrong, and what was done, in words."""
    if "cancel" in form:
        return _cancel(call, session, form["cancel"])
    status, method = forms.call_api(
        call, "POST", f"/v1/payment_methods/{form.get('card', '')}/attach", {"customer": session["customer"]}
    )
    if status == 200:
        default = {"invoice_settings[default_payment_method]": method["id"]}
        status, method = forms.call_api(call, "POST", f"/v1/customers/{session['customer']}", default)
    return ("", "The card is saved, and charged from now on.") if status == 200 else (method["error"]["message"], "")


def _cancel(call: Call, session: Object, id: str) -> tuple[str, str]:
    """Cancel a subscription as the configuration has it: at the end of the period, or at once."""
    if all(one["id"] != id for one in _cancelable(call, session)):
        return "This subscription cannot be canceled here.", ""
    _, configuration = forms.call_api(call, "GET", f"/v1/billing_portal/configurations/{session['configuration']}")
    path = f"/v1/subscriptions/{id}"
    if configuration["features"]["subscription_cancel"]["mode"] == "immediately":
        status, answer = forms.call_api(call, "DELETE", path)
    else:
        status, answer = forms.call_api(call, "POST", path, {"cancel_at_period_end": "true"})
    return ("", "The subscription is canceled.") if status == 200 else (answer["error"]["message"], "")
