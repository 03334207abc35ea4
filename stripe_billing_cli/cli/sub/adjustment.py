"""`billing sub change` of items, discount, trial and billing date: what it says before and after."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal, cast

from stripe_billing_cli.cli import confirm, formatting, parsing
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.output import GREEN, YELLOW, Line
from stripe_billing_cli.errors import NOT_REACHED, BillingError, UsageError

if TYPE_CHECKING:
    from stripe_billing_cli.subscriptions.adjust import AdjustPlan, AdjustRequest, AdjustResult
    from stripe_billing_cli.subscriptions.quote import Proration


def request(
    *,
    add: Sequence[str] | None,
    remove: Sequence[str] | None,
    coupon: str | None,
    promotion_code: str | None,
    no_coupon: bool,
    trial_end: str | None,
    restart_period: bool,
    again: bool,
    proration: str | None,
) -> AdjustRequest | None:
    """Return the request that the options make; None where they ask for nothing of this."""
    used_options = [name for name, value in _discount_options(coupon, promotion_code, no_coupon).items() if value]
    if len(used_options) > 1:
        raise UsageError(f"{' and '.join(used_options)} exclude each other", "say one of them")
    if again and not restart_period:
        raise UsageError("--again goes with --restart-period", "a change made twice is one change")
    if not (add or remove or used_options or trial_end or restart_period):
        return None
    if trial_end and restart_period:
        raise UsageError("--trial-end and --restart-period exclude each other", "say one of them")
    from stripe_billing_cli.subscriptions.adjust import AdjustRequest
    from stripe_billing_cli.subscriptions.start import line_of

    ends: int | Literal["now"] | None = None
    if trial_end:
        ends = "now" if trial_end == "now" else parsing.moment("--trial-end", trial_end)
    return AdjustRequest(
        add=[line_of(text) for text in add or ()],
        remove=list(remove or ()),
        coupon=coupon,
        promotion_code=promotion_code,
        no_discount=no_coupon,
        trial_end=ends,
        restart_period=restart_period,
        again=again,
        proration=cast("Proration | None", proration),
    )


def _discount_options(coupon: str | None, promotion_code: str | None, no_coupon: bool) -> dict[str, bool]:
    return {
        "--coupon": coupon is not None,
        "--promotion-code": promotion_code is not None,
        "--no-coupon": no_coupon,
    }


def adjust(context: Context, name: str, adjust_request: AdjustRequest, *, preview: bool) -> None:
    """Say what a change costs, ask, make the change, print."""
    from stripe_billing_cli.subscriptions.adjust import plan_adjust

    plan = plan_adjust(context.stripe, name, adjust_request)
    if preview or not plan.moves:
        _print(context, plan.preview())
        return
    id = plan.subscription["id"]
    confirm.confirm(context, f"Change {id} now?", will=[line.text for line in _will(plan)], in_any_mode=True)
    with explain_declined(plan.drops_update, plan.drops_schedule):
        result = plan.apply(context.stripe)
    _print(context, result)


@contextmanager
def explain_declined(dropped_update: str | None, dropped_schedule: str | None) -> Iterator[None]:
    """Turn a declined payment, for which the plan was not changed, into the command's error: exit code 4. What the
    change was to take the place of has been dropped by then: the invoice of a pending update, or a schedule."""
    from stripe_billing_cli.stripe_api.errors import PaymentFailedError

    try:
        yield
    except PaymentFailedError as failure:
        dropped_changes = [f"the change that waited for the payment of {dropped_update}"] if dropped_update else []
        dropped_changes += [f"what was scheduled ({dropped_schedule})"] if dropped_schedule else []
        effect = (
            f"the change was not made, and {' and '.join(dropped_changes)} is dropped"
            if dropped_changes
            else "nothing was changed"
        )
        raise BillingError(
            "payment_failed",
            f"{effect}: the payment did not go through: {failure.message}",
            "the same command again, once there is another card",
            NOT_REACHED,
        ) from failure


def _will(plan: AdjustPlan) -> Iterator[Line]:
    """Yield the effects of the change, before it is agreed to."""
    from stripe_billing_cli.cli.sub import cost_view

    yield Line(f"{plan.subscription['id']}: {', '.join(_changes(plan))}")
    if plan.drops_update:
        yield Line(f"  The change that waits for its payment is dropped: invoice {plan.drops_update} is voided.")
    if plan.drops_schedule:
        yield Line(f"  What was scheduled for it is dropped ({plan.drops_schedule}).")
    yield from _cost(plan)
    for remark in plan.remarks:
        yield Line(f"  {remark}")
    if plan.period_began:
        began = formatting.moment(plan.period_began)
        yield Line(f"  A new period began on {began} already, and is not begun again; --again would.")
    if plan.unpaid_invoice:
        invoice = cost_view.unpaid_text(plan.unpaid_invoice)
        yield Line(
            f"  Careful: a credit counts time that was never paid for: {invoice}. --proration none credits nothing."
        )
    if plan.quote and plan.quote.ends:
        yield Line(f"  The subscription ends with the new period, on {formatting.date(plan.quote.ends)}.")
    elif plan.subscription["cancel_at"]:
        yield Line(f"  The subscription still ends on {formatting.date(plan.subscription['cancel_at'])}.")


def _changes(plan: AdjustPlan) -> Iterator[str]:
    from stripe_billing_cli.stripe_api.references import name_of

    for price, terms in plan.added_prices:
        yield f"+ {name_of(price)}{formatting.times(terms.quantity)}"
    for item in plan.removed_items:
        yield f"- {name_of(item['price'])}{formatting.times(item.get('quantity'))}"
    if "discounts" in plan.update:
        adjust_request = plan.request
        had = "the discount is taken away" if adjust_request.no_discount else ""
        yield had or f"discount by {adjust_request.coupon or adjust_request.promotion_code}"
    ends = plan.update.get("trial_end")
    if ends is not None:
        yield "the trial ends now" if ends == "now" else f"a trial until {formatting.moment(ends)}"
    if "billing_cycle_anchor" in plan.update:
        yield "a new period"


def _cost(plan: AdjustPlan) -> Iterator[Line]:
    from stripe_billing_cli.cli.payment_text import paying_card
    from stripe_billing_cli.cli.sub import cost_view
    from stripe_billing_cli.subscriptions import payments

    if plan.quote is None:
        return
    cost = plan.quote.cost
    due = "nothing"
    if cost.due_now:
        is_sent = plan.subscription["collection_method"] == "send_invoice"
        way = "by an invoice" if is_sent else paying_card(payments.default_card(plan.subscription))
        due = f"{formatting.money(cost.due_now, cost.currency)} {way}"
    yield from cost_view.all_lines(cost, due)
    if cost.due_now and plan.payment_behavior:
        yield Line("  It changes only if this payment goes through.")


def _print(context: Context, result: AdjustResult) -> None:
    """Print the outcome. Raises where the change waits for its payment: exit code 4."""
    from stripe_billing_cli.subscriptions.payments import unpaid_error

    context.printer.record(result.record(), lambda _: _screen(result))
    if result.owes is not None:
        consequence = "it stays as it is until the payment goes through"
        raise unpaid_error(consequence, result.subscription["id"], result.owes, "it has not been paid yet")


def _screen(result: AdjustResult) -> Iterator[Line]:
    plan, id = result.plan, result.plan.subscription["id"]
    match result.result:
        case "previewed":
            yield from _will(plan)
        case "unchanged" if plan.period_began:
            yield Line(f"{id} began a new period on {formatting.moment(plan.period_began)} already. Nothing to do.")
            yield Line("  --again begins another.")
        case "unchanged":
            yield Line(f"{id} is already as asked for. Nothing to do.")
        case "changed":
            yield Line(f"{id} is changed: {', '.join(_changes(plan))}.", GREEN)
        case _:
            owes = result.owes
            assert owes is not None
            amount = formatting.money(owes.invoice["amount_remaining"], owes.invoice["currency"])
            yield Line(f"{id} changes when {amount} is paid.", YELLOW)
            yield Line(f"  {owes.url}")
