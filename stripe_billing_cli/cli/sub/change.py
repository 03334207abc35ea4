"""`billing sub change`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stripe_billing_cli.cli import confirm, options
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.sub import adjustment
from stripe_billing_cli.cli.sub.app import Subscription, app
from stripe_billing_cli.cli.sub.change_options import ChangeOptions
from stripe_billing_cli.errors import UsageError

if TYPE_CHECKING:
    from stripe_billing_cli.subscriptions.change import ChangeRequest, ChangeResult


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
    from stripe_billing_cli.subscriptions.change import plan_change

    request = adjustment.request(
        add=arguments.add,
        remove=arguments.remove,
        coupon=arguments.coupon,
        promotion_code=arguments.promotion_code,
        no_coupon=arguments.no_coupon,
        trial_end=arguments.trial_end,
        restart_period=arguments.restart_period,
        again=arguments.again,
        proration=arguments.proration,
    )
    if request is not None:
        _check_apart(arguments)
        adjustment.adjust(context, subscription, request, preview=arguments.preview)
        return
    plan = plan_change(context.stripe, _request(subscription, arguments))
    if plan.moves and arguments.preview:
        _print(context, plan.preview())
        return
    if plan.moves:
        confirm.confirm(context, change_view.question(plan), will=change_view.plan_lines(plan), in_any_mode=True)
    with adjustment.explain_declined(plan.change.drops_update, plan.change.drops_schedule):
        result = plan.apply(context.stripe)
    _print(context, result)


def _check_apart(arguments: ChangeOptions) -> None:
    """Refuse a price or a quantity beside what is changed at once and all together."""
    if arguments.price or arguments.quantity is not None or arguments.item or arguments.at == "period-end":
        raise UsageError(
            "--price, --quantity, --item and --at period-end do not go with the other changes",
            "one command for the price or quantity, and one for the rest",
        )


def _request(subscription: str, arguments: ChangeOptions) -> ChangeRequest:
    """Return the request; refuse options that say nothing, or do not go together."""
    from stripe_billing_cli.subscriptions.change import ChangeRequest

    if arguments.price is None and arguments.quantity is None:
        raise UsageError("nothing to change was given", "--price, for example; --help lists the others")
    if arguments.at == "period-end" and arguments.proration is not None:
        raise UsageError(
            "--proration is for a change now: at the period's end nothing is left to prorate",
            "leave out --proration, or --at period-end",
        )
    return ChangeRequest(
        subscription,
        arguments.price,
        arguments.quantity,
        arguments.item,
        arguments.at,
        arguments.proration,
    )


def _print(context: Context, result: ChangeResult) -> None:
    """Print the outcome. Raises where the change waits for its payment: exit code 4."""
    from stripe_billing_cli.cli.sub import change_view
    from stripe_billing_cli.subscriptions.payments import unpaid_error

    context.printer.record(result.record(), lambda _: change_view.screen(result))
    if result.result == "payment_needed":
        consequence = "the plan stays as it is until the payment goes through"
        raise unpaid_error(consequence, result.subscription["id"], result.owes, "it has not been paid yet")
