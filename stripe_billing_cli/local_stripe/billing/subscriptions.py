"""Subscriptions: created, changed, canceled (https://docs.stripe.com/api/subscriptions).

What happens to them as time passes is told in `lifecycle`, what their payments mean in `collection`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stripe_billing_cli.local_stripe import events, identifiers
from stripe_billing_cli.local_stripe.billing import (
    agenda,
    changes,
    clocks,
    collection,
    customers,
    invoice_items,
    invoices,
    lines,
    payment_methods,
    payments,
    setups,
    subscription_form,
)
from stripe_billing_cli.local_stripe.billing.changes import Catalog, Change
from stripe_billing_cli.local_stripe.billing.lines import Line
from stripe_billing_cli.local_stripe.billing.subscription_lists import LIST, list_subscriptions
from stripe_billing_cli.local_stripe.calls import Call, Route
from stripe_billing_cli.local_stripe.errors import ApiError, invalid, missing_param, no_such, only_one_of
from stripe_billing_cli.local_stripe.lists import check_cursors
from stripe_billing_cli.local_stripe.metadata import merged
from stripe_billing_cli.local_stripe.parameters import EXPAND, Hash, Params
from stripe_billing_cli.local_stripe.store import Object

HOUR = 60 * 60
DAY = 24 * HOUR
TO_PAY_SECONDS = 23 * HOUR
"""How long the first payment may take (https://docs.stripe.com/billing/subscriptions/overview#subscription-lifecycle)."""
TRIAL_WARNING = 3 * DAY
NULL = (
    "application application_fee_percent billing_cycle_anchor_config billing_thresholds cancel_at canceled_at "
    "customer_account days_until_due default_payment_method default_source description ended_at latest_invoice "
    "managed_payments next_pending_invoice_item_invoice on_behalf_of pause_collection pending_invoice_item_interval "
    "pending_setup_intent pending_update presentment_details schedule status_details transfer_data trial_end "
    "trial_start"
).split()


def catalog(call: Call) -> Catalog:
    def price(id: str) -> Object:
        found = call.store.get("price", id)
        if found is None:
            raise no_such("price", id, "items[0][price]")
        return found

    def name(id: str) -> str:
        found = call.store.get("product", id)
        return found["name"] if found else id

    return Catalog(price, name)


def check_new(params: Params) -> None:
    if not params["items"]:
        raise missing_param("items")
    if "trial_end" in params and "trial_period_days" in params:
        raise only_one_of(["trial_end", "trial_period_days"])
    if params.get("payment_behavior") == "pending_if_incomplete":
        raise invalid(
            "`pending_if_incomplete` is only used with updates and cannot be passed when creating a Subscription.",
            "payment_behavior",
        )
    _check_collection(params)


def _check_collection(params: Params) -> None:
    sent = params.get("collection_method") == "send_invoice"
    if sent and "days_until_due" not in params:
        raise invalid(
            "If creating an invoice with `collection_method=send_invoice`, you must specify `days_until_due`.",
            "days_until_due",
        )
    if "days_until_due" in params and params.get("collection_method", "send_invoice") != "send_invoice":
        raise invalid(
            "You can only specify `days_until_due` if `collection_method=send_invoice`.",
            "days_until_due",
        )
    if "cancel_at" in params and params.get("cancel_at_period_end"):
        raise only_one_of(["cancel_at", "cancel_at_period_end"])


def create(call: Call) -> Object:
    params = call.params
    customer = customers.find(call, params["customer"])
    call = clocks.at_time_of(call, customer)
    prices = [_sellable(call, item["price"], f"items[{at}][price]") for at, item in enumerate(params["items"])]
    currency = _currency(params, customer, prices)
    _check_prices(prices, currency)
    subscription = _new(call, customer, prices, currency)
    method = collection.default_method(call, customer, subscription)
    first = _first_lines(call, subscription, customer)
    call.store.insert("subscription", subscription)
    events.record(call, "customer.subscription.created", subscription)
    invoice = invoices.drafted(
        call, customer, first, currency, reason="subscription_create", subscription=subscription, auto_advance=True
    )
    subscription["latest_invoice"] = invoice["id"]
    invoice_items.bill(call, _pending(call, subscription), invoice["id"])
    call.store.replace("subscription", subscription)
    if subscription["collection_method"] == "send_invoice":
        invoices.create(call, invoice)
    else:
        _open_first(call, subscription, invoice, method)
    plan_ahead(call, _again(call, subscription))
    return _again(call, subscription)


def _again(call: Call, subscription: Object) -> Object:
    found = call.store.get("subscription", subscription["id"])
    assert found is not None
    return found


def _sellable(call: Call, id: str, param: str) -> Object:
    price = call.store.get("price", id)
    if price is None:
        raise no_such("price", id, param)
    if not price["active"]:
        raise invalid(
            "The price specified is inactive. This field only accepts active prices.", param, "resource_missing"
        )
    if price["recurring"] is None:
        raise invalid(
            "The price specified is set to `type=one_time` but this field only accepts prices with `type=recurring`.",
            param,
        )
    product = call.store.get("product", price["product"])
    if product is not None and not product["active"]:
        raise invalid(f"The product {product['id']} is marked as inactive, and cannot be subscribed to.", param)
    return price


def _currency(params: Params, customer: Object, prices: Sequence[Object]) -> str:
    """The one asked for, else the customer's where every price has it, else the first price's."""
    if "currency" in params:
        return str(params["currency"])
    own = customer["currency"]
    if own is not None and all(own in price["currency_options"] for price in prices):
        return str(own)
    currency: str = prices[0]["currency"]
    if own is not None and own != currency:
        raise invalid(
            "You cannot combine currencies on a single customer. This customer has an active subscription, "
            f"subscription schedule, discount, quote, or invoice item with currency {own}."
        )
    return currency


def _check_prices(prices: Sequence[Object], currency: str) -> None:
    for at, price in enumerate(prices):
        if currency not in price["currency_options"]:
            raise invalid(
                f"The price specified only supports `{price['currency']}`. This doesn't match the expected currency: "
                f"`{currency}`.",
                f"items[{at}][price]",
            )
    if len({price["id"] for price in prices}) < len(prices):
        raise invalid("Subscription Items must have unique prices; you passed the same price more than once.", "items")


def _new(call: Call, customer: Object, prices: Sequence[Object], currency: str) -> Object:
    params = call.params
    id = identifiers.long_id("sub")
    trial_end = _trial_end(call, prices)
    anchor = params.get("billing_cycle_anchor") or trial_end or call.now
    if anchor < call.now:
        raise invalid("billing_cycle_anchor must be a timestamp in the future.", "billing_cycle_anchor")
    items = []
    for price, wanted in zip(prices, params["items"], strict=True):
        end = trial_end or changes.rhythm(price).next_after(anchor, call.now)
        items.append(changes.new_item(id, price, wanted, call.now, call.now, end))
        if anchor > end and trial_end is None:
            raise invalid(
                "billing_cycle_anchor cannot be later than next natural billing date "
                f"({changes.rhythm(price).next_after(call.now, call.now)}) for plan.",
                "billing_cycle_anchor",
            )
    sent = params.get("collection_method") == "send_invoice"
    settings = params.get("payment_settings", {})
    return dict.fromkeys(NULL) | {
        "id": id,
        "object": "subscription",
        "automatic_tax": {
            "disabled_reason": None,
            "enabled": params.get("automatic_tax", {}).get("enabled", False),
            "liability": {"account": None, "type": "self"} if params.get("automatic_tax", {}).get("enabled") else None,
        },
        "billing_cycle_anchor": anchor,
        "billing_mode": {
            "flexible": {"proration_discounts": "included"},
            "type": params.get("billing_mode", {}).get("type", "flexible"),
            "updated_at": call.now,
        },
        "billing_schedules": [],
        "cancel_at_period_end": params.get("cancel_at_period_end", False),
        "cancellation_details": {"comment": None, "feedback": None, "feedback_option": None, "reason": None},
        "collection_method": params.get("collection_method", "charge_automatically"),
        "created": call.now,
        "currency": currency,
        "customer": customer["id"],
        "days_until_due": params.get("days_until_due") if sent else None,
        "default_payment_method": _own_method(call, customer, params.get("default_payment_method")),
        "default_tax_rates": [],
        "description": params.get("description"),
        "discounts": [],
        "invoice_settings": {
            "account_tax_ids": None,
            "custom_fields": None,
            "description": None,
            "footer": None,
            "issuer": {"account": None, "type": "self"},
        },
        "items": {
            "object": "list",
            "data": items,
            "has_more": False,
            "url": f"/v1/subscription_items?subscription={id}",
        },
        "livemode": False,
        "metadata": merged({}, params.get("metadata") or {}),
        "payment_settings": {
            "payment_method_options": None,
            "payment_method_types": settings.get("payment_method_types"),
            "save_default_payment_method": settings.get("save_default_payment_method", "off"),
        },
        "start_date": call.now,
        "status": "trialing" if trial_end else "active" if sent else "incomplete",
        "test_clock": customer["test_clock"],
        "trial_end": trial_end,
        "trial_settings": params.get("trial_settings")
        or {"end_behavior": {"billing_cycle_anchor": None, "missing_payment_method": "create_invoice"}},
        "trial_start": call.now if trial_end else None,
        **_cancellation(call, params, items),
    }


def _trial_end(call: Call, prices: Sequence[Object]) -> int | None:
    params = call.params
    days = params.get("trial_period_days")
    if days is None and params.get("trial_from_plan"):
        days = prices[0]["recurring"]["trial_period_days"]
    if days is not None:
        return call.now + int(days) * DAY
    wanted = params.get("trial_end")
    if wanted in (None, "now"):
        return None
    if wanted <= call.now:
        raise invalid("Invalid timestamp: must be an integer Unix timestamp in the future.", "trial_end")
    return int(wanted)


def _own_method(call: Call, customer: Object, id: str | None) -> str | None:
    if id is None:
        return None
    method = payment_methods.find(call, id, "default_payment_method")
    if method["customer"] != customer["id"]:
        raise invalid(
            f"The customer does not have a payment method with the ID {id}. The payment method must be attached to "
            "the customer.",
            "default_payment_method",
            "resource_missing",
        )
    return str(method["id"])


def _cancellation(call: Call, params: Params, items: Sequence[Object]) -> Object:
    """When the subscription is to end, and since when that is known."""
    if params.get("cancel_at_period_end"):
        return {
            "cancel_at": max(item["current_period_end"] for item in items),
            "canceled_at": call.now,
            "cancel_at_period_end": True,
        }
    if params.get("cancel_at") is not None:
        return {
            "cancel_at": _moment(call, params["cancel_at"], items),
            "canceled_at": call.now,
            "cancel_at_period_end": False,
        }
    return {}


def _moment(call: Call, wanted: int | str, items: Sequence[Object]) -> int:
    ends = [item["current_period_end"] for item in items]
    if wanted == "min_period_end":
        return int(min(ends))
    if wanted == "max_period_end":
        return int(max(ends))
    if int(wanted) <= call.now:
        raise invalid("cancel_at must be a future timestamp.", "cancel_at")
    return int(wanted)


def _pending(call: Call, subscription: Object) -> list[Object]:
    return invoice_items.pending(call, subscription["customer"], subscription["id"], subscription["currency"])


def _first_lines(call: Call, subscription: Object, customer: Object) -> list[Line]:
    """The first period, or what of it comes before an anchor; a trial costs nothing. And what was waiting."""
    known = catalog(call)
    waiting = [invoice_items.as_line(call, item) for item in _pending(call, subscription)]
    first: list[Line] = []
    for item in subscription["items"]["data"]:
        price = known.price(item["price"])
        if subscription["trial_end"]:
            name = known.name(price["product"])
            first.append(lines.for_trial(item, price, name, call.now, subscription["trial_end"]))
            continue
        part = changes.first_period(item, known, subscription["currency"], subscription["billing_cycle_anchor"])
        if part is None:
            first += changes.whole_periods([item], known, subscription["currency"])
        elif call.params.get("proration_behavior") != "none":
            first.append(part)
    return [*waiting, *first]


def _open_first(call: Call, subscription: Object, draft: Object, method: str | None) -> None:
    """Finalise the first invoice, and ask for its payment as `payment_behavior` says."""
    behavior = call.params.get("payment_behavior", "allow_incomplete")
    if draft["amount_due"] > 0 and method is None and behavior != "default_incomplete":
        raise collection.no_method()
    saves = subscription["payment_settings"]["save_default_payment_method"] == "on_subscription"
    customer = customers.find(call, subscription["customer"])
    invoice = invoices.finalize(call, invoices.create(call, draft), customer, saves_card=saves)
    if invoice["status"] == "paid":
        _begin_unpaid(call, subscription, method)
        return
    agenda.put(call.store, collection.EXPIRE, subscription["id"], call.now + TO_PAY_SECONDS, subscription["test_clock"])
    if behavior == "default_incomplete":
        _prepare_payment(call, invoice, method)
        return
    assert method is not None
    _, intent = collection.charge(call, invoice, method, off_session=call.params.get("off_session", False))
    if intent["status"] != "succeeded" and behavior == "error_if_incomplete":
        raise _failed(call, intent)


def _failed(call: Call, intent: Object) -> ApiError:
    if intent["last_payment_error"] is not None:
        return payments.card_error(call, intent)
    return ApiError(
        402,
        "Payment for this subscription requires additional user action before it can be completed successfully. "
        "Payment can be completed using the PaymentIntent associated with the subscription's latest invoice.",
        "subscription_payment_intent_requires_action",
        type="card_error",
    )


def _prepare_payment(call: Call, invoice: Object, method: str | None) -> None:
    """With a card at hand, the payment needs only to be confirmed."""
    intent = invoices.intent_of(call, invoice)
    if method is not None and intent is not None:
        call.store.replace("payment_intent", {**intent, "payment_method": method, "status": "requires_confirmation"})


def _begin_unpaid(call: Call, subscription: Object, method: str | None) -> None:
    """Nothing is due: the subscription runs, and a setup intent collects the card for later."""
    before = _again(call, subscription)
    after = {**before, "status": "trialing" if before["trial_end"] else "active"}
    if method is None:
        setup = setups.new_setup(call, customer=subscription["customer"])
        after["pending_setup_intent"] = setup["id"]
    call.store.replace("subscription", after)
    if after != before:
        events.record(call, "customer.subscription.updated", after, before)


def plan_ahead(call: Call, subscription: Object) -> None:
    """Put down what time will bring to this subscription."""
    id, clock = subscription["id"], subscription["test_clock"]
    ended = subscription["status"] in collection.ENDED
    renews = None if ended else min(item["current_period_end"] for item in subscription["items"]["data"])
    agenda.put(call.store, collection.CANCEL, id, None if ended else subscription["cancel_at"], clock)
    agenda.put(call.store, collection.RENEW, id, renews, clock)
    trial_end = subscription["trial_end"] if subscription["status"] == "trialing" else None
    warned = None if trial_end is None else max(trial_end - TRIAL_WARNING, call.now)
    agenda.put(call.store, collection.TRIAL_WILL_END, id, warned, clock)
    pause = subscription["pause_collection"]
    agenda.put(call.store, collection.RESUME, id, pause["resumes_at"] if pause else None, clock)


def find(call: Call, id: str, param: str = "subscription") -> Object:
    subscription = call.store.get("subscription", id)
    if subscription is None:
        raise no_such("subscription", id, param)
    return subscription


def retrieve(call: Call) -> Object:
    subscription = call.store.get("subscription", call.id)
    if subscription is None:
        raise no_such("subscription", call.id, "id", 404)
    return subscription


def check_update(params: Params) -> None:
    if "cancel_at" in params and "cancel_at_period_end" in params:
        raise only_one_of(["cancel_at", "cancel_at_period_end"])
    if params.get("payment_behavior") == "pending_if_incomplete":
        allowed = {
            "expand",
            "items",
            "off_session",
            "payment_behavior",
            "proration_behavior",
            "proration_date",
            "trial_end",
            "billing_cycle_anchor",
            "trial_from_plan",
        }
        extra = sorted(params.keys() - allowed)
        if extra:
            raise invalid(
                "When using `payment_behavior=pending_if_incomplete`, you may not update the following "
                f"parameters: {', '.join(extra)}.",
                extra[0],
            )


def update(call: Call) -> Object:
    before = retrieve(call)
    call = clocks.at_time_of(call, before)
    params = call.params
    _check_updatable(before, params)
    after = {**before, **_plain_changes(call, before)}
    if "items" in params or "billing_cycle_anchor" in params or "trial_end" in params:
        return _change_items(call, before, after)
    collection.save(call, before, after)
    plan_ahead(call, after)
    return _again(call, after)


def _check_updatable(subscription: Object, params: Params) -> None:
    sent = params.keys() - {"expand"}
    if subscription["status"] in collection.ENDED and not sent <= {"metadata", "cancellation_details"}:
        raise invalid("A canceled subscription can only update its cancellation_details and metadata.")
    if subscription["status"] == "incomplete" and not sent <= {
        "metadata",
        "default_payment_method",
        "cancellation_details",
        "payment_settings",
    }:
        raise invalid(
            "A subscription in `incomplete` status can only update its metadata and default payment method. Pay its "
            "first invoice, or cancel it and create another."
        )
    if subscription["schedule"] is not None and sent & {"items", "cancel_at", "trial_end", "billing_cycle_anchor"}:
        raise invalid(
            f"The subscription is managed by the subscription schedule `{subscription['schedule']}`, and updating any "
            "cancelation behavior or items directly is not allowed. Please update the schedule instead."
        )
    if sent & {"items", "billing_cycle_anchor"} and subscription["pending_update"] is not None:
        raise invalid("This subscription has a pending update; void its invoice before changing it again.")


def _plain_changes(call: Call, before: Object) -> Object:
    params = call.params
    changed: Object = {name: params[name] for name in ("description", "pause_collection") if name in params}
    if params.get("pause_collection"):
        changed["pause_collection"] = {"resumes_at": None, **params["pause_collection"]}
    if "metadata" in params:
        changed["metadata"] = {} if params["metadata"] is None else merged(before["metadata"], params["metadata"])
    if "default_payment_method" in params:
        customer = customers.find(call, before["customer"])
        changed["default_payment_method"] = _own_method(call, customer, params["default_payment_method"])
    if "payment_settings" in params:
        changed["payment_settings"] = {**before["payment_settings"], **params["payment_settings"]}
    if "trial_settings" in params:
        changed["trial_settings"] = {
            "end_behavior": {"billing_cycle_anchor": None, **params["trial_settings"]["end_behavior"]}
        }
    if "automatic_tax" in params:
        changed["automatic_tax"] = {**before["automatic_tax"], "enabled": params["automatic_tax"]["enabled"]}
    if "collection_method" in params:
        changed["collection_method"] = params["collection_method"]
    if "days_until_due" in params:
        changed["days_until_due"] = params["days_until_due"]
    return {**changed, **_changed_cancellation(call, before)}


def _changed_cancellation(call: Call, before: Object) -> Object:
    params = call.params
    details = {**before["cancellation_details"], **params.get("cancellation_details", {})}
    ends = {name: before[name] for name in ("cancel_at", "cancel_at_period_end", "canceled_at")}
    wanted = params.get("cancel_at_period_end") or params.get("cancel_at") is not None
    taken_back = "cancel_at" in params or "cancel_at_period_end" in params
    if wanted:
        ends = _cancellation(call, params, before["items"]["data"])
        ends["canceled_at"] = before["canceled_at"] or call.now
        details["reason"] = "cancellation_requested"
    elif taken_back and before["cancel_at"] is not None:
        ends = {"cancel_at": None, "cancel_at_period_end": False, "canceled_at": None}
        details = {"comment": None, "feedback": None, "feedback_option": None, "reason": None}
    return {**ends, "cancellation_details": details}


def _change_items(call: Call, before: Object, after: Object) -> Object:
    params = call.params
    if params.get("trial_end") == "now" and before["status"] == "trialing":
        after = {**after, "trial_end": call.now, "status": "active", "billing_cycle_anchor": call.now}
        before = {**before, "status": "active"}
        change = decide(call, {**before, "items": after["items"]}, params, restart=True, prorates=False)
    elif "trial_end" in params and params["trial_end"] != "now":
        return _extend_trial(call, before, after)
    else:
        change = decide(call, before, params)
    after["items"] = {**before["items"], "data": change.after}
    if change.anchor is not None:
        after["billing_cycle_anchor"] = change.anchor
    return _carry_out(call, before, after, change)


def _extend_trial(call: Call, before: Object, after: Object) -> Object:
    end = call.params["trial_end"]
    if end <= call.now:
        raise invalid("Invalid timestamp: must be an integer Unix timestamp in the future.", "trial_end")
    items = [{**item, "current_period_end": end} for item in before["items"]["data"]]
    after |= {
        "trial_end": end,
        "trial_start": before["trial_start"] or call.now,
        "status": "trialing",
        "billing_cycle_anchor": end,
        "items": {**before["items"], "data": items},
    }
    collection.save(call, before, after)
    plan_ahead(call, after)
    return _again(call, after)


def decide(
    call: Call, subscription: Object, params: Mapping[str, Any], *, restart: bool = False, prorates: bool = True
) -> Change:
    """What the items, proration and anchor in `params` make of a subscription. Raises Stripe's refusals."""
    for at, item in enumerate(params.get("items", ())):
        _check_item(call, subscription, item, f"items[{at}]")
    anew = params.get("billing_cycle_anchor", {}).get("type") == "now"
    at = params.get("proration_date", call.now)
    start = min(item["current_period_start"] for item in subscription["items"]["data"])
    end = max(item["current_period_end"] for item in subscription["items"]["data"])
    if not start <= at <= end:
        raise invalid(
            "Cannot specify `proration_date` outside of the current billing period.",
            "proration_date",
        )
    change = changes.decide(
        subscription,
        params.get("items", ()),
        catalog(call),
        at=at,
        now=call.now,
        prorates=prorates and params.get("proration_behavior") != "none",
        restart=restart or anew,
    )
    if not change.after:
        raise invalid("A subscription must have at least one active plan.", "items")
    ids = [item["price"] for item in change.after]
    if len(set(ids)) < len(ids):
        raise invalid(
            "Subscription Items must have unique prices; you are trying to add a price that an existing item has.",
            "items",
        )
    return change


def _check_item(call: Call, subscription: Object, item: Mapping[str, Any], param: str) -> None:
    known = {held["id"]: held for held in subscription["items"]["data"]}
    if "id" in item and item["id"] not in known:
        raise no_such("subscription item", item["id"], f"{param}[id]")
    if "id" not in item and "price" not in item:
        raise missing_param(f"{param}[price]")
    if "price" in item and item["price"] != known.get(item.get("id", ""), {}).get("price"):
        price = _sellable(call, item["price"], f"{param}[price]")
        _check_prices([price], subscription["currency"])


def _carry_out(call: Call, before: Object, after: Object, change: Change) -> Object:
    """Store the change and bill it: prorations wait for the next invoice unless it is made at once."""
    params = call.params
    behavior = params.get("payment_behavior", "allow_incomplete")
    at_once = bool(change.at_once) or params.get("proration_behavior") == "always_invoice"
    customer = customers.find(call, before["customer"])
    held = [invoice_items.pend(call, customer, line, before["currency"], before["id"]) for line in change.prorations]
    if not at_once:
        collection.save(call, before, after)
        plan_ahead(call, after)
        return _again(call, after)
    if change.at_once or behavior != "pending_if_incomplete":
        held = _pending(call, before)
    billed = [invoice_items.as_line(call, item) for item in held] + change.at_once
    if not billed:
        collection.save(call, before, after)
        plan_ahead(call, after)
        return _again(call, after)
    draft = invoices.drafted(
        call,
        customer,
        billed,
        before["currency"],
        reason="subscription_update",
        subscription=after,
        auto_advance=behavior != "default_incomplete",
        proration_date=params.get("proration_date"),
    )
    after["latest_invoice"] = draft["id"]
    invoice_items.bill(call, held, draft["id"])
    collection.save(call, before, after)
    _charge_change(call, before, after, invoices.create(call, draft), behavior)
    final = _again(call, after)
    plan_ahead(call, final)
    return final


def _charge_change(call: Call, before: Object, after: Object, draft: Object, behavior: str) -> None:
    customer = customers.find(call, before["customer"])
    if before["collection_method"] == "send_invoice":
        return
    saves = before["payment_settings"]["save_default_payment_method"] == "on_subscription"
    invoice = invoices.finalize(call, draft, customer, saves_card=saves)
    if invoice["status"] == "paid":
        return
    method = collection.default_method(call, customer, after)
    if behavior == "default_incomplete":
        _prepare_payment(call, invoice, method)
        collection.save(call, after, {**_again(call, after), "status": "past_due"})
        return
    if method is None:
        if behavior == "pending_if_incomplete":
            _suspend(call, before, after)
            return
        raise collection.no_method()
    if behavior == "pending_if_incomplete":
        _suspend(call, before, after)
    _, intent = collection.charge(call, invoice, method, off_session=call.params.get("off_session", False))
    if intent["status"] != "succeeded" and behavior == "error_if_incomplete":
        raise _failed(call, intent)


def _suspend(call: Call, before: Object, after: Object) -> None:
    """Keep the change until its invoice is paid (https://docs.stripe.com/billing/subscriptions/pending-updates)."""
    waiting = {
        **before,
        "latest_invoice": after["latest_invoice"],
        "pending_change": {name: after[name] for name in ("items", "billing_cycle_anchor", "trial_end", "status")},
        "pending_update": {
            "billing_cycle_anchor": None
            if after["billing_cycle_anchor"] == before["billing_cycle_anchor"]
            else after["billing_cycle_anchor"],
            "discounts": None,
            "expires_at": call.now + TO_PAY_SECONDS,
            "metadata": None,
            "subscription_items": after["items"]["data"],
            "trial_end": None,
            "trial_from_plan": None,
        },
    }
    collection.save(call, after, waiting)


def cancel(call: Call) -> Object:
    """End it now. What is left of an incomplete one is voided."""
    before = retrieve(call)
    call = clocks.at_time_of(call, before)
    if before["status"] in collection.ENDED:
        raise no_such("subscription", call.id, "id", 404)
    details = {**before["cancellation_details"], **call.params.get("cancellation_details", {})}
    call.store.replace("subscription", {**before, "cancellation_details": details})
    if call.params.get("prorate") and before["status"] != "incomplete":
        customer = customers.find(call, before["customer"])
        for line in changes.credits_for_all(before, catalog(call), call.now):
            invoice_items.pend(call, customer, line, before["currency"], before["id"])
    status = "incomplete_expired" if before["status"] == "incomplete" else "canceled"
    if call.params.get("invoice_now") and status == "canceled":
        _last_invoice(call, before)
    return collection.end(call, before["id"], reason="cancellation_requested", status=status)


def _last_invoice(call: Call, subscription: Object) -> None:
    """All that is pending, billed at the end."""
    held = _pending(call, subscription)
    if not held:
        return
    customer = customers.find(call, subscription["customer"])
    draft = invoices.drafted(
        call,
        customer,
        [invoice_items.as_line(call, item) for item in held],
        subscription["currency"],
        reason="subscription_update",
        subscription=subscription,
        auto_advance=True,
    )
    invoice_items.bill(call, held, draft["id"])
    invoice = invoices.finalize(call, invoices.create(call, draft), customer)
    stored = _again(call, subscription)
    call.store.replace("subscription", {**stored, "latest_invoice": invoice["id"]})
    method = collection.default_method(call, customer, subscription)
    if invoice["status"] == "open" and method is not None:
        collection.charge(call, invoice, method, off_session=True)


PATH = "/v1/subscriptions"
ROUTES = (
    Route("POST", PATH, "subscription", subscription_form.CREATE, create, check_new),
    Route("GET", PATH, "subscription", LIST, list_subscriptions, check_cursors, lists=True),
    Route("GET", f"{PATH}/{{id}}", "subscription", Hash({"expand": EXPAND}), retrieve),
    Route("POST", f"{PATH}/{{id}}", "subscription", subscription_form.UPDATE, update, check_update),
    Route("DELETE", f"{PATH}/{{id}}", "subscription", subscription_form.CANCEL, cancel),
)
