"""Reconciliation: which payments and invoices a customer's cash balance pays, and in which order.

https://docs.stripe.com/payments/customer-balance/reconciliation, whose order this is: what the transfer names; else a
group of up to five that wait for just what was sent; else invoices that can be paid whole, oldest first; then payments,
oldest first, also in part.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from stripe_billing_cli.local_stripe.billing.invoicing import collection, invoices
from stripe_billing_cli.local_stripe.billing.payments import (
    bank_transfers,
    cash_balances,
    payment_intents,
)
from stripe_billing_cli.local_stripe.core import clocks, objects
from stripe_billing_cli.local_stripe.core.lists import equal, json_field
from stripe_billing_cli.local_stripe.core.requests import Api, Call
from stripe_billing_cli.local_stripe.core.store import Object

OVERDUE_SECONDS = 30 * 24 * 60 * 60
LARGEST_GROUP = 5
MOST_GROUPED = 24
"""How many of what waits, the oldest first, are tried in groups: Stripe says no number, and each more costs time."""


@dataclass(frozen=True)
class AwaitedPayment:
    """A payment intent that waits for money, or an invoice by its intent. `since`: since when, in Unix seconds."""

    intent: Object
    invoice: Object | None
    since: int

    @property
    def amount(self) -> int:
        return bank_transfers.remaining_amount(self.intent)


def reconcile(call: Call, customer: str, currency: str, amount: int, reference: str | None = None) -> None:
    """Apply a customer's cash balance to what waits for it, and tell what remains. `amount`: what came last."""
    call = clocks.at_time_of(call, objects.get_known(call, "customer", customer))
    if cash_balances.is_automatic(objects.get_known(call, "customer", customer)):
        for one in _choose_payments(call, customer, currency, amount, reference):
            collection.apply_balance(call, one.intent, min(one.amount, _available_funds(call, customer, currency)))
    if _available_funds(call, customer, currency) > 0:
        cash_balances.announce_rest(call, objects.get_known(call, "customer", customer))


def _available_funds(call: Call, customer: str, currency: str) -> int:
    return cash_balances.available(objects.get_known(call, "customer", customer), currency)


def _choose_payments(
    call: Call, customer: str, currency: str, amount: int, reference: str | None
) -> Iterator[AwaitedPayment]:
    """Yield what is to be paid, each once what came before has been."""
    payments = _list_waiting(call, customer, currency)
    named_payment = _find_named(payments, reference or "", _available_funds(call, customer, currency))
    if named_payment is not None:
        yield named_payment
    group = _group(payments, amount) if named_payment is None else ()
    yield from group
    later_payments = [one for one in payments if one is not named_payment and one not in group]
    for one in later_payments:
        if one.invoice is not None and one.amount <= _available_funds(call, customer, currency):
            yield one
    for one in later_payments:
        if one.invoice is None and _available_funds(call, customer, currency) > 0:
            yield one


def _list_waiting(call: Call, customer: str, currency: str) -> list[AwaitedPayment]:
    """Return what waits for money of a currency, oldest first."""
    of_customer = equal(json_field("customer"), customer)
    payments = []
    for invoice in call.store.select("invoice", of_customer, newest_first=False, limit=10_000):
        intent = invoices.intent_of(call, invoice) if _can_be_paid(call, invoice, currency) else None
        if intent is not None and intent["status"] in payment_intents.PAYABLE:
            payments.append(AwaitedPayment(intent, invoice, invoice["status_transitions"]["finalized_at"]))
    for intent in call.store.select(payment_intents.KIND, of_customer, newest_first=False, limit=10_000):
        is_own = bank_transfers.is_awaited(intent) and intent["currency"] == currency
        if is_own and invoices.of_intent(call, intent["id"]) is None:
            payments.append(AwaitedPayment(intent, None, intent["created"]))
    return sorted(payments, key=lambda one: one.since)


def _can_be_paid(call: Call, invoice: Object, currency: str) -> bool:
    """Return whether an invoice awaits funding: "if it's `open` and either hasn't passed its due date or became overdue
    within the last 30 days"."""
    types = invoice["payment_settings"]["payment_method_types"] or ()
    overdue = invoice["due_date"] is not None and call.now > invoice["due_date"] + OVERDUE_SECONDS
    is_open = invoice["status"] == "open" and invoice["currency"] == currency
    return is_open and bank_transfers.METHOD in types and not overdue


def _find_named(payments: Sequence[AwaitedPayment], reference: str, funds: int) -> AwaitedPayment | None:
    """Return the one that a transfer's reference names: an invoice by its number, which must be paid whole, else a
    payment by the reference that its customer was told."""
    by_number = [one for one in payments if one.invoice is not None and one.invoice["number"] in reference]
    if len(by_number) == 1 and by_number[0].amount <= funds:
        return by_number[0]
    own = [one for one in payments if one.invoice is None and bank_transfers.reference(one.intent["id"]) in reference]
    return own[0] if len(own) == 1 else None


def _group(payments: Sequence[AwaitedPayment], amount: int) -> Sequence[AwaitedPayment]:
    """Return the smallest group that waits for just what was sent; of several the one with the most invoices, then with
    the oldest payments. None where there is no such group."""
    for size in range(1, LARGEST_GROUP + 1):
        groups = combinations(payments[:MOST_GROUPED], size)
        exact = [group for group in groups if sum(one.amount for one in group) == amount]
        if exact:
            return min(exact, key=_rank)
    return ()


def _rank(group: Sequence[AwaitedPayment]) -> tuple[int, list[int]]:
    own = [one.since for one in group if one.invoice is None]
    return len(own), own or [one.since for one in group]


def reconcile_all(call: Call, customer: str) -> None:
    """Apply all that a customer's cash balance has: something new waits for it, or money came back to it."""
    owner = call.store.get("customer", customer)
    if owner is None or owner.get("deleted"):
        return
    for currency, amount in (cash_balances.balance_of(owner)["available"] or {}).items():
        if amount > 0:
            reconcile(call, customer, currency, amount)


API = Api(jobs={cash_balances.RECONCILE: reconcile_all})
