"""Balance transactions: what each movement of money did to the account's balance, in the account's own currency.

https://docs.stripe.com/reports/balance-transaction-types. Fields after `stripe/_balance_transaction.py`; amounts,
texts and times as recorded of 2026-08-26.dahlia.
"""

from __future__ import annotations

from typing import Any

from stripe_billing_cli.local_stripe.billing.payments import exchange_rates, fees
from stripe_billing_cli.local_stripe.core import events, identifiers, scheduler
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object

KIND = "balance_transaction"
SUM = "balance_sum"
BECOME_AVAILABLE = "balance_transaction.become_available"
DAY = 24 * 60 * 60
PENDING_DAYS = 7


def record_charge(call: Call, charge: Object, *, available: bool) -> Object:
    """Write down a captured charge; `available`: its money is not pending first."""
    currency = call.account["default_currency"]
    amount = exchange_rates.convert(charge["amount_captured"], charge["currency"], currency)
    details = charge["payment_method_details"]
    card_country = details[details["type"]].get("country", call.account["country"])
    fee = fees.processing_fee(
        amount, call.account["country"], card_country, is_converted=charge["currency"] != currency
    )
    return _write(
        call,
        "charge" if _is_card(charge) else "payment",
        charge["id"],
        amount,
        charge["description"],
        available_on=call.real_now if available else _pending_until(call),
        exchange_rate=_rate(charge["currency"], currency),
        fee=fee,
        fee_details=[_fee(fee, currency, "Stripe processing fees")],
        reporting_category="charge",
    )


def record_refund(call: Call, refund: Object, charge: Object) -> Object:
    """Write down money that goes back to a card, or to a bank account ("payment_refund: Created when a local payment
    method refund is initiated", https://docs.stripe.com/reports/balance-transaction-types)."""
    type = "refund" if _is_card(charge) else "payment_refund"
    return _write_refund(call, refund, charge, type, "refund", -1, "REFUND FOR CHARGE")


def record_failed_refund(call: Call, refund: Object, charge: Object) -> Object:
    """Write down money that a card, or a bank, did not take back."""
    type = "refund_failure" if _is_card(charge) else "payment_refund"
    return _write_refund(call, refund, charge, type, "refund_failure", 1, "REFUND FAILURE FOR CHARGE")


def _is_card(charge: Object) -> bool:
    return bool(charge["payment_method_details"]["type"] == "card")


def _write_refund(
    call: Call, refund: Object, charge: Object, type: str, category: str, sign: int, words: str
) -> Object:
    currency = call.account["default_currency"]
    about = f" ({charge['description']})" if charge["description"] else ""
    return _write(
        call,
        type,
        refund["id"],
        sign * exchange_rates.convert(refund["amount"], refund["currency"], currency),
        f"{words}{about}",
        exchange_rate=_rate(refund["currency"], currency),
        reporting_category=category,
    )


def record_withdrawal(call: Call, dispute: Object, charge: Object) -> Object:
    """Write down what a dispute takes: available at once, or with the charge's money where that is pending still."""
    currency = call.account["default_currency"]
    of_charge = call.store.get(KIND, charge["balance_transaction"] or "")
    is_pending = of_charge is not None and of_charge["status"] == "pending"
    return _write(
        call,
        "adjustment",
        dispute["id"],
        -exchange_rates.convert(dispute["amount"], dispute["currency"], currency),
        f"Chargeback withdrawal for {charge['id']}",
        available_on=_pending_until(call) if is_pending else call.real_now,
        fee=fees.DISPUTE_FEE,
        fee_details=[_fee(fees.DISPUTE_FEE, currency, "Dispute fee")],
        reporting_category="dispute",
    )


def record_reversal(call: Call, dispute: Object) -> Object:
    """Write down that a dispute was won: its amount comes back, its fee does not (recorded)."""
    return _write(
        call,
        "adjustment",
        dispute["id"],
        -dispute["balance_transactions"][0]["amount"],
        f"Chargeback reversal for {dispute['charge']}",
        reporting_category="dispute_reversal",
    )


def _write(
    call: Call, type: str, source: str, amount: int, description: str | None, *, fee: int = 0, **rest: Any
) -> Object:
    transaction: Object = {
        "id": identifiers.long_id(call, "txn"),
        "object": KIND,
        "amount": amount,
        "available_on": _pending_until(call),
        "balance_type": "payments",
        "created": call.real_now,
        "currency": call.account["default_currency"],
        "description": description,
        "fee": fee,
        "fee_details": [],
        "net": amount - fee,
        "reporting_category": type,
        "source": source,
        "type": type,
        **rest,
    }
    transaction["status"] = "pending" if transaction["available_on"] > call.real_now else "available"
    call.store.insert(KIND, transaction)
    _add(call, transaction["currency"], **{f"{transaction['status']}_amount": transaction["net"]})
    if transaction["status"] == "pending":
        scheduler.put(call.store, BECOME_AVAILABLE, transaction["id"], transaction["available_on"], None)
    else:
        _announce(call, transaction)
    return transaction


def _announce(call: Call, available: Object) -> None:
    """Tell that there is money that can be paid out: "not fired for negative transactions"
    (https://docs.stripe.com/api/events/types)."""
    if available["net"] > 0:
        events.record(call, "balance.available", balance(call))


def _add(call: Call, currency: str, *, available_amount: int = 0, pending_amount: int = 0) -> None:
    """Keep the sums of a currency, so that nobody has to go through all transactions for them."""
    before = call.store.get(SUM, currency)
    current = before or {"id": currency, "available": 0, "pending": 0, "_created": call.real_now}
    after = {
        **current,
        "available": current["available"] + available_amount,
        "pending": current["pending"] + pending_amount,
    }
    if before is None:
        call.store.insert(SUM, after)
    else:
        call.store.replace(SUM, after)


def sums(call: Call) -> list[Object]:
    """Return what is `available` and `pending` by currency (`id`), in minor units; the account's own currency first."""
    own = call.account["default_currency"]
    nothing: Object = {"id": own, "available": 0, "pending": 0}
    currency_sums = call.store.select(SUM, [], newest_first=False, limit=200)
    return [call.store.get(SUM, own) or nothing, *(each for each in currency_sums if each["id"] != own)]


def become_available(call: Call, id: str) -> None:
    """Make the money of a transaction available, which was pending."""
    transaction = call.store.get(KIND, id)
    if transaction is None:
        return
    available = {**transaction, "status": "available"}
    call.store.replace(KIND, available)
    _add(call, transaction["currency"], available_amount=transaction["net"], pending_amount=-transaction["net"])
    dispute = call.store.get("dispute", transaction["source"])
    if dispute is not None:
        transactions = [available if each["id"] == id else each for each in dispute["balance_transactions"]]
        call.store.replace("dispute", {**dispute, "balance_transactions": transactions})
    _announce(call, available)


def balance(call: Call) -> Object:
    """Return what can be paid out and what cannot yet, by currency: the account's own, and those that it had before."""
    totals = sums(call)
    nothing = {"amount": 0, "currency": call.account["default_currency"]}
    return {
        "object": "balance",
        "available": [_amount(each["available"], each["id"]) for each in totals],
        "pending": [_amount(each["pending"], each["id"]) for each in totals],
        "refund_and_dispute_prefunding": {"available": [nothing], "pending": [nothing]},
    }


def _amount(amount: int, currency: str) -> Object:
    return {"amount": amount, "currency": currency, "source_types": {"card": amount}}


def _pending_until(call: Call) -> int:
    """Return when a payment becomes available: midnight UTC seven days on (recorded)."""
    return (call.real_now // DAY + PENDING_DAYS) * DAY


def _rate(currency: str, into: str) -> float | None:
    return None if currency == into else float(exchange_rates.rate(currency, into))


def _fee(amount: int, currency: str, description: str) -> Object:
    return {
        "amount": amount,
        "currency": currency,
        "description": description,
        "type": "stripe_fee",
    }
