"""`billing sub change`."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from stripe_billing_cli.cli import confirm, options
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.sub import adjusting
from stripe_billing_cli.cli.sub.app import Subscription, app
from stripe_billing_cli.cli.sub.change_options import At, ChangeOptions
from stripe_billing_cli.errors import NOT_REACHED, WRONG, BillingError

if TYPE_CHECKING:
    from stripe_billing_cli.cli.sub.change_view import ChangePlan


@options.command(app)
def change(
    context: Context,
    subscription: Subscription,
    arguments: ChangeOptions,
) -> None:
    """Put a subscription on another price, or change its quantity, its items, its discount, its trial.

    First shows, by Stripe's own preview, what is credited, charged and due now, and the next invoice; asks; then does
    exactly that. A change that costs something happens only if its payment goes through: else the plan stays as it
    is, the link on which the customer can confirm the payment is printed, and the exit code is 4.

    Items are added and removed, the discount, the trial and the billing date changed at once, all together; a price or
    quantity by a command of its own. What is so already is left alone; a new period begins once a day, unless --again.

    At the period's end the change is put on a schedule; the same command with the current price takes it back. A
    change of the interval starts a new period at once.

    \b
    Examples:  billing sub change ada@example.com --price keymap-team.monthly
               billing sub change sub_1MowQV --price keymap-pro.yearly --preview
               billing sub change sub_1MowQV --price keymap-pro.monthly --at period-end
               billing sub change sub_1MowQV --quantity 12 --proration create --yes
               billing sub change sub_1MowQV --add support.monthly --coupon FIFTH
               billing sub change sub_1MowQV --trial-end now --preview
    """
    from stripe_billing_cli.cli.sub import change_view

    request = adjusting.request(
        add=arguments.add,
        remove=arguments.remove,
        coupon=arguments.coupon,
        promotion_code=arguments.promotion_code,
        no_coupon=arguments.no_coupon,
        trial_end=arguments.trial_end,
        restart_period=arguments.restart_period,
        again=arguments.again,
        proration=arguments.proration.value if arguments.proration else None,
    )
    if request is not None:
        _check_apart(arguments)
        adjusting.adjust(context, subscription, request, preview=arguments.preview)
        return
    _check(arguments)
    plan = _decide(
        context,
        subscription,
        arguments.price,
        arguments.quantity,
        arguments.item,
        arguments.at.value,
        arguments.proration.value if arguments.proration else None,
    )
    if plan.change.action in ("none", "wait") or arguments.preview:
        _tell(context, plan, "previewed" if arguments.preview and plan.change.action not in ("none", "wait") else None)
        return
    question = change_view.question(plan)
    confirm.confirm(context, question, will=change_view.will(plan), moves_money=True)
    _tell(context, _carry_out(context, plan), None)


def _check_apart(arguments: ChangeOptions) -> None:
    """Refuse a price or a quantity beside what is changed at once and all together."""
    if arguments.price or arguments.quantity is not None or arguments.item or arguments.at is At.period_end:
        raise BillingError(
            "usage",
            "--price, --quantity, --item and --at period-end do not go with the other changes",
            "one command for the price or quantity, and one for the rest",
            WRONG,
        )


def _check(arguments: ChangeOptions) -> None:
    """Refuse options that say nothing, or do not go together, where a price or quantity is to be changed."""
    if arguments.price is None and arguments.quantity is None:
        raise BillingError(
            "usage", "nothing to change was given", "--price, for example; --help lists the others", WRONG
        )
    if arguments.at is At.period_end and arguments.proration is not None:
        raise BillingError(
            "usage",
            "--proration is for a change now: at the period's end nothing is left to prorate",
            None,
            WRONG,
        )


def _decide(
    context: Context,
    name: str,
    price: str | None,
    quantity: int | None,
    item: str | None,
    at: str,
    proration: str | None,
) -> ChangePlan:
    """Read what there is, decide the change, and ask Stripe what it costs."""
    from concurrent.futures import ThreadPoolExecutor
    from typing import cast

    from stripe_billing_cli.cli.sub.change_view import ChangePlan
    from stripe_billing_cli.stripe_api import lookup
    from stripe_billing_cli.subscriptions import item_change, later_quote, payments, quote, steps, terms

    api = context.stripe
    with ThreadPoolExecutor(1) as pool:
        named = pool.submit(lookup.find_price, api, price) if price else None
        found = lookup.find_subscription(api, name, expand=steps.EXPAND)
    chosen = terms.choose_item(found, item)
    as_it_is = price in (None, chosen["price"]["id"])  # which may be archived by now
    wanted = chosen["price"] if named is None or as_it_is else named.result()
    after = terms.new_terms(chosen, wanted, quantity)
    schedule = steps.attached_schedule(api, found)
    decided = item_change.decide(found, schedule, chosen, after, cast(item_change.At, at))
    plan = ChangePlan(found, chosen["price"], wanted, decided, schedule)
    match decided.action:
        case "now":
            anew = quote.restarts(found, chosen["price"], wanted)
            now = quote.now_of(api, found, int(time.time()))
            items = found["items"]["data"]
            plan.quoted = quote.of_change(
                api,
                found,
                decided.item,
                after,
                at=now,
                wanted_proration=cast("quote.Proration | None", proration),
                anew=anew,
                prices=[wanted if item["id"] == decided.item else item["price"] for item in items],
            )
            if plan.quoted.cost.credited:
                plan.unpaid = payments.unpaid_time(api, payments.never_paid(api, found), now)
        case "later":
            assert decided.starts is not None
            restarts = quote.restarts(found, chosen["price"], wanted)
            plan.later_cost = later_quote.of_later_change(api, found, decided.later, decided.starts, restarts=restarts)
        case "wait":
            plan.owes = payments.owed(api, found["latest_invoice"])
    return plan


def _carry_out(context: Context, plan: ChangePlan) -> ChangePlan:
    from stripe_billing_cli.stripe_api.errors import PaymentFailedError
    from stripe_billing_cli.subscriptions import apply_change, payments

    api = context.stripe
    try:
        after = apply_change.carry_out(api, plan.subscription, plan.change, plan.quoted, plan.wanted)
    except PaymentFailedError as failure:
        raise BillingError(
            "payment_failed",
            f"nothing was changed: the payment did not go through: {failure.message}",
            "the same command again, once there is another card",
            NOT_REACHED,
        ) from failure
    plan.subscription, plan.done = after, True
    if after["pending_update"] is not None:
        plan.owes = payments.owed(api, after["latest_invoice"])
    return plan


def _tell(context: Context, plan: ChangePlan, result: str | None) -> None:
    """Print the outcome. Raises where the change waits for its payment: exit code 4."""
    from stripe_billing_cli.cli.sub import change_view
    from stripe_billing_cli.subscriptions import outcomes

    result = result or change_view.result(plan)
    record = outcomes.change(result, plan.subscription, plan.change, plan.quoted, plan.later_cost, plan.owes)
    record["unpaid_time"] = plan.unpaid is not None
    context.printer.record(record, lambda: change_view.screen(plan, result))
    if result == "payment_needed":
        from stripe_billing_cli.subscriptions.payments import ways_to_pay

        assert plan.owes is not None
        why = str(plan.owes.trouble or "it has not been paid yet")
        raise BillingError(
            "payment_failed",
            f"the plan stays as it is until the payment goes through: {why}",
            ways_to_pay(plan.owes.url, f"billing sub pay {plan.subscription['id']}"),
            NOT_REACHED,
        )
