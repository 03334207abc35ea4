"""What an invoice would be (https://docs.stripe.com/api/invoices/create_preview): decided as the change itself is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stripe_billing_cli.local_stripe.billing import (
    clocks,
    customers,
    invoice_items,
    invoices,
)
from stripe_billing_cli.local_stripe.billing.discounts import discount
from stripe_billing_cli.local_stripe.billing.lines import Line
from stripe_billing_cli.local_stripe.billing.schedules import forecast
from stripe_billing_cli.local_stripe.billing.subscriptions import changes, form, item_changes, sellable, stored
from stripe_billing_cli.local_stripe.billing.subscriptions.redemption import redemption
from stripe_billing_cli.local_stripe.calls import Call, Route
from stripe_billing_cli.local_stripe.errors import invalid
from stripe_billing_cli.local_stripe.parameters import (
    EXPAND,
    Boolean,
    Choice,
    Hash,
    Integer,
    ListOf,
    Text,
    optional,
    unsettable,
    unsupported,
)
from stripe_billing_cli.local_stripe.store import Object

DETAILS = Hash(
    {
        **optional(
            billing_cycle_anchor=Hash(
                {**optional(type=Choice(("now", "unchanged"))), **unsupported("give a type", "timestamp")}
            ),
            cancel_at_period_end=Boolean(),
            cancel_now=Boolean(),
            items=ListOf(form.CHANGED_ITEM, 20),
            proration_behavior=form.PRORATIONS,
            proration_date=Integer(),
        ),
        **unsettable(cancel_at=form.NowOr("min_period_end", "max_period_end")),
        **unsupported("preview a change of items, or a cancellation", "billing_mode billing_schedules pause resume_at"),
        **unsupported("preview a change of items, or a cancellation", "start_date trial_end metadata"),
        **unsupported(form.NO_TAXES, "default_tax_rates"),
    }
)
FORM = Hash(
    {
        **optional(customer=Text(), subscription=Text(), subscription_details=DETAILS),
        **unsettable(discounts=discount.FORM),
        **unsupported("it computes no taxes", "automatic_tax"),
        **unsupported("it previews subscriptions", "currency customer_details invoice_items issuer on_behalf_of"),
        **unsupported("it previews the next invoice", "preview_mode schedule schedule_details"),
        **unsupported("it has no accounts that are customers", "customer_account"),
        "expand": EXPAND,
    }
)


def preview(call: Call) -> Object:
    if "subscription" not in call.params:
        raise invalid("The local Stripe previews the invoice of a subscription: name it.", "subscription")
    subscription = stored.find(call, call.params["subscription"])
    if subscription["status"] in ("canceled", "incomplete_expired"):
        raise invalid(f"No upcoming invoices for subscription: {subscription['id']}", code="invoice_upcoming_none")
    customer = customers.find(call, subscription["customer"])
    call = clocks.at_time_of(call, customer)
    details = call.params.get("subscription_details", {})
    billed, at = _lines(call, subscription, details)
    draft = invoices.drafted(
        call,
        customer,
        billed,
        subscription["currency"],
        reason="upcoming",
        subscription=subscription,
        proration_date=details.get("proration_date"),
        discounts=_discounts(call, subscription),
        created=at,
        period_end=at,
    )
    return {**draft, "id": f"upcoming_{draft['id']}"}


def _discounts(call: Call, subscription: Object) -> list[Object] | None:
    """Those to see the invoice with; None for the subscription's own."""
    if "discounts" not in call.params:
        return None
    on = redemption(call, subscription)
    found = []
    for at, wanted in enumerate(call.params["discounts"] or ()):
        if "discount" in wanted:
            found.append(discount.held(call, wanted, f"discounts[{at}]", on))
            continue
        coupon, promotion = discount.applicable(call, wanted, f"discounts[{at}]", on)
        found.append(discount.new(call, coupon, subscription["customer"], subscription["id"], promotion))
    return found


def _lines(call: Call, subscription: Object, details: Mapping[str, Any]) -> tuple[list[Line], int]:
    """What would be billed, and when."""
    known = sellable.catalog(call)
    held = invoice_items.pending(call, subscription["customer"], subscription["id"], subscription["currency"])
    waiting = [invoice_items.as_line(call, item) for item in held]
    items = subscription["items"]["data"]
    if details.get("cancel_now"):
        at = details.get("proration_date", call.now)
        prorated = details.get("proration_behavior", "create_prorations") != "none"
        return [*waiting, *(changes.credits_for_all(subscription, known, at) if prorated else [])], call.now
    if "items" in details or "billing_cycle_anchor" in details:
        change = item_changes.decide(call, subscription, details)
        if change.at_once or details.get("proration_behavior") == "always_invoice":
            return [*waiting, *change.prorations, *change.at_once], call.now
        waiting, items = [*waiting, *change.prorations], change.after
    ends = subscription["cancel_at"] is not None or details.get("cancel_at_period_end")
    at = min(item["current_period_end"] for item in items)
    if ends and not waiting:
        raise invalid(f"No upcoming invoices for subscription: {subscription['id']}", code="invoice_upcoming_none")
    if not ends and "items" not in details:
        items, anchor = forecast.renewed(call, subscription, at)
        subscription = {**subscription, "billing_cycle_anchor": anchor}
    renewed = [] if ends else [_next(item, subscription, known) for item in items if item["current_period_end"] == at]
    return [*waiting, *changes.whole_periods(renewed, known, subscription["currency"])], at


def _next(item: Object, subscription: Object, known: changes.Catalog) -> Object:
    start = item["current_period_end"]
    end = changes.rhythm(known.price(item["price"])).next_after(subscription["billing_cycle_anchor"], start)
    return {**item, "current_period_start": start, "current_period_end": end}


ROUTES = (Route("POST", "/v1/invoices/create_preview", "invoice", FORM, preview),)
