"""`billing refund create`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from stripe_billing_cli.cli import confirm, formatting, options, parsing
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.markers import finish
from stripe_billing_cli.cli.output import GREEN, Line, Record
from stripe_billing_cli.cli.payment_text import refunded_to
from stripe_billing_cli.cli.refund.app import app

if TYPE_CHECKING:
    from stripe_billing_cli.refunds.create import Part, RefundPlan
    from stripe_billing_cli.refunds.load import Target


Reason = Literal["duplicate", "fraudulent", "requested_by_customer"]
"""Stripe's reasons (`stripe/params/_refund_create_params.py`)."""


@options.command(app)
def create(
    context: Context,
    target: Annotated[
        str,
        typer.Argument(
            metavar="TARGET", help="An invoice by id or number, or the id of a payment (pi_…) or charge (ch_…)."
        ),
    ],
    amount: Annotated[
        str | None, typer.Option(metavar="AMOUNT", help="So much: 12.50 (default: all that is left).")
    ] = None,
    reason: Annotated[
        Reason | None,
        typer.Option(help="Why; fraudulent also blocks the card and the email.", show_default=False),
    ] = None,
    note: Annotated[str | None, typer.Option(metavar="TEXT", help="A note for you; customers do not see it.")] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Refund it once more, though the same was refunded today.")
    ] = False,
    preview: parsing.Preview = False,
) -> None:
    """Give back what was paid, to the card that paid it. The subscription goes on: a refund ends none.

    First shows what is left to refund and to which card; then asks. The same target, amount, reason and note a second
    time within a day does nothing and names the first refund, unless --again.

    \b
    Examples:  billing refund create in_1MtHbELkdIwHu7ixl4OzzPMv
               billing refund create ch_3MmlLrLkdIwHu7ix0snN0B15 --amount 5.00 --reason requested_by_customer
               billing refund create in_1MtHbELkdIwHu7ixl4OzzPMv --amount 5.00 --note "Ticket 4711" --yes
    """
    from stripe_billing_cli.refunds.create import RefundRequest, plan_refund

    request = RefundRequest(target=target, amount=amount, reason=reason, note=note, again=again)
    plan = plan_refund(context.stripe, request)
    if plan.to_make:
        confirm.confirm(
            context,
            "Refund it?",
            will=list(_will(plan)),
            in_any_mode=True,
            when_refused="nothing was refunded",
            preview=preview,
            money=plan.money,
        )
    result = plan.apply(context.stripe)
    context.printer.record(result.record(), _screen)
    finish(context, result)


def _will(plan: RefundPlan) -> Iterator[str]:
    target = plan.target
    for part in plan.parts:
        yield _part(part, target.currency)
    after = target.amount_left - plan.amount
    left_text, paid_text, left_after = (
        formatting.money(amount, target.currency) for amount in (target.amount_left, target.amount_paid, after)
    )
    yield f"  left to refund  {left_text} of {paid_text}; {left_after} after this"
    if target.credited_amount:
        amount = formatting.money(target.credited_amount, target.currency)
        yield f"  Careful: {amount} of this invoice was given back already, to the balance or outside of Stripe."
    if after < target.overpaid:
        amount = formatting.money(target.overpaid, target.currency)
        yield f"  Careful: {amount} of this was paid too much, and is a credit on the customer's balance already."
    yield f"  {_access(target)}"


def _part(part: Part, currency: str) -> str:
    from stripe_billing_cli.invoices.load import payment

    charge = payment(part.payment.charge)
    amount = formatting.money(part.amount, currency)
    refund_text = (
        f"{amount} was refunded by {part.earlier_refund['id']} already"
        if part.earlier_refund
        else f"{amount} goes back"
    )
    payment_text = f"{formatting.money(charge['amount'], currency)} of {formatting.date(charge['created'])}"
    return f"{refund_text} to {refunded_to(charge)}, from the payment of {payment_text} ({charge['id']})"


def _access(target: Target) -> str:
    if target.subscription is None:
        return "Access stays as it is: a refund ends no subscription."
    id, status = target.subscription["id"], formatting.status(target.subscription["status"])
    return f"Access stays: {id} is {status} and goes on; billing sub cancel {id} ends it."


def _screen(record: Record) -> Iterator[Line]:
    for refund in record["refunds"]:
        amount = formatting.money(refund["amount"], refund["currency"])
        if record["result"] == "unchanged":
            moment = formatting.moment(refund["created"])
            yield Line(f"Nothing to do: {refund['id']} refunded {amount} for the same on {moment}.")
        else:
            yield Line(f"Refunded {amount} ({refund['id']}).{formatting.refund_waits(refund['status'])}", GREEN)
    if record["result"] == "unchanged":
        yield Line("  --again refunds it once more.")
