"""`billing sub pay`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from stripe_billing_cli.cli import confirm, options
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.output import GREEN, YELLOW, Line, Record
from stripe_billing_cli.cli.sub.app import Subscription, app
from stripe_billing_cli.errors import NOT_REACHED, BillingError

if TYPE_CHECKING:
    from stripe_billing_cli.stripe_api.objects.invoices import Invoice
    from stripe_billing_cli.subscriptions.pay import PayPlan


@options.command(app)
def pay(
    context: Context,
    subscription: Subscription,
    payment_method: Annotated[
        str | None,
        typer.Option(
            metavar="PM",
            help="One of the customer's cards, or in test mode one of Stripe's (default: the saved card; in test mode "
            "pm_card_visa, where none is saved).",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Pay what is open: the first invoice of a new subscription, or the newest open one.

    In test mode the payment is confirmed as the customer would confirm it, so that a script can live a whole life:
    pm_card_chargeDeclined is declined, pm_card_authenticationRequired asks for 3-D Secure. In live mode the saved
    card is charged, after asking. A trial with nothing due gets its card for later.

    Only that one: older invoices that are open too are named, and `billing invoice pay --all` pays all of them.

    Declined, or in need of the customer: exit code 4, with the reason and the link on which the customer can pay.

    \b
    Examples:  billing sub pay ada@example.com
               billing sub pay sub_1MowQV --payment-method pm_card_chargeDeclinedInsufficientFunds
    """
    from stripe_billing_cli.subscriptions.pay import PayRequest, plan_pay

    plan = plan_pay(context.stripe, PayRequest(subscription, payment_method))
    _name_older(context, plan)
    if plan.charges is not None:
        confirm.confirm(
            context,
            "Charge it?",
            will=[_will(plan, plan.charges)],
            in_any_mode=True,
            when_refused="nothing was charged",
        )
    result = plan.apply(context.stripe)
    record = result.record()
    context.printer.record(record, _screen)
    if result.attempt.result == "payment_needed":
        reason = str(result.attempt.trouble or "the payment did not go through")
        hint = f"the customer can pay on {result.url}" if result.url else "try another card"
        if payment_method is None and not context.stripe.livemode:
            hint += f"; or, in test mode: billing sub pay {record['id']} --payment-method pm_card_visa"
        raise BillingError("payment_failed", reason, hint, NOT_REACHED)


def _name_older(context: Context, plan: PayPlan) -> None:
    """Say which invoices are open beside the one that is paid: paying the newest makes the subscription active again,
    and leaves them (https://docs.stripe.com/billing/subscriptions/overview#subscription-statuses)."""
    from stripe_billing_cli.cli import formatting

    for one in reversed(plan.payable.older):
        amount = formatting.money(one["amount_remaining"], one["currency"])
        context.printer.note(
            f"Note: an older invoice is open too, {one['number'] or one['id']} over {amount} of "
            f"{formatting.date(one['created'])}, and stays so: billing invoice pay {one['id']}",
            fg="yellow",
        )


def _will(plan: PayPlan, invoice: Invoice) -> str:
    from stripe_billing_cli.cli import formatting
    from stripe_billing_cli.cli.payment_text import paying_card

    amount = formatting.money(invoice["amount_remaining"], invoice["currency"])
    source = f"from {plan.method}" if plan.method else paying_card(plan.saved_card)
    return f"{plan.subscription['id']}: charges {amount} {source}, for invoice {invoice['id']}"


def _screen(record: Record) -> Iterator[Line]:
    from stripe_billing_cli.cli import formatting
    from stripe_billing_cli.cli.payment_text import paid_by

    id, status, invoice = record["id"], record["subscription"]["status"], record["invoice"]
    card = paid_by(record["payment_method"]) if record["payment_method"] else None
    match record["result"]:
        case "paid":
            amount = formatting.money(invoice["amount_due"], invoice["currency"])
            payment_text = f"Paid {amount} from {card}" if card else f"Paid {amount}"
            yield Line(f"{payment_text} for invoice {invoice['number'] or invoice['id']}; {id} is {status}.", GREEN)
        case "processing":
            amount = formatting.money(invoice["amount_due"], invoice["currency"])
            amount_text = f"{amount} for invoice {invoice['number'] or invoice['id']}"
            yield Line(f"On its way: {amount_text}, which is paid once the bank says so; {id} is {status}.")
        case "card_saved":
            yield Line(f"Nothing is due; {card or 'the card'} is saved for later. {id} is {status}.", GREEN)
        case "nothing_to_pay" if invoice:
            moment = formatting.moment(record["collects_at"])
            becomes = "sent" if record["subscription"]["collection_method"] == "send_invoice" else "charged"
            yield Line(
                f"Nothing to pay yet: invoice {invoice['id']} is a draft, to be {becomes} by itself at {moment}."
            )
        case "nothing_to_pay":
            yield Line(f"Nothing to pay: {id} is {status}, and no invoice is open.")
        case _:
            yield Line(f"Not paid; {id} is {status}.", YELLOW)
