"""A schedule carried out: its phases begin and end, by themselves at their times or because an update says so.

https://docs.stripe.com/billing/subscriptions/subscription-schedules: "When a phase starts, Stripe updates the
subscription based on the next phase's attributes." After the last the subscription goes on by itself (`release`), or
ends (`cancel`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from stripe_billing_cli.local_stripe.billing import billing_intervals, customers
from stripe_billing_cli.local_stripe.billing.discounts import discount
from stripe_billing_cli.local_stripe.billing.invoicing import invoice_fields, invoice_items, invoices, lines
from stripe_billing_cli.local_stripe.billing.schedules import phase_items, phases
from stripe_billing_cli.local_stripe.billing.schedules import schedule as schedules
from stripe_billing_cli.local_stripe.billing.subscriptions import (
    added_invoice_items,
    cancel,
    change_invoice,
    creation,
    item_parameters,
    items,
    last_invoice,
    metering,
    price_checks,
    repository,
    schedule_jobs,
)
from stripe_billing_cli.local_stripe.billing.subscriptions import proration as changes
from stripe_billing_cli.local_stripe.billing.subscriptions.billing_catalog import Catalog
from stripe_billing_cli.local_stripe.billing.subscriptions.redemption import redemption
from stripe_billing_cli.local_stripe.core import events, objects
from stripe_billing_cli.local_stripe.core.metadata import merge_metadata
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object


def turn(call: Call, id: str) -> None:
    """Begin the phase whose time has come, or end the schedule."""
    schedule = call.store.get(schedules.KIND, id)
    if schedule is None or schedule["status"] not in schedules.LIVING_STATUSES:
        return
    customer = call.store.get("customer", schedule["customer"])
    if customer is None or customer.get("deleted"):
        schedules.close(call, schedule, "canceled")
        return
    phase = phases.current(schedule["phases"], call.now)
    if schedule["status"] == "not_started":
        start(call, schedule, customer)
    elif phase is None:
        _finish(call, schedule)
    else:
        enter(call, schedule, phase, phase["proration_behavior"])


def warn(call: Call, id: str) -> None:
    """Record the event of a schedule that ends in a week."""
    schedule = call.store.get(schedules.KIND, id)
    if schedule is not None and schedule["status"] in schedules.LIVING_STATUSES:
        events.record(call, "subscription_schedule.expiring", schedule)


def start(call: Call, before: Object, customer: Object) -> Object:
    """Begin the first phase, and the subscription with it."""
    phase = phases.current(before["phases"], call.now)
    assert phase is not None
    catalog = price_checks.catalog(call)
    settings = _settings(call, before, phase)
    params = {
        "customer": customer["id"],
        "items": item_parameters.name_prices(
            call, [phase_items.params(item) for item in phase["items"]], customer, None
        ),
        "add_invoice_items": [phase_items.params(item) for item in phase["add_invoice_items"]],
        "default_tax_rates": phase["default_tax_rates"],
        "billing_mode": before["billing_mode"],
        "metadata": phase["metadata"],
        "discounts": phase_items.discount_params(phase["discounts"]),
        **{name: value for name, value in settings.items() if value is not None},
    }
    if phase["start_date"] < call.now:  # "to backdate the subscription" (stripe/params, start_date of schedules)
        params |= {"backdate_start_date": phase["start_date"], "proration_behavior": phase["proration_behavior"]}
    if phase["trial_end"] is not None:
        params["trial_end"] = phase["trial_end"]
    prices = [catalog.price(item["price"]) for item in phase["items"]]
    subscription = creation.create_by_schedule(
        replace(call, params=params), customer, prices, phase["currency"], before["id"]
    )
    after = {
        **before,
        "current_phase": phases.span(phase),
        "status": "active",
        "subscription": subscription["id"],
    }
    schedules.save(call, before, after)
    show_end(call, after)
    schedules.plan_ahead(call, after)
    return after


def _settings(call: Call, schedule: Object, phase: Object) -> Object:
    """Return what the phase says of the subscription, else the schedule's default settings. No card that was
    detached."""
    defaults = schedule["default_settings"]
    names = ("automatic_tax", "billing_thresholds", "collection_method", "default_payment_method", "description")
    settings = {name: defaults[name] if phase[name] is None else phase[name] for name in names}
    method = settings["default_payment_method"] and call.store.get("payment_method", settings["default_payment_method"])
    if not method or method["customer"] != schedule["customer"]:
        settings["default_payment_method"] = None
    own = phase["invoice_settings"] or {}
    days = own.get("days_until_due")
    settings["days_until_due"] = defaults["invoice_settings"]["days_until_due"] if days is None else days
    settings["invoice_settings"] = {
        name: defaults["invoice_settings"][name] if own.get(name) is None else own[name]
        for name in invoice_fields.SETTINGS
    }
    return settings


def enter(
    call: Call, before: Object, phase: Object, proration: str, *, redeems: bool = True, begins: bool = True
) -> Object:
    """Make the subscription what `phase` says. `proration`: how what that changes is billed; `redeems`: whether its
    discounts are new, since a coupon for one invoice that was used up does not come back; `begins`: whether the phase
    begins now, and with it the billing cycle, where the phase says so."""
    subscription = repository.find(call, before["subscription"])
    after = schedules.save(call, before, {**before, "current_phase": phases.span(phase)})
    _change_items(call, after, phase, proration, subscription, redeems=redeems, begins=begins)
    show_end(call, after)
    schedules.plan_ahead(call, after)
    return after


def _change_items(
    call: Call, schedule: Object, phase: Object, proration: str, before: Object, *, redeems: bool, begins: bool
) -> None:
    """Change a subscription to the items of a phase: at the end of a period the renewal bills the new items, as it
    comes next; otherwise the change is prorated."""
    settings = _settings(call, schedule, phase)
    after = {
        **before,
        **{
            name: settings[name] for name in ("automatic_tax", "billing_thresholds", "collection_method", "description")
        },
        "default_payment_method": settings["default_payment_method"] or before["default_payment_method"],
        "days_until_due": settings["days_until_due"] if settings["collection_method"] == "send_invoice" else None,
        "default_tax_rates": phase["default_tax_rates"],
        "invoice_settings": invoice_fields.settings(settings["invoice_settings"]),
        "metadata": merge_metadata(before["metadata"], phase["metadata"]),
    }
    if redeems:
        sources = continued_discounts(call, before, phase["discounts"])
        after["discounts"] = discount.change_discounts(call, sources or None, before, redemption(call, before))
    over = all(item["current_period_end"] <= call.now for item in before["items"]["data"])
    trial_end = phase["trial_end"] if phase["trial_end"] and phase["trial_end"] > call.now else None
    change = changes.Change([])
    if trial_end is not None:
        trial_period = {"current_period_start": call.now, "current_period_end": trial_end}
        item_objects = [
            {**item, **trial_period} for item in _change(call, schedule, phase, before, "none", redeems=redeems).after
        ]
        after |= {"trial_end": trial_end, "trial_start": before["trial_start"] or call.now, "status": "trialing"}
        after |= {"billing_cycle_anchor": trial_end, "items": {**before["items"], "data": item_objects}}
    elif over:
        renewal = at_period_end(call, schedule, phase, before, call.now)
        usage_lines = used_before(call, before, renewal, call.now)
        invoice_items.add_all_pending(
            call, customers.find(call, before["customer"]), usage_lines, before["currency"], before["id"]
        )
        after |= {name: renewal[name] for name in ("billing_cycle_anchor", "items")}
    else:
        discounts = [discount.find(call, id) for id in after["discounts"]]
        change = _change(call, schedule, phase, before, proration, begins=begins, redeems=redeems, discounts=discounts)
        after["items"] = {**before["items"], "data": change.after}
        after["billing_cycle_anchor"] = change.anchor or before["billing_cycle_anchor"]
    item_parameters.settle(call, before, after)
    if begins:
        _bill_once(call, after, phase)
    _bill(call, before, after, change, proration)
    schedule_jobs.plan_ahead(call, repository.find(call, after["id"]))


def _bill_once(call: Call, subscription: Object, phase: Object) -> None:
    """Keep what a phase bills once for the next invoice, for the periods that begin with the phase."""
    items_data = [phase_items.params(item) for item in phase["add_invoice_items"]]
    catalog, anchor = price_checks.catalog(call), subscription["billing_cycle_anchor"]
    item_objects = [
        item
        if item["current_period_end"] > call.now
        else {
            **item,
            "current_period_start": call.now,
            "current_period_end": billing_intervals.period_at(catalog.price(item["price"]), anchor, call.now)[1],
        }
        for item in subscription["items"]["data"]
    ]
    customer = customers.find(call, subscription["customer"])
    subscription_after = {**subscription, "items": items.with_items(subscription, item_objects)}
    added_invoice_items.add(call, customer, subscription_after, items_data, "phases[0][add_invoice_items]")


def _change(
    call: Call,
    schedule: Object,
    phase: Object,
    subscription: Object,
    proration: str,
    *,
    begins: bool = True,
    redeems: bool = True,
    discounts: Sequence[Object] | None = None,
) -> changes.Change:
    catalog = price_checks.catalog(call, discounts)
    return changes.decide(
        subscription,
        match_items(
            subscription["items"]["data"],
            phase_items.for_subscription(call, subscription, phase["items"], redeems=redeems),
            catalog,
        ),
        catalog,
        at=call.now,
        now=call.now,
        prorates=proration != "none",
        restart=(begins and _anchor(schedule, phase) == "phase_start")
        or _beats_otherwise(subscription, phase, catalog),
    )


def _beats_otherwise(subscription: Object, phase: Object, catalog: Catalog) -> bool:
    """Return whether the intervals change, so that the anchor is "automatically modified as needed when entering the
    phase" (`billing_cycle_anchor` in `stripe/params/_subscription_schedule_create_params.py`)."""
    old = {billing_intervals.billing_interval(catalog.price(item["price"])) for item in subscription["items"]["data"]}
    return old != {billing_intervals.billing_interval(catalog.price(item["price"])) for item in phase["items"]}


def at_period_end(call: Call, schedule: Object, phase: Object, subscription: Object, at: int) -> Object:
    """Return the subscription with the phase's items, whose periods end at `at` as those of its items until then."""
    change = _change(replace(call, now=at), schedule, phase, subscription, "none")
    first_item = subscription["items"]["data"][0]
    period = {name: first_item[name] for name in ("current_period_start", "current_period_end")}
    items_before = {item["id"]: item for item in subscription["items"]["data"]}
    item_objects = []
    for item in change.after:
        new_item = {**item, **period}
        if items_before.get(item["id"], {}).get("price") != item["price"]:
            new_item = items.counting_anew(new_item, metering.last_report(call), at)
        item_objects.append(new_item)
    anchor = subscription["billing_cycle_anchor"] if change.anchor is None else at
    return {**subscription, "items": {**subscription["items"], "data": item_objects}, "billing_cycle_anchor": anchor}


def used_before(call: Call, before: Object, after: Object, at: int) -> list[lines.Line]:
    """Return what was used until `at` of metered items whose price goes with the phase: billed with the renewal
    then."""
    prices_after = {item["id"]: item["price"] for item in after["items"]["data"]}
    changed_items = [item for item in before["items"]["data"] if prices_after.get(item["id"]) != item["price"]]
    ending_now = {**before, "items": {**before["items"], "data": changed_items}}
    return [line for line in metering.usage_of(call, ending_now, price_checks.catalog(call), until=at) if line.amount]


def continued_discounts(call: Call, subscription: Object, sources: Sequence[Object]) -> list[Object]:
    """Return a phase's discounts; those that the subscription has already, by the same coupon, go on. What ended is
    gone."""
    own = {one["source"]["coupon"]: one for one in discount.not_ended(call, subscription["discounts"])}
    phase_discounts = []
    for source in phase_items.discount_params(sources):
        coupon = source.get("coupon")
        if coupon in own:
            phase_discounts.append({"discount": own[coupon]["id"]})
        elif source.get("discount") in (None, *subscription["discounts"]):
            phase_discounts.append(source)
    return phase_discounts


def _anchor(schedule: Object, phase: Object) -> str:
    anchor: str = phase["billing_cycle_anchor"] or schedule["default_settings"]["billing_cycle_anchor"]
    return anchor


def match_items(
    current_items: Sequence[Object], new_items: Sequence[Object], catalog: Catalog
) -> list[Mapping[str, Any]]:
    """Return a phase's items as the items of an update: known by their price, else in their order."""
    remainder = list(current_items)
    pairs: list[tuple[Object, Object | None]] = []
    for item in new_items:
        same = next((own for own in remainder if own["price"] == item["price"]), None)
        if same is not None:
            remainder.remove(same)
        pairs.append((item, same))
    update: list[Mapping[str, Any]] = []
    for item, own in pairs:
        own = own or (remainder.pop(0) if remainder else None)
        is_metered = catalog.price(item["price"])["recurring"]["usage_type"] == "metered"
        change: Object = {
            name: item[name] for name in ("billing_thresholds", "discounts", "metadata", "price", "tax_rates")
        }
        if not is_metered:
            change["quantity"] = item["quantity"]
        update.append({"id": own["id"], **change} if own else change)
    return [*update, *({"id": own["id"], "deleted": True} for own in remainder)]


def _bill(call: Call, before: Object, after: Object, change: changes.Change, proration: str) -> None:
    """Bill a change of phase: prorations wait for the next invoice, unless one is made at once: a draft for an hour,
    since nobody is there."""
    customer = objects.get_known(call, "customer", before["customer"])
    invoice_items.add_all_pending(call, customer, change.prorations, before["currency"], before["id"])
    if not change.at_once and not (change.prorations and proration == "always_invoice"):
        repository.save(call, before, after)
        return
    pending_items = invoice_items.pending_of(call, before)
    draft = change_invoice.new_draft(call, customer, before, after, pending_items, change.at_once)
    after["latest_invoice"] = draft["id"]
    repository.save(call, before, after)
    invoices.create(call, draft)


def _finish(call: Call, before: Object) -> None:
    if before["end_behavior"] == "cancel":
        schedules.close(call, before, "completed")
        last = last_invoice.draft(call, repository.find(call, before["subscription"]))
        cancel.end(call, before["subscription"], reason="cancellation_requested", leaves=last)
    else:
        release(call, before, keeps_end=False)


def release(call: Call, before: Object, *, keeps_end: bool) -> Object:
    """Let the subscription go on by itself; `keeps_end`: with the end that the schedule has set for it."""
    id = before["subscription"]
    if id is not None:
        subscription = repository.find(call, id)
        after = {**subscription, "schedule": None}
        if before["end_behavior"] == "cancel" and not keeps_end:
            after |= _no_end()
        repository.save(call, subscription, after)
        schedule_jobs.plan_ahead(call, after)
    return schedules.close(call, before, "released", subscription=None, released_subscription=id)


def show_end(call: Call, schedule: Object) -> None:
    """Write into a subscription that its schedule will cancel it."""
    before = repository.find(call, schedule["subscription"])
    if schedule["end_behavior"] == "cancel":
        ends = {
            "cancel_at": schedule["phases"][-1]["end_date"],
            "cancel_at_period_end": False,
            "canceled_at": before["canceled_at"] or call.now,
            "cancellation_details": {**before["cancellation_details"], "reason": "cancellation_requested"},
        }
    else:
        ends = _no_end()
    after = repository.save(call, before, {**before, **ends})
    schedule_jobs.plan_ahead(call, after)


def _no_end() -> Object:
    return {
        "cancel_at": None,
        "cancel_at_period_end": False,
        "canceled_at": None,
        "cancellation_details": {"comment": None, "feedback": None, "feedback_option": None, "reason": None},
    }


def _without_discounts(items_of_phase: Sequence[Object]) -> list[Object]:
    """Return items of a phase but for their discounts, which a phase names by coupons and a subscription by
    discounts."""
    return [{**item, "discounts": []} for item in items_of_phase]


def follow(call: Call, subscription: Object) -> None:
    """End the current phase where the items were changed past the schedule, and give its rest to a phase with these
    items."""
    before = call.store.get(schedules.KIND, subscription["schedule"]) if subscription["schedule"] else None
    phase = phases.current(before["phases"], call.now) if before else None
    if before is None or phase is None:
        return
    items_after = phases.phase_from_subscription(subscription)["items"]
    if _without_discounts(items_after) == _without_discounts(phase["items"]):
        return
    phase_parts = [{**phase, "end_date": call.now}] if phase["start_date"] < call.now else []
    phase_parts.append({**phase, "items": items_after, "start_date": call.now if phase_parts else phase["start_date"]})
    laid_out = [
        part for before_phase in before["phases"] for part in (phase_parts if before_phase == phase else [before_phase])
    ]
    after = {**before, "phases": laid_out, "current_phase": phases.span(phase_parts[-1])}
    schedules.save(call, before, after)
