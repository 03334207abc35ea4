"""The parts of the local Stripe's hosted pages: calls without a key, forms with test cards, plain HTML."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from stripe_billing_cli.local_stripe.billing.payments import test_cards
from stripe_billing_cli.local_stripe.billing.payments.cards import Card
from stripe_billing_cli.local_stripe.core import amounts, page_addresses
from stripe_billing_cli.local_stripe.core.messages import Answer, Request
from stripe_billing_cli.local_stripe.core.store import Object
from stripe_billing_cli.local_stripe.pages.look import STYLE

Call = Callable[[Request], Answer]
"""How the router answers."""
HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self' http: https:",
    "X-Content-Type-Options": "nosniff",
}
IN_ADDRESSES = "%/:?#[]@!$&'()*+,;=~{}"
"""What may stand in the header that redirects, besides letters and digits."""
CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""What HTML may not contain and a terminal obeys, and what turns the direction of the text after it."""
CALL_HEADERS = {
    "authorization": "Bearer sk_test_local_pages",
    "content-type": "application/x-www-form-urlencoded",
}


def call_api(call: Call, method: str, path: str, params: Mapping[str, str] | None = None) -> tuple[int, Any]:
    text = urlencode(list((params or {}).items()))
    query, body = (text, "") if method == "GET" else ("", text)
    answer = call(Request(method, path, query, body, CALL_HEADERS))
    return answer.status, json.loads(answer.body)


def confirm(call: Call, path: str, card: str, *, returns_to: str | None = None) -> tuple[str, Any]:
    """Return what went wrong, in words, or `requires_action` with the intent that asks for it; nothing where all is
    well."""
    return_params = {"use_stripe_sdk": "true"} if returns_to is None else {"return_url": returns_to}
    status, body = call_api(call, "POST", path, {"payment_method": card, **return_params})
    if status != 200:
        return body["error"]["message"], None
    return ("requires_action", body) if body["status"] == "requires_action" else ("", body)


def to_authentication(intent: Object) -> Answer:
    """Lead to the page at which the 3-D Secure that an intent asks for is passed or failed."""
    action = intent["next_action"]
    if action["type"] == "redirect_to_url":
        return redirect(action["redirect_to_url"]["url"])
    return redirect(action["use_stripe_sdk"]["stripe_js"])


def has_secret(intent: Object, query: Mapping[str, str]) -> bool:
    """Return whether the address of a page has the secret of the intent that it shows."""
    return bool(query.get("client_secret") == intent["client_secret"])


def form(action: str) -> str:
    return f'<form method="post">{cards()}<button>{html.escape(action)}</button></form>'


def cards(card_id: str = "") -> str:
    """Return the choice of a test card."""
    options = "".join(
        f'<option value="{card.id}"{" selected" if card.id == card_id else ""}>{html.escape(_card(card))}</option>'
        for card in _distinct()
    )
    return f'<select name="card" aria-label="Card">{options}</select>'


def _distinct() -> list[Card]:
    """Return one card of each number that has an id; the cards of all the countries are left to the API."""
    return list({card.number: card for card in reversed(test_cards.PAGE_CARDS) if card.names}.values())[::-1]


def _card(card: Card) -> str:
    kind = "asks for 3-D Secure" if card.authenticates else ""
    decline = card.declines_setup or card.declines_payment
    if decline is not None:
        kind = f"declined: {decline.decline_code}" + ("" if card.declines_setup else ", but can be saved")
    number = " ".join(card.number[at : at + 4] for at in range(0, len(card.number), 4))
    return f"{number}  {card.brand}" + (f"  ({kind})" if kind else "")


def money(amount: int, currency: str) -> str:
    return html.escape(amounts.format_signed(amount, currency))


def link(text: str, url: str | None) -> str:
    """Return a link of a page; nothing for what is no address of the web."""
    if url is None or not re.match(r"https?://", url):
        return ""
    return f'<p><a href="{html.escape(page_addresses.in_page(url))}">{html.escape(text)}</a></p>'


def redirect(url: str) -> Answer:
    """Lead to an address of the web, or to a page of this server; say that all is done where it is neither."""
    if not re.match(r"https?://", url):
        return page(200, "Done", '<p class="good">Done. You can close this page.</p>')
    return Answer(303, "", {**HEADERS, "Location": quote(page_addresses.in_page(url), safe=IN_ADDRESSES)})


def error_text(message: str) -> str:
    return f'<p class="bad">{html.escape(message)}</p>' if message else ""


def not_found_page(noun: str) -> Answer:
    return page(404, "Not found", f"<p>There is no such {noun} here.</p>")


def page(status: int, title: str, body: str) -> Answer:
    text = (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{html.escape(title)}</title>"
        "<meta name=viewport content='width=device-width,initial-scale=1'>"
        f"<meta name=color-scheme content='light dark'><style>{STYLE}</style>"
        f"<main><h1>{html.escape(title)}</h1>{body}</main><footer>Local Stripe: no money moves here.</footer></html>"
    )
    return Answer(status, CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text), HEADERS)
