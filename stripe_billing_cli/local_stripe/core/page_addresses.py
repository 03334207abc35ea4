"""The addresses of the local Stripe's own pages: an invoice to be paid, a card to be set up, 3-D Secure to be passed.

`billing local serve` serves them at these addresses; served elsewhere, its answers name that place instead.
"""

from __future__ import annotations

BASE = "http://127.0.0.1:12111"
"""The address at which `billing local serve` listens unless options say otherwise."""


def hosted_invoice(account: str, invoice: str) -> str:
    return f"{BASE}/i/{account}/test_{invoice}"


def credit_note_pdf(account: str, note: str) -> str:
    """Return the address at which a credit note is a PDF file."""
    return f"{BASE}/credit_notes/{account}/test_{note}/pdf"


def receipt(account: str, charge: str) -> str:
    """Return the address at which a charge that succeeded is written out."""
    return f"{BASE}/receipts/{account}/{charge}"


def authentication(intent: str, client_secret: str) -> str:
    """Return the address at which 3-D Secure for a payment intent or a setup intent is passed or failed."""
    return f"{BASE}/3d_secure/{intent}?client_secret={client_secret}"


def bank_transfer(intent: str, client_secret: str) -> str:
    """Return the address at which a customer reads where to transfer the money for a payment."""
    return f"{BASE}/bank_transfers/{intent}?client_secret={client_secret}"


def checkout(session: str) -> str:
    """Return the address at which a Checkout session collects a card."""
    return f"{BASE}/c/pay/{session}"


def recovery(session: str) -> str:
    """Return the address at which an expired Checkout session begins anew."""
    return f"{BASE}/r/{session}"


def mandate(id: str) -> str:
    """Return the address at which a mandate can be read."""
    return f"{BASE}/mandates/{id}"


def payment_link(code: str) -> str:
    """Return the address at which whoever has the link buys what it sells."""
    return f"{BASE}/b/{code}"


def portal(secret: str) -> str:
    """Return the address to which a customer portal session leads."""
    return f"{BASE}/p/session/{secret}"


def with_base(body: str, base: str) -> str:
    """Return an answer whose addresses of pages are those of the server that gives it."""
    return body if base == BASE else body.replace(f'"{BASE}/', f'"{base}/')
