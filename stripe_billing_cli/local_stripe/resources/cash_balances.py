"""Cash balances and their transactions (https://docs.stripe.com/api/cash_balance)."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing import customers
from stripe_billing_cli.local_stripe.billing.invoicing import reconciliation
from stripe_billing_cli.local_stripe.billing.payments import bank_transfers, cash_balances
from stripe_billing_cli.local_stripe.core import clocks
from stripe_billing_cli.local_stripe.core.documented_form import form
from stripe_billing_cli.local_stripe.core.errors import no_such
from stripe_billing_cli.local_stripe.core.lists import equal, json_field, page
from stripe_billing_cli.local_stripe.core.parameters import Integer
from stripe_billing_cli.local_stripe.core.requests import AS_DOCUMENTED, Api, Call, Route
from stripe_billing_cli.local_stripe.core.store import Object

BALANCE = "/v1/customers/{id}/cash_balance"
TRANSACTIONS = "/v1/customers/{id}/cash_balance_transactions"
FUNDING_PATH = "/v1/customers/{id}/funding_instructions"
INSTRUCTIONS = "funding_instructions"
FUND = "/v1/test_helpers/customers/{id}/fund_cash_balance"


def _customer(call: Call) -> Object:
    return customers.find(call, call.id, "id", status=404)


def retrieve(call: Call) -> Object:
    return cash_balances.balance_of(_customer(call))


def update(call: Call) -> Object:
    customer = _customer(call)
    after = cash_balances.with_settings(customer, call.params)
    call.store.replace("customer", {**customer, cash_balances.PRIVATE: after})
    return after


def fund(call: Call) -> Object:
    """Let a bank transfer arrive, as only tests can, and pay what waits for it."""
    customer = _customer(call)
    params = call.params
    at_time = clocks.at_time_of(call, customer)
    amount, currency, reference = params["amount"], params["currency"], params.get("reference")
    transaction = cash_balances.fund(at_time, customer, amount, currency, reference)
    reconciliation.reconcile(at_time, customer["id"], currency, amount, reference)
    return transaction


def instructions(call: Call) -> Object:
    """Return to which accounts the customer can transfer money: "the same funding instructions each time"
    (https://docs.stripe.com/api/cash_balance_transactions/create_or_retrieve_funding_instructions)."""
    customer = _customer(call)
    currency, transfer = call.params["currency"], call.params["bank_transfer"]
    bank_transfers.check_transfer(transfer, currency, "bank_transfer")
    addresses = bank_transfers.addresses(customer["id"], currency, transfer)
    return {
        "object": INSTRUCTIONS,
        "bank_transfer": {
            "country": bank_transfers.country_of(addresses),
            "financial_addresses": addresses,
            "type": transfer["type"],
        },
        "currency": currency,
        "funding_type": "bank_transfer",
    }


def list_transactions(call: Call) -> Object:
    customer = _customer(call)["id"]
    conditions = equal(json_field("customer"), customer)
    return page(call, cash_balances.TRANSACTION, TRANSACTIONS.format(id=customer), conditions)


def retrieve_transaction(call: Call) -> Object:
    customer = _customer(call)
    transaction = call.store.get(cash_balances.TRANSACTION, call.second_id)
    if transaction is None or transaction["customer"] != customer["id"]:
        raise no_such("customer cash balance transaction", call.second_id, "transaction", 404)
    return transaction


ROUTES = (
    Route("POST", FUNDING_PATH, INSTRUCTIONS, AS_DOCUMENTED, instructions),
    Route("GET", BALANCE, cash_balances.KIND, AS_DOCUMENTED, retrieve),
    Route("POST", BALANCE, cash_balances.KIND, AS_DOCUMENTED, update),
    Route("GET", TRANSACTIONS, cash_balances.TRANSACTION, AS_DOCUMENTED, list_transactions, lists=True),
    Route("GET", f"{TRANSACTIONS}/{{id}}", cash_balances.TRANSACTION, AS_DOCUMENTED, retrieve_transaction),
    Route(
        "POST",
        FUND,
        cash_balances.TRANSACTION,
        form("POST /v1/test_helpers/customers/{customer}/fund_cash_balance", {"amount": Integer(1)}),
        fund,
    ),
)
API = Api(ROUTES)
