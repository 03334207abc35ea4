"""The pages that Stripe hosts, as the local Stripe serves them: plain forms, at which a test card pays an invoice, is
set up for later, or passes 3-D Secure.

Only a served local Stripe has them. What is chosen there goes through the same calls as everything else; nobody needs a
key, as nobody does at Stripe's own pages: whoever has the address may pay.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import parse_qs, urlencode

from stripe_billing_cli.local_stripe.core import page_addresses
from stripe_billing_cli.local_stripe.core.messages import Answer, Request
from stripe_billing_cli.local_stripe.core.store import Object
from stripe_billing_cli.local_stripe.pages import bank_transfers, checkout, forms, invoice_pdf, links
from stripe_billing_cli.local_stripe.pages.forms import Call

INVOICE = re.compile(r"/i/acct_\w+/test_(in_\w+)")
INVOICE_PDF = re.compile(r"/i/acct_\w+/test_(in_\w+)/pdf")
CREDIT_NOTE_PDF = re.compile(r"/credit_notes/acct_\w+/test_(cn_\w+)/pdf")
RECEIPT = re.compile(r"/receipts/acct_\w+/((?:ch|py)_\w+)")
SETUP = re.compile(r"/setup/(seti_\w+)")
CHECKOUT = re.compile(r"/c/pay/(cs_test_\w+)")
PAYMENT_LINK = re.compile(r"/b/(test_[0-9a-f]+)")
RECOVERY = re.compile(r"/r/(cs_test_\w+)")
PORTAL = re.compile(r"/p/session/(test_[\w-]+)")
MANDATE = re.compile(r"/mandates/(mandate_\w+)")
AUTHENTICATION = re.compile(r"/3d_secure/((?:pi|seti)_\w+)")
BANK_TRANSFER = re.compile(r"/bank_transfers/(pi_\w+)")
PAGES = (
    BANK_TRANSFER,
    INVOICE,
    INVOICE_PDF,
    CREDIT_NOTE_PDF,
    RECEIPT,
    SETUP,
    CHECKOUT,
    PAYMENT_LINK,
    RECOVERY,
    PORTAL,
    MANDATE,
    AUTHENTICATION,
)


def is_page(path: str) -> bool:
    _, path = page_addresses.account_and_path(path)
    return any(pattern.fullmatch(path) for pattern in PAGES)


def answer(call: Call, request: Request) -> Answer:
    """Return the page at a path of `is_page`, after what a form of it has sent."""
    if request.method not in ("GET", "POST"):
        return forms.page(405, "Not here", "<p>This page is read, or its form is sent.</p>")
    account, path = page_addresses.account_and_path(request.path)
    if account is not None:
        return answer(_for_account(call, account), replace(request, path=path))
    form = {name: values[0] for name, values in parse_qs(request.body).items()} if request.method == "POST" else {}
    query = {name: values[0] for name, values in parse_qs(request.query).items()}
    if match := INVOICE.fullmatch(request.path):
        return _invoice(call, match[1], form)
    if match := INVOICE_PDF.fullmatch(request.path):
        return invoice_pdf.file(call, match[1])
    if match := CREDIT_NOTE_PDF.fullmatch(request.path):
        return invoice_pdf.file_of_credit_note(call, match[1])
    if match := RECEIPT.fullmatch(request.path):
        return _receipt(call, match[1])
    if match := SETUP.fullmatch(request.path):
        return _setup(call, match[1], query, form)
    if match := CHECKOUT.fullmatch(request.path):
        return checkout.page(call, match[1], query, form)
    if match := PAYMENT_LINK.fullmatch(request.path):
        return checkout.payment_link(call, match[1], query)
    if match := RECOVERY.fullmatch(request.path):
        return checkout.recovery(call, match[1])
    if match := PORTAL.fullmatch(request.path):
        return links.portal(call, match[1], form)
    if match := MANDATE.fullmatch(request.path):
        return _mandate(call, match[1])
    if match := BANK_TRANSFER.fullmatch(request.path):
        return bank_transfers.page(call, match[1], query, form)
    match = AUTHENTICATION.fullmatch(request.path)
    return _authentication(call, match[1] if match else "", query, form)


def _for_account(call: Call, account: str) -> Call:
    """Return how the router answers calls for a connected account."""
    return lambda request: call(replace(request, headers={**request.headers, "stripe-account": account}))


def _invoice(call: Call, id: str, form: Mapping[str, str]) -> Answer:
    status, invoice = forms.call_api(call, "GET", f"/v1/invoices/{id}", {"expand[0]": "payments"})
    if status != 200 or invoice["status"] == "draft":
        return forms.not_found_page("invoice")
    message = ""
    payments = invoice["payments"]["data"]
    if form and payments and invoice["status"] in ("open", "uncollectible"):
        intent = payments[0]["payment"]["payment_intent"]
        outcome, said_by = forms.confirm(call, f"/v1/payment_intents/{intent}/confirm", form.get("card", ""))
        if outcome == "requires_action":
            return forms.to_authentication(said_by)
        message = outcome
        _, invoice = forms.call_api(call, "GET", f"/v1/invoices/{id}", {"expand[0]": "payments"})
    return forms.page(200, f"Invoice {invoice['number']}", forms.error_text(message) + _bill(invoice) + _ask(invoice))


def _bill(invoice: Object) -> str:
    currency = invoice["currency"]
    rows = "".join(
        f"<tr><td>{html.escape(line['description'] or '')}</td><td>{forms.money(line['amount'], currency)}</td></tr>"
        for line in invoice["lines"]["data"]
    )
    for label, amount in invoice_pdf.between_lines_and_due(invoice):
        if amount:
            rows += f"<tr><td>{label}</td><td>{forms.money(amount, currency)}</td></tr>"
    due = forms.money(invoice["amount_due"], currency)
    return f"<table>{rows}<tr><td><b>Amount due</b></td><td><b>{due}</b></td></tr></table>"


def _ask(invoice: Object) -> str:
    match invoice["status"]:
        case "paid":
            return '<p class="good">This invoice is paid. Thank you.</p>'
        case "void":
            return '<p class="bad">This invoice was voided: nothing is to be paid.</p>'
    return forms.form(f"Pay {forms.money(invoice['amount_remaining'], invoice['currency'])}")


def _receipt(call: Call, id: str) -> Answer:
    status, charge = forms.call_api(call, "GET", f"/v1/charges/{id}")
    if status != 200 or not charge["paid"]:
        return forms.not_found_page("receipt")
    rows = [(charge["description"] or "Payment", charge["amount"])]
    if charge["amount_refunded"]:
        rows.append(("Refunded", charge["amount_refunded"]))
    table = "".join(
        f"<tr><td>{html.escape(label)}</td><td>{forms.money(amount, charge['currency'])}</td></tr>"
        for label, amount in rows
    )
    details = charge["payment_method_details"]
    method = details[details["type"]]
    brand = method.get("brand") or "Bank account"
    paid_by = f"{brand} ending in {method['last4']}" if method else "Bank transfer"
    return forms.page(200, "Receipt", f"<table>{table}</table><p><small>{html.escape(paid_by)}</small></p>")


def _mandate(call: Call, id: str) -> Answer:
    status, mandate = forms.call_api(call, "GET", f"/v1/mandates/{id}", {"expand[0]": "payment_method"})
    if status != 200:
        return forms.not_found_page("mandate")
    reference = mandate["payment_method_details"]["sepa_debit"]["reference"]
    account = mandate["payment_method"]["sepa_debit"]["last4"]
    text = f"The bank account ending in {html.escape(account)} may be debited."
    return forms.page(200, f"Mandate {html.escape(reference)}", f"<p>{text}</p>")


def _setup(call: Call, id: str, query: Mapping[str, str], form: Mapping[str, str]) -> Answer:
    status, setup = forms.call_api(call, "GET", f"/v1/setup_intents/{id}")
    if status != 200 or not forms.has_secret(setup, query):
        return forms.not_found_page("card setup")
    message = ""
    if form and setup["status"] in ("requires_payment_method", "requires_confirmation", "requires_action"):
        message, after = forms.confirm(call, f"/v1/setup_intents/{id}/confirm", form.get("card", ""))
        if message == "requires_action":
            return forms.to_authentication(after)
        _, setup = forms.call_api(call, "GET", f"/v1/setup_intents/{id}")
    if setup["status"] == "succeeded":
        return forms.page(200, "Card saved", '<p class="good">The card is saved for later payments.</p>')
    if setup["status"] == "canceled":
        return forms.page(200, "Canceled", '<p class="bad">No card is asked for any more.</p>')
    return forms.page(200, "Save a card", forms.error_text(message) + forms.form("Save card"))


def _authentication(call: Call, id: str, query: Mapping[str, str], form: Mapping[str, str]) -> Answer:
    kind = "payment_intents" if id.startswith("pi_") else "setup_intents"
    status, intent = forms.call_api(call, "GET", f"/v1/{kind}/{id}")
    if status != 200 or not forms.has_secret(intent, query):
        return forms.not_found_page("authentication")
    if form and intent["status"] == "requires_action":
        succeeds = "true" if form.get("outcome") == "complete" else "false"
        back = (intent["next_action"].get("redirect_to_url") or {}).get("return_url")
        _, intent = forms.call_api(call, "POST", f"/local/{kind}/{id}/authenticate", {"succeeds": succeeds})
        if back and re.match(r"https?://", back):
            mark = "&" if "?" in back else "?"
            return forms.redirect(f"{back}{mark}{urlencode({kind[:-1]: id})}")
    match intent["status"]:
        case "requires_action":
            buttons = (
                '<form method="post"><button name="outcome" value="complete">Complete</button>'
                '<button class="other" name="outcome" value="fail">Fail</button></form>'
            )
            return forms.page(200, "3-D Secure", "<p>Your bank asks whether this is you.</p>" + buttons)
        case "succeeded":
            return forms.page(200, "Authenticated", '<p class="good">Done. You can close this page.</p>')
    return forms.page(200, "Not authenticated", '<p class="bad">The card was not authenticated. Try another.</p>')
