"""Invoice items: what waits for a customer's next invoice (https://docs.stripe.com/api/invoiceitems)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from stripe_billing_cli.local_stripe import amounts, events, identifiers
from stripe_billing_cli.local_stripe.billing import clocks, customers, debits, invoices, lines, pricing
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
    Params,
    Text,
    optional,
    required,
    unsettable,
    unsupported,
)
from stripe_billing_cli.local_stripe.store import Condition, Object

PERIOD = Hash(required(start=Integer(), end=Integer()))
PRICED = "its invoice items have an amount, or a whole quantity of a price"
CREATE = Hash(
    {
        **required(customer=Text()),
        **optional(
            amount=Integer(),
            currency=Currency(),
            description=Text(),
            invoice=Text(),
            period=PERIOD,
            pricing=Hash(optional(price=Text())),
            quantity=Integer(0),
            subscription=Text(),
        ),
        **unsettable(metadata=Metadata()),
        **unsupported(PRICED, "price_data quantity_decimal unit_amount_decimal"),
        **unsupported("it computes no taxes", "tax_behavior tax_code tax_rates"),
        **unsupported("discount the subscription instead", "discountable discounts"),
        **unsupported("it has no accounts that are customers", "customer_account"),
        "expand": EXPAND,
    }
)
UPDATE = Hash(
    {
        **optional(amount=Integer(), description=Text(), period=PERIOD, quantity=Integer(0)),
        **unsettable(metadata=Metadata()),
        **unsupported(PRICED, "price_data pricing quantity_decimal unit_amount_decimal"),
        **unsupported("it computes no taxes", "tax_behavior tax_code tax_rates"),
        **unsupported("it applies no coupons to single items", "discountable discounts"),
        **unsupported("it has no invoicing rules", "invoicing_rules"),
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
        "id": identifiers.long_id(call, "ii"),
        "object": "invoiceitem",
        "_key": line.key,
        "amount": line.amount,
        "currency": currency,
        "customer": customer["id"],
        "customer_account": None,
        "date": call.now,
        "description": line.description,
        "discountable": not line.proration,
        "discounts": list(line.discounts),
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
        "pricing": lines.priced(line.price, line.unit_amount),
        "proration": line.proration,
        "proration_details": {"credited_items": line.credited, "discount_amounts": []}
        if line.proration and subscription is not None
        else None,
        "quantity": line.quantity,
        "quantity_decimal": amounts.plain(Decimal(line.quantity) if line.used is None else line.used),
        "tax_rates": [],
        "test_clock": customer["test_clock"],
    }
    call.store.insert("invoiceitem", item)
    events.record(call, "invoiceitem.created", item)
    return item


def pend_all(
    call: Call, customer: Object, billed: Sequence[Line], currency: str, subscription: str | None
) -> list[Object]:
    """Keep lines, which are in the order of an invoice: the first is made last, since the newest is listed first."""
    made = [pend(call, customer, line, currency, subscription) for line in reversed(billed)]
    return made[::-1]


def as_pending(call: Call, billed: Sequence[Line]) -> list[Line]:
    """The lines of a preview as they will be once they are invoice items."""
    return [replace(line, invoice_item=identifiers.long_id(call, "ii")) for line in billed]


def pending(call: Call, customer: str, subscription: str | None, currency: str) -> list[Object]:
    """What waits for an invoice: of this subscription, and of none; newest first, as lines are ("pending invoice items
    (including prorations) in reverse chronological order", `lines` in `stripe/_invoice.py`)."""
    conditions = [
        *equal(json_field("customer"), customer),
        *equal(json_field("currency"), currency),
        Condition("json_extract(body, '$.invoice') IS NULL"),
    ]
    found = call.store.select("invoiceitem", conditions, newest_first=True, limit=250)
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
        used=Decimal(item["quantity_decimal"]),
        discounts=tuple(item["discounts"]),
        unit_amount=item["pricing"] and item["pricing"]["unit_amount_decimal"],
        key=item.get("_key") or item["id"],
        credited=debits.resolved(call, (item["proration_details"] or {}).get("credited_items")),
    )


def bill(call: Call, items: list[Object], invoice: str) -> None:
    """They are on that invoice now."""
    for item in items:
        call.store.replace("invoiceitem", {**item, "invoice": invoice})


def create(call: Call) -> Object:
    """An amount, or a quantity of a one-time price, for the customer's next invoice or a draft of theirs."""
    params = call.params
    customer = customers.find(call, params["customer"])
    call = clocks.at_time_of(call, customer)
    currency = params.get("currency") or customer["currency"]
    price = _price(call, params)
    if price is not None:
        currency = currency or price["currency"]
    elif "amount" not in params:
        raise invalid("Missing required param: amount.", "amount", "parameter_missing")
    if currency is None:
        raise invalid("Missing required param: currency.", "currency", "parameter_missing")
    if customer["currency"] not in (None, currency):
        raise invalid(
            "You cannot combine currencies on a single customer. This customer has an active subscription, "
            f"subscription schedule, discount, quote, or invoice item with currency {customer['currency']}."
        )
    if "subscription" in params and call.store.get("subscription", params["subscription"]) is None:
        raise no_such("subscription", params["subscription"], "subscription")
    draft = _draft(call, params["invoice"], customer) if "invoice" in params else None
    line = _line(call, params, price, currency)
    if customer["currency"] is None:
        customers.save(call, customer, {**customer, "currency": currency})
    item = pend(call, customer, line, currency, params.get("subscription"))
    item = {**item, "metadata": merged({}, params.get("metadata") or {}), "invoice": draft and draft["id"]}
    call.store.replace("invoiceitem", item)
    if draft is not None:
        _put_on(call, draft, item)
    return item


def release(call: Call, invoice: str) -> None:
    """What was on a draft that is deleted waits for another."""
    for item in call.store.select("invoiceitem", equal(json_field("invoice"), invoice), newest_first=False, limit=250):
        call.store.replace("invoiceitem", {**item, "invoice": None})


def _price(call: Call, params: Params) -> Object | None:
    id = params.get("pricing", {}).get("price")
    return None if id is None else one_time_price(call, id, "pricing[price]")


def one_time_price(call: Call, id: str, param: str) -> Object:
    """The price that a parameter names, if it can be billed once."""
    price = call.store.get("price", id)
    if price is None:
        raise no_such("price", id, param)
    if not price["active"]:
        raise invalid("The price specified is inactive. This field only accepts active prices.", param)
    if price["recurring"] is not None:
        raise invalid(
            "The price specified is set to `type=recurring` but this field only accepts prices with `type=one_time`.",
            param,
        )
    return price


def _line(call: Call, params: Params, price: Object | None, currency: str) -> Line:
    period = params.get("period", {"start": call.now, "end": call.now})
    quantity = params.get("quantity", 1)
    if price is None:
        return Line(params["amount"], params.get("description", ""), period["start"], period["end"], None, 1, None)
    line = of_price(call, price, quantity, currency, (period["start"], period["end"]), "pricing[price]")
    return replace(line, description=params.get("description") or line.description)


def of_price(call: Call, price: Object, quantity: int, currency: str, period: tuple[int, int], param: str) -> Line:
    """So many of a one-time price."""
    if currency not in price["currency_options"]:
        raise invalid(
            f"The price specified only supports `{price['currency']}`. This doesn't match the expected currency: "
            f"`{currency}`.",
            param,
        )
    product = call.store.get("product", price["product"])
    description = product["name"] if product else price["product"]
    amount = pricing.amount(price, currency, quantity)
    unit_amount = pricing.unit_amount_decimal(price, currency)
    return Line(amount, description, *period, price, quantity, None, unit_amount=unit_amount)


def _draft(call: Call, id: str, customer: Object) -> Object:
    draft = call.store.get("invoice", id)
    if draft is None or draft["customer"] != customer["id"]:
        raise no_such("invoice", id, "invoice")
    if draft["status"] != "draft":
        raise invalid(
            "You can only add invoice items to an invoice that is a draft.", "invoice", "invoice_not_editable"
        )
    return draft


def _put_on(call: Call, draft: Object, item: Object) -> None:
    """A draft with a line for this item, in place of the one it had."""
    shown = lines.shown(call, as_line(call, item), draft["currency"], draft["id"], _subscription(item))
    kept = [line for line in draft["lines"]["data"] if _item_of(line) != item["id"]]
    _rewrite(call, draft, [*kept, shown])


def _item_of(line: Object) -> str | None:
    details = line["parent"]["invoice_item_details"] or line["parent"]["subscription_item_details"] or {}
    found: str | None = details.get("invoice_item")
    return found


def _rewrite(call: Call, draft: Object, billed: list[Object]) -> None:
    after = invoices.retotaled(call, draft, billed)
    call.store.replace("invoice", after)
    events.record(call, "invoice.updated", after, draft)


def retrieve(call: Call) -> Object:
    item = call.store.get("invoiceitem", call.id)
    if item is None:
        raise no_such("invoiceitem", call.id, "id", 404)
    return item


def _draft_of(call: Call, item: Object, action: str) -> Object | None:
    """The draft that an item is on, None for one that is pending. Raises where its invoice is finalised."""
    invoice = call.store.get("invoice", item["invoice"]) if item["invoice"] else None
    if invoice is not None and invoice["status"] != "draft":
        raise invalid(
            f"You can only {action} invoice items that are not on an invoice, or are on a draft.",
            code="invoice_not_editable",
        )
    return invoice


def update(call: Call) -> Object:
    before = retrieve(call)
    params = call.params
    draft = _draft_of(call, before, "update")
    if "amount" in params and before["proration"]:
        raise invalid("You cannot update the amount of an invoice item that is a proration.", "amount")
    after = {**before, **{name: params[name] for name in ("amount", "description", "period") if name in params}}
    after["net_amount"] = after["amount"]
    if "quantity" in params:
        price = before["pricing"] and call.store.get("price", before["pricing"]["price_details"]["price"])
        if price is None:
            raise invalid("You cannot set the quantity of an invoice item that has an amount and no price.", "quantity")
        amount = pricing.amount(price, before["currency"], params["quantity"])
        after |= {"quantity": params["quantity"], "quantity_decimal": str(params["quantity"])}
        after |= {"amount": amount, "net_amount": amount}
    if "metadata" in params:
        after["metadata"] = {} if params["metadata"] is None else merged(before["metadata"], params["metadata"])
    call.store.replace("invoiceitem", after)
    if draft is not None:
        _put_on(call, draft, after)
    return after


def delete(call: Call) -> Object:
    item = retrieve(call)
    draft = _draft_of(call, item, "delete")
    call.store.delete("invoiceitem", item["id"])
    events.record(call, "invoiceitem.deleted", item)
    if draft is not None:
        _rewrite(call, draft, [line for line in draft["lines"]["data"] if _item_of(line) != item["id"]])
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
    Route("POST", f"{PATH}/{{id}}", "invoiceitem", UPDATE, update),
    Route("DELETE", f"{PATH}/{{id}}", "invoiceitem", Hash({}), delete),
)
