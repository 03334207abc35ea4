"""`billing customer balance`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from stripe_billing_cli.cli import confirm, formatting, options, parsing
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.customer.app import app
from stripe_billing_cli.cli.customer_options import Customer
from stripe_billing_cli.cli.markers import finish
from stripe_billing_cli.cli.output import GREEN, Line, Record
from stripe_billing_cli.errors import UsageError

if TYPE_CHECKING:
    from stripe_billing_cli.customers.balance import BalancePlan, BalanceRequest


@options.command(app)
def balance(
    context: Context,
    customer: Customer,
    credit: Annotated[
        str | None, typer.Option(metavar="AMOUNT", help="In the customer's favour: 12.50 off the next invoices.")
    ] = None,
    debit: Annotated[
        str | None, typer.Option(metavar="AMOUNT", help="Owed by the customer: 12.50 on top of the next invoice.")
    ] = None,
    note: Annotated[str | None, typer.Option(metavar="TEXT", help="What it is for; customers may see it.")] = None,
    currency: Annotated[
        str | None, typer.Option(metavar="CUR", help="Of a customer who was never billed: usd.")
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="Show all that it is made up of, not the last ten only.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Once more, though the same was done today.")] = False,
    preview: parsing.Preview = False,
) -> None:
    """Show a customer's balance and what it is made up of; or change it, by a credit or a debit.

    Nothing is charged or paid out: the next invoices take the balance up. The same amount and note a second time within
    a day does nothing and names the first transaction, unless --again.

    \b
    Examples:  billing customer balance ada@example.com
               billing customer balance ada@example.com --credit 12.50 --note "Two days down"
               billing customer balance cus_NffrFeUfNV2Hib --debit 5.00 --yes
    """
    from stripe_billing_cli.customers.balance import load_balance, plan_balance

    request = _request(customer, credit, debit, note, currency, again)
    if request is not None and all_:
        raise UsageError("--all is for a balance that is shown", "leave it out beside --credit and --debit")
    if request is None:
        result = load_balance(context.stripe, customer, all_transactions=all_)
    else:
        plan = plan_balance(context.stripe, request)
        if plan.before is None:
            question = f"{request.side.title()} it?"
            will = list(_will(plan))
            confirm.confirm(context, question, will=will, in_any_mode=True, preview=preview, money=plan.money)
        result = plan.apply(context.stripe)
    context.printer.record(result.record(), _screen)
    if result.has_more and result.result == "shown":
        context.printer.note(f"There are more than these {len(result.transactions)}: --all lists all.")
    finish(context, result)


def _request(
    customer: str, credit: str | None, debit: str | None, note: str | None, currency: str | None, again: bool
) -> BalanceRequest | None:
    from stripe_billing_cli.customers.balance import BalanceRequest

    if credit is not None and debit is not None:
        raise UsageError("--credit and --debit exclude each other", "say one of them")
    amount = credit if credit is not None else debit
    if amount is None:
        if note or currency or again:
            raise UsageError(
                "--note, --currency and --again go with --credit or --debit", "--credit 12.50, for example"
            )
        return None
    return BalanceRequest(
        customer=customer,
        side="debit" if credit is None else "credit",
        amount=amount,
        currency=parsing.currency("--currency", currency),
        note=note,
        again=again,
    )


def signed_amount(balance: int, currency: str | None) -> str:
    """Return an amount with the words for Stripe's sign: `$12.50 credit`, `$5.00 owed`, `nothing`."""
    if not balance or currency is None:
        return "nothing"
    return f"{formatting.money(abs(balance), currency)} {'credit' if balance < 0 else 'owed'}"


def _will(plan: BalancePlan) -> Iterator[str]:
    amount = formatting.money(plan.amount, plan.currency)
    name = plan.customer["email"] or plan.customer["id"]
    if plan.request.side == "credit":
        yield f"{name} gets a credit of {amount}, which the next invoices take up."
    else:
        yield f"{name} owes {amount} more, which comes on top of the next invoice."
    before = signed_amount(plan.customer.get("balance") or 0, plan.currency)
    yield f"  balance  {before} → {signed_amount(plan.balance_after, plan.currency)}"


TYPES = {
    "adjustment": "by hand",
    "applied_to_invoice": "taken up by",
    "credit_note": "credit note",
    "initial": "at first",
    "invoice_overpaid": "paid too much for",
    "invoice_too_large": "too large to charge:",
    "invoice_too_small": "too small to charge:",
    "unapplied_from_invoice": "given back by",
}


def _screen(record: Record) -> Iterator[Line]:
    if record["result"] == "unchanged":
        transaction = record["transaction"]
        yield Line(f"Nothing to do: {transaction['id']} did the same on {formatting.moment(transaction['created'])}.")
        yield Line("  --again does it once more.")
        return
    style = GREEN if record["result"] == "changed" else {"bold": True}
    yield Line(f"{record['id']}  balance: {signed_amount(record['balance'], record['currency'])}", style)
    for one in record["transactions"]:
        about = one["invoice"] or one["credit_note"] or ""
        note = f": {one['note']}" if one["note"] else ""
        amount = signed_amount(one["amount"], one["currency"])
        reason = f"{TYPES.get(one['type'], one['type'].replace('_', ' '))} {about}".rstrip()
        yield Line(f"  {formatting.date(one['created']):<12} {amount:>16}  {reason}{note}")
