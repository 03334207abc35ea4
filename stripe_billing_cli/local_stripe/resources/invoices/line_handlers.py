"""The calls on the lines of an invoice, and on its payments (https://docs.stripe.com/api/invoice-line-item)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stripe_billing_cli.local_stripe.billing import customers
from stripe_billing_cli.local_stripe.billing.discounts import discount
from stripe_billing_cli.local_stripe.billing.invoicing import invoice_items, lines, tax_amounts, taxes
from stripe_billing_cli.local_stripe.core import clocks, objects
from stripe_billing_cli.local_stripe.core.amount_parameters import Percent
from stripe_billing_cli.local_stripe.core.documented_form import form
from stripe_billing_cli.local_stripe.core.errors import ApiError, invalid, no_such
from stripe_billing_cli.local_stripe.core.lists import is_within, page_of
from stripe_billing_cli.local_stripe.core.metadata import merge_metadata
from stripe_billing_cli.local_stripe.core.parameters import EXPAND_ONLY, Choice, Integer
from stripe_billing_cli.local_stripe.core.requests import AS_DOCUMENTED, Call, Route
from stripe_billing_cli.local_stripe.core.store import Condition, Object

KIND = "line_item"
OF_LINES = {"*.discounts": discount.FORM, "*.percentage": Percent(), "*.quantity": Integer(0)}
MOST = {"lines": 250, "lines[].tax_amounts": tax_amounts.MOST}
ADD = form("POST /v1/invoices/{invoice}/add_lines", OF_LINES, most=MOST)
UPDATE_ALL = form("POST /v1/invoices/{invoice}/update_lines", OF_LINES, most=MOST)
REMOVE = form("POST /v1/invoices/{invoice}/remove_lines", most={"lines": 250})
UPDATE = form(
    "POST /v1/invoices/{invoice}/lines/{line_item_id}",
    {"discounts": discount.FORM, "*.percentage": Percent(), "quantity": Integer(0)},
    most={"tax_amounts": tax_amounts.MOST},
)
PAYMENTS = form(
    "GET /v1/invoice_payments",
    {"payment.type": Choice(("payment_intent",))},
    without="payment.payment_record",
)


def _draft(call: Call, param: str) -> tuple[Call, Object, Object]:
    """Return the draft whose lines are to change, its customer, and the call as of their time."""
    invoice = objects.find(call, "invoice", call.id, param, 404)
    if invoice["status"] != "draft":
        raise invalid("Invalid invoice: This invoice is no longer editable", code="invoice_not_editable")
    customer = customers.find(call, invoice["customer"])
    return clocks.at_time_of(call, customer), invoice, customer


def add(call: Call) -> Object:
    """Add lines, each of which is an invoice item: one that is pending, or one that is made for it."""
    call, draft, customer = _draft(call, "invoice")
    for at, line_data in enumerate(call.params["lines"]):
        if "invoice_item" in line_data:
            item = _find_pending(call, line_data["invoice_item"], customer, f"lines[{at}][invoice_item]")
            invoice_items.check_currency(draft, item["currency"], f"lines[{at}][invoice_item]")
        else:
            line = invoice_items.line_from_params(call, line_data, draft["currency"], f"lines[{at}]")
            item = invoice_items.add_pending(call, customer, line, draft["currency"], None)
            item = invoice_items.with_discounts(call, item, customer, line_data, f"lines[{at}]")
        item = {**item, "invoice": draft["id"]}
        call.store.replace(invoice_items.KIND, item)
        draft = invoice_items.put_on(call, draft, item)
        draft = _with_own(call, draft, draft["lines"]["data"][-1], line_data)
    return _announce_update(call, draft)


def _find_pending(call: Call, id: str, customer: Object, param: str) -> Object:
    item = call.store.get(invoice_items.KIND, id)
    if item is None or item["customer"] != customer["id"] or item.get("_deleted"):
        raise no_such("invoice item", id, param)
    if item["invoice"] is not None:
        raise invalid(f"The invoice item {id} is on an invoice already.", param)
    return item


def _announce_update(call: Call, draft: Object) -> Object:
    """Return the draft, with the metadata that the call sets of it."""
    if "invoice_metadata" not in call.params:
        return draft
    metadata = call.params["invoice_metadata"]
    after = {**draft, "metadata": merge_metadata(draft["metadata"], metadata)}
    call.store.replace("invoice", after)
    return after


def update_all(call: Call) -> Object:
    call, draft, _ = _draft(call, "invoice")
    for at, line_data in enumerate(call.params["lines"]):
        draft = _change_line(
            call, draft, line_data["id"], line_data, no_such(KIND, line_data["id"], f"lines[{at}][id]")
        )
    return _announce_update(call, draft)


def update(call: Call) -> Object:
    """Update one line, and answer the line."""
    call, draft, _ = _draft(call, "invoice")
    missing_error = no_such("line item", call.second_id, "line_item_id", 404)
    draft = _change_line(call, draft, call.second_id, call.params, missing_error)
    return _line(draft, call.second_id, missing_error)


def _line(draft: Object, id: str, missing_error: ApiError) -> Object:
    for line in draft["lines"]["data"]:
        if line["id"] == id:
            return dict(line)
    raise missing_error


def _change_line(call: Call, draft: Object, id: str, line_data: Mapping[str, Any], missing_error: ApiError) -> Object:
    line = _line(draft, id, missing_error)
    item = call.store.get(invoice_items.KIND, lines.item_of(line) or "")
    if item is None:
        return _change_period(call, draft, line, line_data)
    after = invoice_items.changed_item(
        call, item, {name: value for name, value in line_data.items() if name not in ("id", "metadata", "tax_amounts")}
    )
    call.store.replace(invoice_items.KIND, after)
    draft = invoice_items.put_on(call, draft, after)
    return _with_own(call, draft, _line(draft, id, missing_error), line_data)


def _change_period(call: Call, draft: Object, line: Object, line_data: Mapping[str, Any]) -> Object:
    """Return the draft with another line for the period of a subscription's item, which has the price of the item."""
    for name in ("amount", "price_data", "pricing", "quantity", "quantity_decimal"):
        if name in line_data:
            raise invalid(f"The local Stripe does not change the {name} of the lines of a subscription's period.", name)
    lines.check_period(line_data.get("period"))
    plain = ("description", "discountable", "period")
    after = {**line, **{name: line_data[name] for name in plain if name in line_data}}
    if "tax_rates" in line_data:
        after["_tax_rates"] = taxes.check_rates(call, line_data["tax_rates"], "tax_rates")
    if "discounts" in line_data:
        customer = customers.find(call, draft["customer"])
        on = discount.Redemption(customer, None, draft["currency"], line["amount"], {"invoice": draft["id"]})
        after["discounts"] = discount.redeem_for_part(call, line_data["discounts"], "discounts", on)
    after |= _own(call, line, line_data)
    line_objects = [after if one["id"] == line["id"] else one for one in draft["lines"]["data"]]
    return invoice_items.rewrite(call, draft, line_objects)


def _own(call: Call, line: Object, line_data: Mapping[str, Any]) -> Object:
    """Return what a call says of the line alone, and not of its item."""
    own: Object = {}
    if "metadata" in line_data:
        own["metadata"] = merge_metadata(line["metadata"], line_data["metadata"])
    if "tax_amounts" in line_data:
        own[tax_amounts.FIELD] = tax_amounts.of_line(call, line_data["tax_amounts"])
    return own


def _with_own(call: Call, draft: Object, line: Object, line_data: Mapping[str, Any]) -> Object:
    own = _own(call, line, line_data)
    if not own:
        return draft
    line_objects = [{**one, **own} if one["id"] == line["id"] else one for one in draft["lines"]["data"]]
    return invoice_items.rewrite(call, draft, line_objects)


def remove(call: Call) -> Object:
    """Remove lines: each line's item is deleted with it, or waits for another invoice."""
    call, draft, _ = _draft(call, "invoice")
    for at, line_data in enumerate(call.params["lines"]):
        line = _line(draft, line_data["id"], no_such(KIND, line_data["id"], f"lines[{at}][id]"))
        item = call.store.get(invoice_items.KIND, lines.item_of(line) or "")
        if item is not None and line_data["behavior"] == "delete":
            call.store.delete(invoice_items.KIND, item["id"])
        elif item is not None:
            call.store.replace(invoice_items.KIND, {**item, "invoice": None})
        draft = invoice_items.rewrite(call, draft, [one for one in draft["lines"]["data"] if one["id"] != line["id"]])
    return _announce_update(call, draft)


def list_lines(call: Call) -> Object:
    invoice = objects.find(call, "invoice", call.id, "invoice", 404)
    return page_of(call, invoice["lines"]["data"], f"/v1/invoices/{call.id}/lines", "line item")


def list_payments(call: Call) -> Object:
    """List the payments of one invoice, or of all invoices, newest first."""
    status = call.params.get("status")
    if "invoice" in call.params:
        invoice = objects.find(call, "invoice", call.params["invoice"], "invoice")
        all_invoices = [invoice]
    else:
        all_invoices = call.store.select("invoice", [], newest_first=True, limit=10_000)
    intent = call.params.get("payment", {}).get("payment_intent")
    payments = [
        one
        for invoice in all_invoices
        for one in invoice["payments"]["data"]
        if status in (None, one["status"])
        and intent in (None, one["payment"]["payment_intent"])
        and is_within(one["created"], call.params.get("created"))
    ]
    return page_of(call, payments, "/v1/invoice_payments", "invoice_payment")


def retrieve_payment(call: Call) -> Object:
    own = "SELECT 1 FROM json_each(body, '$.payments.data') WHERE json_extract(value, '$.id') = ?"
    for invoice in call.store.select("invoice", [Condition(f"EXISTS ({own})", (call.id,))], newest_first=True, limit=1):
        return next(dict(one) for one in invoice["payments"]["data"] if one["id"] == call.id)
    raise no_such("invoice_payment", call.id, "id", 404)


PATH = "/v1/invoices/{id}"
ROUTES = (
    Route("GET", f"{PATH}/lines", KIND, AS_DOCUMENTED, list_lines, lists=True),
    Route("POST", f"{PATH}/lines/{{id}}", KIND, UPDATE, update),
    Route("POST", f"{PATH}/add_lines", "invoice", ADD, add),
    Route("POST", f"{PATH}/update_lines", "invoice", UPDATE_ALL, update_all),
    Route("POST", f"{PATH}/remove_lines", "invoice", REMOVE, remove),
    Route("GET", "/v1/invoice_payments", "invoice_payment", PAYMENTS, list_payments, lists=True),
    Route("GET", "/v1/invoice_payments/{id}", "invoice_payment", EXPAND_ONLY, retrieve_payment),
)
