"""A change of a subscription's items, anchor or trial: decided, stored and billed
(https://docs.stripe.com/billing/subscriptions/change-price)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from stripe_billing_cli.local_stripe.billing import billing_intervals, customers, settings
from stripe_billing_cli.local_stripe.billing.discounts import discount
from stripe_billing_cli.local_stripe.billing.invoicing import collection, invoice_items, invoices
from stripe_billing_cli.local_stripe.billing.subscriptions import (
    change_invoice,
    creation,
    first_invoice,
    item_parameters,
    items,
    payment_status,
    pending_updates,
    price_checks,
    proration,
    repository,
    schedule_jobs,
    trial_ends,
)
from stripe_billing_cli.local_stripe.billing.subscriptions.billing_catalog import Catalog
from stripe_billing_cli.local_stripe.billing.subscriptions.proration import Change
from stripe_billing_cli.local_stripe.core import events
from stripe_billing_cli.local_stripe.core.errors import invalid, missing_param, no_such
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object

DAY = 24 * 60 * 60


@dataclass(frozen=True)
class UpdatePlan:
    """A decided update. `fields` are those of the subscription that change, its items among them; `change` is what is
    billed for it."""

    fields: Object
    change: Change


def change(call: Call, before: Object, plain: Object) -> Object:
    """Carry an update out; `plain` is what it changes besides. One that waited for its payment is replaced by it
    (https://docs.stripe.com/billing/subscriptions/pending-updates#canceling-changing)."""
    if before.get("_pending_change") is not None:
        pending_updates.discard(call, before["id"])
        before = repository.find(call, before["id"])
    if call.params.get("trial_end") == "now" and _end_trial_without_card(call, before, plain):
        return repository.find(call, before["id"])
    discounts = [discount.find(call, id) for id in plain["discounts"]] if "discounts" in plain else None
    plan = decide_all(call, before, call.params, plain, discounts)
    item_parameters.settle(call, before, {**before, **plan.fields})
    after = _carry_out(call, before, plan)
    if after["status"] == "trialing" and after["trial_end"] != before["trial_end"]:
        schedule_jobs.schedule_trial_warning(call, after)
    if before["status"] == "trialing" and call.params.get("trial_end") == "now":
        schedule_jobs.cancel_trial_warning(call, after)
        events.record(call, "customer.subscription.trial_will_end", after)
    return after


def _end_trial_without_card(call: Call, before: Object, plain: Object) -> bool:
    """End a trial that an update ends and for which there is no card: the subscription is canceled or paused, if its
    settings say so; return whether it was. The trial is over a second before (recorded, 2026-08-26.dahlia, as is what a
    pause leaves of the period)."""
    customer = customers.find(call, before["customer"])
    if not trial_ends.end_without_card(call, customer, {**before, **plain}):
        return False
    schedule_jobs.cancel_trial_warning(call, before)
    fields = {**plain, "trial_end": call.now - 1}
    after = repository.find(call, before["id"])
    if after["status"] == "paused":
        items_at_end = [{**item, "current_period_end": call.now} for item in after["items"]["data"]]
        fields |= {"billing_cycle_anchor": call.now, "items": items.with_items(after, items_at_end)}
    schedule_jobs.plan_ahead(call, repository.amend(call, before["id"], **fields))
    return True


def decide_all(
    call: Call, before: Object, params: Mapping[str, Any], plain: Object, discounts: Sequence[Object] | None
) -> UpdatePlan:
    """Return what an update makes of a subscription, without doing it: for the update, and for its preview.

    `discounts`: those that it gets at the same time: "the proration debit or credit is calculated using the modified
    discounts" (https://docs.stripe.com/billing/subscriptions/prorations#discount-changes-and-prorations).
    """
    catalog = price_checks.catalog(call, discounts)
    trial_end = _new_trial_end(call, before, params)
    if trial_end is not None:
        plan = _trial(call, before, params, trial_end, catalog)
    elif params.get("trial_end") == "now" and before["status"] == "trialing":
        fields = {"status": "active", "trial_end": call.now - 1}
        subscription = {**before, **fields}
        change = decide(call, subscription, params, catalog, restart=True, prorates=False)
        plan = UpdatePlan(fields, change)
    else:
        plan = UpdatePlan({}, decide(call, before, params, catalog))
    return _with_ends(call, before, params, plain, plan, catalog)


def _new_trial_end(call: Call, before: Object, params: Mapping[str, Any]) -> int | None:
    trial_end = params.get("trial_end")
    if trial_end is None and params.get("trial_from_plan"):
        price_ids = [item["price"] for item in params.get("items", ()) if "price" in item]
        price = price_checks.catalog(call).price(price_ids[0] if price_ids else before["items"]["data"][0]["price"])
        days = price["recurring"]["trial_period_days"]
        return None if days is None else call.now + int(days) * DAY
    return None if trial_end in (None, "now") else creation.checked_trial_end(call, int(trial_end))


def _trial(call: Call, before: Object, params: Mapping[str, Any], trial_end: int, catalog: Catalog) -> UpdatePlan:
    """Return the plan of a trial's new end. A trial that begins credits what was paid for; one that is only moved bills
    nothing. The anchor moves to the trial's end
    (https://docs.stripe.com/billing/subscriptions/billing-cycle#change-the-billing-period-using-a-trial-period)."""
    begins = before["status"] != "trialing"
    subscription = {**before, "status": "trialing", "trial_end": trial_end}
    change = decide(call, subscription, params, catalog)
    start = {item["id"]: item["current_period_start"] for item in before["items"]["data"]}
    item_objects = [
        items.with_debit(
            items.in_period(item, (call.now if begins else start.get(item["id"], call.now), trial_end)), ()
        )
        for item in change.after
    ]
    fields = {"status": "trialing", "trial_end": trial_end}
    if not begins:
        return UpdatePlan(fields, Change(item_objects, anchor=trial_end))
    at = params.get("proration_date", call.now)
    prorates = params.get("proration_behavior") != "none"
    credits = proration.credits_for(before, before["items"]["data"], catalog, at) if prorates else []
    if prorates:
        credits += [line for item in before["items"]["data"] for line in catalog.list_use(item)]
    free_lines = first_invoice.trial_lines(
        {**subscription, "items": items.with_items(before, item_objects)}, catalog, call.now
    )
    return UpdatePlan({**fields, "trial_start": call.now}, Change(item_objects, credits, free_lines, anchor=trial_end))


def _with_ends(
    call: Call, before: Object, params: Mapping[str, Any], plain: Object, plan: UpdatePlan, catalog: Catalog
) -> UpdatePlan:
    """Return the subscription's fields all together; an end that is set at the same time cuts the new periods."""
    change = plan.change
    fields = {**plain, **plan.fields}
    if plain.get("cancel_at", before["cancel_at"]) != before["cancel_at"]:
        prorates = params.get("proration_behavior") != "none"
        subscription = {**before, **plan.fields, "items": items.with_items(before, change.after)}
        subscription["billing_cycle_anchor"] = change.anchor or before["billing_cycle_anchor"]
        data, more = proration.with_earlier_end(
            subscription, plain["cancel_at"], catalog, now=call.now, prorates=prorates
        )
        change = replace(change, after=data, prorations=[*change.prorations, *more])
    if plain.get("cancel_at_period_end", before["cancel_at_period_end"]):
        fields["cancel_at"] = items.first_end(change.after)
    if change.anchor is not None:
        fields["billing_cycle_anchor"] = change.anchor
    fields["items"] = items.with_items(before, change.after)
    return UpdatePlan(fields, change)


def decide(
    call: Call,
    subscription: Object,
    params: Mapping[str, Any],
    catalog: Catalog,
    *,
    restart: bool = False,
    prorates: bool = True,
) -> Change:
    """Return what the items, proration and anchor in `params` make of a subscription. Raises Stripe's refusals."""
    for at, item in enumerate(params.get("items", ())):
        _check_item(call, subscription, item, f"items[{at}]")
    resets_anchor = params.get("billing_cycle_anchor", {}).get("type") == "now"
    behavior = params.get("proration_behavior", "create_prorations")
    at = params.get("proration_date", call.now)
    _check_proration_date(subscription, at)
    change = proration.decide(
        subscription,
        params.get("items", ()),
        catalog,
        at=at,
        now=call.now,
        prorates=prorates and behavior != "none",
        restart=restart or resets_anchor,
        extends=resets_anchor and not restart and behavior == "create_prorations",
    )
    _check_items(subscription, change.after, catalog)
    return change


def _check_proration_date(subscription: Object, at: int) -> None:
    start = min(item["current_period_start"] for item in subscription["items"]["data"])
    end = max(item["current_period_end"] for item in subscription["items"]["data"])
    if not start <= at <= end:
        raise invalid("Cannot specify `proration_date` outside of the current billing period.", "proration_date")


def _check_items(subscription: Object, after: list[Object], catalog: Catalog) -> None:
    if not after:
        raise invalid("A subscription must have at least one active plan.", "items")
    price_checks.check_no_price_twice(after, {item["id"] for item in subscription["items"]["data"]})
    prices = [catalog.price(item["price"]) for item in after]
    billing_intervals.check(subscription["billing_mode"]["type"], prices)


def _check_item(call: Call, subscription: Object, item: Mapping[str, Any], param: str) -> None:
    items_by_id = {one["id"]: one for one in subscription["items"]["data"]}
    if "id" in item and item["id"] not in items_by_id:
        raise no_such("subscription item", item["id"], f"{param}[id]")
    if "id" not in item and "price" not in item:
        raise missing_param(f"{param}[price]")
    if "price" in item and item["price"] != items_by_id.get(item.get("id", ""), {}).get("price"):
        price = price_checks.find_item_price(call, item, f"{param}[price]")
        price_checks.check_prices([price], subscription["currency"])
    own = item.get("price") or items_by_id[item["id"]]["price"]
    price_checks.check_quantity(price_checks.catalog(call).price(own), item, param)


def _carry_out(call: Call, before: Object, plan: UpdatePlan) -> Object:
    """Store the change and bill it: prorations wait for the next invoice unless one is made at once."""
    params, change = call.params, plan.change
    behavior = params.get("payment_behavior", "allow_incomplete")
    at_once = bool(change.at_once or (change.prorations and params.get("proration_behavior") == "always_invoice"))
    if at_once and behavior == "pending_if_incomplete":
        return _pay_first(call, before, plan)
    customer = customers.find(call, before["customer"])
    invoice_items.add_all_pending(call, customer, change.prorations, before["currency"], before["id"])
    pending_items = invoice_items.pending_of(call, before) if at_once else []
    if not pending_items and not change.at_once:
        after = repository.amend(call, before["id"], **plan.fields)
        schedule_jobs.plan_ahead(call, after)
        return after
    draft = change_invoice.new_draft(
        call,
        customer,
        before,
        {**before, **plan.fields},
        pending_items,
        change.at_once,
        auto_advance=behavior != "default_incomplete",
    )
    after = repository.amend(call, before["id"], **plan.fields, latest_invoice=draft["id"])
    schedule_jobs.plan_ahead(call, after)
    draft = invoices.create(call, draft)
    if before["collection_method"] == "charge_automatically":
        _collect(call, customer, after, draft, behavior)
    return repository.find(call, before["id"])


def _collect(call: Call, customer: Object, after: Object, draft: Object, behavior: str) -> None:
    """Ask for the payment of a change that is made already
    (https://docs.stripe.com/api/subscriptions/update#update_subscription-payment_behavior)."""
    invoice = invoices.finalize(call, draft)
    if invoice["status"] == "paid":
        return
    method = collection.default_method(call, customer, after)
    if behavior == "default_incomplete":
        first_invoice.prepare_payment(call, invoice, method)
        if after["status"] == "active":
            repository.amend(call, after["id"], status="past_due")
        return
    if method is None:
        raise collection.no_method()
    first_invoice.charge(call, invoice, method, behavior)


def _pay_first(call: Call, before: Object, plan: UpdatePlan) -> Object:
    """Make a change as `pending_if_incomplete` says: the change is made when its invoice is paid, now or later."""
    id, change = before["id"], plan.change
    if not change.prorations and not change.at_once:
        after = repository.amend(call, id, **plan.fields)
        schedule_jobs.plan_ahead(call, after)
        return after
    customer = customers.find(call, before["customer"])
    includes_earlier = settings.read(call.store, call.account)["pending_update_items"] == "include"
    earlier = (
        [{**item, "_earlier": True} for item in invoice_items.pending_of(call, before)] if includes_earlier else []
    )
    new_items = invoice_items.add_all_pending(call, customer, change.prorations, before["currency"], before["id"])
    pending_items = [*new_items, *earlier]
    draft = change_invoice.new_draft(call, customer, before, before, pending_items, change.at_once)
    invoice = invoices.finalize(call, invoices.create(call, draft))
    pending_change = {"changes": plan.fields, "invoice": invoice["id"], "resumes": False, "retries": False}
    waits = {**repository.find(call, id), "_pending_change": pending_change}
    call.store.replace(repository.KIND, waits)
    method = collection.default_method(call, customer, before)
    if invoice["status"] == "paid":
        payment_status.note_payment(call, invoice, None)
    elif method is not None:
        collection.charge(call, invoice, method, off_session=call.params.get("off_session", False))
    if repository.find(call, id)["_pending_change"] is not None:
        return pending_updates.suspend(call, id, invoice, plan.fields, shown_changes=_show_change(call, before, plan))
    return repository.find(call, id)


def _show_change(call: Call, before: Object, plan: UpdatePlan) -> Object:
    """Return what `pending_update` tells of a change."""
    anchor = plan.fields.get("billing_cycle_anchor", before["billing_cycle_anchor"])
    trial_end = plan.fields.get("trial_end", before["trial_end"])
    return {
        "billing_cycle_anchor": anchor if anchor != before["billing_cycle_anchor"] else None,
        "subscription_items": plan.change.after if "items" in call.params else None,
        "trial_end": trial_end if trial_end != before["trial_end"] else None,
    }
