"""A catalog with a customer portal configuration, and what an account has of such."""

from __future__ import annotations

from typing import Any

from tests.conftest import Account, Billing

PATH = "/v1/billing_portal/configurations"
EXPANDED = {
    "expand": [
        "data.features.subscription_update.products",
        "data.features.subscription_update.schedule_at_period_end",
    ]
}
HEAD = "version: 1\ncatalog: keymap\ncurrency: usd\n"
PRODUCTS = """\
products:
  pro:
    name: Pro
    default_price: monthly
    prices:
      monthly: {unit_amount: 1500, recurring: month}
      yearly: {unit_amount: 15000, recurring: year}
      setup: {unit_amount: 2500}
  team:
    name: Team
    prices:
      monthly: {unit_amount: 900, recurring: month}
"""
PORTAL = """\
portal_configurations:
  main:
    name: Self-service
    business_profile: {headline: Keymap, privacy_policy_url: https://keymap.example/privacy}
    default_return_url: https://keymap.example/account
    login_page: {enabled: true}
    metadata: {owner: growth}
    features:
      invoice_history: {enabled: true}
      customer_update: {enabled: true, allowed_updates: [tax_id, email]}
      payment_method_update: {enabled: true}
      subscription_cancel:
        enabled: true
        mode: at_period_end
        proration_behavior: none
        cancellation_reason: {enabled: true, options: [unused, too_expensive]}
      subscription_pause: {enabled: true, duration: {type: interval_options, interval_options: [{interval: month}]}}
      subscription_update:
        enabled: true
        default_allowed_updates: [price, quantity]
        proration_behavior: always_invoice
        trial_update_behavior: continue_trial
        schedule_at_period_end: [decreasing_item_amount]
        products:
          - {product: pro, prices: [monthly, yearly], adjustable_quantity: {enabled: true, maximum: 10}}
          - {product: team, prices: [monthly]}
"""
CATALOG = HEAD + PRODUCTS + PORTAL
REPLACED = CATALOG.replace("unit_amount: 1500,", "unit_amount: 2000,")


def configurations(account: Account) -> list[Any]:
    """Return all configurations, newest first."""
    return account.api.page(PATH, EXPANDED)[0]


def offered(account: Account) -> dict[str, set[str]]:
    """Return the prices among which customers may switch, by product."""
    [one] = configurations(account)
    return {
        product["product"]: set(product["prices"]) for product in one["features"]["subscription_update"]["products"]
    }


def calls_of(billing: Billing, *argv: str) -> list[str]:
    """Return the writes of a command, in order."""
    lines = billing.ok(*argv, "--verbose").err.splitlines()
    return [line.split(" → ")[0] for line in lines if line.startswith("POST")]
