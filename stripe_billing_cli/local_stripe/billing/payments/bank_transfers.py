"""Bank transfers: what a customer is told to do to pay, and to which account.

https://docs.stripe.com/payments/bank-transfers/accept-a-payment. "Stripe offers invalid bank transfer details to all
customers in test mode": those here are made of the customer's id. Fields after `next_action` of
`stripe/_payment_intent.py` and `stripe/_funding_instructions.py`; values are not recorded.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from stripe_billing_cli.local_stripe.billing import customers
from stripe_billing_cli.local_stripe.billing.payments import cash_balances
from stripe_billing_cli.local_stripe.core import page_addresses
from stripe_billing_cli.local_stripe.core.errors import invalid, missing_param
from stripe_billing_cli.local_stripe.core.store import Object, Store

METHOD = "customer_balance"
ACTION = "display_bank_transfer_instructions"
BANK = "STRIPE TEST BANK"
HOLDER = "Stripe Payments"
EU_COUNTRIES = ("BE", "DE", "ES", "FR", "IE", "NL")


def options_of(intent: Object) -> Mapping[str, Any]:
    """Return the options of transfers of a payment intent."""
    return (intent["payment_method_options"] or {}).get(METHOD) or {}


def asks_for_transfer(intent: Object) -> bool:
    """Return whether a customer is asked for a transfer where the cash balance is not enough
    (`funding_type` in `stripe/_payment_intent.py`)."""
    return options_of(intent).get("funding_type") == "bank_transfer"


def is_awaited(intent: Object) -> bool:
    """Return whether a payment waits for a transfer."""
    return intent["status"] == "requires_action" and (intent["next_action"] or {}).get("type") == ACTION


def is_paid(intent: Object) -> bool:
    """Return whether a cash balance has paid, of which no payment method is kept for later."""
    return bool(intent["status"] == "succeeded" and intent.get("_funded") == intent["amount"])


def remaining_amount(intent: Object) -> int:
    """Return what is left to be transferred for a payment."""
    return int(intent["amount"] - intent.get("_funded", 0))


def check_options(options: Mapping[str, Any], currency: str, param: str) -> None:
    """Raise for a transfer that is not in this currency, or that lacks the country of its account."""
    transfer = options.get("bank_transfer") or {}
    if options.get("funding_type") == "bank_transfer":
        cash_balances.check_currency(currency)
        if not transfer:
            raise missing_param(f"{param}[bank_transfer]")
    check_transfer(transfer, currency, f"{param}[bank_transfer]")


def check_transfer(transfer: Mapping[str, Any], currency: str, param: str) -> None:
    if not transfer:
        return
    cash_balances.check_currency(currency)
    usual, _ = cash_balances.SENDERS[currency]
    type = transfer.get("type", usual)
    if type != usual:
        raise invalid(
            f"A {type} is not in {currency}: transfers in {currency} are of the type {usual}.", f"{param}[type]"
        )
    if type == "eu_bank_transfer":
        _check_country(transfer.get("eu_bank_transfer") or {}, f"{param}[eu_bank_transfer][country]")


def _check_country(account: Mapping[str, Any], param: str) -> None:
    if "country" not in account:
        raise missing_param(param)
    if account["country"] not in EU_COUNTRIES:
        raise invalid(f"Invalid {param}: must be one of {', '.join(EU_COUNTRIES)}", param)


def check_settings(settings: Mapping[str, Any], currency: str) -> None:
    """Raise for a transfer in `payment_settings`, of an invoice or a subscription, that is not in its currency."""
    options = (settings.get("payment_method_options") or {}).get(METHOD) or {}
    param = f"payment_settings[payment_method_options][{METHOD}][bank_transfer]"
    check_transfer(options.get("bank_transfer") or {}, currency, param)


def next_action(store: Store, intent: Object) -> Object:
    """Return what the customer has to do so that a payment is made."""
    transfer = options_of(intent).get("bank_transfer") or {}
    details = {
        "amount_remaining": remaining_amount(intent),
        "currency": intent["currency"],
        "financial_addresses": addresses(intent["customer"], intent["currency"], transfer),
        "hosted_instructions_url": page_addresses.bank_transfer(store, intent["id"], intent["client_secret"]),
        "reference": reference(intent["id"]),
        "type": cash_balances.SENDERS[intent["currency"]][0],
    }
    return {ACTION: details, "type": ACTION}


def reference(intent: str) -> str:
    """Return what a customer writes into the transfer for a payment."""
    return _digest(intent)[:12].upper()


def addresses(customer: str, currency: str, transfer: Mapping[str, Any]) -> list[Object]:
    """Return the accounts to which a customer can transfer money of a currency; those of the types that are asked
    for, if any of them is."""
    number = f"{int(_digest(customer)[:12], 16):018}"
    all_addresses = _addresses(currency, number, transfer)
    types = transfer.get("requested_address_types") or ()
    return [one for one in all_addresses if one["type"] in types] or all_addresses


def country_of(addresses: list[Object]) -> str:
    """Return the country of the account that is funded."""
    account = addresses[0][addresses[0]["type"]]
    return str(account.get("country") or account["bank_address"]["country"])


def _addresses(currency: str, number: str, transfer: Mapping[str, Any]) -> list[Object]:
    match currency:
        case "eur":
            country = (transfer.get("eu_bank_transfer") or {}).get("country", "DE")
            iban = {"bic": "STRPDEFFXXX", "country": country, "iban": f"{country}11{number}"}
            return [_address("iban", ["sepa", "swift"], "IE", iban)]
        case "gbp":
            return [
                _address("sort_code", ["bacs", "fps"], "GB", {"account_number": number[-8:], "sort_code": "000000"})
            ]
        case "jpy":
            account = {"account_number": number[-7:], "account_type": "futsu", "bank_code": "0000", "bank_name": BANK}
            return [_address("zengin", ["zengin"], "JP", {**account, "branch_code": "000", "branch_name": "Test"})]
        case "mxn":
            return [_address("spei", ["spei"], "MX", {"bank_code": "000", "bank_name": BANK, "clabe": number})]
    account = {"account_number": number[-12:], "account_type": "checking", "bank_name": BANK}
    return [
        _address("aba", ["ach", "domestic_wire_us"], "US", {**account, "routing_number": "999999999"}),
        _address("swift", ["swift"], "US", {**account, "swift_code": "STRPUS33XXX"}),
    ]


def _address(type: str, networks: list[str], country: str, account: Mapping[str, Any]) -> Object:
    place = customers.address_of({"country": country})
    details = {**account, "account_holder_address": place, "account_holder_name": HOLDER, "bank_address": place}
    return {"supported_networks": networks, "type": type, type: dict(sorted(details.items()))}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
