"""Customer balance transactions (https://docs.stripe.com/api/customer_balance_transactions)."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing import customers
from stripe_billing_cli.local_stripe.billing.invoicing.customer_balance import (
    KIND,
    balance_in,
    record,
    with_balance,
)
from stripe_billing_cli.local_stripe.core import clocks, objects
from stripe_billing_cli.local_stripe.core.errors import no_such
from stripe_billing_cli.local_stripe.core.lists import equal, json_field, naming_condition, page
from stripe_billing_cli.local_stripe.core.metadata import changed_metadata, new_metadata
from stripe_billing_cli.local_stripe.core.parameters import EXPAND_ONLY
from stripe_billing_cli.local_stripe.core.requests import AS_DOCUMENTED, Api, Call, Route
from stripe_billing_cli.local_stripe.core.store import Object

PATH = "/v1/customers/{id}/balance_transactions"


def create(call: Call) -> Object:
    """Make a credit or a debit by hand: "Specifies the invoice_credit_balance that this transaction will apply to. If
    the customer's currency is not set, it will be updated to this value"."""
    before = customers.find(call, call.id, "id", status=404)
    call = clocks.at_time_of(call, before)
    params = call.params
    currency = params["currency"]
    after = with_balance(before, currency, balance_in(before, currency) + params["amount"])
    transaction = record(
        call,
        after,
        params["amount"],
        "adjustment",
        currency,
        description=params.get("description"),
        metadata=new_metadata(params),
    )
    objects.save(call, "customer", before, after)
    return transaction


def retrieve(call: Call) -> Object:
    customer = customers.find(call, call.id, "id", status=404)
    transaction = call.store.get(KIND, call.second_id)
    if transaction is None or transaction["customer"] != customer["id"]:
        raise no_such("customer balance transaction", call.second_id, "transaction", 404)
    return transaction


def update(call: Call) -> Object:
    before = retrieve(call)
    params = call.params
    after = {**before, "description": params.get("description", before["description"])}
    after["metadata"] = changed_metadata(before, params)
    call.store.replace(KIND, after)
    return after


def list_transactions(call: Call) -> Object:
    customer = customers.find(call, call.id, "id", status=404)["id"]
    conditions = [*equal(json_field("customer"), customer), *naming_condition(call, "invoice")]
    return page(call, KIND, PATH.format(id=customer), conditions)


ROUTES = (
    Route("POST", PATH, KIND, AS_DOCUMENTED, create),
    Route("GET", PATH, KIND, AS_DOCUMENTED, list_transactions, lists=True),
    Route("GET", f"{PATH}/{{id}}", KIND, EXPAND_ONLY, retrieve),
    Route("POST", f"{PATH}/{{id}}", KIND, AS_DOCUMENTED, update),
)
API = Api(ROUTES)
