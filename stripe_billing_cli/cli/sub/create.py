"""`billing sub create`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import typer

from stripe_billing_cli.cli import confirm, formatting, options, parsing
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.markers import clear_marker
from stripe_billing_cli.cli.sub import status_wait
from stripe_billing_cli.cli.sub.app import app
from stripe_billing_cli.cli.sub.create_options import Collection, CreateOptions
from stripe_billing_cli.errors import BillingError, UsageError

if TYPE_CHECKING:
    from stripe_billing_cli.subscriptions.create import CreatePlan, CreateResult
    from stripe_billing_cli.subscriptions.start import Line, Order, Situation

STARTED = frozenset({"active", "trialing"})


@options.command(app)
def create(
    context: Context,
    arguments: CreateOptions,
) -> None:
    """Start a subscription. Nothing is charged before the customer confirms it.

    Prints what is due now and next, the client secret for a payment page of your own, and a link to Stripe's page. The
    link pays the first invoice; or, while nothing is due, it takes the card that later invoices are charged to. A first
    payment can be made for 23 hours; then the subscription expires. The card that pays is kept for the renewals.

    Cut off and run again, the command goes on with the subscription that it made. A run after a finished one makes
    another (and says that there is one), unless --if-not-exists. With --add-once, the same within a day gives back the
    first one, unless --again. A price's own trial days are used with --trial-from-price only.

    With --preview only shows what is due now and next, by Stripe's own preview, and creates nothing.

    \b
    Examples:  billing sub create --customer ada@example.com --price keymap-pro.monthly
               billing sub create --customer cus_NffrFeUfNV2Hib --price keymap-team.monthly:12 --trial-days 14
               billing sub create --customer ada@example.com --price keymap-team.monthly:5 --add-once setup --preview
               billing sub create --customer ada@example.com --price keymap-pro.yearly --open --wait --timeout 10m
               billing sub create --customer ada@example.com --price keymap-pro.yearly --if-not-exists --output json
    """
    from stripe_billing_cli.subscriptions.create import plan_create

    order = _order(arguments)
    seconds = parsing.span("--timeout", arguments.timeout) if arguments.timeout else None
    plan = plan_create(context.stripe, order)
    if plan.existing_subscription is None:
        if arguments.preview:
            _preview(context, plan)
            return
        _print_notes(context, plan)
        question = f"Subscribe {_customer_name(plan)} to {_price_names(plan)}?"
        confirm.confirm(context, question, when_refused="no subscription was created")
    result = plan.apply(context.stripe)
    record = _print(context, result, waits=arguments.wait)
    if arguments.preview:
        return
    if arguments.open_ and result.confirmation.url:
        typer.launch(result.confirmation.url)
    trouble = _wait(context, record, seconds) if arguments.wait else None
    clear_marker(context, result.subscription, lambda: result.finish(context.stripe))
    if trouble:
        raise trouble


def _order(arguments: CreateOptions) -> Order:
    """Return the order that the options make. Raises `BillingError` for options that do not go together."""
    from stripe_billing_cli.subscriptions import start

    order = start.Order(
        customer=arguments.customer,
        lines=_lines(arguments.price, arguments.quantity),
        trial_days=arguments.trial_days,
        coupon=arguments.coupon,
        promotion_code=arguments.promotion_code,
        description=arguments.description,
        automatic_tax=arguments.automatic_tax,
        days_until_due=_days(arguments.collection_method, arguments.days_until_due),
        anchor=parsing.moment("--anchor", arguments.anchor) if arguments.anchor else None,
        metadata=parsing.metadata("--metadata", arguments.metadata),
        once=[start.line_of(text) for text in arguments.add_once or ()],
        currency=parsing.currency("--currency", arguments.currency),
        trial_from_price=arguments.trial_from_price,
        again=arguments.again,
        if_not_exists=arguments.if_not_exists,
        idempotency_key=parsing.idempotency_key(arguments.idempotency_key),
    )
    if arguments.trial_from_price and arguments.trial_days:
        raise UsageError("--trial-days and --trial-from-price exclude each other", "say one of them")
    if arguments.again and (not arguments.add_once or arguments.idempotency_key):
        raise UsageError("--again goes with --add-once, and not with --idempotency-key", "say --add-once --again")
    if arguments.timeout and not arguments.wait:
        raise UsageError("--timeout goes with --wait", "say both, or neither")
    return order


def _lines(prices: Sequence[str], quantity: int | None) -> list[Line]:
    """Return the lines of `KEY:QUANTITY` texts, where what follows the last colon is a number."""
    from stripe_billing_cli.subscriptions.start import Line, line_of

    lines = [line_of(text) for text in prices]
    if quantity is None:
        _check_for_repetition([line.price for line in lines])
        return lines
    if len(lines) > 1 or lines[0].quantity is not None:
        raise UsageError("--quantity is for one price without a quantity of its own", "write --price KEY:QUANTITY")
    return [Line(lines[0].price, quantity)]


def _check_for_repetition(names: Sequence[str]) -> None:
    if repeated_name := next((name for name in names if names.count(name) > 1), None):
        raise UsageError(
            f"--price {repeated_name} is given more than once", f"write --price {repeated_name}:QUANTITY, once"
        )


def _days(collection: Collection, days: int | None) -> int | None:
    sends = collection == "send_invoice"
    if sends and days is None:
        raise UsageError("--collection-method send_invoice needs --days-until-due", "--days-until-due 30, for example")
    if days is not None and not sends:
        raise UsageError("--days-until-due goes with --collection-method send_invoice", "say both, or neither")
    return days


def _preview(context: Context, plan: CreatePlan) -> None:
    """Show what the subscription would cost, and create none."""
    from stripe_billing_cli.cli.sub import start_view

    quote = plan.preview(context.stripe)
    _print_notes(context, plan)
    record = quote.record(plan.situation)
    context.printer.record(record, lambda _: start_view.preview_lines(quote, plan.order, plan.situation))


def _customer_name(plan: CreatePlan) -> str:
    customer = plan.situation.customer
    return f"{customer['email']} ({customer['id']})" if customer["email"] else customer["id"]


def _price_names(plan: CreatePlan) -> str:
    return ", ".join(line.price for line in plan.order.lines)


def _print_notes(context: Context, plan: CreatePlan) -> None:
    """Say what may be overlooked: that there is such a subscription already, what is to be known about trials, and that
    a discount is not for what is ordered."""
    going_on = [f"{one['id']} ({one['status']})" for one in plan.situation.going_on()]
    if going_on:
        context.printer.note(
            f"Note: {plan.situation.customer['id']} has a subscription to {_price_names(plan)} already: "
            f"{', '.join(going_on)}. This makes another one; --if-not-exists would not.",
            fg="yellow",
        )
    remarks = (f"Note: {remark}" for remark in plan.situation.remarks)
    for note in (*_trial_notes(plan.situation), *remarks):
        context.printer.note(note, fg="yellow")


def _trial_notes(situation: Situation) -> Iterator[str]:
    """Yield remarks about trials: that prices have some, and that the customer had one."""
    from stripe_billing_cli.subscriptions import start

    for price in situation.unused_trials():
        name, days = price["lookup_key"] or price["id"], formatting.count_text(start.trial_of(price) or 0, "day")
        way = "" if situation.trial_days else "; --trial-from-price would use it"
        yield f"Note: {name} has a trial of {days} of its own, which is not used{way}."
    if situation.trial_days:
        for trial in situation.earlier_trials():
            until = formatting.date(trial["trial_end"])
            yield f"Note: {situation.customer['id']} had a trial of this product before: {trial['id']}, until {until}."


def _print(context: Context, result: CreateResult, *, waits: bool) -> dict[str, Any]:
    """Print the subscription, and what its customer is to do; with JSON a command that waits prints it in the end."""
    from stripe_billing_cli.cli.sub import start_view

    record, todo = result.record(), result.confirmation
    if record["existing"]:
        context.printer.note(f"{record['id']} was there already.")
    if todo.trouble:
        context.printer.note(f"No link to collect a card: {todo.trouble}", fg="yellow")
    if waits and context.output == "json":
        link = f", to be paid at {todo.url}" if todo.collects == "payment" else ""
        context.printer.note(f"{record['id']} is {formatting.status(record['status'])}{link}")
    else:
        context.printer.record(record, lambda _: start_view.lines(record, result.plan.situation.customer, todo))
    return record


def _wait(context: Context, record: dict[str, Any], seconds: int | None) -> BillingError | None:
    """Wait until the subscription has started, and return why it has not; None where it has. With JSON the
    subscription is printed only now, as it is then."""
    observation, prospect = status_wait.wait_for_status(context, record["id"], STARTED, seconds)
    status = observation.record["status"] if observation else None
    if context.output == "json":
        now = {name: value for name, value in observation.record.items() if name in record} if observation else {}
        context.printer.record({**record, **now}, lambda _: [])
    if prospect == "reached":
        context.printer.note(f"{record['id']} is {formatting.status(status)}.", fg="green")
        return None
    return status_wait.not_reached(record["id"], status, prospect, STARTED)
