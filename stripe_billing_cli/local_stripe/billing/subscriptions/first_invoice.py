"""The first invoice of a subscription, and how its payment is asked for."""

from __future__ import annotations

from stripe_billing_cli.local_stripe import events
from stripe_billing_cli.local_stripe.billing import (
    agenda,
    collection,
    customers,
    invoice_items,
    invoices,
    lines,
    payments,
    setups,
)
from stripe_billing_cli.local_stripe.billing.lines import Line
from stripe_billing_cli.local_stripe.billing.subscriptions import changes, sellable, stored
from stripe_billing_cli.local_stripe.calls import Call
from stripe_billing_cli.local_stripe.errors import ApiError
from stripe_billing_cli.local_stripe.store import Object

TO_PAY_SECONDS = 23 * 60 * 60
"""How long the first payment may take (https://docs.stripe.com/billing/subscriptions/overview#subscription-lifecycle)."""


def first_lines(call: Call, subscription: Object, customer: Object) -> list[Line]:
    """The first period, or what of it comes before an anchor; a trial costs nothing. And what was waiting."""
    known = sellable.catalog(call)
    waiting = [invoice_items.as_line(call, item) for item in invoice_items.pending_of(call, subscription)]
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


def open_first(call: Call, subscription: Object, draft: Object, method: str | None) -> None:
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
        prepare_payment(call, invoice, method)
        return
    assert method is not None
    _, intent = collection.charge(call, invoice, method, off_session=call.params.get("off_session", False))
    if intent["status"] != "succeeded" and behavior == "error_if_incomplete":
        raise failed(call, intent)


def failed(call: Call, intent: Object) -> ApiError:
    if intent["last_payment_error"] is not None:
        return payments.card_error(call, intent)
    return ApiError(
        402,
        "Payment for this subscription requires additional user action before it can be completed successfully. "
        "Payment can be completed using the PaymentIntent associated with the subscription's latest invoice.",
        "subscription_payment_intent_requires_action",
        type="card_error",
    )


def prepare_payment(call: Call, invoice: Object, method: str | None) -> None:
    """With a card at hand, the payment needs only to be confirmed."""
    intent = invoices.intent_of(call, invoice)
    if method is not None and intent is not None:
        call.store.replace("payment_intent", {**intent, "payment_method": method, "status": "requires_confirmation"})


def _begin_unpaid(call: Call, subscription: Object, method: str | None) -> None:
    """Nothing is due: the subscription runs, and a setup intent collects the card for later."""
    before = stored.again(call, subscription)
    after = {**before, "status": "trialing" if before["trial_end"] else "active"}
    if method is None:
        setup = setups.new_setup(call, customer=subscription["customer"])
        after["pending_setup_intent"] = setup["id"]
    call.store.replace("subscription", after)
    if after != before:
        events.record(call, "customer.subscription.updated", after, before)
