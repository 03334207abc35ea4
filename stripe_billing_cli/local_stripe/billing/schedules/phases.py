"""The phases of a schedule: what is subscribed to from when until when. After `stripe/_subscription_schedule.py`.

"If there are multiple phases, the `end_date` of one phase will always equal the `start_date` of the next phase."
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from stripe_billing_cli.local_stripe.billing.invoicing.automatic_tax import on_subscription
from stripe_billing_cli.local_stripe.billing.periods import BillingInterval
from stripe_billing_cli.local_stripe.billing.schedules import phase_items
from stripe_billing_cli.local_stripe.billing.subscriptions import thresholds
from stripe_billing_cli.local_stripe.core import shapes, times
from stripe_billing_cli.local_stripe.core.errors import invalid, only_one_of
from stripe_billing_cli.local_stripe.core.store import Object

IntervalOfPrice = Callable[[str], BillingInterval]
"""How often a price, given by its id, recurs."""


def lay_out_phases(
    phases_data: Sequence[Mapping[str, Any]], billing_interval: IntervalOfPrice, currency: str, *, start: int, now: int
) -> list[Object]:
    """Return the phases as they are stored, one after another from `start` on. Raises Stripe's refusals."""
    phases: list[Object] = []
    for number, phase in enumerate(phases_data):
        name = f"phases[{number}]"
        begins = _begins(phase, start, now, name)
        start = _ends(phase, begins, billing_interval, now, name)
        phases.append(_phase(phase, currency, begins, start, name))
    return phases


def _begins(phase: Mapping[str, Any], previous_end: int, now: int, name: str) -> int:
    start_date = phase.get("start_date", previous_end)
    begins = now if start_date == "now" else int(start_date)
    if begins != previous_end:
        raise invalid(
            f"The start date of a phase must be the end date of the phase before it ({previous_end}).",
            f"{name}[start_date]",
        )
    return begins


def _ends(phase: Mapping[str, Any], start: int, billing_interval: IntervalOfPrice, now: int, name: str) -> int:
    """Return the date given, or the duration after the start; one interval of the first price where neither is
    given."""
    if "end_date" in phase and "duration" in phase:
        raise only_one_of([f"{name}[duration]", f"{name}[end_date]"])
    if "end_date" in phase:
        end = now if phase["end_date"] == "now" else int(phase["end_date"])
        times.check_within_five_years(end, f"{name}[end_date]", now)
    elif "duration" in phase:
        duration = phase["duration"]
        end = BillingInterval(duration["interval"], duration.get("interval_count", 1)).boundary(start, 1)
    else:
        end = billing_interval(phase["items"][0]["price"]).boundary(start, 1)
    if end <= start:
        raise invalid("The end date of a phase must be later than its start date.", f"{name}[end_date]")
    return end


def _phase(phase: Mapping[str, Any], currency: str, start: int, end: int, name: str) -> Object:
    return {
        **shapes.blank("subscription_schedule_phase_configuration"),
        "add_invoice_items": [phase_items.one_time_fields(item) for item in phase.get("add_invoice_items", ())],
        "automatic_tax": automatic_tax(phase),
        "billing_cycle_anchor": phase.get("billing_cycle_anchor"),
        thresholds.NAME: thresholds.merge(phase.get(thresholds.NAME)),
        "collection_method": phase.get("collection_method"),
        "currency": phase.get("currency", currency),
        "default_payment_method": phase.get("default_payment_method"),
        "default_tax_rates": list(phase.get("default_tax_rates") or ()),
        "description": phase.get("description"),
        "discounts": phase_items.discount_fields(phase),
        "end_date": end,
        "invoice_settings": invoice_settings(phase),
        "items": [phase_items.keep(item) for item in phase["items"]],
        "metadata": dict(phase.get("metadata", {})),
        "proration_behavior": phase.get("proration_behavior", "create_prorations"),
        "start_date": start,
        "trial": phase.get("trial"),
        "trial_end": _trial_end(phase, start, end, name),
    }


def _trial_end(phase: Mapping[str, Any], start: int, end: int, name: str) -> int | None:
    trial_end: int | None = phase.get("trial_end", end if phase.get("trial") else None)
    if trial_end is None:
        return None
    if not start < trial_end <= end:
        raise invalid("The trial end must be within the phase.", f"{name}[trial_end]")
    if phase.get("trial") and trial_end != end:
        raise invalid("When `trial` is true, the trial end must be the end date of the phase.", f"{name}[trial_end]")
    if phase.get("billing_cycle_anchor") == "phase_start":
        raise invalid(
            "`billing_cycle_anchor` cannot be `phase_start` in a phase with a trial.", f"{name}[billing_cycle_anchor]"
        )
    return trial_end


def automatic_tax(settings: Mapping[str, Any]) -> Object | None:
    if "automatic_tax" not in settings:
        return None
    return on_subscription(settings["automatic_tax"]["enabled"])


def invoice_settings(settings: Mapping[str, Any]) -> Object | None:
    if "invoice_settings" not in settings:
        return None
    params = settings["invoice_settings"]
    return {
        "account_tax_ids": params.get("account_tax_ids") or None,
        "custom_fields": params.get("custom_fields") or None,
        "days_until_due": params.get("days_until_due"),
        "description": params.get("description"),
        "footer": params.get("footer"),
        "issuer": {"account": None, "type": "self"} if "issuer" in params else None,
    }


def current(phases: Sequence[Object], now: int) -> Object | None:
    """Return the phase that `now` is in."""
    return next((phase for phase in phases if phase["start_date"] <= now < phase["end_date"]), None)


def span(phase: Object | None) -> Object | None:
    """Return a phase as a schedule's `current_phase` shows it."""
    return phase and {"end_date": phase["end_date"], "start_date": phase["start_date"]}


def phase_from_subscription(subscription: Object) -> Object:
    """Return the one phase of a schedule made from a subscription: its current period, as it is."""
    items = subscription["items"]["data"]
    phase = {
        "items": [
            {
                "billing_thresholds": item["billing_thresholds"],
                "discounts": [{"discount": id} for id in item["discounts"]],
                "metadata": item["metadata"],
                "price": item["price"],
                "quantity": item.get("quantity"),
                "tax_rates": item["tax_rates"],
            }
            for item in items
        ],
        "default_tax_rates": subscription["default_tax_rates"],
    }
    start = min(item["current_period_start"] for item in items)
    end = min(item["current_period_end"] for item in items)
    is_trial = subscription["status"] == "trialing"
    return {
        **_phase(phase, subscription["currency"], start, end, "phases[0]"),
        "discounts": [{**dict.fromkeys(phase_items.SOURCES), "discount": id} for id in subscription["discounts"]],
        "trial_end": subscription["trial_end"] if is_trial else None,
    }
