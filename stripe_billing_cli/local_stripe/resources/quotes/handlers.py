"""The calls on quotes, from draft to what is accepted (https://docs.stripe.com/api/quotes)."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing import customers
from stripe_billing_cli.local_stripe.billing.discounts import discount
from stripe_billing_cli.local_stripe.billing.invoicing import automatic_tax, customer_currency, taxes
from stripe_billing_cli.local_stripe.billing.quotes import computed, quote
from stripe_billing_cli.local_stripe.core import clocks, events, identifiers, objects, shapes, times
from stripe_billing_cli.local_stripe.core.errors import invalid
from stripe_billing_cli.local_stripe.core.lists import list_handler, list_object, page_of
from stripe_billing_cli.local_stripe.core.metadata import changed_metadata, merge_metadata
from stripe_billing_cli.local_stripe.core.parameters import EXPAND_ONLY
from stripe_billing_cli.local_stripe.core.requests import AS_DOCUMENTED, Call, Route
from stripe_billing_cli.local_stripe.core.store import Object
from stripe_billing_cli.local_stripe.resources.quotes import acceptance, fields, line_items, pdf_file

KIND, PATH = quote.KIND, "/v1/quotes"
PLAIN = ("description", "footer", "header")
CLONED_FIELDS = (
    "automatic_tax collection_method currency customer default_tax_rates description discounts footer header "
    "invoice_settings metadata subscription_data"
)
"""What a clone has of the quote that it is made from."""
OPEN_MAY = frozenset({"expand", "expires_at"})
""" "You can only edit the expiration date" of an open quote (https://docs.stripe.com/quotes/overview)."""


def create(call: Call) -> Object:
    params = call.params
    if "from_quote" in params:
        return _clone(call)
    customer = customers.find_optional(call)
    clock = customer["test_clock"] if customer else params.get("test_clock")
    requested_clock = params.get("test_clock", clock)
    if requested_clock is not None:
        objects.find(call, clocks.KIND, requested_clock, "test_clock", noun="billingclock")
    if requested_clock != clock:
        raise invalid("The test clock of a quote must be the one of its customer.", "test_clock")
    call = clocks.at_time_of(call, {"test_clock": clock})
    new_quote = _change(call, _blank(call, clock), customer)
    return _store(call, new_quote)


def _store(call: Call, new_quote: Object) -> Object:
    call.store.insert(KIND, new_quote)
    quote.plan_expiry(call, new_quote)
    events.record(call, "quote.created", new_quote)
    return new_quote


def _blank(call: Call, clock: str | None) -> Object:
    """Return a draft of which nothing is said yet."""
    id = identifiers.long_id(call, "qt")
    return {
        **shapes.blank(KIND),
        "id": id,
        "object": KIND,
        "_revises": None,
        "automatic_tax": automatic_tax.on_bill(False),
        "collection_method": "charge_automatically",
        "created": call.now,
        "default_tax_rates": [],
        "discounts": [],
        "expires_at": call.now + quote.DAYS_OPEN * quote.DAY,
        "invoice_settings": {
            "custom_fields": None,
            "days_until_due": None,
            "description": None,
            "footer": None,
            "issuer": {"account": None, "type": "self"},
        },
        "line_items": list_object([], False, f"{PATH}/{id}/line_items"),
        "metadata": {},
        "status": "draft",
        "status_transitions": {"accepted_at": None, "canceled_at": None, "finalized_at": None},
        "subscription_data": {
            "billing_mode": {"flexible": {"proration_discounts": "included"}, "type": "flexible"},
            "description": None,
            "effective_date": None,
            "metadata": {},
            "trial_period_days": None,
        },
        "test_clock": clock,
    }


def _change(call: Call, before: Object, customer: Object | None) -> Object:
    """Return a draft as the parameters of a call say. Raises Stripe's refusals."""
    params = call.params
    after = {**before, **{name: params[name] for name in (*PLAIN, "collection_method") if name in params}}
    after["customer"] = customer["id"] if customer else None
    if "automatic_tax" in params:
        after["automatic_tax"] = automatic_tax.on_bill(params["automatic_tax"]["enabled"])
        if params["automatic_tax"]["enabled"] and customer is not None:
            automatic_tax.check_location(customer)
    if "default_tax_rates" in params:
        after["default_tax_rates"] = taxes.check_rates(call, params["default_tax_rates"], "default_tax_rates")
    if "expires_at" in params:
        times.check_future(params["expires_at"], "expires_at", call.now)
        after["expires_at"] = params["expires_at"]
    if "invoice_settings" in params:
        settings = {name: value for name, value in params["invoice_settings"].items() if name != "issuer"}
        after["invoice_settings"] = {**before["invoice_settings"], **settings}
    after["metadata"] = changed_metadata(before, params)
    if "subscription_data" in params:
        after["subscription_data"] = _subscription_data(before["subscription_data"], params["subscription_data"])
    if "line_items" in params:
        items = line_items.new_items(call, params["line_items"], {**after, "currency": None}, customer)
        after["currency"] = items[0]["currency"] if items else None
        after["line_items"] = {**before["line_items"], "data": items}
    if "discounts" in params:
        owner = customer or {"id": None}
        on = discount.Redemption(owner, None, after["currency"] or "usd", before.get("amount_subtotal") or 0)
        after["discounts"] = discount.redeem_for_part(call, params["discounts"], "discounts", on, is_preview=True)
    return computed.with_totals(call, after)


def _subscription_data(before: Object, changes: Object) -> Object:
    after = {**before, **{name: changes[name] for name in changes if name not in ("billing_mode", "metadata")}}
    if "metadata" in changes:
        after["metadata"] = merge_metadata(before["metadata"] or {}, changes["metadata"])
    if "billing_mode" in changes:
        kind = changes["billing_mode"]["type"]
        flexible = {"flexible": {"proration_discounts": "included"}} if kind == "flexible" else {}
        after["billing_mode"] = {**flexible, "type": kind}
    return after


def _clone(call: Call) -> Object:
    """Return a new draft of what another quote says. "When using this parameter, you cannot specify any other
    parameters except for `expires_at`" (`stripe/params/_quote_create_params.py`)."""
    params = call.params
    extra = sorted(params.keys() - {"expand", "expires_at", "from_quote"})
    if extra:
        raise invalid(f"You cannot set `{extra[0]}` if `from_quote` is set.", extra[0])
    source = objects.find(call, KIND, params["from_quote"]["quote"], "from_quote[quote]")
    call = clocks.at_time_of(call, source)
    is_revision = params["from_quote"].get("is_revision", False)
    if is_revision:
        quote.check_status(source, "open", "canceled", action="revise")
    blank = _blank(call, source["test_clock"])
    data = [{**item, "id": identifiers.long_id(call, "li")} for item in source["line_items"]["data"]]
    new_quote = {
        **blank,
        **{name: source[name] for name in CLONED_FIELDS.split()},
        "_revises": source["number"] if is_revision else None,
        "from_quote": {"is_revision": is_revision, "quote": source["id"]},
        "line_items": {**blank["line_items"], "data": data},
    }
    if "expires_at" in params:
        times.check_future(params["expires_at"], "expires_at", call.now)
        new_quote["expires_at"] = params["expires_at"]
    return _store(call, computed.with_totals(call, new_quote))


def retrieve(call: Call) -> Object:
    return quote.find(call, call.id)[1]


def update(call: Call) -> Object:
    call, before = quote.find(call, call.id)
    params = call.params
    if before["status"] != "open" or not params.keys() <= OPEN_MAY:
        quote.check_status(before, "draft", action="update")
    if before["customer"] is not None and params.get("customer", before["customer"]) != before["customer"]:
        raise invalid("You cannot change the customer of a quote.", "customer")
    id = params.get("customer", before["customer"])
    customer = customers.find(call, id) if id is not None else None
    after = _change(call, before, customer)
    call.store.replace(KIND, after)
    quote.plan_expiry(call, after)
    return after


def finalize(call: Call) -> Object:
    """Return the quote, open and numbered. A revision takes the place of what it revises."""
    call, before = quote.find(call, call.id)
    quote.check_status(before, "draft", action="finalize")
    if before["customer"] is None:
        raise invalid("A customer is required to finalize the quote.", "customer", "parameter_missing")
    if not before["line_items"]["data"]:
        raise invalid("Line items are required to finalize the quote.", "line_items", "parameter_missing")
    customer = customers.find(call, before["customer"])
    expires = call.params.get("expires_at", before["expires_at"])
    if "expires_at" in call.params:
        times.check_future(expires, "expires_at", call.now)
    original = call.store.get(KIND, before["from_quote"]["quote"]) if before["_revises"] else None
    if original is not None and original["status"] == "open":
        quote.move(call, original, "canceled", "canceled")
    number = quote.next_number(call, before, customer)
    return quote.move(call, before, "open", "finalized", expires_at=expires, number=number)


def accept(call: Call) -> Object:
    call, before = quote.find(call, call.id)
    quote.check_status(before, "open", action="accept")
    customer = customers.find(call, before["customer"])
    customer_currency.check(call, customer, before["currency"])
    result_fields = acceptance.carry_out(call, before, customer)
    return quote.move(call, before, "accepted", "accepted", **result_fields)


def cancel(call: Call) -> Object:
    call, before = quote.find(call, call.id)
    quote.check_status(before, "draft", "open", action="cancel")
    return quote.move(call, before, "canceled", "canceled")


def list_line_items(call: Call) -> Object:
    return page_of(call, retrieve(call)["line_items"]["data"], f"{PATH}/{call.id}/line_items", "line item")


def list_upfront(call: Call) -> Object:
    upfront = retrieve(call)["computed"]["upfront"]["line_items"]
    return page_of(call, upfront["data"], upfront["url"], "line item")


ROUTES = (
    Route("POST", PATH, KIND, fields.CREATE, create),
    Route(
        "GET",
        PATH,
        KIND,
        fields.LIST,
        list_handler(KIND, PATH, "status test_clock", reference_filters="customer"),
        lists=True,
    ),
    Route("GET", f"{PATH}/{{id}}", KIND, EXPAND_ONLY, retrieve),
    Route("POST", f"{PATH}/{{id}}", KIND, fields.UPDATE, update),
    Route("POST", f"{PATH}/{{id}}/accept", KIND, EXPAND_ONLY, accept),
    Route("POST", f"{PATH}/{{id}}/cancel", KIND, EXPAND_ONLY, cancel),
    Route("POST", f"{PATH}/{{id}}/finalize", KIND, AS_DOCUMENTED, finalize),
    Route("GET", f"{PATH}/{{id}}/pdf", KIND, EXPAND_ONLY, pdf_file.find_finalized, file=pdf_file.FILE),
    Route("GET", f"{PATH}/{{id}}/line_items", "item", AS_DOCUMENTED, list_line_items, lists=True),
    Route("GET", f"{PATH}/{{id}}/computed_upfront_line_items", "item", AS_DOCUMENTED, list_upfront, lists=True),
)
