"""`billing sub cancel`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from stripe_billing_cli.cli import confirm, parsing
from stripe_billing_cli.cli import options as shared_options
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.sub.app import Subscription, app
from stripe_billing_cli.errors import NOT_REACHED, BillingError, UsageError
from stripe_billing_cli.stripe_api.feedback import Feedback

if TYPE_CHECKING:
    from stripe_billing_cli.subscriptions.cancel import CancelResult
    from stripe_billing_cli.subscriptions.cancellation import CancelRequest, When

POINTS: Mapping[str, When] = {"now": "now", "period-end": "period-end", "last-period-end": "last-period-end"}
"""What `--at` takes in place of a date."""


RefundOf = Literal["last", "prorated"]


@shared_options.command(app)
def cancel(
    context: Context,
    subscription: Subscription,
    now: Annotated[bool, typer.Option("--now", help="End it at once.")] = False,
    at_period_end: Annotated[
        bool, typer.Option("--at-period-end", help="End it when the paid period does (the default).")
    ] = False,
    at: Annotated[
        str | None,
        typer.Option(
            metavar="DATE",
            help="End it then: 2026-12-24, 2026-12-24T18:30Z, in UTC; now or period-end; or last-period-end, where "
            "items have periods of their own.",
        ),
    ] = None,
    invoice_now: Annotated[
        bool, typer.Option("--invoice-now", help="With --now: bill at once what is pending, usage and credits too.")
    ] = False,
    prorate: Annotated[
        bool, typer.Option("--prorate", help="With --now or --at: credit what is left of the period to the customer.")
    ] = False,
    refund: Annotated[
        RefundOf | None,
        typer.Option(
            help="Pay back to cards: last, the whole last payment; prorated, what is unused of all (with --now).",
            show_default=False,
        ),
    ] = None,
    reason: Annotated[
        Feedback | None, typer.Option(help="Why, for Stripe's statistics of cancellations.", show_default=False)
    ] = None,
    comment: Annotated[str | None, typer.Option(metavar="TEXT", help="What the customer said about it.")] = None,
    preview: parsing.Preview = False,
) -> None:
    """End a subscription: with the paid period, or at once if it is incomplete.

    First shows what the customer keeps until when and what money moves; then asks. Canceling what is canceled is a
    success, and a refund is made once, however often the command is run or cut off.

    \b
    Examples:  billing sub cancel ada@example.com
               billing sub cancel sub_1MowQV --now --refund prorated --reason too_expensive
               billing sub cancel sub_1MowQV --at 2027-01-31 --yes
    """
    from stripe_billing_cli.cli.sub import cancel_view
    from stripe_billing_cli.subscriptions.cancel import plan_cancel

    request = _request(subscription, now, at_period_end, at, invoice_now, prorate, refund, reason, comment)
    plan = plan_cancel(context.stripe, request)
    if plan.moves and preview:
        _print(context, plan.preview())
        return
    if plan.moves:
        will = [line.text for line in cancel_view.plan_lines(plan)]
        confirm.confirm(context, cancel_view.question(plan), will=will, in_any_mode=True)
    _print(context, plan.apply(context.stripe))


def _request(
    subscription: str,
    now: bool,
    at_period_end: bool,
    at: str | None,
    invoice_now: bool,
    prorate: bool,
    refund: RefundOf | None,
    reason: Feedback | None,
    comment: str | None,
) -> CancelRequest:
    from stripe_billing_cli.subscriptions.cancellation import CancelRequest

    options: dict[str, tuple[bool, When]] = {
        "--now": (now, "now"),
        "--at-period-end": (at_period_end, "period-end"),
        "--at": (at is not None, "at"),
    }
    used_options = [name for name, (is_said, _) in options.items() if is_said]
    if len(used_options) > 1:
        raise UsageError(f"{' and '.join(used_options)} exclude each other", "say one of them")
    when: When = options[used_options[0]][1] if used_options else "default"
    when = POINTS.get(at or "", when)
    moment = parsing.moment("--at", at) if at is not None and when == "at" else None
    return CancelRequest(
        subscription,
        when=when,
        at=moment,
        invoice_now=invoice_now,
        prorate=prorate,
        refund=refund,
        reason=reason,
        comment=comment,
    )


def _print(context: Context, result: CancelResult) -> None:
    """Print the outcome. Raises where a last invoice could not be charged: exit code 4."""
    from stripe_billing_cli.cli.sub import cancel_view
    from stripe_billing_cli.subscriptions import payments

    plan, is_preview = result.plan, result.result == "previewed"
    context.printer.record(
        result.record(), lambda _: cancel_view.plan_lines(plan) if is_preview else cancel_view.screen(result)
    )
    unpaid_invoice = result.unpaid
    if unpaid_invoice is not None:
        id = unpaid_invoice.invoice["id"]
        raise BillingError(
            "payment_failed",
            f"{result.subscription['id']} is canceled, and its last invoice {id} is not paid: {unpaid_invoice.trouble}",
            payments.ways_to_pay(unpaid_invoice.invoice["hosted_invoice_url"], f"billing invoice pay {id}"),
            NOT_REACHED,
        )
