"""`billing invoice pay`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from stripe_billing_cli.cli import confirm, formatting, options, parsing
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.invoice import view
from stripe_billing_cli.cli.invoice.app import app
from stripe_billing_cli.cli.output import GREEN, YELLOW, Line, Record
from stripe_billing_cli.errors import NOT_REACHED, BillingError, UsageError

if TYPE_CHECKING:
    from stripe_billing_cli.invoices.pay import Payment, PayPlan, PayRequest, PayResult


@options.command(app)
def pay(
    context: Context,
    name: Annotated[
        str,
        typer.Argument(metavar="INVOICE", help="The invoice's id or number; with --all the customer's id or email."),
    ],
    all_: Annotated[bool, typer.Option("--all", help="All that is open of a customer, oldest first.")] = False,
    payment_method: Annotated[
        str | None,
        typer.Option(
            metavar="PM",
            help="One of the customer's; in test mode also one of Stripe's test cards (default: the saved card).",
            show_default=False,
        ),
    ] = None,
    out_of_band: Annotated[
        bool, typer.Option("--out-of-band", help="It was paid outside of Stripe: charge nothing, write that down.")
    ] = False,
    preview: parsing.Preview = False,
) -> None:
    """Charge an open invoice to the saved card; or, with --all, one after the other until one is declined.

    First shows what is charged to which card; then asks. Paying what is paid is a success, and each invoice is charged
    once, however often the command is run or cut off. Declined, or in need of the customer: exit code 4.

    \b
    Examples:  billing invoice pay in_1MtHbELkdIwHu7ixl4OzzPMv
               billing invoice pay ada@example.com --all --yes
               billing invoice pay in_1MtHbELkdIwHu7ixl4OzzPMv --out-of-band
    """
    from stripe_billing_cli.invoices.pay import PayRequest, plan_pay

    if out_of_band and payment_method:
        raise UsageError("--out-of-band charges nothing, and --payment-method names a card", "say one of them")
    request = PayRequest(name, all_open=all_, method=payment_method, out_of_band=out_of_band)
    plan = plan_pay(context.stripe, request)
    if plan.payments:
        question = "Write it down?" if out_of_band else "Charge it?" if len(plan.payments) == 1 else "Charge them?"
        confirm.confirm(
            context,
            question,
            will=list(_will(plan)),
            in_any_mode=True,
            when_refused="nothing was charged",
            preview=preview,
            money=plan.money,
        )
    result = plan.apply(context.stripe)
    context.printer.record(result.record(plan.subject), lambda _: _screen(plan, result))
    if result.failed:
        raise _not_paid(result)


def _will(plan: PayPlan) -> Iterator[str]:
    for payment in plan.payments:
        invoice = payment.invoice
        amount = formatting.money(invoice["amount_remaining"], invoice["currency"])
        since = formatting.date(invoice["created"])
        if invoice["status"] == "draft":
            yield f"{invoice['id']}, a draft, will be finalized."
        verb = (
            "counts as paid outside of Stripe" if plan.request.out_of_band else f"is charged {_source(plan, payment)}"
        )
        yield f"{amount} {verb}, for invoice {invoice['number'] or invoice['id']} of {since}"
    if len(plan.payments) > 1:
        total = ", ".join(formatting.money(amount, currency) for currency, amount in plan.sums.items())
        yield f"{total} in all; what comes after one that is declined is left alone."


def _source(plan: PayPlan, payment: Payment) -> str:
    from stripe_billing_cli.cli.payment_text import paying_card

    request: PayRequest = plan.request
    return f"from {request.method}" if request.method else paying_card(payment.card)


def _screen(plan: PayPlan, result: PayResult) -> Iterator[Line]:
    if not plan.payments:
        yield _nothing(plan)
    for one in result.tried:
        invoice = one.invoice
        amount = formatting.money(
            invoice["amount_paid"] if one.paid else invoice["amount_remaining"], invoice["currency"]
        )
        if one.is_processing:
            yield Line(f"On its way: {amount} for invoice {_name(invoice)}, which is paid once the bank says so.")
            continue
        verb = "Paid" if one.paid else "Not paid:"
        yield Line(f"{verb} {amount} for invoice {_name(invoice)}.", GREEN if one.paid else YELLOW)
    for later in result.untried_invoices:
        amount = formatting.money(later["amount_remaining"], later["currency"])
        yield Line(f"Not tried: {amount} for invoice {_name(later)}.", YELLOW)


def _nothing(plan: PayPlan) -> Line:
    if plan.paid_before:
        return Line(f"Invoice {_name(plan.paid_before)} is paid already. Nothing to do.")
    return Line(f"Nothing to pay: no invoice of {plan.subject} is open.")


def _name(invoice: Record) -> str:
    return view.name(invoice)


def _not_paid(result: PayResult) -> BillingError:
    attempt = result.failed
    assert attempt is not None
    reason = str(attempt.trouble or "the payment did not go through")
    url = attempt.invoice["hosted_invoice_url"]
    hint = f"the customer can pay on {url}" if url else "try another card"
    return BillingError("payment_failed", f"invoice {_name(attempt.invoice)}: {reason}", hint, NOT_REACHED)
