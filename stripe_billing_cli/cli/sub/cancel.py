"""`billing sub cancel`."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from stripe_billing_cli.cli import asking, doors, given
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.output import Line
from stripe_billing_cli.cli.sub.app import Subscription, app

if TYPE_CHECKING:
    from stripe_billing_cli.stripe_api.client import Object
    from stripe_billing_cli.subscriptions.cancel import Asked, Cancellation, When
    from stripe_billing_cli.subscriptions.cost import Cost
    from stripe_billing_cli.subscriptions.refund import Refund


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


@doors.command(app)
def cancel(
    context: Context,
    subscription: Subscription,
    now: Annotated[bool, typer.Option("--now", help="End it at once.")] = False,
    at_period_end: Annotated[
        bool, typer.Option("--at-period-end", help="End it when the paid period does (the default).")
    ] = False,
    at: Annotated[
        str | None, typer.Option(metavar="DATE", help="End it then: 2026-12-24, 2026-12-24T18:30Z, in UTC.")
    ] = None,
    invoice_now: Annotated[
        bool, typer.Option("--invoice-now", help="With --now: bill at once what is pending, usage and credits too.")
    ] = False,
    prorate: Annotated[
        bool, typer.Option("--prorate", help="With --now or --at: credit what is left of the period to the customer.")
    ] = False,
    refund: Annotated[
        RefundOf | None,
        typer.Option(help="Pay back the last payment, or what of it is unused (with --now).", show_default=False),
    ] = None,
    reason: Annotated[
        Reason | None, typer.Option(help="Why, for Stripe's statistics of cancellations.", show_default=False)
    ] = None,
    comment: Annotated[str | None, typer.Option(metavar="TEXT", help="What the customer said about it.")] = None,
) -> None:
    """End a subscription: with the paid period, or at once if it is incomplete.

    First shows what the customer keeps until when and what money moves; then asks. Canceling what is canceled is a
    success, and a refund is made once, however often the command is run or cut off.

    \b
    Examples:  billing sub cancel ada@example.com
               billing sub cancel sub_1MowQV --now --refund prorated --reason too_expensive
               billing sub cancel sub_1MowQV --at 2027-01-31 --yes
    """
    asked = _asked(now, at_period_end, at, invoice_now, prorate, refund, reason, comment)
    ending = _decide(context, subscription, asked)
    if ending.moves:
        asking.confirm(context, _question(ending), will=[line.text for line in _plan(ending)], moves_money=True)
        _carry_out(context, ending)
    _tell(context, ending)


@dataclass
class Ending:
    """A cancellation with all that is shown of it. Once it is carried out, `subscription` is as it is then, and
    `given` the refund that was made."""

    subscription: Object
    asked: Asked
    cancellation: Cancellation
    final: Cost | None
    refund: Refund | None
    given: Object | None = None

    @property
    def refunds(self) -> bool:
        return self.refund is not None and self.refund.made is None and self.refund.amount > 0

    @property
    def moves(self) -> bool:
        return self.cancellation.action != "none" or self.refunds


def _asked(
    now: bool,
    at_period_end: bool,
    at: str | None,
    invoice_now: bool,
    prorate: bool,
    refund: RefundOf | None,
    reason: Reason | None,
    comment: str | None,
) -> Asked:
    from stripe_billing_cli.subscriptions.cancel import Asked

    options: dict[str, tuple[bool, When]] = {
        "--now": (now, "now"),
        "--at-period-end": (at_period_end, "period-end"),
        "--at": (at is not None, "at"),
    }
    said = [name for name, (is_said, _) in options.items() if is_said]
    if len(said) > 1:
        raise given.wrong(f"{' and '.join(said)} exclude each other", "say one of them")
    when: When = options[said[0]][1] if said else "default"
    moment = given.moment("--at", at) if at is not None else None
    return Asked(
        when=when,
        at=moment,
        invoice_now=invoice_now,
        prorate=prorate,
        refund=refund.value if refund else None,
        reason=reason.value if reason else None,
        comment=comment,
    )


def _decide(context: Context, name: str, asked: Asked) -> Ending:
    """Read what there is, and decide the end and the refund."""
    from stripe_billing_cli.subscriptions import apply_cancel, cancel, quote, references, steps

    api = context.stripe
    found = references.find_subscription(api, name, expand=steps.EXPAND)
    now = quote.now_of(api, found, int(time.time()))
    cancellation = cancel.decide(found, asked, now)
    final = apply_cancel.final_invoice(api, found, cancellation, asked)
    return Ending(found, asked, cancellation, final, _refund(context, found, asked, cancellation.ends))


def _refund(context: Context, subscription: Object, asked: Asked, ends: int) -> Refund | None:
    from stripe_billing_cli.subscriptions import refund

    if asked.refund is None:
        return None
    payment = refund.last_payment(context.stripe, subscription["id"])
    return refund.decide(subscription, payment, asked.refund, ends)


def _carry_out(context: Context, ending: Ending) -> None:
    from stripe_billing_cli.subscriptions import apply_cancel, refund

    api = context.stripe
    ending.subscription = apply_cancel.carry_out(api, ending.subscription, ending.cancellation)
    if ending.refund is None:
        return
    if ending.subscription["ended_at"] is not None:
        ended = ending.subscription["ended_at"]
        ending.refund = refund.decide(ending.subscription, ending.refund.payment, ending.refund.kind, ended)
    if ending.refunds:
        ending.given = refund.give_back(api, ending.refund)


def _tell(context: Context, ending: Ending) -> None:
    from stripe_billing_cli.subscriptions import outcomes

    results = {"none": "unchanged", "now": "canceled", "later": "scheduled", "details": "unchanged"}
    result = results[ending.cancellation.action]
    given = ending.given or (ending.refund.made if ending.refund else None)
    ends = ending.subscription["ended_at"] or ending.cancellation.ends
    record = outcomes.cancellation(result, ending.subscription, ends, ending.final, ending.refund, given)
    context.printer.record(record, lambda: _screen(ending))


def _question(ending: Ending) -> str:
    id = ending.subscription["id"]
    match ending.cancellation.action:
        case "now":
            return f"Cancel {id} now?"
        case "later":
            return f"Let {id} end then?"
        case "details":
            return f"Write this to {id}?"
    return "Refund it?"


def _plan(ending: Ending) -> Iterator[Line]:
    """What is going to happen, before it is agreed to."""
    from stripe_billing_cli.cli import words
    from stripe_billing_cli.subscriptions.cancel import period_end

    subscription, cancellation = ending.subscription, ending.cancellation
    id, paid_until = subscription["id"], period_end(subscription)
    match cancellation.action:
        case "now" if subscription["status"] == "incomplete":
            yield Line(f"{id} ends now. It was never paid for; its invoice is voided.")
        case "now":
            left = f", though it is paid until {words.moment(paid_until)}" if paid_until > cancellation.ends else ""
            yield Line(f"{id} ends now: the customer loses access at once{left}.")
        case "later":
            yield Line(f"{id} ends on {words.moment(cancellation.ends)}: the customer keeps access until then.")
        case "details":
            yield Line(f"{id}: the reason and comment of its cancellation are written.")
    if cancellation.drops_schedule:
        yield Line(f"  What was scheduled for it is dropped ({cancellation.drops_schedule}).")
    if cancellation.drops_update:
        yield Line(
            f"  The change that waits for its payment is dropped: invoice {cancellation.drops_update} is voided."
        )
    yield from _money(ending)


def _money(ending: Ending) -> Iterator[Line]:
    from stripe_billing_cli.cli import words

    final = ending.final
    if final:
        for line in final.lines:
            label = "credited" if line.amount < 0 else "charged"
            yield Line(f"  {label:<8}  {words.money(line.amount, final.currency)}  {line.description}")
        yield Line(f"  {_billed(ending, final)}")
    if ending.refunds:
        assert ending.refund is not None
        yield Line(f"  refunded  {_refund_told(ending.refund)}")
    elif ending.refund is not None:
        yield Line(f"  {_nothing_to_refund(ending.refund)}")
    owes = ending.subscription["latest_invoice"]
    if (
        ending.cancellation.action == "now"
        and owes
        and owes["status"] == "open"
        and not ending.cancellation.drops_update
    ):
        amount = words.money(owes["amount_remaining"], owes["currency"])
        if ending.subscription["status"] != "incomplete":
            yield Line(f"  Invoice {owes['id']} over {amount} stays open, and Stripe stops collecting it.")
    elif not final and ending.refund is None:
        yield Line("  No money moves: nothing is refunded, and nothing more is charged.")


def _billed(ending: Ending, final: Cost) -> str:
    """When what is credited and charged is billed, and what comes of it."""
    from stripe_billing_cli.cli import words

    if ending.cancellation.action == "now" and not ending.asked.invoice_now:
        return "This waits for another invoice of the customer's; --invoice-now bills it at once."
    when = "now" if ending.cancellation.action == "now" else f"on {words.date(ending.cancellation.ends)}"
    if final.to_balance:
        return f"A last invoice is made {when}: {words.money(-final.to_balance, final.currency)} goes to the balance."
    return f"A last invoice is made {when}: {words.money(final.due_now, final.currency)} is charged."


def _refund_told(refund: Refund) -> str:
    from stripe_billing_cli.cli import words

    invoice = refund.payment.invoice
    of = "what is unused of it" if refund.kind == "prorated" else "all of it"
    paid = words.money(invoice["amount_paid"], invoice["currency"])
    amount = words.money(refund.amount, invoice["currency"])
    return f"{amount}, {of}, from the payment of {paid} for invoice {invoice['number'] or invoice['id']}"


def _nothing_to_refund(refund: Refund) -> str:
    from stripe_billing_cli.cli import words

    invoice = refund.payment.invoice
    if refund.made:
        amount = words.money(refund.amount, invoice["currency"])
        return f"{amount} were refunded for this already ({refund.made['id']})."
    if refund.payment.left == 0:
        return f"The payment for invoice {invoice['number'] or invoice['id']} has been refunded already."
    return "Nothing of the last payment is unused: nothing is refunded."


def _screen(ending: Ending) -> Iterator[Line]:
    from stripe_billing_cli.cli import words

    subscription = ending.subscription
    id = subscription["id"]
    ends = words.moment(subscription["ended_at"] or ending.cancellation.ends)
    match ending.cancellation.action:
        case "now":
            yield Line(f"{id} is {subscription['status'].replace('_', ' ')}.", GREEN)
        case "later":
            yield Line(f"{id} ends on {ends}. Until then: billing sub resume {id} takes it back.", GREEN)
        case "details":
            yield Line(f"Written to {id}.", GREEN)
        case "none" if subscription["ended_at"]:
            yield Line(f"{id} ended on {ends} already.")
        case "none":
            yield Line(f"{id} ends on {ends} already. Nothing to do.")
    if ending.given is not None and ending.refund is not None:
        amount = words.money(ending.given["amount"], ending.given["currency"])
        yield Line(f"Refunded {amount} ({ending.given['id']}).", GREEN)
    elif ending.refund is not None:
        yield Line(_nothing_to_refund(ending.refund))


GREEN = {"fg": "green"}
