"""A catalog with payment links, and what of them is in Stripe."""

from __future__ import annotations

from typing import Any

from tests.conftest import Account

PATH = "/v1/payment_links"
EXPANDED = {"expand": ["data.line_items"]}
HEAD = "version: 1\ncatalog: keymap\ncurrency: usd\n"
PRODUCTS = """\
products:
  pro:
    name: Pro
    prices:
      monthly: {unit_amount: 1500, recurring: month}
      yearly: {unit_amount: 15000, recurring: year}
  book:
    name: Book
    prices:
      once: {unit_amount: 500}
      wrap: {unit_amount: 100}
"""
LINKS = """\
payment_links:
  pro:
    line_items: [pro.monthly]
    after_completion: {redirect: {url: https://keymap.example/thanks}}
    allow_promotion_codes: true
    subscription_data: {trial_period_days: 14, metadata: {from: link}}
    custom_text: {submit: Hello}
    metadata: {owner: growth}
  book:
    line_items:
      - {price: book.once, quantity: 2, adjustable_quantity: {enabled: true, maximum: 5}}
    optional_items: [book.wrap]
    custom_fields:
      - {key: engraving, label: Engraving, type: text, optional: true}
    invoice_creation: {enabled: true, invoice_data: {description: A book, footer: Thanks}}
    restrictions: {completed_sessions: {limit: 50}}
    shipping_address_collection: {allowed_countries: [DE, AT]}
    name_collection: {individual: {enabled: true}}
    tax_id_collection: {enabled: true}
"""
CATALOG = HEAD + PRODUCTS + LINKS
REPLACED = CATALOG.replace("unit_amount: 1500,", "unit_amount: 2000,")


def links(account: Account, key: str) -> list[Any]:
    """Return the links of an entry, newest first."""
    objects = account.api.page(PATH, EXPANDED)[0]
    return [link for link in objects if link["metadata"].get("billing_key") == key]


def link(account: Account, key: str) -> Any:
    """Return an entry's only link."""
    [match] = links(account, key)
    return match


def sold(link: Any) -> list[tuple[str, int]]:
    """Return the prices that a link sells, with their quantities."""
    return [(item["price"]["id"], item["quantity"]) for item in link["line_items"]["data"]]
