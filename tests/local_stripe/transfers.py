"""Payments by bank transfer at the local Stripe."""

from __future__ import annotations

from typing import Any

from tests.local_stripe.conftest import Local

US = {"funding_type": "bank_transfer", "bank_transfer": {"type": "us_bank_transfer"}}


def fund(local: Local, customer: str, amount: int, currency: str = "usd", **more: Any) -> Any:
    path = f"/v1/test_helpers/customers/{customer}/fund_cash_balance"
    return local.post(path, amount=amount, currency=currency, **more)


def payment(local: Local, customer: str, amount: int, transfer: Any = US, **more: Any) -> Any:
    """Return a payment intent that is confirmed."""
    return local.post("/v1/payment_intents", **wanted(customer, amount, transfer, **more))


def wanted(customer: str, amount: int, transfer: Any = US, **more: Any) -> dict[str, Any]:
    return {
        "amount": amount,
        "currency": "usd",
        "customer": customer,
        "allowed_payment_method_types": ["customer_balance"],
        "payment_method_data": {"type": "customer_balance"},
        "confirm": True,
        **({"payment_method_options": {"customer_balance": transfer}} if transfer else {}),
        **more,
    }


def invoice(local: Local, customer: str, amount: int, **more: Any) -> Any:
    """Return an open invoice that transfers pay."""
    usual = {"payment_settings": {"payment_method_types": ["customer_balance"]}}
    if "collection_method" not in more:
        more |= {"collection_method": "send_invoice", "days_until_due": 30, **more}
    draft = local.post("/v1/invoices", customer=customer, **{**usual, **more})["id"]
    local.post("/v1/invoiceitems", customer=customer, amount=amount, currency="usd", invoice=draft)
    return local.post(f"/v1/invoices/{draft}/finalize")


def left(local: Local, customer: str, currency: str = "usd") -> int:
    return int(local.get(f"/v1/customers/{customer}/cash_balance")["available"][currency])


def status(local: Local, one: Any) -> str:
    """Return the status of a payment intent or of an invoice by now."""
    path = "/v1/invoices" if one["object"] == "invoice" else "/v1/payment_intents"
    return str(local.get(f"{path}/{one['id']}")["status"])
