"""Customers (https://docs.stripe.com/api/customers). Fields after `stripe/_customer.py`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from stripe_billing_cli.local_stripe.billing import customers
from stripe_billing_cli.local_stripe.billing.invoicing import automatic_tax, customer_balance, tax_ids
from stripe_billing_cli.local_stripe.billing.payments import cash_balances, payment_methods
from stripe_billing_cli.local_stripe.core import clocks, events, objects
from stripe_billing_cli.local_stripe.core.documented_form import form
from stripe_billing_cli.local_stripe.core.errors import invalid, no_such
from stripe_billing_cli.local_stripe.core.lists import LIST_FIELDS, check_named, equal, json_field, page
from stripe_billing_cli.local_stripe.core.metadata import changed_metadata
from stripe_billing_cli.local_stripe.core.parameters import (
    EXPAND_ONLY,
    Choice,
    CountryCode,
    Email,
    Field,
    Integer,
    Name,
    ObjectParam,
    Params,
    Text,
    UnsupportedParam,
)
from stripe_billing_cli.local_stripe.core.requests import AS_DOCUMENTED, Call, Route
from stripe_billing_cli.local_stripe.core.search import Kind, Searchable, SearchField
from stripe_billing_cli.local_stripe.core.store import Condition, Object
from stripe_billing_cli.local_stripe.resources.payment_methods import (
    LIST_FILTERS,
    list_of_customer,
    retrieve_of_customer,
)

PREFIX = re.compile("[A-Z0-9]{1,12}")
TYPES = {
    "address.country": CountryCode(),
    "email": Email(),
    "name": Name(256, blank_unsets=True),
    "phone": Name(20, blank_unsets=True),
    "shipping.address.country": CountryCode(),
    "next_invoice_sequence": Integer(1),
    "tax_exempt": Choice(("none", "reverse", "exempt")),
}
UNSET = "description name email invoice_settings.* *.city *.country *.line1 *.line2 *.postal_code *.state *.phone"
NO_DEFAULT_SOURCE = "a new customer has no source but the one that it is given"
CREATE = form(
    "POST /v1/customers",
    {**TYPES, "tax_id_data[].value": Text(100)},
    fields={"default_source": Field(UnsupportedParam(NO_DEFAULT_SOURCE), unset=True)},
    most={"tax_id_data": 5},
    unset=UNSET,
    refusals={"it checks every card that is saved": "validate"},
)
UPDATE = form(
    "POST /v1/customers/{customer}",
    TYPES,
    unset=UNSET,
    without="bank_account card default_alipay_account default_bank_account default_card validate",
)


def create(call: Call) -> Object:
    params = call.params
    clock = params.get("test_clock")
    if clock is not None:
        objects.find(call, clocks.KIND, clock, "test_clock", noun="billingclock")
        clocks.check_room_for_customer(call, clock)
    call = clocks.at_time_of(call, {"test_clock": clock})
    _check_prefix(call, None)
    customer = customers.new(call, params)
    _check_location(customer, params)
    if "cash_balance" in params:
        customer[cash_balances.PRIVATE] = cash_balances.with_settings(customer, params["cash_balance"])
    customer = customer_balance.with_own_currency(call, customer)
    call.store.insert("customer", customer)
    if customer["balance"]:
        customer_balance.record(call, customer, customer["balance"], "initial")
    for at, data in enumerate(params.get("tax_id_data", ())):
        tax_ids.add(call, customer["id"], data, f"tax_id_data[{at}][value]")
    settings = params.get("invoice_settings", {})
    if "payment_method" in params:
        method = payment_methods.attach_to(call, params["payment_method"], customer["id"], "payment_method")
        if settings.get("default_payment_method") == params["payment_method"]:
            settings = {**settings, "default_payment_method": method["id"]}
    if "source" in params:
        customer["default_source"] = payment_methods.as_source(call, params["source"], customer["id"])
    _set_default(call, customer, {"invoice_settings": settings})
    call.store.replace("customer", customer)
    events.record(call, "customer.created", customer)
    return customer


def _check_location(customer: Object, params: Params) -> None:
    """Raise where a call wants the place at which a customer is taxed checked at once, and it is not known."""
    if params.get("tax", {}).get("validate_location") == "immediately":
        automatic_tax.check_location(customer)


def check_prefix_form(params: Params) -> None:
    """Refuse an invoice prefix that has not its form, as recorded 2026-08-26.dahlia of the prefix that another customer
    has."""
    if not PREFIX.fullmatch(params.get("invoice_prefix", "A")):
        raise invalid("Invoice number prefix must be 1–12 uppercase letters or numbers.")


def _check_prefix(call: Call, own: str | None) -> None:
    prefix = call.params.get("invoice_prefix")
    if prefix is None:
        return
    holders = call.store.select("customer", equal(json_field("invoice_prefix"), prefix), newest_first=True, limit=1)
    for holder in holders:
        if holder["id"] != own:
            raise invalid(
                f"This invoice number prefix is taken by customer: {holder['id']}. Please enter a different prefix.",
                "invoice_prefix",
            )


def retrieve(call: Call) -> Object:
    customer = objects.find(call, "customer", call.id, "id", 404)
    if customer.get("deleted"):
        return {name: customer[name] for name in ("id", "object", "deleted")}
    return customer


def _find_living(call: Call) -> Object:
    customer = retrieve(call)
    if customer.get("deleted"):
        raise no_such("customer", call.id, "id", 404)
    return customer


def update(call: Call) -> Object:
    before = _find_living(call)
    call = clocks.at_time_of(call, before)
    params = call.params
    _check_prefix(call, before["id"])
    plain = (
        "balance business_name description email individual_name invoice_prefix name next_invoice_sequence phone "
        "preferred_locales"
    ).split()
    customer = {
        **before,
        **{name: params[name] for name in plain if name in params},
        "invoice_settings": {**before["invoice_settings"]},
    }
    customer["metadata"] = changed_metadata(before, params)
    if "address" in params:
        address_changes = params["address"]
        customer["address"] = (
            None if address_changes is None else {**customers.address_of(before["address"] or {}), **address_changes}
        )
    if "shipping" in params:
        customer["shipping"] = customers.shipping_of(params["shipping"])
    if "tax_exempt" in params:
        customer["tax_exempt"] = params["tax_exempt"] or "none"
    customer |= customers.tax_fields(params)
    _check_location(customer, params)
    if "cash_balance" in params:
        customer[cash_balances.PRIVATE] = cash_balances.with_settings(before, params["cash_balance"])
    customer["invoice_settings"] |= customers.printed_settings(params.get("invoice_settings", {}))
    if "source" in params:
        customer["default_source"] = payment_methods.as_source(call, params["source"], customer["id"])
    if "default_source" in params:
        customer["default_source"] = payment_methods.own_source(call, customer, params["default_source"])
    _set_default(call, customer, params)
    customer = customer_balance.with_own_currency(call, customer)
    customers.save(call, before, customer)
    if customer["balance"] != before["balance"]:
        customer_balance.record(call, customer, customer["balance"] - before["balance"], "adjustment")
    return customer


def _set_default(call: Call, customer: Object, params: Mapping[str, Any]) -> None:
    id, param = params.get("invoice_settings", {}).get("default_payment_method"), "default_payment_method"
    if payment_methods.own_method(call, customer, id, f"invoice_settings[{param}]") is not None:
        customer["invoice_settings"][param] = id


def list_customers(call: Call) -> Object:
    params = call.params
    conditions = [
        Condition("json_extract(body, '$.deleted') IS NULL"),
        *equal(json_field("email"), params.get("email")),
    ]
    check_named(call, "test_clock", clocks.KIND, "billingclock")
    if "test_clock" in params:
        conditions += equal(json_field("test_clock"), params["test_clock"])
    else:
        conditions.append(Condition(f"{json_field('test_clock')} IS NULL"))
    return page(call, "customer", "/v1/customers", conditions)


def list_payment_methods(call: Call) -> Object:
    customer = _find_living(call)
    return list_of_customer(call, customer["id"], f"/v1/customers/{customer['id']}/payment_methods")


def retrieve_payment_method(call: Call) -> Object:
    return retrieve_of_customer(call, _find_living(call)["id"])


PLAIN_LIST = ObjectParam({name: field for name, field in LIST_FIELDS.items() if name != "created"})

SEARCH = Searchable(
    "customer",
    "/v1/customers",
    {
        "created": SearchField(Kind.NUMERIC),
        "email": SearchField(Kind.STRING),
        "name": SearchField(Kind.STRING),
        "phone": SearchField(Kind.STRING),
    },
)
ROUTES = (
    SEARCH.route,
    Route("POST", "/v1/customers", "customer", CREATE, create, check_prefix_form),
    Route("GET", "/v1/customers", "customer", AS_DOCUMENTED, list_customers, lists=True),
    Route("GET", "/v1/customers/{id}", "customer", EXPAND_ONLY, retrieve),
    Route("POST", "/v1/customers/{id}", "customer", UPDATE, update, check_prefix_form),
    Route(
        "GET",
        "/v1/customers/{id}/payment_methods",
        "payment_method",
        ObjectParam({**PLAIN_LIST.fields, **LIST_FILTERS}),
        list_payment_methods,
        lists=True,
    ),
    Route(
        "GET",
        "/v1/customers/{id}/payment_methods/{id}",
        "payment_method",
        EXPAND_ONLY,
        retrieve_payment_method,
    ),
)
