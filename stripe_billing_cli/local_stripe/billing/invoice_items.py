"""Invoice items: what waits for a customer's next invoice (https://docs.stripe.com/api/invoiceitems)."""

from __future__ import annotations

from stripe_billing_cli.local_stripe import events, identifiers
from stripe_billing_cli.local_stripe.billing import clocks, customers, lines
from stripe_billing_cli.local_stripe.billing.lines import Line
from stripe_billing_cli.local_stripe.calls import Call, Route
from stripe_billing_cli.local_stripe.errors import invalid, no_such
from stripe_billing_cli.local_stripe.lists import LIST_FIELDS, check_cursors, equal, json_field, page
from stripe_billing_cli.local_stripe.metadata import merged
from stripe_billing_cli.local_stripe.parameters import (
    EXPAND,
    Boolean,
    Currency,
    Hash,
    Integer,
    Metadata,
    Text,
    optional,
    required,
    unsettable,
    unsupported,
)
from stripe_billing_cli.local_stripe.store import Condition, Object

CREATE = Hash(
    {
        **required(customer=Text()),
        **optional(
            amount=Integer(),
            currency=Currency(),
            description=Text(),
            period=Hash(required(start=Integer(), end=Integer())),
            subscription=Text(),
        ),
        **unsettable(metadata=Metadata()),
        **unsupported("it adds items to the next invoice only", "invoice"),
        **unsupported(
            "its invoice items have an amount", "pricing price_data quantity quantity_decimal unit_amount_decimal"
        ),
        **unsupported("it computes no taxes", "tax_behavior tax_code tax_rates"),
        **unsupported("discount the subscription instead", "discountable discounts"),
        **unsupported("it has no accounts that are customers", "customer_account"),
        "expand": EXPAND,
    }
)
LIST = Hash(
    {
        **LIST_FIELDS,
        **optional(customer=Text(), invoice=Text(), pending=Boolean()),
        **unsupported("it has no accounts that are customers", "customer_account"),
    }
)


def pend(call: Call, customer: Object, line: Line, currency: str, subscription: str | None) -> Object:
    """Keep a line for the next invoice."""
    item = {
        "id": identifiers.long_id("ii"),
        "object": "invoiceitem",
        "amount": line.amount,
        "currency": currency,
        "customer": customer["id"],
        "customer_account": None,
        "date": call.now,
        "description": line.description,
        "discountable": not line.proration,
        "discounts": [],
        "frozen_fields": None,
        "invoice": None,
        "invoicing_rules": None,
        "livemode": False,
        "metadata": {},
        "net_amount": line.amount,
        "parent": None
        if subscription is None
        else {
            "subscription_details": {"subscription": subscription, "subscription_item": line.item},
            "type": "subscription_details",
        },
        "period": {"end": line.end, "start": line.start},
        "pricing": lines.priced(line.price, currency),
        "proration": line.proration,
        "proration_details": {"credited_items": None, "discount_amounts": []} if line.proration else None,
        "quantity": line.quantity,
        "quantity_decimal": str(line.quantity),
        "tax_rates": [],
        "test_clock": customer["test_clock"],
    }
    call.store.insert("invoiceitem", item)
    events.record(call, "invoiceitem.created", item)
    return item


def pending(call: Call, customer: str, subscription: str | None, currency: str) -> list[Object]:
    """What waits for an invoice: of this subscription, and of none; oldest first."""
    conditions = [
        *equal(json_field("customer"), customer),
        *equal(json_field("currency"), currency),
        Condition("json_extract(body, '$.invoice') IS NULL"),
    ]
    found = call.store.select("invoiceitem", conditions, newest_first=False, limit=250)
    return [item for item in found if _subscription(item) in (None, subscription)]


def pending_of(call: Call, subscription: Object) -> list[Object]:
    return pending(call, subscription["customer"], subscription["id"], subscription["currency"])


def _subscription(item: Object) -> str | None:
    details = (item["parent"] or {}).get("subscription_details") or {}
    found: str | None = details.get("subscription")
    return found


def as_line(call: Call, item: Object) -> Line:
    """The line of an invoice that a pending item becomes."""
    details = (item["parent"] or {}).get("subscription_details") or {}
    price = item["pricing"] and call.store.get("price", item["pricing"]["price_details"]["price"])
    return Line(
        item["amount"],
        item["description"] or "",
        item["period"]["start"],
        item["period"]["end"],
        price,
        item["quantity"],
        details.get("subscription_item"),
        item["proration"],
        item["id"],
    )


def bill(call: Call, items: list[Object], invoice: str) -> None:
    """They are on that invoice now."""
    for item in items:
        call.store.replace("invoiceitem", {**item, "invoice": invoice})


def create(call: Call) -> Object:
    params = call.params
    customer = customers.find(call, params["customer"])
    call = clocks.at_time_of(call, customer)
    if "amount" not in params:
        raise invalid("Missing required param: amount.", "amount", "parameter_missing")
    if "currency" not in params and customer["currency"] is None:
        raise invalid("Missing required param: currency.", "currency", "parameter_missing")
    if "subscription" in params and call.store.get("subscription", params["subscription"]) is None:
        raise no_such("subscription", params["subscription"], "subscription")
    period = params.get("period", {"start": call.now, "end": call.now})
    line = Line(params["amount"], params.get("description", ""), period["start"], period["end"], None, 1, None)
    item = pend(call, customer, line, params.get("currency") or customer["currency"], params.get("subscription"))
    if params.get("metadata"):
        item = {**item, "metadata": merged({}, params["metadata"])}
        call.store.replace("invoiceitem", item)
    return item


def retrieve(call: Call) -> Object:
    item = call.store.get("invoiceitem", call.id)
    if item is None:
        raise no_such("invoiceitem", call.id, "id", 404)
    return item


def delete(call: Call) -> Object:
    item = retrieve(call)
    if item["invoice"] is not None:
        raise invalid("You can only delete invoice items that are not on an invoice, or are on a draft.")
    call.store.delete("invoiceitem", item["id"])
    events.record(call, "invoiceitem.deleted", item)
    return {"id": item["id"], "object": "invoiceitem", "deleted": True}


def list_items(call: Call) -> Object:
    params = call.params
    conditions = [
        *equal(json_field("customer"), params.get("customer")),
        *equal(json_field("invoice"), params.get("invoice")),
    ]
    if "pending" in params:
        conditions.append(Condition(f"({json_field('invoice')} IS NULL) = ?", (int(params["pending"]),)))
    return page(call, "invoiceitem", "/v1/invoiceitems", conditions)


PATH = "/v1/invoiceitems"
ROUTES = (
    Route("POST", PATH, "invoiceitem", CREATE, create),
    Route("GET", PATH, "invoiceitem", LIST, list_items, check_cursors, lists=True),
    Route("GET", f"{PATH}/{{id}}", "invoiceitem", Hash({"expand": EXPAND}), retrieve),
    Route("DELETE", f"{PATH}/{{id}}", "invoiceitem", Hash({}), delete),
)
