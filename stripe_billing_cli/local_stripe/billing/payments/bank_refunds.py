"""Refunds to a bank account that only the customer knows: of payments by bank transfer, and of a cash balance.

Stripe asks the customer for the account by mail. Until the answer comes the refund `requires_action`, and 45 days after
its creation it has failed (https://docs.stripe.com/payments/customer-balance/refunding). Nobody is there to answer the
mail here: the test accounts of that page are said by `POST /local/refunds/{id}/bank_account`. Words of refusals are not
recorded.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stripe_billing_cli.local_stripe.billing.payments import cash_balances, charges, refunds, releases
from stripe_billing_cli.local_stripe.billing.payments.refunds import KIND
from stripe_billing_cli.local_stripe.core import clocks, events, identifiers, objects, scheduler
from stripe_billing_cli.local_stripe.core.errors import invalid, missing_param
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object

ARRIVE = "refund.arrive"
RETURNED = "_returned"
"""The field of a pending refund that says whether the bank will send the money back."""
GOOD_ACCOUNTS = frozenset("89370400440532013000 0001234 000000001234567897 00012345 000123456789".split())
BAD_ACCOUNTS = frozenset(
    "62370400440532013001 89370400440532013002 89370400440532013003 89370400440532013004 89370400440532013005 "
    "1111113 1111116 3333335 4444440 000000111111111117 000000111111111133 000000222222222224 000000333333333331 "
    "000000444444444448 11111113 11111116 22222227 33333335 44444440 000111111113 000111111116 000222222227 "
    "000333333335 000444444440".split()
)
"""Stripe's test accounts, whose banks take the money, or send it back; IBANs without the country, which may be any."""


def refund_cash_balance(call: Call, customer: Object, params: Mapping[str, Any]) -> Object:
    """Return the refund of what a customer's cash balance has left, or of a part of it."""
    for name in ("amount", "currency"):
        if name not in params:
            raise missing_param(name)
    call = clocks.at_time_of(call, customer)
    amount, currency = params["amount"], params["currency"]
    if amount > cash_balances.available(customer, currency):
        raise invalid("The amount is greater than what the customer's cash balance has available.", "amount")
    cash_balances.start_return(call, customer["id"], currency, amount)
    no_charge = {"id": None, "currency": currency, "customer": customer["id"]}
    refund = releases.refund_of(call, {**no_charge, "payment_intent": None, "payment_method": None}, amount, params)
    refund |= refunds.ask_by_mail(call, customer, params)
    call.store.insert(KIND, refund)
    refunds.wait_for_customer(call, refund)
    events.record(call, "refund.created", refund)
    return refund


def submit(call: Call, before: Object, account: str) -> Object:
    """Return the refund that is on its way to the account which its customer has named."""
    _check_waiting(before, "submitted to a bank account")
    number = account.replace(" ", "")
    number = number[2:] if number[:2].isalpha() else number
    if number not in GOOD_ACCOUNTS | BAD_ACCOUNTS:
        raise invalid(f"{account} is none of Stripe's test accounts for refunds.", "account_number")
    fields = {name: value for name, value in before.items() if name != "next_action"}
    after = {**fields, RETURNED: number in BAD_ACCOUNTS, "pending_reason": "processing", "status": "pending"}
    scheduler.put_soon(call.store, ARRIVE, before["id"], call.real_now)
    refunds.save(call, before, after)
    return after


def arrive(call: Call, id: str) -> None:
    """End a transfer to the customer's bank: the money is there, or the bank has sent it back, and the customer is
    asked again."""
    before = call.store.get(KIND, id)
    if before is None or before["status"] != "pending":
        return
    call = clocks.at_time_of_customer(call, before["customer"])
    after = {name: value for name, value in before.items() if name not in (RETURNED, "pending_reason")}
    if before[RETURNED]:
        after |= refunds.mail_to(call, before["instructions_email"], before["created"])
    else:
        type = before["destination_details"]["type"]
        reference = {"reference": identifiers.digits(16), "reference_status": "available"}
        after |= {"destination_details": {type: reference, "type": type}, "status": "succeeded"}
        scheduler.put(call.store, refunds.EXPIRE, id, None, None)
    refunds.save(call, before, after)


def expire_by_itself(call: Call, id: str) -> None:
    """Let a refund fail whose customer has named no account in time, or none that took the money."""
    refund = call.store.get(KIND, id)
    if refund is not None and refund["status"] == "requires_action":
        _end(call, refund, "failed", "unknown")


def expire(call: Call, refund: Object) -> Object:
    """Return a refund that has failed as one does after 45 days: this is a call of tests."""
    _check_waiting(refund, "expired")
    return _end(call, refund, "failed", "unknown")


def cancel(call: Call, refund: Object) -> Object:
    """Return a refund of a payment, canceled, for which its customer has named no account yet. A refund of a cash
    balance can be canceled in Stripe's Dashboard alone."""
    if refund["status"] != "requires_action" or refund["charge"] is None:
        raise invalid("Canceling this refund is unsupported.")
    return _end(call, refund, "canceled", "merchant_request")


def _check_waiting(refund: Object, action: str) -> None:
    if refund["status"] != "requires_action":
        raise invalid(
            f"This refund cannot be {action} because it has a status of {refund['status']}. Only a refund with a "
            "status of requires_action can be."
        )


def _end(call: Call, before: Object, status: str, reason: str) -> Object:
    """Return a refund that will not be made, the money back where it was: with the payment, or in the cash balance."""
    call = clocks.at_time_of_customer(call, before["customer"])
    scheduler.put(call.store, refunds.EXPIRE, before["id"], None, None)
    fields = {name: value for name, value in before.items() if name != "next_action"}
    after = {**fields, "failure_reason": reason, "status": status}
    if before["charge"] is None:
        cash_balances.cancel_return(call, before["customer"], before["currency"], before["amount"])
    else:
        charge = objects.get_known(call, charges.KIND, before["charge"])
        after["failure_balance_transaction"] = refunds.take_back(call, before, charge)
    refunds.save(call, before, after)
    if status == "failed":
        events.record(call, "refund.failed", after)
    return after
