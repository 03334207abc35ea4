"""The account's balance and its transactions (https://docs.stripe.com/api/balance)."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing.payments import charges, ledger
from stripe_billing_cli.local_stripe.core import objects
from stripe_billing_cli.local_stripe.core.documented_form import form
from stripe_billing_cli.local_stripe.core.errors import no_such
from stripe_billing_cli.local_stripe.core.lists import equal, page
from stripe_billing_cli.local_stripe.core.parameters import EXPAND_ONLY, Text
from stripe_billing_cli.local_stripe.core.requests import Api, Call, Route
from stripe_billing_cli.local_stripe.core.store import Condition, Object

LIST = form("GET /v1/balance_transactions", {"currency": Text()})


retrieve = objects.retrieve_handler(ledger.KIND, noun="balance transaction")


def list_transactions(call: Call) -> Object:
    """List the transactions of a source, of which Stripe lists none for a dispute (recorded), or by type and
    currency.
    """
    params = call.params
    if "payout" in params:
        raise no_such("payout", params["payout"], "payout")
    conditions = [*equal("currency", params.get("currency")), *equal("type", params.get("type"))]
    if "currency" in params and params["currency"] not in {each["id"] for each in ledger.sums(call)}:
        conditions.append(Condition("0"))  # there is none, which need not be looked for
    if "source" in params:
        conditions.append(_of_source(call, params["source"]))
    return page(call, ledger.KIND, PATH, conditions)


def _of_source(call: Call, source: str) -> Condition:
    """Return the transactions that a charge or a refund names: found without a look at all the others."""
    source_object = call.store.get("charge", source) or call.store.get("refund", source) or {}
    ids = [source_object.get(name) for name in ("balance_transaction", "failure_balance_transaction")]
    ids += source_object.get(charges.LATER_TRANSACTIONS, [])
    return Condition(f"id IN ({', '.join('?' * len(ids))})", tuple(ids))


PATH = "/v1/balance_transactions"
ROUTES = (
    Route("GET", "/v1/balance", "balance", EXPAND_ONLY, ledger.balance),
    Route("GET", PATH, ledger.KIND, LIST, list_transactions, lists=True),
    Route("GET", f"{PATH}/{{id}}", ledger.KIND, EXPAND_ONLY, retrieve),
    Route("GET", "/v1/balance/history", ledger.KIND, LIST, list_transactions, lists=True),
    Route("GET", "/v1/balance/history/{id}", ledger.KIND, EXPAND_ONLY, retrieve),
)
API = Api(ROUTES)
