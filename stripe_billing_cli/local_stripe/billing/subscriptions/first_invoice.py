"""The first invoice of a subscription, and how its payment is asked for."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing import billing_intervals
from stripe_billing_cli.local_stripe.billing.invoicing import collection, invoices, lines
from stripe_billing_cli.local_stripe.billing.invoicing.lines import Line
from stripe_billing_cli.local_stripe.billing.payments import payment_intents, setup_intents
from stripe_billing_cli.local_stripe.billing.subscriptions import (
    backdating,
    items,
    price_checks,
    proration,
    repository,
    schedule_jobs,
)
from stripe_billing_cli.local_stripe.billing.subscriptions.billing_catalog import Catalog
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object


def first_period(call: Call, subscription: Object) -> tuple[list[Object], list[Line]]:
    """Return the items and what their first period costs, or the part of one that comes before an anchor or an end. A
    trial costs nothing; a part before an anchor, and backdated time, are free where prorations are declined."""
    catalog = price_checks.catalog(call)
    item_objects = subscription["items"]["data"]
    prorates = call.params.get("proration_behavior") != "none"
    backdated_lines = backdating.bill_elapsed(subscription, catalog) if prorates else []
    if subscription["trial_end"]:
        return item_objects, [*backdated_lines, *trial_lines(subscription, catalog, call.now)]
    anchor, currency = subscription["billing_cycle_anchor"], subscription["currency"]
    if prorates and backdating.is_one_period(subscription):
        return item_objects, backdated_lines
    if prorates:
        items_after, billed_lines = proration.part_periods(item_objects, catalog, currency, anchor)
        return items_after, [*backdated_lines, *billed_lines]
    items_after, billed_lines = [], []
    for item in item_objects:
        start, _ = billing_intervals.period_at(catalog.price(item["price"]), anchor, item["current_period_start"])
        is_whole = start == item["current_period_start"] == call.now
        new_items, lines_of_item = proration.whole_periods([item], catalog, currency) if is_whole else ([item], [])
        items_after, billed_lines = [*items_after, *new_items], [*billed_lines, *lines_of_item]
    return items_after, billed_lines


def trial_lines(subscription: Object, catalog: Catalog, start: int) -> list[Line]:
    """Return a line of nothing for each item that is not metered."""
    free_lines = []
    for item in subscription["items"]["data"]:
        price = catalog.price(item["price"])
        if not items.is_metered(price):
            product_name = catalog.product_name(price["product"])
            free_lines.append(lines.for_trial(item, price, product_name, start, subscription["trial_end"]))
    return free_lines


def open_first(call: Call, subscription: Object, draft: Object, method: str | None) -> None:
    """Finalise the first invoice, and ask for its payment as `payment_behavior` says
    (https://docs.stripe.com/api/subscriptions/create#create_subscription-payment_behavior)."""
    behavior = call.params.get("payment_behavior", "allow_incomplete")
    if draft["amount_due"] > 0 and method is None and behavior != "default_incomplete":
        raise collection.no_method()
    invoice = invoices.finalize(call, invoices.create(call, draft))
    if invoice["status"] == "paid":
        ask_for_card(call, subscription["id"], method)
        return
    schedule_jobs.schedule_expiry(call, subscription)
    if behavior == "default_incomplete":
        prepare_payment(call, invoice, method)
        return
    assert method is not None, "without a card the subscription was refused above"
    charge(call, invoice, method, behavior)


def charge(call: Call, invoice: Object, method: str, behavior: str) -> None:
    """Charge an invoice, and refuse the call that it is of where its payment fails and `behavior` wants that."""
    _, intent = collection.charge(call, invoice, method, off_session=call.params.get("off_session", False))
    if intent["status"] not in payment_intents.UNDERWAY and behavior == "error_if_incomplete":
        raise collection.payment_refused(call, intent, of_subscription=True)


def prepare_payment(call: Call, invoice: Object, method: str | None) -> None:
    """Make an invoice's intent ready to be confirmed, where there is a payment method."""
    intent = invoices.intent_of(call, invoice)
    payment_method = None if method is None else call.store.get("payment_method", method)
    if (
        intent is not None
        and payment_method is not None
        and collection.refusal_of(invoice, intent, payment_method) is None
    ):
        intent = collection.allow(call, intent, payment_method)
        call.store.replace("payment_intent", {**intent, "payment_method": method, "status": "requires_confirmation"})


def ask_for_card(call: Call, id: str, method: str | None) -> None:
    """Collect a card for later by a setup intent (`pending_setup_intent`), where nothing is due and no card there."""
    subscription = repository.find(call, id)
    if method is None and subscription["collection_method"] == "charge_automatically":
        setup = setup_intents.create_setup(call, customer=subscription["customer"])
        repository.amend(call, id, pending_setup_intent=setup["id"])
