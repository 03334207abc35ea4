"""The pages that Stripe hosts, as the local Stripe serves them: plain forms, at which a test card pays an invoice, is
set up for later, or passes 3-D Secure.

Only a served local Stripe has them. What is chosen there goes through the same calls as everything else; nobody needs a
key, as nobody does at Stripe's own pages: whoever has the address may pay.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlencode

from stripe_billing_cli.local_stripe import amounts
from stripe_billing_cli.local_stripe.billing.cards import CARDS, Card
from stripe_billing_cli.local_stripe.messages import Answer, Request
from stripe_billing_cli.local_stripe.store import Object

Call = Callable[[Request], Answer]
"""How the router answers."""

INVOICE = re.compile(r"/i/acct_\w+/test_(in_\w+)")
SETUP = re.compile(r"/setup/(seti_\w+)")
AUTHENTICATION = re.compile(r"/3d_secure/((?:pi|seti)_\w+)")
HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'",
    "X-Content-Type-Options": "nosniff",
}
CALL_HEADERS = {
    "authorization": "Bearer sk_test_local_pages",
    "content-type": "application/x-www-form-urlencoded",
}
STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:32rem;margin:3rem auto;padding:0 1rem;color:#1a1a2e}"
    "h1{font-size:1.3rem}table{border-collapse:collapse;width:100%}td{padding:.3rem 0;border-bottom:1px solid #ddd}"
    "td+td{text-align:right;white-space:nowrap}select,button{font:inherit;padding:.5rem;width:100%;margin:.3rem 0}"
    "button{background:#635bff;color:#fff;border:0;border-radius:6px;cursor:pointer}.other{background:#fff;color:#635bff;"
    "border:1px solid}.bad{color:#b00020}.good{color:#0a7a33}small{color:#666}"
)


def is_page(path: str) -> bool:
    return any(pattern.fullmatch(path) for pattern in (INVOICE, SETUP, AUTHENTICATION))


def answer(call: Call, request: Request) -> Answer:
    """The page at a path of `is_page`, after what a form of it has sent."""
    if request.method not in ("GET", "POST"):
        return _page(405, "Not here", "<p>This page is read, or its form is sent.</p>")
    sent = {name: values[0] for name, values in parse_qs(request.body).items()} if request.method == "POST" else {}
    query = {name: values[0] for name, values in parse_qs(request.query).items()}
    if found := INVOICE.fullmatch(request.path):
        return _invoice(call, found[1], sent)
    if found := SETUP.fullmatch(request.path):
        return _setup(call, found[1], query, sent)
    found = AUTHENTICATION.fullmatch(request.path)
    return _authentication(call, found[1] if found else "", query, sent)


def _do(call: Call, method: str, path: str, params: Mapping[str, str] | None = None) -> tuple[int, Any]:
    form = urlencode(list((params or {}).items()))
    query, body = (form, "") if method == "GET" else ("", form)
    done = call(Request(method, path, query, body, CALL_HEADERS))
    return done.status, json.loads(done.body)


def _invoice(call: Call, id: str, sent: Mapping[str, str]) -> Answer:
    status, invoice = _do(call, "GET", f"/v1/invoices/{id}", {"expand[0]": "payments"})
    if status != 200 or invoice["status"] == "draft":
        return _missing("invoice")
    said = ""
    payments = invoice["payments"]["data"]
    if sent and payments and invoice["status"] in ("open", "uncollectible"):
        intent = payments[0]["payment"]["payment_intent"]
        paid, said_by = _confirm(call, f"/v1/payment_intents/{intent}/confirm", sent.get("card", ""))
        if paid == "requires_action":
            return _to_authentication(said_by)
        said = paid
        _, invoice = _do(call, "GET", f"/v1/invoices/{id}", {"expand[0]": "payments"})
    return _page(200, f"Invoice {invoice['number']}", _told(said) + _bill(invoice) + _ask(invoice))


def _confirm(call: Call, path: str, card: str) -> tuple[str, Any]:
    """What went wrong, in words, or `requires_action` with the intent that asks for it; nothing where all is well."""
    status, body = _do(call, "POST", path, {"payment_method": card})
    if status != 200:
        return body["error"]["message"], None
    return ("requires_action", body) if body["status"] == "requires_action" else ("", body)


def _to_authentication(intent: Object) -> Answer:
    where = f"/3d_secure/{intent['id']}?{urlencode({'client_secret': intent['client_secret']})}"
    return Answer(303, "", {**HEADERS, "Location": where})


def _bill(invoice: Object) -> str:
    currency = invoice["currency"]
    rows = "".join(
        f"<tr><td>{html.escape(line['description'] or '')}</td><td>{_money(line['amount'], currency)}</td></tr>"
        for line in invoice["lines"]["data"]
    )
    due = _money(invoice["amount_due"], currency)
    return f"<table>{rows}<tr><td><b>Amount due</b></td><td><b>{due}</b></td></tr></table>"


def _ask(invoice: Object) -> str:
    match invoice["status"]:
        case "paid":
            return '<p class="good">This invoice is paid. Thank you.</p>'
        case "void":
            return '<p class="bad">This invoice was voided: nothing is to be paid.</p>'
    return _form(f"Pay {_money(invoice['amount_remaining'], invoice['currency'])}")


def _form(action: str) -> str:
    options = "".join(f'<option value="{card.id}">{html.escape(_card(card))}</option>' for card in _distinct())
    return f'<form method="post"><select name="card">{options}</select><button>{html.escape(action)}</button></form>'


def _distinct() -> list[Card]:
    """One of each number: some have two ids."""
    return list({card.number: card for card in reversed(CARDS)}.values())[::-1]


def _card(card: Card) -> str:
    kind = "asks for 3-D Secure" if card.authenticates else ""
    decline = card.declines_setup or card.declines_payment
    if decline is not None:
        kind = f"declined: {decline.decline_code}" + ("" if card.declines_setup else ", but can be saved")
    number = " ".join(card.number[at : at + 4] for at in range(0, len(card.number), 4))
    return f"{number}  {card.brand}" + (f"  ({kind})" if kind else "")


def _setup(call: Call, id: str, query: Mapping[str, str], sent: Mapping[str, str]) -> Answer:
    status, setup = _do(call, "GET", f"/v1/setup_intents/{id}")
    if status != 200 or not _allowed(setup, query):
        return _missing("card setup")
    said = ""
    if sent and setup["status"] in ("requires_payment_method", "requires_confirmation", "requires_action"):
        said, after = _confirm(call, f"/v1/setup_intents/{id}/confirm", sent.get("card", ""))
        if said == "requires_action":
            return _to_authentication(after)
        _, setup = _do(call, "GET", f"/v1/setup_intents/{id}")
    if setup["status"] == "succeeded":
        return _page(200, "Card saved", '<p class="good">The card is saved for later payments.</p>')
    if setup["status"] == "canceled":
        return _page(200, "Canceled", '<p class="bad">No card is asked for any more.</p>')
    return _page(200, "Save a card", _told(said) + _form("Save card"))


def _authentication(call: Call, id: str, query: Mapping[str, str], sent: Mapping[str, str]) -> Answer:
    kind = "payment_intents" if id.startswith("pi_") else "setup_intents"
    status, intent = _do(call, "GET", f"/v1/{kind}/{id}")
    if status != 200 or not _allowed(intent, query):
        return _missing("authentication")
    if sent and intent["status"] == "requires_action":
        succeeds = "true" if sent.get("outcome") == "complete" else "false"
        back = (intent["next_action"].get("redirect_to_url") or {}).get("return_url")
        _, intent = _do(call, "POST", f"/local/{kind}/{id}/authenticate", {"succeeds": succeeds})
        if back and re.match(r"https?://", back):
            mark = "&" if "?" in back else "?"
            return Answer(303, "", {**HEADERS, "Location": f"{back}{mark}{urlencode({kind[:-1]: id})}"})
    match intent["status"]:
        case "requires_action":
            buttons = (
                '<form method="post"><button name="outcome" value="complete">Complete</button>'
                '<button class="other" name="outcome" value="fail">Fail</button></form>'
            )
            return _page(200, "3-D Secure", "<p>Your bank asks whether this is you.</p>" + buttons)
        case "succeeded":
            return _page(200, "Authenticated", '<p class="good">Done. You can close this page.</p>')
    return _page(200, "Not authenticated", '<p class="bad">The card was not authenticated. Try another.</p>')


def _allowed(intent: Object, query: Mapping[str, str]) -> bool:
    return bool(query.get("client_secret") == intent["client_secret"])


def _money(amount: int, currency: str) -> str:
    return html.escape(amounts.told(Decimal(amount), currency))


def _told(said: str) -> str:
    return f'<p class="bad">{html.escape(said)}</p>' if said else ""


def _missing(what: str) -> Answer:
    return _page(404, "Not found", f"<p>There is no such {what} here.</p>")


def _page(status: int, title: str, body: str) -> Answer:
    text = (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{html.escape(title)}</title>"
        f"<meta name=viewport content='width=device-width'><style>{STYLE}</style>"
        f"<h1>{html.escape(title)}</h1>{body}<p><small>Local Stripe: no money moves here.</small></p></html>"
    )
    return Answer(status, text, HEADERS)
