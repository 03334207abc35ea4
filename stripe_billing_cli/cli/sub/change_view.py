"""A change of a plan as people read it, before and after it is made."""

from __future__ import annotations

from collections.abc import Iterator

from stripe_billing_cli.cli import formatting
from stripe_billing_cli.cli.output import GREEN, YELLOW, Line
from stripe_billing_cli.cli.payment_text import paying_card
from stripe_billing_cli.cli.sub import cost_view
from stripe_billing_cli.stripe_api.objects.catalog import Price
from stripe_billing_cli.stripe_api.references import name_of
from stripe_billing_cli.subscriptions import payments, schedule
from stripe_billing_cli.subscriptions.change import ChangePlan, ChangeResult
from stripe_billing_cli.subscriptions.cost import Cost
from stripe_billing_cli.subscriptions.payments import OwedInvoice
from stripe_billing_cli.subscriptions.quote import Quote, begins_to_cost
from stripe_billing_cli.subscriptions.terms import is_classic, is_metered, recurring_of, terms_of


def question(plan: ChangePlan) -> str:
    id = plan.subscription["id"]
    match plan.change.action:
        case "later":
            return f"Schedule this for {id}?"
        case "take_back":
            return f"Take the change of {id} back?"
    return f"Change {id} now?"


def plan_lines(plan: ChangePlan) -> list[str]:
    """Return the effects of a change, a line each."""
    return [line.text for line in _plan_lines(plan)]


def screen(result: ChangeResult) -> Iterator[Line]:
    """Yield the outcome of a change, or of one that is previewed."""
    plan, owes = result.plan, result.owes
    if result.result == "previewed":
        yield from _plan_lines(plan)
        return
    id, after = plan.subscription["id"], _price_text(plan.new_price, plan.change.after.quantity)
    match result.result:
        case "unchanged" if plan.change.starts:
            yield Line(
                f"{id} changes to {after} on {formatting.date(plan.change.starts)}, as scheduled. Nothing to do."
            )
        case "unchanged":
            yield Line(f"{id} is on {after} already. Nothing to do.")
        case "scheduled":
            yield Line(f"{id} changes to {after} on {formatting.date(plan.change.starts)}.", GREEN)
        case "taken_back":
            yield Line(f"{id} stays on {after}.", GREEN)
        case "changed":
            yield Line(f"{id} is on {after} now.", GREEN)
        case "payment_needed":
            assert owes is not None
            yield Line(f"{id} changes to {after} when {_amount(owes)} is paid.", YELLOW)
            yield Line(f"  {owes.url}")


def _plan_lines(plan: ChangePlan) -> Iterator[Line]:
    change = plan.change
    before = _price_text(plan.current_price, change.before.quantity)
    after = _price_text(plan.new_price, change.after.quantity)
    match change.action:
        case "now":
            yield Line(f"{plan.subscription['id']}: {before} → {after}, now")
        case "later" if change.before == change.after:
            yield Line(f"{plan.subscription['id']}: {after} stays as it is on {formatting.date(change.starts)}")
        case "later":
            yield Line(f"{plan.subscription['id']}: {before} → {after}, on {formatting.date(change.starts)}")
        case "take_back":
            yield Line(f"{plan.subscription['id']} stays on {after}")
    trial = recurring_of(plan.new_price)["trial_period_days"]
    if trial and change.before.price != change.after.price:
        yield Line(f"  {name_of(plan.new_price)} has a trial of its own ({trial} days), which is not used.")
    yield from _gives_way(plan)
    if plan.quote:
        yield from _cost(plan, plan.quote)
        yield from _use(plan, plan.quote)
    elif plan.later_cost and plan.later_cost.next_invoice:
        next_invoice = plan.later_cost.next_invoice
        yield cost_view.entry("due now", "nothing: the paid period is used up first")
        amount = formatting.money(next_invoice.amount, plan.later_cost.currency)
        yield cost_view.entry("then", f"{amount} on {formatting.date(next_invoice.at)}")
        yield from cost_view.balance(plan.later_cost)
        if is_metered(plan.current_price) and plan.change.before.price != plan.change.after.price:
            yield Line(f"  What is used of {name_of(plan.current_price)} until then is billed then, at its price.")


def _use(plan: ChangePlan, quote: Quote) -> Iterator[Line]:
    """Yield the fate of use that is not billed yet, and of time that was never paid for."""
    if is_metered(plan.current_price) and plan.change.before.price != plan.change.after.price:
        fates = {"none": "is never billed", "invoice": "is billed now, at that price"}
        fate = fates.get(quote.proration, "is billed with the next invoice, at that price")
        if is_classic(plan.subscription):
            fate = "is lost: in classic billing mode it goes with its price"
        yield Line(f"  What was used of {name_of(plan.current_price)} and not billed yet {fate}.")
    if plan.unpaid_invoice:
        yield Line(
            f"  Careful: the credit counts time that was never paid for: {cost_view.unpaid_text(plan.unpaid_invoice)}. "
            "--proration none credits nothing."
        )


def _gives_way(plan: ChangePlan) -> Iterator[Line]:
    """Yield the earlier changes that this one replaces."""
    change = plan.change
    if change.drops_update:
        yield Line(f"  The change that waits for its payment is dropped: invoice {change.drops_update} is voided.")
    phase = schedule.upcoming_phase(plan.schedule) if plan.schedule else None
    if phase is None:
        return
    day = formatting.date(phase["start_date"])
    stays = _scheduled_for_others(plan)
    if change.drops_schedule or (change.schedule and not stays):
        yield Line(f"  What was scheduled for {day} is dropped.")
    elif change.schedule:
        yield Line(f"  What is scheduled for the other items stays: {', '.join(stays)} on {day}.")


def _scheduled_for_others(plan: ChangePlan) -> list[str]:
    """Return the terms of the other items from then on, where those differ from the current ones."""
    items = plan.subscription["items"]["data"]
    if len(items) != len(plan.change.later):
        return []
    return [
        _price_text(item["price"], terms.quantity) if terms.price == item["price"]["id"] else terms.price
        for item, terms in zip(items, plan.change.later, strict=True)
        if item["id"] != plan.change.item and terms_of(item) != terms
    ]


def _cost(plan: ChangePlan, quote: Quote) -> Iterator[Line]:
    cost = quote.cost
    yield from cost_view.all_lines(cost, _due_now(plan, cost))
    if quote.restarts:
        reason = "It was free" if begins_to_cost(plan.subscription, plan.new_price) else "The interval changes"
        yield Line(f"  {reason}, so a new period begins now: the billing date becomes {_day(quote)}.")
    if quote.ends:
        yield Line(f"  The subscription ends with that period, on {formatting.date(quote.ends)}.")
    elif plan.subscription["cancel_at"]:
        yield Line(f"  The subscription still ends on {formatting.date(plan.subscription['cancel_at'])}.")
    if cost.due_now and plan.subscription["collection_method"] == "charge_automatically":
        yield Line("  The plan changes only if this payment goes through.")


def _due_now(plan: ChangePlan, cost: Cost) -> str:
    if not cost.due_now:
        return "nothing"
    amount = formatting.money(cost.due_now, cost.currency)
    if plan.subscription["collection_method"] == "send_invoice":
        return f"{amount}, by an invoice that the customer is sent"
    method = payments.default_card(plan.subscription)
    return f"{amount} {paying_card(method)}"


def _day(quote: Quote) -> str:
    return formatting.date(quote.proration_date)


def _amount(owes: OwedInvoice) -> str:
    return formatting.money(owes.invoice["amount_remaining"], owes.invoice["currency"])


def _price_text(price: Price, quantity: int | None) -> str:
    return name_of(price) if quantity in (None, 1) else f"{name_of(price)} × {quantity:,}"
