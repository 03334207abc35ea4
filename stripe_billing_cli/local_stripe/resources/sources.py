"""Sources of customers (https://docs.stripe.com/api/cards): cards, made of tokens, as programs saved them before there
were payment methods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from stripe_billing_cli.local_stripe.billing import customers
from stripe_billing_cli.local_stripe.billing.payments import payment_methods
from stripe_billing_cli.local_stripe.core import events
from stripe_billing_cli.local_stripe.core.cards_as_sources import IS_CARD, as_card
from stripe_billing_cli.local_stripe.core.documented_form import form
from stripe_billing_cli.local_stripe.core.errors import no_such
from stripe_billing_cli.local_stripe.core.lists import equal, json_field, page
from stripe_billing_cli.local_stripe.core.metadata import merge_metadata
from stripe_billing_cli.local_stripe.core.parameters import EXPAND_ONLY, Integer, Text
from stripe_billing_cli.local_stripe.core.requests import AS_DOCUMENTED, Api, Call, Route
from stripe_billing_cli.local_stripe.core.store import Condition, Object

KIND = "card"
METHOD = "payment_method"
ADDRESS = {
    "address_city": "city",
    "address_country": "country",
    "address_line1": "line1",
    "address_line2": "line2",
    "address_state": "state",
    "address_zip": "postal_code",
}
NO_BANKS = "its sources are cards"
CREATE = form(
    "POST /v1/customers/{customer}/sources",
    {"source": Text()},
    refusals={NO_BANKS: "alipay_account bank_account card validate"},
)
UPDATE = form(
    "POST /v1/customers/{customer}/sources/{id}",
    {"exp_month": Integer(1, 12), "exp_year": Integer(0)},
    refusals={NO_BANKS: "account_holder_name account_holder_type owner"},
)
NONE = Condition("0")
"""The condition that no source meets: there are no bank accounts."""


def create(call: Call) -> Object:
    """Return a new card of the customer's, which becomes the default where there was none."""
    customer = customers.find(call, call.id, status=404)
    card = payment_methods.as_source(call, call.params["source"], customer["id"])
    method = _method(call, card, customer["id"])
    if "metadata" in call.params:
        method = {**method, "metadata": call.params["metadata"] or {}}
        call.store.replace(METHOD, method)
    if customer["default_source"] is None:
        customers.save(call, customer, {**customer, "default_source": card})
    events.record(call, "customer.source.created", as_card(method))
    return as_card(method)


def list_sources(call: Call) -> Object:
    return _list_cards(call, "sources", () if call.params.get("object", KIND) == KIND else (NONE,))


def list_cards(call: Call) -> Object:
    return _list_cards(call, "cards")


def list_bank_accounts(call: Call) -> Object:
    return _list_cards(call, "bank_accounts", (NONE,))


def _list_cards(call: Call, name: str, more: Sequence[Condition] = ()) -> Object:
    customer = customers.find(call, call.id, status=404)["id"]
    conditions = [*equal(json_field("customer"), customer), Condition(IS_CARD), *more]
    methods_page = page(call, METHOD, f"/v1/customers/{customer}/{name}", conditions)
    return {**methods_page, "data": [as_card(method) for method in methods_page["data"]]}


def retrieve_bank_account(call: Call) -> NoReturn:
    customers.find(call, call.id, status=404)
    raise no_such("source", call.second_id, "id", 404)


def retrieve(call: Call) -> Object:
    return as_card(_method(call, call.second_id, customers.find(call, call.id, status=404)["id"]))


def update(call: Call) -> Object:
    before = _method(call, call.second_id, customers.find(call, call.id, status=404)["id"])
    method = _change_card(before, call.params)
    if method != before:
        call.store.replace(METHOD, method)
        events.record(call, "customer.source.updated", as_card(method), as_card(before))
    return as_card(method)


def _change_card(method: Object, params: Mapping[str, Any]) -> Object:
    details = method["billing_details"]
    address = {part: params[name] for name, part in ADDRESS.items() if name in params}
    after = {
        **method,
        "billing_details": {
            **details,
            "address": {**details["address"], **address},
            "name": params.get("name", details["name"]),
        },
        "card": {**method["card"], **{name: params[name] for name in ("exp_month", "exp_year") if name in params}},
    }
    if "metadata" in params:
        after["metadata"] = merge_metadata(method["metadata"], params["metadata"]) if params["metadata"] else {}
    return after


def delete(call: Call) -> Object:
    """Detach a card; another one of the customer's becomes the default."""
    customer = customers.find(call, call.id, status=404)
    method = _method(call, call.second_id, customer["id"])
    call.store.replace(METHOD, {**method, "customer": None, "_detached": True})
    if customer["default_source"] == method["id"]:
        conditions = [*equal(json_field("customer"), customer["id"]), Condition(IS_CARD)]
        others = call.store.select(METHOD, conditions, newest_first=True, limit=1)
        customers.save(call, customer, {**customer, "default_source": others[0]["id"] if others else None})
    events.record(call, "customer.source.deleted", as_card(method))
    return {"id": method["id"], "object": KIND, "deleted": True}


def _method(call: Call, card: str, customer: str) -> Object:
    method = call.store.get(METHOD, card)
    if method is None or method["customer"] != customer or not card.startswith("card_"):
        raise no_such("source", card, "id", 404)
    return method


ANY = "bank_account card source"
"""What a source may be at Stripe; an account of Connect's has sources that are called by these routes, too."""
ANY_OWNER = f"account {ANY}"
CARDS = "/v1/customers/{id}/cards"
"""The address of a customer's cards from before there were sources of other kinds."""
BANK_ACCOUNTS = "/v1/customers/{id}/bank_accounts"
PATH = "/v1/customers/{id}/sources"
ROUTES = (
    Route("POST", PATH, ANY_OWNER, CREATE, create),
    Route("GET", PATH, ANY, AS_DOCUMENTED, list_sources, lists=True),
    Route("GET", f"{PATH}/{{id}}", ANY_OWNER, EXPAND_ONLY, retrieve),
    Route("POST", f"{PATH}/{{id}}", ANY, UPDATE, update),
    Route("DELETE", f"{PATH}/{{id}}", ANY_OWNER, EXPAND_ONLY, delete),
    Route("POST", CARDS, ANY_OWNER, CREATE, create),
    Route("GET", CARDS, KIND, AS_DOCUMENTED, list_cards, lists=True),
    Route("GET", f"{CARDS}/{{id}}", KIND, EXPAND_ONLY, retrieve),
    Route("POST", f"{CARDS}/{{id}}", ANY, UPDATE, update),
    Route("DELETE", f"{CARDS}/{{id}}", ANY_OWNER, EXPAND_ONLY, delete),
    Route("GET", BANK_ACCOUNTS, "bank_account", AS_DOCUMENTED, list_bank_accounts, lists=True),
    Route("GET", f"{BANK_ACCOUNTS}/{{id}}", "bank_account", EXPAND_ONLY, retrieve_bank_account),
)
API = Api(ROUTES)
