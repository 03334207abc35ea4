"""A customer's balance: what it is made up of, and a credit or debit by hand, made once.

Stripe's balance is what the customer owes: a credit is negative there
(https://docs.stripe.com/billing/customer/balance). Here the words credit and debit say which, and amounts are positive
minor units.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from stripe_billing_cli.errors import OperationError
from stripe_billing_cli.stripe_api import create_once, json_output, lookup, repeats
from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.create_once import CreateRequest
from stripe_billing_cli.stripe_api.money import parse_amount
from stripe_billing_cli.stripe_api.movements import Movement
from stripe_billing_cli.stripe_api.objects.customers import BalanceTransaction, Customer

Side = Literal["credit", "debit"]
SHOWN = 10
"""So many of the last transactions are shown."""


@dataclass(frozen=True)
class BalanceRequest:
    """A credit or a debit by hand. `amount` as people write it. `currency` only where the customer has none yet."""

    customer: str
    side: Side
    amount: str
    currency: str | None = None
    note: str | None = None
    again: bool = False


@dataclass(frozen=True)
class BalanceResult:
    """The customer as it is now, its last transactions, newest first, and what a run did."""

    customer: Customer
    transactions: tuple[BalanceTransaction, ...]
    result: Literal["shown", "changed", "unchanged"] = "shown"
    transaction: BalanceTransaction | None = None
    create_request: CreateRequest | None = None
    has_more: bool = False
    """Whether there are earlier transactions than these."""

    def finish(self, api: StripeApi) -> None:
        """Mark a transaction of `--again` as finished, once it is printed. Raises `StripeCallError`."""
        if self.create_request is not None and self.transaction is not None:
            repeats.finish(api, self.create_request, self.transaction)

    def record(self) -> dict[str, Any]:
        """Return the balance as it is printed (docs/output.md)."""
        return {
            "id": self.customer["id"],
            "result": self.result,
            "balance": self.customer["balance"] or 0,
            "currency": self.customer["currency"],
            "transaction": None if self.transaction is None else json_output.balance_transaction(self.transaction),
            "transactions": [json_output.balance_transaction(transaction) for transaction in self.transactions],
        }


@dataclass(frozen=True)
class BalancePlan:
    """A credit or debit that is going to be made. `before`: the transaction of the same request within a day."""

    customer: Customer
    request: BalanceRequest
    amount: int
    currency: str
    create_request: CreateRequest
    state: tuple[str, ...]
    before: BalanceTransaction | None = None

    @property
    def balance_after(self) -> int:
        """Return the balance with Stripe's sign."""
        change = -self.amount if self.request.side == "credit" else self.amount
        return (self.customer["balance"] or 0) + change

    @property
    def money(self) -> tuple[Movement, ...]:
        """Return the credit or debit."""
        return (Movement(self.request.side, self.customer["id"], self.amount, self.currency),)

    def apply(self, api: StripeApi) -> BalanceResult:
        """Make the transaction, once. Raises `StripeCallError`."""
        id = self.customer["id"]
        transaction = self.before or create_once.create(
            api,
            self.create_request,
            self.state,
            kind=BalanceTransaction,
            read=lambda: _recent(api, id),
            holds=lambda one: True,
        )
        after = load_balance(api, id)
        result: Literal["changed", "unchanged"] = "unchanged" if self.before else "changed"
        return BalanceResult(
            after.customer, after.transactions, result, transaction, self.create_request, after.has_more
        )


def load_balance(api: StripeApi, name: str, *, all_transactions: bool = False) -> BalanceResult:
    """Return the balance of a customer with its last ten transactions, or all. Raises `LookupFailedError`,
    `StripeCallError`."""
    customer = lookup.find_customer(api, name)
    path = _path(customer["id"])
    if all_transactions:
        pages = api.pages(path, {}, kind=BalanceTransaction)
        return BalanceResult(customer, tuple(one for page in pages for one in page))
    transactions, has_more = api.page(path, {"limit": SHOWN}, kind=BalanceTransaction)
    return BalanceResult(customer, tuple(transactions), has_more=has_more)


def plan_balance(api: StripeApi, request: BalanceRequest) -> BalancePlan:
    """Read the customer, and decide the transaction. Raises `AmountError`, `LookupFailedError`, `OperationError`."""
    customer = lookup.find_customer(api, request.customer)
    currency = _currency(customer, request.currency)
    amount = parse_amount(request.amount, currency)
    sign = -1 if request.side == "credit" else 1
    params: dict[str, Any] = {"amount": sign * amount, "currency": currency}
    if request.note:
        params["description"] = request.note
    create_request = CreateRequest(_path(customer["id"]), params, again=request.again)
    recent = list(_recent(api, customer["id"]))
    now = repeats.current_times(api, customer["id"])
    before = repeats.made_within_a_day(create_request, recent, now)
    return BalancePlan(customer, request, amount, currency, create_request, tuple(one["id"] for one in recent), before)


def _path(customer: str) -> str:
    return f"/v1/customers/{customer}/balance_transactions"


def _recent(api: StripeApi, customer: str) -> Sequence[BalanceTransaction]:
    """Return the last hundred transactions: nobody makes more by hand in a day."""
    return api.page(_path(customer), {}, kind=BalanceTransaction)[0]


def _currency(customer: Customer, currency: str | None) -> str:
    own_currency = customer["currency"]
    if own_currency is None and currency is None:
        raise OperationError(
            f"the customer {customer['id']} has no currency yet: nothing was ever billed",
            "say --currency; it is the customer's from then on",
        )
    if own_currency is not None and currency not in (None, own_currency):
        raise OperationError(
            f"the customer {customer['id']} is billed in {own_currency.upper()}: its invoices would not take up a "
            f"balance in {str(currency).upper()}",
            "leave out --currency",
        )
    return str(own_currency or currency)
