"""Tax ids of customers and of the account (https://docs.stripe.com/api/tax_ids): checked for their form; those of
customers are then verified (https://docs.stripe.com/billing/customer/tax-ids).

Of the registers that Stripe asks, none is here: the values that Stripe's test mode knows by heart are verified or not
(https://docs.stripe.com/billing/testing#customer-tax-id-verfication), any other stays pending.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from stripe_billing_cli.local_stripe.billing.invoicing import tax_ids
from stripe_billing_cli.local_stripe.core import events, identifiers, scheduler
from stripe_billing_cli.local_stripe.core.documented_form import form
from stripe_billing_cli.local_stripe.core.errors import invalid, missing_param, no_such, not_here
from stripe_billing_cli.local_stripe.core.lists import equal, json_field, page
from stripe_billing_cli.local_stripe.core.parameters import (
    EXPAND,
    ObjectParam,
    Text,
)
from stripe_billing_cli.local_stripe.core.requests import Api, Call, Route
from stripe_billing_cli.local_stripe.core.store import Condition, Object

VERIFY = "tax_id.verify"
EU = {
    "AT": "U[0-9]{8}",
    "BE": "[01][0-9]{9}",
    "BG": "[0-9]{9,10}",
    "CY": "[0-9]{8}[A-Z]",
    "CZ": "[0-9]{8,10}",
    "DE": "[0-9]{9}",
    "DK": "[0-9]{8}",
    "EE": "[0-9]{9}",
    "EL": "[0-9]{9}",
    "ES": "[0-9A-Z][0-9]{7}[0-9A-Z]",
    "FI": "[0-9]{8}",
    "FR": "[0-9A-Z]{2}[0-9]{9}",
    "HR": "[0-9]{11}",
    "HU": "[0-9]{8}",
    "IE": "[0-9][0-9A-Z+*][0-9]{5}[A-Z]{1,2}",
    "IT": "[0-9]{11}",
    "LT": "([0-9]{9}|[0-9]{12})",
    "LU": "[0-9]{8}",
    "LV": "[0-9]{11}",
    "MT": "[0-9]{8}",
    "NL": "[0-9]{9}B[0-9]{2}",
    "PL": "[0-9]{10}",
    "PT": "[0-9]{9}",
    "RO": "[0-9]{2,10}",
    "SE": "[0-9]{12}",
    "SI": "[0-9]{8}",
    "SK": "[0-9]{10}",
    "XI": "([0-9]{9}|[0-9]{12}|GD[0-9]{3}|HA[0-9]{3})",
}
"""The rest of a VAT number by the country it begins with."""
FORMS: Mapping[str, str] = {
    "au_abn": "[0-9]{11}",
    "au_arn": "[0-9]{12}",
    "br_cnpj": r"[0-9]{2}\.?[0-9]{3}\.?[0-9]{3}/?[0-9]{4}-?[0-9]{2}",
    "br_cpf": r"[0-9]{3}\.?[0-9]{3}\.?[0-9]{3}-?[0-9]{2}",
    "ca_bn": "[0-9]{9}",
    "ca_gst_hst": "[0-9]{9}RT[0-9]{4}",
    "ca_qst": "[0-9]{10}TQ[0-9]{4}",
    "ch_uid": r"CHE-?[0-9]{3}\.?[0-9]{3}\.?[0-9]{3}( HR)?",
    "ch_vat": r"CHE-?[0-9]{3}\.?[0-9]{3}\.?[0-9]{3} (MWST|TVA|IVA)",
    "es_cif": "[A-Z][0-9]{7}[0-9A-Z]",
    "eu_oss_vat": "EU[0-9]{9}",
    "eu_vat": "|".join(f"{country}{rest}" for country, rest in EU.items()),
    "gb_vat": "GB([0-9]{9}|[0-9]{12}|GD[0-9]{3}|HA[0-9]{3})",
    "in_gst": "[0-9]{2}[A-Z]{5}[0-9]{4}[A-Z][0-9A-Z]Z[0-9A-Z]",
    "is_vat": "[0-9]{5,6}",
    "jp_cn": "[0-9]{13}",
    "jp_rn": "[0-9]{5}",
    "jp_trn": "T[0-9]{13}",
    "kr_brn": "[0-9]{3}-?[0-9]{2}-?[0-9]{5}",
    "mx_rfc": "[A-ZÑ&]{3,4}[0-9]{6}[0-9A-Z]{3}",
    "no_vat": "[0-9]{9}MVA",
    "nz_gst": "[0-9]{8,9}",
    "sg_gst": "M[0-9]{8}[A-Z]",
    "sg_uen": "[0-9]{8,9}[A-Z]",
    "th_vat": "[0-9]{13}",
    "us_ein": "[0-9]{2}-?[0-9]{7}",
    "za_vat": "4[0-9]{9}",
}
"""The whole value by type, after the examples of Stripe's table. A type that is not here takes any value."""
REGISTERED = ("au_abn", "eu_vat", "gb_vat")
"""Types that there is a register for."""
KNOWN = {"000000000": "verified", "111111111": "unverified"}
"""What a value of Stripe's test mode ends with, and what the register says of it."""
CREATE = form("POST /v1/customers/{customer}/tax_ids", {"value": Text(100)})
LIST = form("GET /v1/customers/{customer}/tax_ids")
OF_OTHERS = {"tax ids are of the account itself, or of a customer": "owner.account owner.customer_account"}
CREATE_FOR = form("POST /v1/tax_ids", {"value": Text(100)}, unsupported=OF_OTHERS)
LIST_OF = form("GET /v1/tax_ids", unsupported=OF_OTHERS)
OF_ACCOUNT = Condition("json_extract(body, '$.customer') IS NULL")


def check_value(params: Mapping[str, Any], param: str = "value") -> None:
    """Refuse, with `tax_id_invalid`, a value that cannot be one of its type."""
    form = FORMS.get(params["type"], ".+")
    if not re.fullmatch(form, params["value"].strip().upper()):
        raise invalid(f"Invalid value for {params['type']}.", param, "tax_id_invalid")


def add(call: Call, customer: str, params: Mapping[str, Any], param: str = "value") -> Object:
    """Return a new tax id of a customer, stored; what a register says of it comes a moment later."""
    tax_id = _store(call, customer, params, param)
    events.record(call, "customer.tax_id.created", tax_id)
    if tax_id["type"] in REGISTERED and tax_id["value"][-9:] in KNOWN:
        scheduler.put(call.store, VERIFY, tax_id["id"], call.real_now + 1, None)
    return tax_id


def _store(call: Call, customer: str | None, params: Mapping[str, Any], param: str) -> Object:
    """Return a new tax id of a customer, or of the account where there is none, stored."""
    check_value(params, param)
    type, value = params["type"], params["value"].strip()
    tax_id = {
        "id": identifiers.long_id(call, "txi"),
        "object": tax_ids.KIND,
        "country": _country(type, value),
        "created": call.now,
        "customer": customer,
        "customer_account": None,
        "livemode": False,
        "owner": {
            "account": None,
            "application": None,
            "customer": customer,
            "customer_account": None,
            "type": "customer" if customer else "self",
        },
        "type": type,
        "value": value,
        "verification": {
            "status": "pending" if type in REGISTERED else "unavailable",
            "verified_address": None,
            "verified_name": None,
        }
        if customer
        else None,
    }
    call.store.insert(tax_ids.KIND, tax_id)
    return tax_id


def _country(type: str, value: str) -> str | None:
    if type == "eu_oss_vat":
        return None
    country = value[:2].upper() if type == "eu_vat" else type[:2].upper()
    return {"EL": "GR", "XI": "GB"}.get(country, country)


def verify(call: Call, id: str) -> None:
    """The register has answered."""
    before = call.store.get(tax_ids.KIND, id)
    if before is None:
        return
    status = KNOWN[before["value"][-9:]]
    verified = status == "verified"
    answer = {
        "status": status,
        "verified_address": "123 TEST STREET" if verified else None,
        "verified_name": "TEST" if verified else None,
    }
    after = {**before, "verification": answer}
    call.store.replace(tax_ids.KIND, after)
    events.record(call, "customer.tax_id.updated", after, before)


def _customer(call: Call, id: str) -> str:
    customer = call.store.get("customer", id)
    if customer is None or customer.get("deleted"):
        raise no_such("customer", id, "id", 404)
    return id


def create(call: Call) -> Object:
    return add(call, _customer(call, call.id), call.params)


def list_ids(call: Call) -> Object:
    customer = _customer(call, call.id)
    return page(call, tax_ids.KIND, f"/v1/customers/{customer}/tax_ids", equal(json_field("customer"), customer))


def retrieve(call: Call) -> Object:
    tax_id = call.store.get(tax_ids.KIND, call.second_id)
    if tax_id is None or tax_id["customer"] != _customer(call, call.id):
        raise no_such("tax_id", call.second_id, "id", 404)
    return tax_id


def delete(call: Call) -> Object:
    return _delete(call, retrieve(call))


def _delete(call: Call, gone: Object) -> Object:
    call.store.delete(tax_ids.KIND, gone["id"])
    if gone["customer"]:
        scheduler.put(call.store, VERIFY, gone["id"], None, None)
        events.record(call, "customer.tax_id.deleted", gone)
    return {"id": gone["id"], "object": tax_ids.KIND, "deleted": True}


def _owner(call: Call) -> str | None:
    """Return the customer that a call names as the owner; None stands for the account itself."""
    owner = call.params.get("owner", {"type": "self"})
    if owner["type"] not in ("customer", "self"):
        raise not_here(f"`{owner['type']}`", "owner[type]")
    if owner["type"] == "self":
        return None
    if "customer" not in owner:
        raise missing_param("owner[customer]")
    customer = call.store.get("customer", owner["customer"])
    if customer is None or customer.get("deleted"):
        raise no_such("customer", owner["customer"], "owner[customer]")
    return str(customer["id"])


def create_for_owner(call: Call) -> Object:
    """Return a new tax id of the account, which no event tells of, or of a customer."""
    customer = _owner(call)
    return add(call, customer, call.params) if customer else _store(call, None, call.params, "value")


def list_of_owner(call: Call) -> Object:
    customer = _owner(call)
    return page(call, tax_ids.KIND, ALL, equal(json_field("customer"), customer) if customer else [OF_ACCOUNT])


def retrieve_any(call: Call) -> Object:
    tax_id = call.store.get(tax_ids.KIND, call.id)
    if tax_id is None:
        raise no_such("tax_id", call.id, "id", 404)
    return tax_id


def delete_any(call: Call) -> Object:
    return _delete(call, retrieve_any(call))


ALL = "/v1/tax_ids"
PATH = "/v1/customers/{id}/tax_ids"
ROUTES = (
    Route("POST", PATH, tax_ids.KIND, CREATE, create),
    Route("GET", PATH, tax_ids.KIND, LIST, list_ids, lists=True),
    Route("GET", f"{PATH}/{{id}}", tax_ids.KIND, ObjectParam({"expand": EXPAND}), retrieve),
    Route("DELETE", f"{PATH}/{{id}}", tax_ids.KIND, ObjectParam({}), delete),
    Route("POST", ALL, tax_ids.KIND, CREATE_FOR, create_for_owner),
    Route("GET", ALL, tax_ids.KIND, LIST_OF, list_of_owner, lists=True),
    Route("GET", f"{ALL}/{{id}}", tax_ids.KIND, ObjectParam({"expand": EXPAND}), retrieve_any),
    Route("DELETE", f"{ALL}/{{id}}", tax_ids.KIND, ObjectParam({}), delete_any),
)
API = Api(ROUTES, {VERIFY: verify})
