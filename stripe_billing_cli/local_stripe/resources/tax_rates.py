"""Tax rates (https://docs.stripe.com/api/tax_rates), as they were recorded of 2026-08-26.dahlia.

The percentage, and whether it is included in prices, never change; a rate is archived and never deleted.
"""

from __future__ import annotations

from stripe_billing_cli.local_stripe.core import events, identifiers
from stripe_billing_cli.local_stripe.core.amount_parameters import Percent
from stripe_billing_cli.local_stripe.core.errors import no_such
from stripe_billing_cli.local_stripe.core.lists import LIST_FIELDS, equal, json_field, page
from stripe_billing_cli.local_stripe.core.metadata import merged
from stripe_billing_cli.local_stripe.core.parameters import (
    EXPAND,
    Boolean,
    Choice,
    Metadata,
    ObjectParam,
    Text,
    optional,
    required,
    unsettable,
)
from stripe_billing_cli.local_stripe.core.requests import Api, Call, Route
from stripe_billing_cli.local_stripe.core.store import Object

KIND = "tax_rate"
TAX_TYPES = (
    "admissions_tax amusement_tax attendance_tax communications_tax digital_excise_tax entertainment_tax get_fund "
    "gross_receipts_tax gst hospitality_tax hst igst jct lease_tax luxury_tax mass_transit_parking_tax nhil "
    "parking_tax pst qst resort_tax retail_delivery_fee rst sales_tax service_tax tourism_tax utility_users_tax vat"
)
"""After the SDK's `_tax_rate_create_params.py`."""
DESCRIBED = optional(
    active=Boolean(),
    country=Text(),
    description=Text(),
    jurisdiction=Text(50),
    state=Text(),
    tax_type=Choice(tuple(TAX_TYPES.split())),
)
CREATE = ObjectParam(
    {
        **required(display_name=Text(50), inclusive=Boolean(), percentage=Percent()),
        **DESCRIBED,
        **optional(metadata=Metadata()),
        "expand": EXPAND,
    }
)
UPDATE = ObjectParam(
    {**DESCRIBED, **optional(display_name=Text(50)), **unsettable(metadata=Metadata()), "expand": EXPAND}
)
LIST = ObjectParam({**LIST_FIELDS, **optional(active=Boolean(), inclusive=Boolean())})


def create(call: Call) -> Object:
    params = call.params
    rate = {
        "id": identifiers.long_id(call, "txr"),
        "object": KIND,
        "active": params.get("active", True),
        "country": params.get("country"),
        "created": call.now,
        "description": params.get("description"),
        "display_name": params["display_name"],
        "effective_percentage": params["percentage"],
        "flat_amount": None,
        "inclusive": params["inclusive"],
        "jurisdiction": params.get("jurisdiction"),
        "jurisdiction_level": None,
        "livemode": False,
        "metadata": merged({}, params.get("metadata", {})),
        "percentage": params["percentage"],
        "rate_type": "percentage",
        "state": params.get("state"),
        "tax_type": params.get("tax_type"),
    }
    call.store.insert(KIND, rate)
    events.record(call, "tax_rate.created", rate)
    return rate


def retrieve(call: Call) -> Object:
    rate = call.store.get(KIND, call.id)
    if rate is None:
        raise no_such("tax rate", call.id, "tax_rate", 404)
    return rate


def update(call: Call) -> Object:
    before = retrieve(call)
    params = call.params
    rate = {**before, **{name: params[name] for name in (*DESCRIBED, "display_name") if name in params}}
    if "metadata" in params:
        rate["metadata"] = merged(before["metadata"], params["metadata"])
    if rate != before:
        call.store.replace(KIND, rate)
        events.record(call, "tax_rate.updated", rate, before)
    return rate


def list_rates(call: Call) -> Object:
    conditions = [
        *equal("active", call.params.get("active")),
        *equal(json_field("inclusive"), call.params.get("inclusive")),
    ]
    return page(call, KIND, PATH, conditions)


PATH = "/v1/tax_rates"
ROUTES = (
    Route("POST", PATH, KIND, CREATE, create),
    Route("GET", PATH, KIND, LIST, list_rates, lists=True),
    Route("GET", f"{PATH}/{{id}}", KIND, ObjectParam({"expand": EXPAND}), retrieve),
    Route("POST", f"{PATH}/{{id}}", KIND, UPDATE, update),
)
API = Api(ROUTES)
