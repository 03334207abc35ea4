"""Tax ids of customers and of the account (https://docs.stripe.com/api/tax_ids): checked for their form; those of
customers are then verified (https://docs.stripe.com/billing/customer/tax-ids).

Of the registers that Stripe asks, none is here: the values that Stripe's test mode knows by heart are verified or not
(https://docs.stripe.com/billing/testing#customer-tax-id-verfication), any other stays pending.
"""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing import customers
from stripe_billing_cli.local_stripe.billing.invoicing import tax_ids
from stripe_billing_cli.local_stripe.core import effects, events, objects, scheduler
from stripe_billing_cli.local_stripe.core.documented_form import form
from stripe_billing_cli.local_stripe.core.errors import missing_param, no_such, not_here
from stripe_billing_cli.local_stripe.core.lists import equal, json_field, page
from stripe_billing_cli.local_stripe.core.parameters import EXPAND_ONLY, NO_PARAMETERS, Text
from stripe_billing_cli.local_stripe.core.requests import AS_DOCUMENTED, Api, Call, Route
from stripe_billing_cli.local_stripe.core.store import Condition, Object

CREATE = form("POST /v1/customers/{customer}/tax_ids", {"value": Text(100)})
OF_OTHERS = {"tax ids are of the account itself, or of a customer": "owner.account owner.customer_account"}
CREATE_FOR = form("POST /v1/tax_ids", {"value": Text(100)}, refusals=OF_OTHERS)
LIST_OF = form("GET /v1/tax_ids", refusals=OF_OTHERS)
OF_ACCOUNT = Condition("customer IS NULL")


def create(call: Call) -> Object:
    return tax_ids.add(call, customers.find(call, call.id, "id", status=404)["id"], call.params)


def list_ids(call: Call) -> Object:
    customer = customers.find(call, call.id, "id", status=404)["id"]
    return page(call, tax_ids.KIND, f"/v1/customers/{customer}/tax_ids", equal(json_field("customer"), customer))


def retrieve(call: Call) -> Object:
    tax_id = call.store.get(tax_ids.KIND, call.second_id)
    if tax_id is None or tax_id["customer"] != customers.find(call, call.id, "id", status=404)["id"]:
        raise no_such("tax_id", call.second_id, "id", 404)
    return tax_id


def delete(call: Call) -> Object:
    return _delete(call, retrieve(call))


def _delete(call: Call, tax_id: Object) -> Object:
    call.store.delete(tax_ids.KIND, tax_id["id"])
    if tax_id["customer"]:
        scheduler.put(call.store, tax_ids.VERIFY, tax_id["id"], None, None)
        events.record(call, "customer.tax_id.deleted", tax_id)
        effects.announce(call, customers.CustomerChanged(tax_id["customer"]))
    return {"id": tax_id["id"], "object": tax_ids.KIND, "deleted": True}


def _owner(call: Call) -> str | None:
    """Return the customer that a call names as the owner; None stands for the account itself."""
    owner = call.params.get("owner", {"type": "self"})
    if owner["type"] not in ("customer", "self"):
        raise not_here(f"`{owner['type']}`", "owner[type]")
    if owner["type"] == "self":
        return None
    if "customer" not in owner:
        raise missing_param("owner[customer]")
    customer = customers.find(call, owner["customer"], "owner[customer]")
    return str(customer["id"])


def create_for_owner(call: Call) -> Object:
    """Return a new tax id of the account, which no event tells of, or of a customer."""
    customer = _owner(call)
    return tax_ids.add(call, customer, call.params) if customer else tax_ids.store(call, None, call.params)


def list_of_owner(call: Call) -> Object:
    customer = _owner(call)
    return page(call, tax_ids.KIND, ALL, equal(json_field("customer"), customer) if customer else [OF_ACCOUNT])


def retrieve_any(call: Call) -> Object:
    return objects.find(call, tax_ids.KIND, call.id, "id", 404)


def delete_any(call: Call) -> Object:
    return _delete(call, retrieve_any(call))


ALL = "/v1/tax_ids"
PATH = "/v1/customers/{id}/tax_ids"
ROUTES = (
    Route("POST", PATH, tax_ids.KIND, CREATE, create),
    Route("GET", PATH, tax_ids.KIND, AS_DOCUMENTED, list_ids, lists=True),
    Route("GET", f"{PATH}/{{id}}", tax_ids.KIND, EXPAND_ONLY, retrieve),
    Route("DELETE", f"{PATH}/{{id}}", tax_ids.KIND, NO_PARAMETERS, delete),
    Route("POST", ALL, tax_ids.KIND, CREATE_FOR, create_for_owner),
    Route("GET", ALL, tax_ids.KIND, LIST_OF, list_of_owner, lists=True),
    Route("GET", f"{ALL}/{{id}}", tax_ids.KIND, EXPAND_ONLY, retrieve_any),
    Route("DELETE", f"{ALL}/{{id}}", tax_ids.KIND, NO_PARAMETERS, delete_any),
)
API = Api(ROUTES, {tax_ids.VERIFY: tax_ids.verify})
