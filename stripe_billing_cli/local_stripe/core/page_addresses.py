"""The addresses of the local Stripe's own pages: an invoice to be paid, a card to be set up, 3-D Secure to be passed.

`billing local serve` serves them at these addresses; served elsewhere, its answers and webhooks name that place
instead. Those of a connected account begin with the account: whoever follows a link sends no `Stripe-Account`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stripe_billing_cli.local_stripe.core.store import Store

BASE = "http://127.0.0.1:12111"
"""The address at which `billing local serve` listens unless options say otherwise."""
CONNECTED_PATH = re.compile(r"/connected/(acct_\w+)(/.*)")


def hosted_invoice(store: Store, account: str, invoice: str) -> str:
    return f"{_base(store)}/i/{account}/test_{invoice}"


def credit_note_pdf(store: Store, account: str, note: str) -> str:
    """Return the address at which a credit note is a PDF file."""
    return f"{_base(store)}/credit_notes/{account}/test_{note}/pdf"


def receipt(store: Store, account: str, charge: str) -> str:
    """Return the address at which a charge that succeeded is written out."""
    return f"{_base(store)}/receipts/{account}/{charge}"


def authentication(store: Store, intent: str, client_secret: str) -> str:
    """Return the address at which 3-D Secure for a payment intent or a setup intent is passed or failed."""
    return f"{_base(store)}/3d_secure/{intent}?client_secret={client_secret}"


def bank_transfer(store: Store, intent: str, client_secret: str) -> str:
    """Return the address at which a customer reads where to transfer the money for a payment."""
    return f"{_base(store)}/bank_transfers/{intent}?client_secret={client_secret}"


def checkout(store: Store, session: str) -> str:
    """Return the address at which a Checkout session collects a card."""
    return f"{_base(store)}/c/pay/{session}"


def recovery(store: Store, session: str) -> str:
    """Return the address at which an expired Checkout session begins anew."""
    return f"{_base(store)}/r/{session}"


def mandate(store: Store, id: str) -> str:
    """Return the address at which a mandate can be read."""
    return f"{_base(store)}/mandates/{id}"


def payment_link(store: Store, code: str) -> str:
    """Return the address at which whoever has the link buys what it sells."""
    return f"{_base(store)}/b/{code}"


def portal(store: Store, secret: str) -> str:
    """Return the address to which a customer portal session leads."""
    return f"{_base(store)}/p/session/{secret}"


def _base(store: Store) -> str:
    return BASE if store.platform is None else f"{BASE}/connected/{store.platform.account}"


def account_and_path(path: str) -> tuple[str | None, str]:
    """Return the connected account that the path of an address names, and the path without the account."""
    match = CONNECTED_PATH.fullmatch(path)
    return (match[1], match[2]) if match else (None, path)


def in_page(url: str) -> str:
    """Return an address as a page names it: one of the local Stripe's own without the server, which is the page's."""
    return url.removeprefix(BASE) if url.startswith(f"{BASE}/") else url


def with_base(body: str, base: str) -> str:
    """Return an answer whose addresses of pages are those of the server that gives it."""
    return body if base == BASE else body.replace(f'"{BASE}/', f'"{base}/')
