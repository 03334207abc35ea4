"""The page of a Checkout session: what is sold, who buys it, and a test card that pays; and that of a payment link,
which begins a session each time it is opened.

Everything that sellers and customers have written is escaped; the page has no scripts.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from urllib.parse import quote

from stripe_billing_cli.local_stripe.billing.payments import bank_transfers, payment_intents
from stripe_billing_cli.local_stripe.core.messages import Answer
from stripe_billing_cli.local_stripe.core.store import Object
from stripe_billing_cli.local_stripe.pages import checkout_form, forms
from stripe_billing_cli.local_stripe.pages.forms import Call

SESSION_ID = "{CHECKOUT_SESSION_ID}"
"""What a `success_url` may have in place of the session's id (https://docs.stripe.com/payments/checkout/custom-success-page)."""
EXPAND = {
    "expand[0]": "line_items.data.price",
    "expand[1]": "total_details.breakdown",
    "expand[2]": "payment_intent",
    "expand[3]": "setup_intent",
    "expand[4]": "payment_link",
}


def page(call: Call, id: str, query: Mapping[str, str], form: Mapping[str, str]) -> Answer:
    """Answer the page of a session, after what its form has sent, or after 3-D Secure, from which `query` tells that
    the customer has come back."""
    status, session = _read(call, id)
    if status != 200:
        return forms.not_found_page("Checkout session")
    message = _authentication_error(session, query)
    if session["status"] == "open" and form:
        action = "price" if form.get("action") == "price" else "pay"
        params = checkout_form.parameters(session, form)
        if action == "pay" and form.get("iban") and not form.get("by_transfer"):
            params |= _account(call, form)
        status, payment = forms.call_api(call, "POST", f"/local/checkout/sessions/{id}/{action}", params)
        message = payment["error"]["message"] if status != 200 else ""
        _, intents = forms.call_api(call, "GET", f"/local/checkout/sessions/{id}/intents")
        if status == 200 and action == "pay" and intents["data"]:
            return forms.to_authentication(intents["data"][0])
        _, session = _read(call, id)
        if status == 200 and (instructions := _instructions(session)):
            return forms.redirect(instructions)
    came_to_pay = bool(form) or bool(query.keys() & {"payment_intent", "setup_intent"})
    if session["status"] == "complete" and came_to_pay and (url := _after_completion(session)):
        return forms.redirect(url)
    match session["status"]:
        case "complete":
            return forms.page(200, "Thank you", f'<p class="good">{html.escape(_thanks(session))}</p>')
        case "expired":
            return forms.page(200, "Expired", '<p class="bad">This link has expired.</p>' + _recovery(session))
    return forms.page(200, checkout_form.title(session), forms.error_text(message) + checkout_form.body(session, form))


def _instructions(session: Object) -> str | None:
    """Return the address of the page that says where to transfer the money, where it is waited for."""
    action = (session["payment_intent"] or {}).get("next_action") or {}
    return (action.get(bank_transfers.ACTION) or {}).get("hosted_instructions_url")


def _account(call: Call, form: Mapping[str, str]) -> dict[str, str]:
    """Return the payment method of the bank account that was chosen."""
    holder = {"billing_details[name]": form.get("name") or "Jenny Rosen"}
    account = {"type": "sepa_debit", "sepa_debit[iban]": form["iban"], **holder}
    status, method = forms.call_api(call, "POST", "/v1/payment_methods", account)
    return {"payment_method": method["id"]} if status == 200 else {}


def _read(call: Call, id: str) -> tuple[int, Object]:
    status, session = forms.call_api(call, "GET", f"/v1/checkout/sessions/{id}", EXPAND)
    return status, session


def _authentication_error(session: Object, query: Mapping[str, str]) -> str:
    """Return why 3-D Secure was not passed, if the customer comes back from it."""
    failures = [(session["payment_intent"] or {}).get("last_payment_error")]
    failures.append((session["setup_intent"] or {}).get("last_setup_error"))
    if not query.keys() & {"payment_intent", "setup_intent"}:
        return ""
    message = next((failure["message"] for failure in failures if failure), None)
    return message or payment_intents.NOT_AUTHENTICATED


def _after_completion(session: Object) -> str | None:
    """Return where the customer goes, if that is not the page itself."""
    url = session["success_url"] or session.get("return_url")
    return None if url is None else str(url).replace(SESSION_ID, quote(session["id"]))


def _thanks(session: Object) -> str:
    if session["mode"] == "setup":
        return "The card is saved for later payments."
    link = session["payment_link"]
    own = link and (link["after_completion"].get("hosted_confirmation") or {}).get("custom_message")
    return own or (session["custom_text"]["after_submit"] or {}).get("message") or "Thanks for your payment."


def _recovery(session: Object) -> str:
    recovery = (session["after_expiration"] or {}).get("recovery") or {}
    return forms.link("Begin anew", recovery.get("url"))


def payment_link(call: Call, code: str, query: Mapping[str, str]) -> Answer:
    """Begin a session by a payment link, and lead to its page."""
    path = f"/local/payment_links/{code}/sessions"
    status, session = forms.call_api(call, "POST", path, checkout_form.from_address(query))
    if status in (403, 404):
        return forms.not_found_page("payment link")
    if status != 200:
        return forms.page(200, "Not available", f'<p class="bad">{html.escape(session["error"]["message"])}</p>')
    return forms.redirect(session["url"])


def recovery(call: Call, id: str) -> Answer:
    """Begin a session like one that expired, and lead to its page."""
    status, session = forms.call_api(call, "POST", f"/local/checkout/sessions/{id}/recover")
    if status != 200:
        return forms.not_found_page("Checkout session")
    return forms.redirect(session["url"])
