"""Calls that the rules of Stripe's make, and what they begin with."""

from __future__ import annotations

from typing import Any

from tests.recorded.playing import Account


def ok(account: Account, request: str, params: dict[str, Any] | None = None) -> Any:
    """Return the body of an answer that is no error."""
    method, path = request.split()
    status, body, _ = account.call(method, path, params or {})
    assert status == 200, body
    return body


def refusal(account: Account, request: str, params: dict[str, Any] | None = None) -> Any:
    """Return status, code, param and message of an error."""
    method, path = request.split()
    status, body, _ = account.call(method, path, params or {})
    assert status >= 400, body
    error = body["error"]
    return status, error.get("code"), error.get("param"), error["message"]


def customer_with_card(account: Account, token: str = "tok_visa") -> Any:
    customer = ok(account, "POST /v1/customers")
    card = ok(account, "POST /v1/payment_methods", {"type": "card", "card": {"token": token}})
    ok(account, f"POST /v1/payment_methods/{card['id']}/attach", {"customer": customer["id"]})
    default = {"invoice_settings": {"default_payment_method": card["id"]}}
    return ok(account, f"POST /v1/customers/{customer['id']}", default)


def monthly_price(account: Account, amount: int = 1000, **product: Any) -> Any:
    new_product = ok(account, "POST /v1/products", {"name": "Test Subscription", **product})
    price = {"product": new_product["id"], "unit_amount": amount, "currency": "usd", "recurring": {"interval": "month"}}
    return ok(account, "POST /v1/prices", price)


def subscription(account: Account, customer: Any, price: Any, **params: Any) -> Any:
    all_params = {"customer": customer["id"], "items": [{"price": price["id"]}], **params}
    return ok(account, "POST /v1/subscriptions", all_params)
