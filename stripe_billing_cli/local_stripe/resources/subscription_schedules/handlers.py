"""The calls on subscription schedules (https://docs.stripe.com/api/subscription_schedules)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from stripe_billing_cli.local_stripe.billing import billing_intervals, customers
from stripe_billing_cli.local_stripe.billing.catalog import inline_prices
from stripe_billing_cli.local_stripe.billing.invoicing import invoice_items, tax_ids
from stripe_billing_cli.local_stripe.billing.payments import payment_methods
from stripe_billing_cli.local_stripe.billing.schedules import phase_items, phase_transitions, phases, schedule
from stripe_billing_cli.local_stripe.billing.subscriptions import items, price_checks, repository, thresholds
from stripe_billing_cli.local_stripe.billing.subscriptions.billing_catalog import Catalog
from stripe_billing_cli.local_stripe.core import clocks, objects, times
from stripe_billing_cli.local_stripe.core.errors import check_only_one, invalid, missing_param
from stripe_billing_cli.local_stripe.core.lists import json_field, naming_condition, page, timestamp_range
from stripe_billing_cli.local_stripe.core.metadata import changed_metadata
from stripe_billing_cli.local_stripe.core.parameters import EXPAND_ONLY, Params
from stripe_billing_cli.local_stripe.core.requests import AS_DOCUMENTED, Call, Route
from stripe_billing_cli.local_stripe.core.store import Condition, Object
from stripe_billing_cli.local_stripe.resources.subscription_schedules import fields
from stripe_billing_cli.local_stripe.resources.subscriptions import cancel_subscription

KIND = schedule.KIND
ENDS = ("canceled_at", "completed_at", "released_at")


def check_new(params: Params) -> None:
    if "from_subscription" in params:
        extra = sorted(params.keys() - {"from_subscription", "expand"})
        if extra:
            raise invalid(f"You cannot set `{extra[0]}` if `from_subscription` is set.", extra[0])
        return
    for name in ("customer", "phases"):
        if name not in params:
            raise missing_param(name)
    if not params["phases"]:
        raise missing_param("phases")


def create(call: Call) -> Object:
    if "from_subscription" in call.params:
        return _create_from_subscription(call, call.params["from_subscription"])
    params = call.params
    customer = customers.find(call, params["customer"])
    call = clocks.at_time_of(call, customer)
    _check_priced(params["phases"])
    phases_data = phase_items.name_prices(call, params["phases"])
    prices = _prices(call, phases_data)
    currency = price_checks.currency_of(call, phases_data[0], customer, prices)
    laid_out = _laid_out(call, customer, phases_data, currency, start=_start(call))
    settings = params.get("default_settings", {})
    _check_collection(call, customer, settings, laid_out)
    _check_backdated(laid_out[0], call.now)
    new_schedule = schedule.new(call, customer, laid_out, settings)
    objects.insert(call, KIND, new_schedule)
    if laid_out[0]["start_date"] <= call.now:
        return phase_transitions.start(call, new_schedule, customer)
    schedule.plan_ahead(call, new_schedule)
    return new_schedule


def _start(call: Call) -> int:
    start_date = call.params.get("start_date", "now")
    start = call.now if start_date == "now" else int(start_date)
    times.check_within_five_years(start, "start_date", call.now)
    return start


def _check_backdated(first: Object, now: int) -> None:
    """Raise for a start in the past that is further back than the first phase reaches, or than its anchor may be."""
    if first["end_date"] <= now:
        raise invalid("The local Stripe backdates to a first phase that is still going on.", "start_date")
    if first["start_date"] < now and first["billing_cycle_anchor"] == "phase_start":
        raise invalid("The local Stripe anchors no billing cycle in the past.", "phases[0][billing_cycle_anchor]")


def _check_priced(phases_data: Sequence[Mapping[str, Any]]) -> None:
    for number, phase in enumerate(phases_data):
        for name in ("items", "add_invoice_items"):
            for at, item in enumerate(phase.get(name, ())):
                if not item.keys() & {"price", "price_data"}:
                    raise missing_param(f"phases[{number}][{name}][{at}][price]")


def _prices(
    call: Call, phases_data: Sequence[Mapping[str, Any]], earlier: frozenset[str] = frozenset()
) -> list[Object]:
    """Return the prices of all phases, which must be for sale unless they are in the schedule already."""
    catalog = price_checks.catalog(call)
    return [
        catalog.price(item["price"])
        if item["price"] in earlier
        else price_checks.find_item_price(call, item, f"phases[{number}][items][{at}][price]")
        for number, phase in enumerate(phases_data)
        for at, item in enumerate(phase["items"])
    ]


def _laid_out(
    call: Call, customer: Object, phases_data: Sequence[Mapping[str, Any]], currency: str, *, start: int
) -> list[Object]:
    catalog = price_checks.catalog(call)
    for number, phase in enumerate(phases_data):
        if not phase["items"]:
            raise missing_param(f"phases[{number}][items]")
        if phase.get("currency", currency) != currency:
            raise invalid(f"All phases must have the currency `{currency}`.", f"phases[{number}][currency]")
        prices = [catalog.price(item["price"]) for item in phase["items"]]
        for at, (item, price) in enumerate(zip(phase["items"], prices, strict=True)):
            price_checks.check_quantity(price, item, f"phases[{number}][items][{at}]")
        price_checks.check_prices(prices, currency, f"phases[{number}][items]")
        tax_ids.of_account(call, phase.get("invoice_settings", {}), f"phases[{number}][invoice_settings]")
        thresholds.check(phase.get(thresholds.NAME), prices, currency, f"phases[{number}][{thresholds.NAME}]")
        for at, item in enumerate(phase.get("add_invoice_items", ())):
            if not item.get(inline_prices.INLINE):
                param = f"phases[{number}][add_invoice_items][{at}][price]"
                invoice_items.one_time_price(call, item["price"], param)
        payment_methods.own_method(call, customer, phase.get("default_payment_method"))
    return phases.lay_out_phases(
        [{**phase, "items": [_with_quantity(item, catalog) for item in phase["items"]]} for phase in phases_data],
        lambda price: billing_intervals.billing_interval(catalog.price(price)),
        currency,
        start=start,
        now=call.now,
    )


def _with_quantity(item: Mapping[str, Any], catalog: Catalog) -> Mapping[str, Any]:
    """Return an item with its quantity: a metered one has none."""
    is_metered = items.is_metered(catalog.price(item["price"]))
    return {"quantity": None if is_metered else 1, **item}


def _check_collection(call: Call, customer: Object, settings: Mapping[str, Any], laid_out: Sequence[Object]) -> None:
    """Raise where an invoice that is sent has no due date, said by the phase or for all."""
    payment_methods.own_method(call, customer, settings.get("default_payment_method"))
    tax_ids.of_account(call, settings.get("invoice_settings", {}), "default_settings[invoice_settings]")
    whole = schedule.default_settings(settings)
    for number, phase in enumerate(laid_out):
        method = phase["collection_method"] or whole["collection_method"]
        days = (phase["invoice_settings"] or {}).get("days_until_due") or whole["invoice_settings"]["days_until_due"]
        if method == "send_invoice" and days is None:
            raise invalid(
                "If `collection_method=send_invoice`, you must specify `invoice_settings[days_until_due]`.",
                f"phases[{number}][invoice_settings][days_until_due]",
            )


def _create_from_subscription(call: Call, id: str) -> Object:
    subscription = repository.find(call, id, "from_subscription")
    if subscription["schedule"] is not None:
        raise invalid(
            f"You cannot migrate a subscription that is already attached to a schedule: `{subscription['schedule']}`.",
            "from_subscription",
        )
    if subscription["status"] in (*repository.ENDED, "incomplete"):
        raise invalid(
            f"You cannot migrate a subscription that is `{subscription['status']}`.",
            "from_subscription",
        )
    customer = customers.find(call, subscription["customer"])
    call = clocks.at_time_of(call, customer)
    phase = phases.phase_from_subscription(subscription)
    new_schedule = {
        **schedule.new(
            call,
            customer,
            [phase],
            {
                "billing_thresholds": subscription["billing_thresholds"],
                "collection_method": subscription["collection_method"],
                "default_payment_method": subscription["default_payment_method"],
                "description": subscription["description"],
                "automatic_tax": subscription["automatic_tax"],
                "invoice_settings": {
                    **subscription["invoice_settings"],
                    "days_until_due": subscription["days_until_due"],
                },
            },
        ),
        "billing_mode": subscription["billing_mode"],
        "current_phase": phases.span(phase),
        "end_behavior": "cancel" if subscription["cancel_at_period_end"] else "release",
        "status": "active",
        "subscription": subscription["id"],
    }
    objects.insert(call, KIND, new_schedule)
    repository.save(call, subscription, {**subscription, "schedule": new_schedule["id"]})
    phase_transitions.show_end(call, new_schedule)
    schedule.plan_ahead(call, new_schedule)
    return new_schedule


def retrieve(call: Call) -> Object:
    return schedule.find(call, call.id)


def _find_living(call: Call, action: str) -> tuple[Call, Object]:
    own_schedule = schedule.find(call, call.id)
    if own_schedule["status"] not in schedule.LIVING_STATUSES:
        raise invalid(
            f"You cannot {action} a subscription schedule that is currently in the `{own_schedule['status']}` status. "
            f"It must be in `not_started, active` status to be {'canceled' if action == 'cancel' else f'{action}d'}."
        )
    return clocks.at_time_of(call, own_schedule), own_schedule


def update(call: Call) -> Object:
    call, before = _find_living(call, "update")
    params = call.params
    customer = customers.find(call, before["customer"])
    after = {**before, "end_behavior": params.get("end_behavior", before["end_behavior"])}
    after["metadata"] = changed_metadata(before, params)
    if "default_settings" in params:
        all_settings = schedule.default_settings(params["default_settings"])
        changes = {name: all_settings[name] for name in params["default_settings"]}
        after["default_settings"] = {**before["default_settings"], **changes}
    if "phases" in params:
        after["phases"] = _new_phases(call, customer, before)
    _check_collection(call, customer, after["default_settings"], after["phases"])
    if before["status"] == "not_started":
        schedule.save(call, before, after)
        if after["phases"][0]["start_date"] <= call.now:
            return phase_transitions.start(call, after, customer)
        schedule.plan_ahead(call, after)
        return after
    return _go_on(call, before, after)


def _new_phases(call: Call, customer: Object, before: Object) -> list[Object]:
    """Return the past phases, which may be left out, and those of the update, the current one among them."""
    _check_priced(call.params["phases"])
    phases_data = phase_items.name_prices(call, call.params["phases"])
    first = phases_data[0] if phases_data else {}
    if "start_date" not in first:
        raise invalid(
            "The subscription schedule update is missing at least one phase with a `start_date` to anchor end dates "
            "to.",
            "phases",
        )
    earlier = frozenset(item["price"] for phase in before["phases"] for item in phase["items"])
    _prices(call, phases_data, earlier)
    start = call.now if first["start_date"] == "now" else int(first["start_date"])
    current = before["current_phase"]
    past: list[Object] = []
    if before["status"] == "active":
        starts = [phase["start_date"] for phase in before["phases"] if phase["start_date"] <= current["start_date"]]
        if start not in starts:
            raise invalid("You can not modify the start date of the current phase.", "phases[0][start_date]")
        past = [phase for phase in before["phases"] if phase["end_date"] <= start]
    elif start < call.now:
        raise invalid(
            "The local Stripe backdates a schedule when it is made: `start_date` must not be in the past.",
            "phases[0][start_date]",
        )
    laid_out = _laid_out(call, customer, phases_data, before["phases"][0]["currency"], start=start)
    if current is not None and all(phase["start_date"] != current["start_date"] for phase in laid_out):
        raise invalid("You can not modify the start date of the current phase.", "phases[0][start_date]")
    if laid_out[-1]["end_date"] <= call.now and current is not None and current["end_date"] > call.now:
        raise invalid("The last phase of the schedule must end in the future.", "phases")
    return [*past, *laid_out]


def _go_on(call: Call, before: Object, after: Object) -> Object:
    """Return the subscription as the current phase has it now, which the update may have changed or ended."""
    phase = phases.current(after["phases"], call.now)
    if phase is None:
        schedule.save(call, before, after)
        schedule.plan_ahead(call, after)
        return after
    was = phases.current(before["phases"], call.now)
    begins = was is None or phase["start_date"] != was["start_date"]
    after["current_phase"] = phases.span(phase)
    schedule.save(call, before, after)
    proration = phase["proration_behavior"] if begins else call.params.get("proration_behavior", "create_prorations")
    redeems = was is None or begins or phase["discounts"] != was["discounts"]
    return phase_transitions.enter(call, after, phase, proration, redeems=redeems, begins=begins)


def cancel(call: Call) -> Object:
    """Return the schedule's end, and its subscription's."""
    call, before = _find_living(call, "cancel")
    if before["subscription"] is not None:
        params = {"invoice_now": True, "prorate": True, **call.params}
        params.pop("expand", None)
        after = schedule.close(call, before, "canceled")
        cancel_subscription(replace(call, id=before["subscription"], params=params))
        return after
    return schedule.close(call, before, "canceled")


def release(call: Call) -> Object:
    call, before = _find_living(call, "release")
    return phase_transitions.release(call, before, keeps_end=call.params.get("preserve_cancel_date", False))


def list_schedules(call: Call) -> Object:
    params = call.params
    conditions = naming_condition(call, "customer")
    if "scheduled" in params:
        for name in ("completed_at", "released_at", "canceled_at"):
            check_only_one(params, name, "scheduled")
        conditions.append(Condition(f"({json_field('status')} = 'not_started') = ?", (int(params["scheduled"]),)))
    for name in ENDS:
        conditions += timestamp_range(json_field(name), params.get(name))
    return page(call, KIND, PATH, conditions)


PATH = "/v1/subscription_schedules"
ROUTES = (
    Route("POST", PATH, KIND, fields.CREATE, create, check_new),
    Route("GET", PATH, KIND, AS_DOCUMENTED, list_schedules, lists=True),
    Route("GET", f"{PATH}/{{id}}", KIND, EXPAND_ONLY, retrieve),
    Route("POST", f"{PATH}/{{id}}", KIND, fields.UPDATE, update),
    Route("POST", f"{PATH}/{{id}}/cancel", KIND, AS_DOCUMENTED, cancel),
    Route("POST", f"{PATH}/{{id}}/release", KIND, AS_DOCUMENTED, release),
)
