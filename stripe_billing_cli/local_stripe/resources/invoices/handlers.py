"""The calls on invoices (https://docs.stripe.com/api/invoices)."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing import customers
from stripe_billing_cli.local_stripe.billing.invoicing import (
    attached_payments,
    collection,
    invoice_fields,
    invoice_items,
    invoices,
)
from stripe_billing_cli.local_stripe.billing.payments import payment_intents, payment_methods
from stripe_billing_cli.local_stripe.billing.payments.intent_errors import USED_UP
from stripe_billing_cli.local_stripe.billing.subscriptions import payment_status, repository
from stripe_billing_cli.local_stripe.core import clocks, events, objects, scheduler
from stripe_billing_cli.local_stripe.core.errors import (
    check_only_one,
    invalid,
    missing_param,
    no_such,
    unrecognized_url,
)
from stripe_billing_cli.local_stripe.core.lists import filter_conditions, json_field, page, timestamp_range
from stripe_billing_cli.local_stripe.core.metadata import merge_metadata, new_metadata
from stripe_billing_cli.local_stripe.core.parameters import EXPAND_ONLY, NO_PARAMETERS
from stripe_billing_cli.local_stripe.core.requests import AS_DOCUMENTED, Call, Route
from stripe_billing_cli.local_stripe.core.search import Kind, Searchable, SearchField
from stripe_billing_cli.local_stripe.core.store import Object
from stripe_billing_cli.local_stripe.resources.invoices import details, fields, revisions

KIND = "invoice"
CHANGED_WHEN_FINAL = ("auto_advance", "default_payment_method", "default_source", "expand", "metadata")


def retrieve(call: Call, param: str = "invoice") -> Object:
    invoice = call.store.get(KIND, call.id)
    if invoice is None and call.id == "upcoming":
        raise unrecognized_url("GET", f"{PATH}/upcoming")
    if invoice is None:
        raise no_such(KIND, call.id, param, 404)
    return invoice


def _load(call: Call, param: str = "id") -> tuple[Call, Object, Object]:
    """Return the invoice, its customer, and the call as of their time. What a missing one is called differs by the call
    (recorded, 2026-08-26.dahlia)."""
    invoice = retrieve(call, param)
    customer = customers.find(call, invoice["customer"])
    return clocks.at_time_of(call, customer), invoice, customer


def create(call: Call) -> Object:
    """Return a draft for a customer, of what is pending if that is asked for; with a subscription of "only … pending
    invoice items for that subscription" (`stripe/params/_invoice_create_params.py`)."""
    params = call.params
    if "from_invoice" in params:
        return revisions.create(call)
    if "customer" not in params:
        raise invalid("Missing required param: customer.", "customer", "parameter_missing")
    customer = customers.find(call, params["customer"])
    call = clocks.at_time_of(call, customer)
    subscription = _subscription(call, customer)
    currency = params.get("currency") or customer["currency"] or call.account["default_currency"]
    pending_items = _pending_items(call, customer, subscription, currency)
    settings = {
        "auto_advance": params.get("auto_advance", False),
        "collection_method": params.get("collection_method", "charge_automatically"),
        "default_payment_method": payment_methods.own_method(call, customer, params.get("default_payment_method")),
        "default_source": payment_methods.own_source(call, customer, params.get("default_source")),
        "metadata": new_metadata(params),
    }
    draft = invoices.new_draft(
        call,
        customer,
        [invoice_items.as_line(call, item) for item in pending_items],
        currency,
        reason="manual",
        subscription=subscription,
        **settings,
        due_date=details.due_date(call, settings["collection_method"], params),
    )
    if draft["collection_method"] == "send_invoice":
        customers.check_mailable(customer)
    invoice_items.bill(call, pending_items, draft["id"])
    return invoices.create(call, details.with_details(call, draft, customer))


def _pending_items(call: Call, customer: Object, subscription: Object | None, currency: str) -> list[Object]:
    """Return the pending items that go on it: "scheduled invoices for subscriptions other than the specified
    subscription will ignore the invoice item" (`stripe/params/_invoice_item_create_params.py`), and one that a call
    makes does not. With a subscription they are left out where the call says so."""
    behavior = call.params.get("pending_invoice_items_behavior", "exclude" if subscription is None else "include")
    if behavior == "exclude":
        return []
    if subscription is not None:
        return [item for item in invoice_items.pending_of(call, subscription) if item["parent"] is not None]
    return invoice_items.pending_of_customer(call, customer["id"], currency)


def _subscription(call: Call, customer: Object) -> Object | None:
    if "subscription" not in call.params:
        return None
    subscription = repository.find(call, call.params["subscription"])
    if subscription["customer"] != customer["id"]:
        raise no_such("subscription", subscription["id"], "subscription")
    return subscription


def update(call: Call) -> Object:
    """Update an invoice; "Once an invoice is finalized, you can no longer change most of its details"
    (`InvoiceService.update`)."""
    call, before, customer = _load(call)
    params = call.params
    refused_names = [name for name in params if name not in CHANGED_WHEN_FINAL]
    if before["status"] != "draft" and refused_names:
        raise invalid("Finalized invoices can't be updated in this way", refused_names[0])
    changes: Object = {}
    if before["status"] == "draft":
        after = details.with_details(call, before, customer)
        changes = {name: value for name, value in after.items() if value != before.get(name)}
    if "metadata" in params:
        changes["metadata"] = merge_metadata(before["metadata"], params["metadata"])
    changes |= payment_methods.own_defaults(call, customer)
    if params.keys() & {"collection_method", "days_until_due", "due_date"}:
        method = params.get("collection_method", before["collection_method"])
        keeps_due_date = method == before["collection_method"] == "send_invoice" and "days_until_due" not in params
        due = {"due_date": before["due_date"], **params} if keeps_due_date else params
        if method == "send_invoice" != before["collection_method"]:
            customers.check_mailable(customer)
        changes |= {"collection_method": method, "due_date": details.due_date(call, method, due)}
    if params.keys() & {"auto_advance", "automatically_finalizes_at"}:
        changes |= _advance(call, before, params.get("auto_advance", before["auto_advance"]))
    return invoices.amend(call, before["id"], **changes)


def _advance(call: Call, before: Object, advances: bool) -> Object:
    """Return whether Stripe goes on with an invoice by itself: a draft in an hour unless the call says when, an open
    one at the next attempt."""
    if before["status"] == "draft":
        changes = {"auto_advance": advances, "_finalizes_at": call.params.get("automatically_finalizes_at")}
        changes |= invoice_fields.finalization_fields({**before, **changes}, call.now)
        due = changes["automatically_finalizes_at"]
        scheduler.put(call.store, invoices.FINALIZE, before["id"], due, before["test_clock"])
        return changes
    if before["status"] != "open":
        return {}
    tries = advances and before["collection_method"] == "charge_automatically"
    at = call.now + invoices.HOUR if tries else None
    scheduler.put(call.store, invoices.RETRY, before["id"], at, before["test_clock"])
    return {"auto_advance": advances, "next_payment_attempt": at}


def list_invoices(call: Call) -> Object:
    parent = {"subscription": "parent.subscription_details.subscription"}
    conditions = filter_conditions(
        call, "status collection_method", reference_filters="customer subscription", fields=parent
    )
    return page(call, KIND, PATH, [*conditions, *timestamp_range(json_field("due_date"), call.params.get("due_date"))])


def finalize(call: Call) -> Object:
    call, invoice, _ = _load(call)
    if "auto_advance" in call.params:
        invoice = invoices.amend(call, invoice["id"], auto_advance=call.params["auto_advance"])
    return _finalize(call, invoice)


def _finalize(call: Call, invoice: Object) -> Object:
    """Finalise a draft, which is open then, or paid where nothing is due; the subscription hears of that. What advances
    by itself is charged within the hour (https://docs.stripe.com/invoicing/automatic-collection)."""
    after = invoices.finalize(call, invoice)
    if after["status"] == "paid":
        payment_status.note_payment(call, after, None)
        return after
    if after["auto_advance"] and after["collection_method"] == "charge_automatically":
        at = call.now + invoices.HOUR
        scheduler.put(call.store, invoices.RETRY, after["id"], at, after["test_clock"])
        after = invoices.amend(call, after["id"], next_payment_attempt=at)
    return after


def pay(call: Call) -> Object:
    """Charge the card named, else the default; a draft is finalised first. One that a bank is asked for stays open.

    Raises the card's decline as 402, and what the attempt left behind stays.
    """
    call, invoice, customer = _load(call)
    if invoice["status"] == "draft":
        invoice = _finalize(call, invoice)
        if invoice["status"] == "paid":
            return invoice
    invoices.check_payable(invoice)
    if call.params.get("paid_out_of_band"):
        payment_status.note_payment(call, invoices.mark_paid(call, invoice, out_of_band=True), None)
        return retrieve(call)
    subscription = invoices.find_subscription(call, invoice)
    method = _method(call, customer) or collection.default_method(call, customer, subscription, invoice)
    if method is None:
        raise collection.no_method()
    off_session = call.params.get("off_session", True)
    mandate = call.params.get("mandate") or None
    _, intent = collection.charge(call, invoice, method, off_session=off_session, automatic=False, mandate=mandate)
    if intent["status"] not in payment_intents.UNDERWAY:
        raise collection.payment_refused(call, intent, of_subscription=False).keep_effects()
    return retrieve(call)


def _method(call: Call, customer: Object) -> str | None:
    """Return the card that a call names: the customer's, or a test card of nobody's yet."""
    if "source" in call.params:
        check_only_one(call.params, "payment_method", "source")
        return payment_methods.own_source(call, customer, call.params["source"], "source")
    id = call.params.get("payment_method")
    if id is None:
        return None
    method = payment_methods.find_chargeable(call, id, "payment_method")
    if method["customer"] not in (None, customer["id"]):
        raise invalid(
            "The payment method you provided belongs to a customer; please include that customer in the "
            "`customer` parameter of the intent.",
            "payment_method",
        )
    if payment_methods.is_used_up(method):
        raise invalid(USED_UP, "payment_method")
    return str(method["id"])


def attach_payment(call: Call) -> Object:
    """Attach a payment intent, which pays a part of an open invoice."""
    call, invoice, _ = _load(call, "invoice")
    if "payment_intent" not in call.params:
        raise missing_param("payment_intent")
    intent = objects.find(call, payment_intents.KIND, call.params["payment_intent"], "payment_intent")
    return attached_payments.attach(call, invoice, intent)


def void(call: Call) -> Object:
    call, invoice, _ = _load(call)
    attached_payments.check_none_open(invoice, "voided")
    after = invoices.void(call, invoice)
    payment_status.note_void(call, after)
    return after


def mark_uncollectible(call: Call) -> Object:
    call, invoice, _ = _load(call)
    attached_payments.check_none_open(invoice, "marked uncollectible")
    after = invoices.mark_uncollectible(call, invoice)
    payment_status.note_loss(call, after)
    return after


def send(call: Call) -> Object:
    """Send an invoice; "Requests made in test-mode result in no emails being sent, despite sending an invoice.sent
    event" """
    call, invoice, _ = _load(call, "invoice")
    if invoice["collection_method"] != "send_invoice":
        raise invalid("You can only manually send an invoice if its collection method is 'send_invoice'.")
    if invoice["status"] == "paid":
        raise invalid(
            "This invoice cannot be sent right now. Please contact us via https://support.stripe.com/contact with "
            "details, so we can help."
        )
    if invoice["status"] in ("uncollectible", "void"):
        raise invalid(f"You cannot send an invoice that is {invoice['status']}.", code="invoice_not_editable")
    if invoice["status"] == "draft":
        invoice = _finalize(call, invoice)
        scheduler.put(call.store, invoices.OVERDUE, invoice["id"], invoice["due_date"], invoice["test_clock"])
    events.record(call, "invoice.sent", invoice)
    return invoice


def delete(call: Call) -> Object:
    """Delete a one-off draft, and the items on it (https://docs.stripe.com/api/invoices/delete; recorded)."""
    call, invoice, _ = _load(call, "invoice")
    if invoice["status"] != "draft":
        raise invalid("You can only delete draft invoices.")
    if invoices.subscription_of(invoice) is not None:
        raise invalid("You can't delete invoices created by subscriptions.")
    invoice_items.delete_with(call, invoice["id"])
    scheduler.put(call.store, invoices.FINALIZE, invoice["id"], None, None)
    call.store.delete(KIND, invoice["id"])
    events.record(call, "invoice.deleted", invoice)
    return {"id": invoice["id"], "object": KIND, "deleted": True}


PATH = "/v1/invoices"
SEARCH = Searchable(
    KIND,
    PATH,
    {
        "created": SearchField(Kind.NUMERIC),
        "currency": SearchField(),
        "customer": SearchField(),
        "last_finalization_error_code": SearchField(path="last_finalization_error.code"),
        "last_finalization_error_type": SearchField(path="last_finalization_error.type"),
        "number": SearchField(Kind.STRING),
        "receipt_number": SearchField(Kind.STRING),
        "status": SearchField(Kind.STRING),
        "subscription": SearchField(Kind.STRING, "parent.subscription_details.subscription"),
        "total": SearchField(Kind.NUMERIC),
    },
)
ROUTES = (
    SEARCH.route,
    Route("POST", PATH, KIND, fields.CREATE, create),
    Route("GET", PATH, KIND, fields.LIST, list_invoices, lists=True),
    Route("GET", f"{PATH}/{{id}}", KIND, EXPAND_ONLY, retrieve),
    Route("POST", f"{PATH}/{{id}}", KIND, fields.UPDATE, update),
    Route("DELETE", f"{PATH}/{{id}}", KIND, NO_PARAMETERS, delete),
    Route("POST", f"{PATH}/{{id}}/finalize", KIND, AS_DOCUMENTED, finalize),
    Route("POST", f"{PATH}/{{id}}/pay", KIND, AS_DOCUMENTED, pay),
    Route("POST", f"{PATH}/{{id}}/attach_payment", KIND, fields.ATTACH, attach_payment),
    Route("POST", f"{PATH}/{{id}}/void", KIND, EXPAND_ONLY, void),
    Route("POST", f"{PATH}/{{id}}/mark_uncollectible", KIND, EXPAND_ONLY, mark_uncollectible),
    Route("POST", f"{PATH}/{{id}}/send", KIND, EXPAND_ONLY, send),
)
