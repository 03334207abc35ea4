"""The calls on Checkout sessions (https://docs.stripe.com/api/checkout/sessions)."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing.checkout import line_items, sessions, shipping, totals
from stripe_billing_cli.local_stripe.billing.payments import payment_intents, setup_intents
from stripe_billing_cli.local_stripe.core.errors import invalid
from stripe_billing_cli.local_stripe.core.lists import check_named, equal, filter_conditions, json_field, page, page_of
from stripe_billing_cli.local_stripe.core.metadata import merge_metadata
from stripe_billing_cli.local_stripe.core.parameters import EXPAND_ONLY
from stripe_billing_cli.local_stripe.core.requests import AS_DOCUMENTED, Call, Route
from stripe_billing_cli.local_stripe.core.store import Object
from stripe_billing_cli.local_stripe.resources.checkout_sessions import fields, new_sessions, refusals

KIND, PATH = sessions.KIND, "/v1/checkout/sessions"
NOT_OPEN = (
    'Only Checkout Sessions with a status in ["open"] can be {action}. This Checkout Session has a status of '
    "`{status}`."
)


def retrieve(call: Call) -> Object:
    return sessions.find(call, call.id)


def update(call: Call) -> Object:
    """Change metadata at any time, and what is still to be paid only while the session is open."""
    session, params = retrieve(call), call.params
    after = {**session}
    if "metadata" in params:
        metadata = params["metadata"]
        after["metadata"] = merge_metadata(session["metadata"], metadata)
    if params.keys() - {"expand", "metadata"}:
        check_open(session, "updated")
        after = _change(call, after)
    call.store.replace(KIND, after)
    return after


def _change(call: Call, session: Object) -> Object:
    params = call.params
    refusals.check_update(session, params)
    after = {**session}
    if "collected_information" in params:
        after["collected_information"] = {**session["collected_information"], **params["collected_information"]}
    if "payment_intent_data" in params:
        before, changes = session["_payment_intent_data"], params["payment_intent_data"]
        data = {**before, **changes}
        if "metadata" in changes:
            data["metadata"] = merge_metadata(before.get("metadata", {}), changes["metadata"])
        after["_payment_intent_data"] = {name: value for name, value in data.items() if value is not None}
    if "line_items" in params:
        items = line_items.changed_items(call, params["line_items"], session)
        if session["mode"] == "subscription":
            mode = session["_subscription_data"].get("billing_mode", {}).get("type", "flexible")
            line_items.check_intervals(call, items, mode)
        after["line_items"] = {**session["line_items"], "data": items}
    if "shipping_options" in params:
        options = shipping.options(call, params["shipping_options"] or (), session["currency"])
        after |= {"shipping_cost": shipping.cost(options), "shipping_options": options}
    if params.keys() & {"line_items", "shipping_options"}:
        after = totals.add_amounts(call, after)
        refusals.check_total(after)
    return after


def check_open(session: Object, action: str) -> None:
    if session["status"] != "open":
        raise invalid(NOT_OPEN.format(action=action, status=session["status"]))


def expire(call: Call) -> Object:
    session = retrieve(call)
    check_open(session, "expired")
    return _expire(call, session)


def expire_by_itself(call: Call, id: str) -> None:
    session = call.store.get(KIND, id)
    if session is not None and session["status"] == "open":
        _expire(call, session)


def _expire(call: Call, session: Object) -> Object:
    """Expire a session: nothing that it has begun can be completed any more."""
    for name in ("setup_intent", "_setup_intent"):
        setup = call.store.get("setup_intent", session.get(name) or "")
        if setup is not None and setup["status"] not in ("succeeded", "canceled"):
            setup_intents.cancel(call, setup, "abandoned")
    intent = call.store.get("payment_intent", session["payment_intent"] or "")
    if intent is not None and intent["status"] in payment_intents.PAYABLE:
        payment_intents.cancel(call, intent, "automatic")
    return sessions.expire(call, session)


def list_sessions(call: Call) -> Object:
    check_named(call, "payment_link", noun="payment link")
    email = call.params.get("customer_details", {}).get("email")
    conditions = filter_conditions(
        call, "payment_link status", reference_filters="customer payment_intent subscription"
    )
    return page(call, KIND, PATH, [*conditions, *equal(json_field("customer_details.email"), email)])


def list_line_items(call: Call) -> Object:
    """List what the session sells; one in the mode `setup` sells nothing."""
    items = (retrieve(call).get("line_items") or {}).get("data", [])
    return page_of(call, items, f"{PATH}/{call.id}/line_items", "line item")


ROUTES = (
    Route("POST", PATH, KIND, fields.CREATE, new_sessions.create, refusals.check_new),
    Route("GET", PATH, KIND, fields.LIST, list_sessions, lists=True),
    Route("GET", f"{PATH}/{{id}}", KIND, EXPAND_ONLY, retrieve),
    Route("POST", f"{PATH}/{{id}}", KIND, fields.UPDATE, update),
    Route("POST", f"{PATH}/{{id}}/expire", KIND, EXPAND_ONLY, expire),
    Route("GET", f"{PATH}/{{id}}/line_items", "item", AS_DOCUMENTED, list_line_items, lists=True),
)
