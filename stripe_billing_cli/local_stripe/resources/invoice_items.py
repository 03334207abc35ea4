"""The calls on invoice items (https://docs.stripe.com/api/invoiceitems)."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing import customers
from stripe_billing_cli.local_stripe.billing.discounts import discount
from stripe_billing_cli.local_stripe.billing.invoicing import invoice_items
from stripe_billing_cli.local_stripe.core import clocks, events, objects
from stripe_billing_cli.local_stripe.core.documented_form import form
from stripe_billing_cli.local_stripe.core.errors import ApiError, invalid, no_such
from stripe_billing_cli.local_stripe.core.lists import filter_conditions, json_field, page
from stripe_billing_cli.local_stripe.core.metadata import new_metadata
from stripe_billing_cli.local_stripe.core.parameters import EXPAND_ONLY, NO_PARAMETERS, Integer
from stripe_billing_cli.local_stripe.core.requests import AS_DOCUMENTED, Api, Call, Route
from stripe_billing_cli.local_stripe.core.store import Condition, Object

KIND = invoice_items.KIND
CREATE = form(
    "POST /v1/invoiceitems",
    {"discounts": discount.FORM, "quantity": Integer(0)},
    required_names="customer",
)
UPDATE = form(
    "POST /v1/invoiceitems/{invoiceitem}",
    {"discounts": discount.FORM, "quantity": Integer(0)},
    refusals={"it has no invoicing rules": "invoicing_rules"},
)


def create(call: Call) -> Object:
    """Make an item of an amount, or of a quantity of a one-time price, for the customer's next invoice or a draft of
    theirs."""
    params = call.params
    customer = customers.find(call, params["customer"])
    call = clocks.at_time_of(call, customer)
    draft = _draft(call, params["invoice"], customer) if "invoice" in params else None
    draft_or_customer = draft or customer
    currency = params.get("currency") or draft_or_customer["currency"] or _currency_of_price(call)
    if currency is None:
        price_fields = invoice_items.PRICED_BY & params.keys()
        name = "currency" if price_fields else "amount"
        raise invalid(f"Missing required param: {name}.", name, "parameter_missing")
    if draft is not None:
        invoice_items.check_currency(draft, currency, "currency")
    if "subscription" in params:
        objects.find(call, "subscription", params["subscription"], "subscription")
    line = invoice_items.line_from_params(call, params, currency)
    if customer["currency"] is None:
        customers.save(call, customer, {**customer, "currency": currency})
    item = invoice_items.add_pending(call, customer, line, currency, params.get("subscription"))
    item = invoice_items.with_discounts(call, item, customer, params)
    item |= {"metadata": new_metadata(params), "invoice": draft and draft["id"]}
    call.store.replace(KIND, item)
    if draft is not None:
        invoice_items.put_on(call, draft, item)
    return item


def _currency_of_price(call: Call) -> str | None:
    if (price_data := call.params.get("price_data")) is not None:
        return str(price_data["currency"])
    price = call.store.get("price", call.params.get("pricing", {}).get("price", ""))
    return str(price["currency"]) if price else None


def _draft(call: Call, id: str, customer: Object) -> Object:
    draft = call.store.get("invoice", id)
    if draft is None or draft["customer"] != customer["id"]:
        raise no_such("invoice", id, "invoice")
    if draft["status"] != "draft":
        raise invalid(
            "You can only add invoice items to an invoice that is a draft.", "invoice", "invoice_not_editable"
        )
    return draft


def no_such_item(id: str) -> ApiError:
    """Return the refusal of an unknown invoice item, in words that no other object has (recorded,
    2026-08-26.dahlia).
    """
    return ApiError(404, f"No such Invoice Item: '{id}'(livemode=false)", "resource_missing", "id")


def retrieve(call: Call) -> Object:
    item = call.store.get(KIND, call.id)
    if item is None or item.get("_deleted"):
        raise no_such_item(call.id)
    return item


def _with_draft(call: Call) -> tuple[Object, Object | None, bool]:
    """Return the item, the draft that it is on, if it is on one, and whether it may change: its invoice is not
    final."""
    item = call.store.get(KIND, call.id)
    if item is None:
        raise no_such_item(call.id)
    invoice = call.store.get("invoice", item["invoice"]) if item["invoice"] else None
    return item, invoice, item["invoice"] is None or (invoice is not None and invoice["status"] == "draft")


def update(call: Call) -> Object:
    before, draft, is_open = _with_draft(call)
    if before.get("_deleted"):
        raise invalid("This invoice item has been deleted.")
    if not is_open:
        raise invalid(
            "You can only update invoice items that are not on an invoice, or are on a draft.",
            code="invoice_not_editable",
        )
    after = invoice_items.changed_item(call, before, call.params)
    call.store.replace(KIND, after)
    if draft is not None:
        invoice_items.put_on(call, draft, after)
    return after


def delete(call: Call) -> Object:
    item, draft, is_open = _with_draft(call)
    if not is_open:
        raise invalid("Can't delete an invoice item that is attached to an invoice that is no longer editable")
    call.store.delete(KIND, item["id"])
    events.record(call, "invoiceitem.deleted", item)
    if draft is not None:
        invoice_items.take_off(call, draft, item["id"])
    return {"id": item["id"], "object": KIND, "deleted": True}


def list_items(call: Call) -> Object:
    params = call.params
    conditions = [
        *filter_conditions(call, "", reference_filters="customer invoice"),
        Condition(f"{json_field('_deleted')} IS NULL"),
    ]
    if "pending" in params:
        conditions.append(Condition(f"({json_field('invoice')} IS NULL) = ?", (int(params["pending"]),)))
    return page(call, KIND, PATH, conditions)


PATH = "/v1/invoiceitems"
ROUTES = (
    Route("POST", PATH, KIND, CREATE, create),
    Route("GET", PATH, KIND, AS_DOCUMENTED, list_items, lists=True),
    Route("GET", f"{PATH}/{{id}}", KIND, EXPAND_ONLY, retrieve),
    Route("POST", f"{PATH}/{{id}}", KIND, UPDATE, update),
    Route("DELETE", f"{PATH}/{{id}}", KIND, NO_PARAMETERS, delete),
)
API = Api(ROUTES)
