"""The output of `billing invoice void` and `billing invoice write-off`, before and after."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from stripe_billing_cli.cli import confirm, formatting
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.invoice import view
from stripe_billing_cli.cli.output import GREEN, Line, Record

if TYPE_CHECKING:
    from stripe_billing_cli.invoices.give_up import GiveUpPlan, Way


def give_up(context: Context, name: str, way: Way, *, preview: bool) -> None:
    """Say what giving an invoice up means, ask, do that, print."""
    from stripe_billing_cli.invoices.give_up import plan_give_up

    plan = plan_give_up(context.stripe, name, way)
    if not plan.is_done:
        question = f"{'Void' if way == 'void' else 'Write off'} {plan.invoice['id']}?"
        will = list(_will(plan))
        confirm.confirm(context, question, will=will, in_any_mode=True, preview=preview, money=plan.money)
    context.printer.record(plan.apply(context.stripe).record(), _screen)


def _will(plan: GiveUpPlan) -> Iterator[str]:
    """Yield the effects of giving an invoice up, a line each."""
    invoice = plan.invoice
    amount = formatting.money(invoice["amount_remaining"], invoice["currency"])
    name = invoice["number"] or invoice["id"]
    if plan.way == "void":
        yield f"Invoice {name}: {amount} is not to be paid, as if it had never been billed. It cannot be taken back."
        if plan.from_balance > 0:
            amount_taken = formatting.money(plan.from_balance, invoice["currency"])
            yield f"  {amount_taken} that it took from the customer's balance goes back there."
        elif plan.from_balance < 0:
            amount_given = formatting.money(-plan.from_balance, invoice["currency"])
            yield f"  {amount_given} that it gave to the customer's balance is taken back."
    else:
        yield f"Invoice {name}: {amount} counts as a loss. It can still be paid, and nothing is charged by itself."
    subscription = plan.subscription
    if subscription is None:
        return
    if plan.ends_subscription:
        yield f"  {subscription['id']} waits for this payment: it ends."
    else:
        status = formatting.status(subscription["status"])
        yield f"  {subscription['id']} ({status}) goes on; billing sub cancel ends it."


def _screen(record: Record) -> Iterator[Line]:
    name = view.name(record)
    match record["result"]:
        case "voided":
            yield Line(f"Invoice {name} is void.", GREEN)
        case "written_off":
            yield Line(f"Invoice {name} is written off.", GREEN)
        case _:
            yield Line(f"Invoice {name} is {record['status']} already. Nothing to do.")
