"""`billing sub cancel`."""

from __future__ import annotations

import time
from dataclasses import asdict
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from stripe_billing_cli.cli import confirm, parsing
from stripe_billing_cli.cli import options as shared_options
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.sub.app import Subscription, app
from stripe_billing_cli.errors import NOT_REACHED, BillingError

if TYPE_CHECKING:
    from stripe_billing_cli.cli.sub.cancel_view import CancelPlan
    from stripe_billing_cli.stripe_api.client import Object
    from stripe_billing_cli.subscriptions.cancellation import CancelRequest, When
    from stripe_billing_cli.subscriptions.refund import RefundPlan
    from stripe_billing_cli.subscriptions.unused_time import Billing


LAST_PERIOD_END: Literal["last-period-end"] = "last-period-end"


class RefundOf(StrEnum):
    last = "last"
    prorated = "prorated"


class Reason(StrEnum):
    """Stripe's `cancellation_details.feedback` (`stripe/params/_subscription_cancel_params.py`)."""

    customer_service = "customer_service"
    low_quality = "low_quality"
    missing_features = "missing_features"
    other = "other"
    switched_service = "switched_service"
    too_complex = "too_complex"
    too_expensive = "too_expensive"
    unused = "unused"


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
            help="End it then: 2026-12-24, 2026-12-24T18:30Z, in UTC; or last-period-end, where items have periods of "
            "their own.",
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
        Reason | None, typer.Option(help="Why, for Stripe's statistics of cancellations.", show_default=False)
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

    request = _request(now, at_period_end, at, invoice_now, prorate, refund, reason, comment)
    plan = _decide(context, subscription, request)
    if plan.moves and preview:
        _tell(context, plan, previewed=True)
        return
    if plan.moves:
        will = [line.text for line in cancel_view.plan_lines(plan)]
        confirm.confirm(context, cancel_view.question(plan), will=will, moves_money=True)
        _carry_out(context, plan)
    _tell(context, plan)


def _request(
    now: bool,
    at_period_end: bool,
    at: str | None,
    invoice_now: bool,
    prorate: bool,
    refund: RefundOf | None,
    reason: Reason | None,
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
        raise parsing.wrong(f"{' and '.join(used_options)} exclude each other", "say one of them")
    when: When = options[used_options[0]][1] if used_options else "default"
    moment = parsing.moment("--at", at) if at is not None and at != LAST_PERIOD_END else None
    if at == LAST_PERIOD_END:
        when = LAST_PERIOD_END
    return CancelRequest(
        when=when,
        at=moment,
        invoice_now=invoice_now,
        prorate=prorate,
        refund=refund.value if refund else None,
        reason=reason.value if reason else None,
        comment=comment,
    )


def _decide(context: Context, name: str, request: CancelRequest) -> CancelPlan:
    """Read what there is, and decide the end and the refund."""
    from stripe_billing_cli.cli.sub.cancel_view import CancelPlan
    from stripe_billing_cli.stripe_api import lookup
    from stripe_billing_cli.subscriptions import (
        apply_cancel,
        last_invoices,
        payments,
        quote,
        steps,
        unbilled,
        unused_time,
    )
    from stripe_billing_cli.subscriptions import (
        cancellation as cancellations,
    )

    api = context.stripe
    found = lookup.find_subscription(api, name, expand=steps.EXPAND)
    now = quote.now_of(api, found, int(time.time()))
    cancellation = apply_cancel.resolve(api, found, cancellations.decide(found, request, now), request)
    final = apply_cancel.final_invoice(api, found, cancellation)
    drafts = tuple(last_invoices.find(api, found))
    billing = unused_time.Billing(drafts, final) if request.invoice_now else None
    back = _refund(context, found, request, cancellation.ends, now, billing)
    if back is not None and back.net_charge:
        cancellation = cancellations.keeping_prorations(cancellation)
        final = apply_cancel.final_invoice(api, found, cancellation)
    owed = apply_cancel.still_open(api, found, cancellation)
    left = unbilled.load(api, found, cancellation, netted=request.refund == "prorated")
    until_then = apply_cancel.renewals_until(api, found, cancellation)
    credits = request.prorate or request.refund == "prorated"
    paid_now = {one["id"] for one in drafts} if request.invoice_now else set()
    never_paid = [one for one in payments.never_paid(api, found) if one["id"] not in paid_now] if credits else []
    unpaid = payments.unpaid_time(api, never_paid, cancellation.ends)
    return CancelPlan(found, request, cancellation, final, back, owed, left, drafts, until_then, unpaid)


def _refund(
    context: Context, subscription: Object, request: CancelRequest, ends: int, now: int, billing: Billing | None
) -> RefundPlan | None:
    from stripe_billing_cli.subscriptions import refund, unused_time

    match request.refund:
        case "last":
            payment = refund.last_payment(context.stripe, subscription["id"])
            return refund.decide_last(subscription["id"], payment, now)
        case "prorated":
            return unused_time.plan(context.stripe, subscription, ends, billing)
    return None


def _carry_out(context: Context, plan: CancelPlan) -> None:
    """The end, then the money: each part once, so that a run that is cut off is completed by the next."""
    from stripe_billing_cli.subscriptions import apply_cancel, last_invoices, refund, unused_time

    api = context.stripe
    plan.subscription = apply_cancel.carry_out(api, plan.subscription, plan.cancellation, plan.refund)
    if plan.request.invoice_now:
        plan.last_invoices = last_invoices.finish(api, plan.subscription)
        if plan.refund is not None and plan.refund.kind == "prorated":
            # Of what was paid just now, something may go back.
            billing = unused_time.Billing()
            plan.refund = unused_time.plan(api, plan.subscription, plan.cancellation.ends, billing)
    if plan.refund is not None:
        plan.refunds_made = tuple(refund.give_back(api, part) for part in plan.refund.to_make)


def _tell(context: Context, plan: CancelPlan, *, previewed: bool = False) -> None:
    from stripe_billing_cli.cli.sub import cancel_view
    from stripe_billing_cli.subscriptions import last_invoices, outcomes, payments

    results = {"none": "unchanged", "now": "canceled", "later": "scheduled", "details": "unchanged"}
    result = "previewed" if previewed else results[plan.cancellation.action]
    after = plan.subscription
    ends = (None if previewed else after["ended_at"] or after["cancel_at"]) or plan.cancellation.ends
    record = outcomes.cancellation(result, plan.subscription, ends, plan.final, plan.refund, plan.refunds_made)
    record["renewals"] = [asdict(one) for one in plan.renewals.invoices] if plan.renewals else []
    record["renewals_complete"] = plan.renewals is None or plan.renewals.is_complete
    record["unpaid_time"] = plan.unpaid is not None
    record["dropped"] = {"prorations": plan.unbilled.prorations, "use": plan.unbilled.use}
    record["stays_pending"] = [one["id"] for one in plan.unbilled.by_hand]
    record["last_invoices"] = [one.record() for one in plan.last_invoices]
    context.printer.record(record, lambda: cancel_view.plan_lines(plan) if previewed else cancel_view.screen(plan))
    unpaid = last_invoices.unpaid(plan.last_invoices)
    if unpaid is not None:
        id = unpaid.invoice["id"]
        raise BillingError(
            "payment_failed",
            f"{plan.subscription['id']} is canceled, and its last invoice {id} is not paid: {unpaid.trouble}",
            payments.ways_to_pay(unpaid.invoice["hosted_invoice_url"], f"billing invoice pay {id}"),
            NOT_REACHED,
        )
