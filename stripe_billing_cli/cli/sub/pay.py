"""`billing sub pay`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from stripe_billing_cli.cli import confirm, options
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.output import Line, Record
from stripe_billing_cli.cli.sub.app import Subscription, app
from stripe_billing_cli.errors import NOT_REACHED, BillingError

if TYPE_CHECKING:
    from stripe_billing_cli.stripe_api.client import Object
    from stripe_billing_cli.subscriptions.pay import Attempt, Payable


@options.command(app)
def pay(
    context: Context,
    subscription: Subscription,
    payment_method: Annotated[
        str | None,
        typer.Option(
            metavar="PM",
            help="In test mode one of Stripe's test cards (default: pm_card_visa) or one of the customer's; in live "
            "mode one of the customer's (default: the saved card).",
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
    from stripe_billing_cli.stripe_api import lookup
    from stripe_billing_cli.subscriptions import pay, steps

    api = context.stripe
    pay.check_method(payment_method, livemode=api.livemode)
    found = lookup.find_subscription(api, subscription, expand=steps.EXPAND)
    payable = pay.find(api, found)
    _name_older(context, payable)
    attempt = _attempt(context, found, payable, payment_method)
    if attempt.result != "nothing_to_pay":
        payable = pay.load_after(api, payable, attempt)
        found = steps.read(api, found["id"])
    _tell(context, found, payable, attempt)


def _name_older(context: Context, payable: Payable) -> None:
    """Say which invoices are open beside the one that is paid: paying the newest makes the subscription active again,
    and leaves them (https://docs.stripe.com/billing/subscriptions/overview#subscription-statuses)."""
    from stripe_billing_cli.cli import formatting

    for one in reversed(payable.older):
        amount = formatting.money(one["amount_remaining"], one["currency"])
        context.printer.note(
            f"Note: an older invoice is open too, {one['number'] or one['id']} over {amount} of "
            f"{formatting.date(one['created'])}, and stays so: billing invoice pay {one['id']}",
            fg="yellow",
        )


def _attempt(context: Context, subscription: Object, payable: Payable, method: str | None) -> Attempt:
    from stripe_billing_cli.subscriptions import pay

    api = context.stripe
    if payable.invoice is None and payable.setup is None:
        return pay.Attempt("nothing_to_pay")
    if not api.livemode:
        return pay.confirm_in_test_mode(api, payable, method or pay.TEST_CARD)
    if payable.invoice is None:
        return pay.Attempt("nothing_to_pay")
    _confirm_charge(context, subscription, payable.invoice, method)
    return pay.charge(api, payable.invoice, method)


def _confirm_charge(context: Context, subscription: Object, invoice: Object, method: str | None) -> None:
    from stripe_billing_cli.cli import formatting
    from stripe_billing_cli.cli.sub.cost_view import paying
    from stripe_billing_cli.errors import OperationError
    from stripe_billing_cli.subscriptions import payments

    saved = payments.default_card(subscription)
    if saved is None and method is None:
        raise OperationError(
            f"the customer of {subscription['id']} has saved no card to charge",
            payments.ways_to_pay(invoice["hosted_invoice_url"], "say --payment-method"),
        )
    amount = formatting.money(invoice["amount_remaining"], invoice["currency"])
    source = f"from {method}" if method else paying(saved)
    confirm.confirm(
        context,
        "Charge it?",
        will=[f"{subscription['id']}: charges {amount} {source}, for invoice {invoice['id']}"],
        moves_money=True,
        when_refused="nothing was charged",
    )


def _tell(context: Context, subscription: Object, payable: Payable, attempt: Attempt) -> None:
    from stripe_billing_cli.subscriptions import outcomes

    record = outcomes.payment(subscription, payable, attempt)
    context.printer.record(record, lambda: _screen(record))
    if attempt.result == "payment_needed":
        why = str(attempt.trouble or "the payment did not go through")
        url = record["confirmation_url"]
        hint = f"the customer can pay on {url}" if url else "try another card"
        raise BillingError("payment_failed", why, hint, NOT_REACHED)


def _screen(record: Record) -> Iterator[Line]:
    from stripe_billing_cli.cli import formatting

    id, status, invoice = record["id"], record["subscription"]["status"], record["invoice"]
    match record["result"]:
        case "paid":
            amount = formatting.money(invoice["amount_due"], invoice["currency"])
            yield Line(f"Paid {amount} for invoice {invoice['number'] or invoice['id']}; {id} is {status}.", GREEN)
        case "card_saved":
            yield Line(f"Nothing is due; the card is saved for later. {id} is {status}.", GREEN)
        case "nothing_to_pay" if invoice:
            when = formatting.moment(record["collects_at"])
            becomes = "sent" if record["subscription"]["collection_method"] == "send_invoice" else "charged"
            yield Line(f"Nothing to pay yet: invoice {invoice['id']} is a draft, to be {becomes} by itself at {when}.")
        case "nothing_to_pay":
            yield Line(f"Nothing to pay: {id} is {status}, and no invoice is open.")
        case _:
            yield Line(f"Not paid; {id} is {status}.", {"fg": "yellow"})


GREEN = {"fg": "green"}
