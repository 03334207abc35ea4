"""The calls on invoices (https://docs.stripe.com/api/invoices)."""

from __future__ import annotations

from stripe_billing_cli.local_stripe import events
from stripe_billing_cli.local_stripe.billing import (
    clocks,
    collection,
    customers,
    invoice_items,
    invoices,
    payments,
)
from stripe_billing_cli.local_stripe.billing.subscriptions import stored
from stripe_billing_cli.local_stripe.calls import Call, Route
from stripe_billing_cli.local_stripe.errors import ApiError, invalid, no_such
from stripe_billing_cli.local_stripe.lists import LIST_FIELDS, check_cursors, equal, json_field, moments, page
from stripe_billing_cli.local_stripe.metadata import merged
from stripe_billing_cli.local_stripe.parameters import (
    EXPAND,
    Boolean,
    Choice,
    Currency,
    Hash,
    Integer,
    Metadata,
    Moments,
    Text,
    optional,
    unsettable,
    unsupported,
)
from stripe_billing_cli.local_stripe.store import Object

KIND = "invoice"
COLLECTION = Choice(("charge_automatically", "send_invoice"))
PLAIN = "it renders no invoices"
CREATE = Hash(
    {
        **optional(
            auto_advance=Boolean(),
            collection_method=COLLECTION,
            currency=Currency(),
            customer=Text(),
            days_until_due=Integer(0),
            description=Text(),
            pending_invoice_items_behavior=Choice(("exclude", "include")),
            subscription=Text(),
        ),
        **unsettable(metadata=Metadata()),
        **unsupported("it has no accounts that are customers", "customer_account"),
        **unsupported("it has no connected accounts", "application_fee_amount issuer on_behalf_of transfer_data"),
        **unsupported("it computes no taxes", "account_tax_ids automatic_tax default_tax_rates"),
        **unsupported("discount the subscription instead", "discounts"),
        **unsupported("it has no sources; use a payment method", "default_source"),
        **unsupported(PLAIN, "custom_fields footer from_invoice number rendering shipping_cost shipping_details"),
        **unsupported(PLAIN, "statement_descriptor effective_at"),
        **unsupported("say how many days_until_due", "due_date"),
        **unsupported("an invoice is finalised an hour after it is made", "automatically_finalizes_at"),
        **unsupported("it pays by the customer's default card", "default_payment_method payment_settings"),
        "expand": EXPAND,
    }
)
LIST = Hash(
    {
        **LIST_FIELDS,
        **optional(
            collection_method=COLLECTION,
            customer=Text(),
            due_date=Moments(),
            status=Choice(("draft", "open", "paid", "uncollectible", "void")),
            subscription=Text(),
        ),
        **unsupported("it has no accounts that are customers", "customer_account"),
    }
)
RETRIEVE = Hash({"expand": EXPAND})
FINALIZE = Hash({**optional(auto_advance=Boolean()), "expand": EXPAND})
PAY = Hash(
    {
        **optional(off_session=Boolean(), paid_out_of_band=Boolean(), payment_method=Text()),
        **unsupported("it charges cards at once and in full", "forgive mandate"),
        **unsupported("it has no sources; use a payment method", "source"),
        "expand": EXPAND,
    }
)
PAYMENTS = Hash(
    {
        **{name: field for name, field in LIST_FIELDS.items() if name != "created"},
        **optional(invoice=Text(), status=Choice(("canceled", "open", "paid"))),
        **unsupported("list the payments of one invoice", "created payment"),
    }
)


def retrieve(call: Call) -> Object:
    invoice = call.store.get(KIND, call.id)
    if invoice is None:
        raise no_such(KIND, call.id, "invoice", 404)
    return invoice


def _loaded(call: Call) -> tuple[Call, Object, Object]:
    """The invoice, its customer, and the call as of their time."""
    invoice = retrieve(call)
    customer = customers.find(call, invoice["customer"])
    return clocks.at_time_of(call, customer), invoice, customer


def create(call: Call) -> Object:
    """A draft of what is pending, for a customer."""
    params = call.params
    if "customer" not in params:
        raise invalid("Missing required param: customer.", "customer", "parameter_missing")
    customer = customers.find(call, params["customer"])
    call = clocks.at_time_of(call, customer)
    subscription = stored.find(call, params["subscription"]) if "subscription" in params else None
    currency = params.get("currency") or customer["currency"] or call.account["default_currency"]
    included = params.get("pending_invoice_items_behavior", "exclude") == "include" or subscription is not None
    held = (
        invoice_items.pending(call, customer["id"], subscription["id"] if subscription else None, currency)
        if included
        else []
    )
    if subscription is not None and not held:
        raise invalid("Nothing to invoice for subscription", code="invoice_no_subscription_line_items")
    sent = params.get("collection_method") == "send_invoice"
    draft = invoices.drafted(
        call,
        customer,
        [invoice_items.as_line(call, item) for item in held],
        currency,
        reason="subscription_update" if subscription else "manual",
        subscription=subscription,
        auto_advance=params.get("auto_advance", False),
        collection_method="send_invoice" if sent else "charge_automatically",
        description=params.get("description"),
        due_date=call.now + params.get("days_until_due", 30) * invoices.DAY if sent else None,
        metadata=merged({}, params.get("metadata") or {}),
    )
    invoice_items.bill(call, held, draft["id"])
    return invoices.create(call, draft)


def list_invoices(call: Call) -> Object:
    params = call.params
    conditions = [
        *equal(json_field("customer"), params.get("customer")),
        *equal(json_field("status"), params.get("status")),
        *equal(json_field("collection_method"), params.get("collection_method")),
        *equal(json_field("parent.subscription_details.subscription"), params.get("subscription")),
        *moments(json_field("due_date"), params.get("due_date")),
    ]
    return page(call, KIND, "/v1/invoices", conditions)


def finalize(call: Call) -> Object:
    call, invoice, customer = _loaded(call)
    if "auto_advance" in call.params:
        invoice = {**invoice, "auto_advance": call.params["auto_advance"]}
    return invoices.finalize(call, invoice, customer)


def pay(call: Call) -> Object:
    call, invoice, customer = _loaded(call)
    if invoice["status"] == "draft":
        invoice = invoices.finalize(call, invoice, customer)
        if invoice["status"] == "paid":
            return invoice
    invoices.check_payable(invoice)
    if call.params.get("paid_out_of_band"):
        invoices.paid(call, invoice, invoice["amount_due"], out_of_band=True)
        collection.paid_elsewhere(call, retrieve(call))
        return retrieve(call)
    method = call.params.get("payment_method") or collection.default_method(
        call, customer, collection.subscription_of(call, invoice)
    )
    if method is None:
        raise collection.no_method()
    paid, intent = collection.charge(call, invoice, method, off_session=call.params.get("off_session", True))
    if intent["status"] == "succeeded":
        return paid
    raise _not_paid(call, intent).keeping()


def _not_paid(call: Call, intent: Object) -> ApiError:
    if intent["last_payment_error"] is not None:
        return payments.card_error(call, intent)
    return ApiError(
        402,
        "This payment requires additional user action before it can be completed successfully. Payment can be "
        "completed using the PaymentIntent associated with the invoice.",
        "invoice_payment_intent_requires_action",
        type="card_error",
    )


def void(call: Call) -> Object:
    call, invoice, _ = _loaded(call)
    after = invoices.void(call, invoice)
    collection.given_up(call, after)
    return after


def mark_uncollectible(call: Call) -> Object:
    call, invoice, _ = _loaded(call)
    return invoices.mark_uncollectible(call, invoice)


def send(call: Call) -> Object:
    """Nobody is written to; the invoice is finalised, and told to have been sent."""
    call, invoice, customer = _loaded(call)
    if invoice["status"] == "draft":
        invoice = invoices.finalize(call, invoice, customer)
    events.record(call, "invoice.sent", invoice)
    return invoice


def delete(call: Call) -> Object:
    call, invoice, _ = _loaded(call)
    if invoice["status"] != "draft" or invoice["parent"] is not None:
        raise invalid("You can only delete draft invoices that are not of a subscription.", code="invoice_not_editable")
    call.store.delete(KIND, invoice["id"])
    events.record(call, "invoice.deleted", invoice)
    return {"id": invoice["id"], "object": KIND, "deleted": True}


def list_lines(call: Call) -> Object:
    lines = retrieve(call)["lines"]["data"]
    return _slice(call, lines, f"/v1/invoices/{call.id}/lines")


def list_payments(call: Call) -> Object:
    if "invoice" not in call.params:
        raise invalid("The local Stripe lists the payments of one invoice: name it with `invoice`.", "invoice")
    invoice = call.store.get(KIND, call.params["invoice"])
    if invoice is None:
        raise no_such(KIND, call.params["invoice"], "invoice")
    wanted = call.params.get("status")
    found = [one for one in invoice["payments"]["data"] if wanted in (None, one["status"])]
    return _slice(call, found, "/v1/invoice_payments")


def _slice(call: Call, objects: list[Object], url: str) -> Object:
    """A page of what is stored within another object, in its order there."""
    ids = [one["id"] for one in objects]
    start, limit = 0, call.params.get("limit", 10)
    if "starting_after" in call.params:
        if call.params["starting_after"] not in ids:
            raise no_such("line item", call.params["starting_after"], "starting_after")
        start = ids.index(call.params["starting_after"]) + 1
    shown = objects[start : start + limit]
    return {"object": "list", "data": shown, "has_more": start + limit < len(objects), "url": url}


PATH = "/v1/invoices"
LINES = Hash({name: field for name, field in LIST_FIELDS.items() if name not in ("created", "ending_before")})
ROUTES = (
    Route("POST", PATH, KIND, CREATE, create),
    Route("GET", PATH, KIND, LIST, list_invoices, check_cursors, lists=True),
    Route("GET", f"{PATH}/{{id}}", KIND, RETRIEVE, retrieve),
    Route("DELETE", f"{PATH}/{{id}}", KIND, Hash({}), delete),
    Route("POST", f"{PATH}/{{id}}/finalize", KIND, FINALIZE, finalize),
    Route("POST", f"{PATH}/{{id}}/pay", KIND, PAY, pay),
    Route("POST", f"{PATH}/{{id}}/void", KIND, RETRIEVE, void),
    Route("POST", f"{PATH}/{{id}}/mark_uncollectible", KIND, RETRIEVE, mark_uncollectible),
    Route("POST", f"{PATH}/{{id}}/send", KIND, RETRIEVE, send),
    Route("GET", f"{PATH}/{{id}}/lines", "line_item", LINES, list_lines, lists=True),
    Route("GET", "/v1/invoice_payments", "invoice_payment", PAYMENTS, list_payments, check_cursors, lists=True),
)
