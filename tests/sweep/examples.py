"""A call that succeeds for every route of the local Stripe: the ids of its path and the parameters that it needs.

A new route needs an entry here where the object named like its path, or parameters besides `REQUIRED`, do not do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from stripe_billing_cli.local_stripe.core.requests import Route
from tests.sweep.world import DAY, NOW, World

Ids = Mapping[str, str]
Params = dict[str, Any]

PATHS: Mapping[str, tuple[str, ...]] = {
    "GET /v1/accounts/{id}": ("account",),
    "POST /v1/accounts/{id}": ("connected_account",),
    "DELETE /v1/accounts/{id}": ("connected_account",),
    "GET /v1/customers/{id}/subscriptions/{id}": ("customer", "subscription"),
    "POST /v1/customers/{id}/subscriptions/{id}": ("customer", "subscription"),
    "DELETE /v1/customers/{id}/subscriptions/{id}": ("customer", "subscription"),
    "GET /v1/customers/{id}/subscriptions/{id}/discount": ("customer", "subscription"),
    "DELETE /v1/customers/{id}/subscriptions/{id}/discount": ("customer", "subscription"),
    "GET /v1/customers/{id}/balance_transactions/{id}": ("customer", "balance_transaction"),
    "POST /v1/customers/{id}/balance_transactions/{id}": ("customer", "balance_transaction"),
    "DELETE /v1/customers/{id}": ("other_customer",),
    "GET /v1/customers/{id}/cash_balance_transactions/{id}": ("customer", "cash_transaction"),
    "POST /v1/test_helpers/customers/{id}/fund_cash_balance": ("customer",),
    "POST /v1/payment_methods/{id}/attach": ("loose_payment_method",),
    "POST /v1/payment_intents/{id}": ("intent",),
    "POST /v1/payment_intents/{id}/confirm": ("intent",),
    "POST /v1/payment_intents/{id}/apply_customer_balance": ("transfer_intent",),
    "POST /v1/payment_intents/{id}/cancel": ("intent",),
    "POST /v1/payment_intents/{id}/capture": ("held_intent",),
    "POST /v1/payment_intents/{id}/increment_authorization": ("growing_intent",),
    "POST /v1/payment_intents/{id}/verify_microdeposits": ("intent",),
    "POST /v1/charges/{id}/capture": ("held_charge",),
    "GET /v1/charges/{id}/refunds/{id}": ("charge", "refund"),
    "POST /v1/charges/{id}/refunds/{id}": ("charge", "refund"),
    "POST /v1/refunds/{id}/cancel": ("waiting_refund",),
    "POST /v1/test_helpers/refunds/{id}/expire": ("waiting_refund",),
    "GET /v1/charges/{id}/dispute": ("disputed_charge",),
    "POST /v1/charges/{id}/dispute": ("disputed_charge",),
    "POST /v1/charges/{id}/dispute/close": ("disputed_charge",),
    "GET /v1/balance_transactions/{id}": ("transaction",),
    "GET /v1/balance/history/{id}": ("transaction",),
    "GET /v1/customers/{id}/payment_methods/{id}": ("customer", "payment_method"),
    "POST /v1/invoices/{id}": ("draft",),
    "DELETE /v1/invoices/{id}": ("draft",),
    "POST /v1/invoices/{id}/finalize": ("draft",),
    "POST /v1/invoices/{id}/send": ("draft",),
    "POST /v1/invoices/{id}/lines/{id}": ("draft", "draft_line"),
    "POST /v1/invoices/{id}/add_lines": ("draft",),
    "POST /v1/invoices/{id}/update_lines": ("draft",),
    "POST /v1/invoices/{id}/remove_lines": ("draft",),
    "POST /v1/quotes/{id}/accept": ("open_quote",),
    "GET /v1/quotes/{id}/pdf": ("open_quote",),
    "POST /v1/subscriptions/{id}/resume": ("paused_subscription",),
    "POST /v1/subscriptions/{id}/migrate": ("classic_subscription",),
    "POST /v1/checkout/sessions/{id}/expire": ("checkout_session",),
    "POST /v1/products/{id}/features": ("spare_product",),
    "DELETE /v1/products/{id}": ("empty_product",),
    "GET /v1/products/{id}/features/{id}": ("product", "product_feature"),
    "DELETE /v1/products/{id}/features/{id}": ("product", "product_feature"),
    "GET /v1/customers/{id}/tax_ids/{id}": ("customer", "tax_id"),
    "DELETE /v1/customers/{id}/tax_ids/{id}": ("customer", "tax_id"),
    "GET /v1/customers/{id}/sources/{id}": ("customer", "card"),
    "POST /v1/customers/{id}/sources/{id}": ("customer", "card"),
    "DELETE /v1/customers/{id}/sources/{id}": ("customer", "card"),
    "GET /v1/customers/{id}/cards/{id}": ("customer", "card"),
    "POST /v1/customers/{id}/cards/{id}": ("customer", "card"),
    "DELETE /v1/customers/{id}/cards/{id}": ("customer", "card"),
    "POST /v1/billing/meters/{id}/reactivate": ("inactive_meter",),
    "DELETE /v1/test_helpers/test_clocks/{id}": ("test_clock",),
}
"""The objects of a path, where they are not the one named like its collection."""
UNDOCUMENTED = "/v1/payment_pages/"
"""What Stripe's CLI calls, and no document has."""
REFUSED: Mapping[str, str] = {
    "GET /v1/customers/{id}/bank_accounts/{id}": "customers have no bank accounts",
    "GET /v1/customers/{id}/discount": "customers have no discounts in this version of the API",
    "DELETE /v1/customers/{id}/discount": "customers have no discounts in this version of the API",
    "POST /v1/payouts": "the account has no bank account to pay out to",
    "POST /v1/payouts/{id}": "there are no payouts",
    "POST /v1/payouts/{id}/cancel": "there are no payouts",
    "POST /v1/payouts/{id}/reverse": "there are no payouts",
    "GET /v1/payouts/{id}": "there are no payouts",
    "POST /v1/payment_intents/{id}/verify_microdeposits": "cards need no microdeposits",
    "POST /v1/setup_intents/{id}/verify_microdeposits": "cards need no microdeposits",
}
"""Routes whose object no call can bring into the state that they need."""
COLLECTIONS: Mapping[str, str] = {
    "checkout/sessions": "checkout_session",
    "entitlements/active_entitlements": "entitlement",
    "webhook_endpoints": "endpoint",
}
"""What the object of a collection is called, where that is not the last word of its path without the s."""
UPGRADE = "POST /v1/subscriptions/{id}"
"""Its example changes something, so that what says how to change it has an effect."""
FEATURES = {"invoice_history": {"enabled": True}}
NEEDED: Mapping[str, Callable[[Ids], Params]] = {
    "POST /v1/products": lambda ids: {"name": "Basic"},
    "POST /v1/prices": lambda ids: {"currency": "usd", "product": ids["product"], "unit_amount": 900},
    "POST /v1/plans": lambda ids: {"currency": "usd", "product": ids["product"], "amount": 900, "interval": "month"},
    "POST /v1/customers/{id}/balance_transactions": lambda ids: {"amount": -100, "currency": "usd"},
    "POST /v1/customers/{id}/funding_instructions": lambda ids: {
        "bank_transfer": {"type": "eu_bank_transfer", "eu_bank_transfer": {"country": "DE"}},
        "currency": "eur",
        "funding_type": "bank_transfer",
    },
    "POST /v1/test_helpers/customers/{id}/fund_cash_balance": lambda ids: {"amount": 900, "currency": "usd"},
    "POST /v1/payment_methods": lambda ids: {"type": "card", "card": {"token": "tok_visa"}},
    "POST /v1/customer_sessions": lambda ids: {
        "customer": ids["customer"],
        "components": {"pricing_table": {"enabled": True}},
    },
    "POST /v1/ephemeral_keys": lambda ids: {"customer": ids["customer"]},
    "GET /v1/payment_methods": lambda ids: {"customer": ids["customer"]},
    "POST /v1/payment_methods/{id}/attach": lambda ids: {"customer": ids["customer"]},
    "POST /v1/payment_intents": lambda ids: {"amount": 1000, "currency": "usd"},
    "POST /v1/payment_intents/{id}/confirm": lambda ids: {"return_url": "https://example.com"},
    "POST /v1/payment_intents/{id}/increment_authorization": lambda ids: {"amount": 4000},
    "POST /v1/setup_intents/{id}/confirm": lambda ids: {"return_url": "https://example.com"},
    "POST /v1/refunds": lambda ids: {"payment_intent": ids["payment_intent"]},
    "POST /v1/charges": lambda ids: {"amount": 1000, "currency": "usd", "customer": ids["customer"]},
    "POST /v1/payouts": lambda ids: {"amount": 100, "currency": "usd"},
    "POST /v1/invoices": lambda ids: {"customer": ids["customer"]},
    "POST /v1/invoices/{id}/attach_payment": lambda ids: {"payment_intent": ids["part_intent"]},
    "POST /v1/invoices/create_preview": lambda ids: {"customer": ids["customer"]},
    "POST /v1/invoices/{id}/add_lines": lambda ids: {"lines": [{"amount": 70, "description": "More"}]},
    "POST /v1/invoices/{id}/update_lines": lambda ids: {"lines": [{"id": ids["draft_line"], "description": "More"}]},
    "POST /v1/invoices/{id}/remove_lines": lambda ids: {"lines": [{"id": ids["draft_line"], "behavior": "delete"}]},
    UPGRADE: lambda ids: {"items": [{"id": ids["subscription_item"], "quantity": 2}]},
    "POST /v1/invoiceitems": lambda ids: {"customer": ids["customer"], "amount": 100, "currency": "usd"},
    "POST /v1/credit_notes": lambda ids: {"invoice": ids["invoice"], "amount": 50},
    "GET /v1/credit_notes/preview": lambda ids: {"invoice": ids["invoice"], "amount": 50},
    "GET /v1/credit_notes/preview/lines": lambda ids: {
        "invoice": ids["invoice"],
        "lines": [{"type": "custom_line_item", "description": "Sorry", "quantity": 1, "unit_amount": 10}],
    },
    "POST /v1/subscription_items/{id}": lambda ids: {"quantity": 2},
    "POST /v1/subscription_items": lambda ids: {"subscription": ids["subscription"], "price": ids["other_price"]},
    "GET /v1/subscription_items": lambda ids: {"subscription": ids["subscription"]},
    "GET /v1/setup_attempts": lambda ids: {"setup_intent": ids["succeeded_setup_intent"]},
    "POST /v1/subscriptions": lambda ids: {"customer": ids["customer"], "items": [{"price": ids["price"]}]},
    "POST /v1/subscriptions/{id}/migrate": lambda ids: {"billing_mode": {"type": "flexible"}},
    "POST /v1/customers/{id}/subscriptions": lambda ids: {"items": [{"price": ids["price"]}]},
    "POST /v1/customers/{id}/subscriptions/{id}": lambda ids: {
        "items": [{"id": ids["subscription_item"], "quantity": 2}]
    },
    "POST /v1/coupons": lambda ids: {"percent_off": 25},
    "POST /v1/promotion_codes": lambda ids: {"promotion": {"type": "coupon", "coupon": ids["coupon"]}},
    "POST /v1/customers/{id}/tax_ids": lambda ids: {"type": "eu_vat", "value": "DE123456780"},
    "POST /v1/tax_ids": lambda ids: {"type": "eu_vat", "value": "DE123456780"},
    "POST /v1/customers/{id}/sources": lambda ids: {"source": "tok_visa"},
    "POST /v1/customers/{id}/cards": lambda ids: {"source": "tok_visa"},
    "POST /v1/tax_rates": lambda ids: {"display_name": "VAT", "inclusive": False, "percentage": 7},
    "POST /v1/shipping_rates": lambda ids: {
        "display_name": "Post",
        "fixed_amount": {"amount": 500, "currency": "usd"},
    },
    "POST /v1/tokens": lambda ids: {"card": {"number": "4242424242424242", "exp_month": 5, "exp_year": 2040}},
    "POST /v1/checkout/sessions": lambda ids: {
        "mode": "payment",
        "line_items": [{"price": ids["one_time_price"], "quantity": 1}],
        "success_url": "https://example.com/done",
    },
    "POST /v1/entitlements/features": lambda ids: {"lookup_key": "more", "name": "More"},
    "POST /v1/products/{id}/features": lambda ids: {"entitlement_feature": ids["loose_feature"]},
    "GET /v1/entitlements/active_entitlements": lambda ids: {"customer": ids["customer"]},
    "POST /v1/billing/meters": lambda ids: {
        "default_aggregation": {"formula": "sum"},
        "display_name": "Bytes",
        "event_name": "bytes",
    },
    "POST /v1/billing/meter_event_adjustments": lambda ids: {
        "event_name": "calls",
        "type": "cancel",
        "cancel": {"identifier": "e0"},
    },
    "POST /v1/billing/meter_events": lambda ids: {
        "event_name": "calls",
        "payload": {"stripe_customer_id": ids["customer"], "value": "3"},
    },
    "GET /v1/billing/meters/{id}/event_summaries": lambda ids: {
        "customer": ids["customer"],
        "start_time": NOW - NOW % DAY - 2 * DAY,
        "end_time": NOW - NOW % DAY + DAY,
    },
    "POST /v1/billing_portal/configurations": lambda ids: {"features": FEATURES},
    "POST /v1/payment_links": lambda ids: {"line_items": [{"price": ids["price"], "quantity": 1}]},
    "POST /v1/product_catalog/trial_offers": lambda ids: {
        "duration": {"type": "relative", "relative": {"iterations": 1}},
        "end_behavior": {"transition": {"price": ids["price"]}},
        "price": ids["price"],
    },
    "POST /v1/quotes": lambda ids: {"customer": ids["customer"], "line_items": [{"price": ids["price"]}]},
    "POST /v1/billing_portal/sessions": lambda ids: {"customer": ids["customer"]},
    "POST /v1/subscription_schedules": lambda ids: {
        "customer": ids["customer"],
        "start_date": "now",
        "phases": [{"items": [{"price": ids["price"]}], "duration": {"interval": "month", "interval_count": 1}}],
    },
    "POST /v1/test_helpers/confirmation_tokens": lambda ids: {"payment_method": ids["spare_payment_method"]},
    "POST /v1/test_helpers/test_clocks": lambda ids: {"frozen_time": NOW},
    "POST /v1/test_helpers/test_clocks/{id}/advance": lambda ids: {"frozen_time": NOW - 4 * DAY},
    "POST /v1/webhook_endpoints": lambda ids: {"enabled_events": ["price.created"], "url": "https://example.com/more"},
}


def path(route: Route, world: World) -> str:
    """Return the route's path with ids of the world's objects."""
    names = PATHS.get(f"{route.method} {route.path}")
    if names is None:
        collection = route.path.removeprefix("/v1/").split("/{id}")[0]
        names = (COLLECTIONS.get(collection, collection.rpartition("/")[2].removesuffix("s")),)
    result = route.path
    for name in names:
        result = result.replace("{id}", world.ids.get(name, name), 1)
    return result


def params(route: Route, world: World) -> Params:
    """Return the parameters that the route needs."""
    if route.path.endswith("/search"):
        return {"query": "-metadata['key']:'value'"}
    builder = NEEDED.get(f"{route.method} {route.path}")
    return builder(world.ids) if builder else {}
