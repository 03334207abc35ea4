"""Tax ids of customers: their forms, what a register says of them, and how invoices show them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from stripe_billing_cli.local_stripe.billing.customers import CustomerChanged
from stripe_billing_cli.local_stripe.core import effects, events, identifiers, objects, scheduler
from stripe_billing_cli.local_stripe.core.errors import invalid
from stripe_billing_cli.local_stripe.core.lists import all_with
from stripe_billing_cli.local_stripe.core.parameters import nested_name
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object

KIND = "tax_id"
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
REGISTERED_TYPES = ("au_abn", "eu_vat", "gb_vat")
"""Types that there is a register for."""
STATUS_BY_ENDING = {"000000000": "verified", "111111111": "unverified"}
"""What a value of Stripe's test mode ends with, and what the register says of it."""


def list_for_invoice(call: Call, customer: str) -> list[Object]:
    """Return a customer's tax ids as an invoice shows them, oldest first."""
    tax_ids = all_with(call, KIND, "customer", customer)
    return [{"type": tax_id["type"], "value": tax_id["value"]} for tax_id in tax_ids]


def of_account(call: Call, settings: Mapping[str, Any], param: str) -> list[str] | None:
    """Return the account's own tax ids that settings of invoices name, None for none. Raises for one that is not there,
    or is a customer's."""
    ids = settings.get("account_tax_ids") or []
    for at, id in enumerate(ids):
        of_id = f"{nested_name(param, 'account_tax_ids')}[{at}]"
        if objects.find(call, KIND, id, of_id, noun="tax_id")["customer"] is not None:
            raise invalid(f"The tax id {id} is not one of the account.", of_id)
    return list(ids) or None


def check_value(params: Mapping[str, Any], param: str = "value") -> None:
    """Refuse, with `tax_id_invalid`, a value that cannot be one of its type."""
    form = FORMS.get(params["type"], ".+")
    if not re.fullmatch(form, params["value"].strip().upper()):
        raise invalid(f"Invalid value for {params['type']}.", param, "tax_id_invalid")


def add(call: Call, customer: str, params: Mapping[str, Any], param: str = "value") -> Object:
    """Return a new tax id of a customer, stored; what a register says of it comes a moment later."""
    tax_id = store(call, customer, params, param)
    events.record(call, "customer.tax_id.created", tax_id)
    effects.announce(call, CustomerChanged(customer))
    if tax_id["type"] in REGISTERED_TYPES and tax_id["value"][-9:] in STATUS_BY_ENDING:
        scheduler.put(call.store, VERIFY, tax_id["id"], call.real_now + 1, None)
    return tax_id


def store(call: Call, customer: str | None, params: Mapping[str, Any], param: str = "value") -> Object:
    """Return a new tax id of a customer, or of the account where there is none, stored."""
    check_value(params, param)
    type, value = params["type"], params["value"].strip()
    tax_id = {
        "id": identifiers.long_id(call, "txi"),
        "object": KIND,
        "country": _country(type, value),
        "created": call.now,
        "customer": customer,
        "owner": {
            "account": None,
            "customer": customer,
            "type": "customer" if customer else "self",
        },
        "type": type,
        "value": value,
        "verification": {
            "status": "pending" if type in REGISTERED_TYPES else "unavailable",
        }
        if customer
        else None,
    }
    call.store.insert(KIND, tax_id)
    return tax_id


def _country(type: str, value: str) -> str | None:
    if type == "eu_oss_vat":
        return None
    country = value[:2].upper() if type == "eu_vat" else type[:2].upper()
    return {"EL": "GR", "XI": "GB"}.get(country, country)


def verify(call: Call, id: str) -> None:
    """Write down what the register has answered about a tax id."""
    before = call.store.get(KIND, id)
    if before is None:
        return
    status = STATUS_BY_ENDING[before["value"][-9:]]
    is_verified = status == "verified"
    answer = {
        "status": status,
        "verified_address": "123 TEST STREET" if is_verified else None,
        "verified_name": "TEST" if is_verified else None,
    }
    after = {**before, "verification": answer}
    call.store.replace(KIND, after)
    events.record(call, "customer.tax_id.updated", after, before)
