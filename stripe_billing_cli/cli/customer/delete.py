"""`billing customer delete`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from stripe_billing_cli.cli import confirm as confirmation
from stripe_billing_cli.cli import formatting, options, parsing
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.customer import balance
from stripe_billing_cli.cli.customer.app import app
from stripe_billing_cli.cli.customer_options import Customer
from stripe_billing_cli.cli.output import GREEN, Line, Record
from stripe_billing_cli.errors import WRONG, BillingError

if TYPE_CHECKING:
    from stripe_billing_cli.customers.delete import DeletePlan


@options.command(app)
def delete(
    context: Context,
    customer: Customer,
    confirm: Annotated[
        str | None,
        typer.Option(metavar="ID", help="The customer's id once more: in live mode --yes alone does not delete."),
    ] = None,
    preview: parsing.Preview = False,
) -> None:
    """Delete a customer, for good, and end all of its subscriptions at once. Nothing is refunded.

    First shows what ends with it. In live mode the customer's id has to be typed once more, or given by --confirm.
    Deleting by its id what is deleted is a success.

    \b
    Examples:  billing customer delete ada@example.com
               billing customer delete cus_NffrFeUfNV2Hib --yes --confirm cus_NffrFeUfNV2Hib
    """
    from stripe_billing_cli.customers.delete import DeleteResult, plan_delete

    plan = plan_delete(context.stripe, customer)
    if isinstance(plan, DeleteResult):
        context.printer.record(plan.record(), lambda _: [Line(f"{plan.customer} is deleted already. Nothing to do.")])
        return
    if preview:
        confirmation.confirm(context, "Delete it?", will=list(_will(plan)), preview=True)
    _confirm(context, plan, confirm)
    context.printer.record(plan.apply(context.stripe).record(), _screen)


def _confirm(context: Context, plan: DeletePlan, typed_id: str | None) -> None:
    id = plan.customer["id"]
    if typed_id is not None and typed_id != id:
        raise BillingError("confirmation", f"--confirm {typed_id} is not the customer's id, {id}", None, WRONG)
    will = list(_will(plan))
    if not context.stripe.livemode:
        confirmation.confirm(context, f"Delete {id}?", will=will, in_any_mode=True, when_refused="nothing was deleted")
        return
    for line in will:
        context.printer.note(line)
    confirmation.tell_live_mode(context)
    if typed_id == id and context.yes:
        return
    if not context.interactive:
        hint = f"say --yes --confirm {id} to mean it"
        raise BillingError("confirmation", "in live mode --yes alone deletes no customer", hint, WRONG)
    if typer.prompt("Type the customer's id to delete it", err=True, default="", show_default=False) != id:
        raise confirmation.said_no("nothing was deleted: that is not the id")


def _will(plan: DeletePlan) -> Iterator[str]:
    customer = plan.customer
    email = f" ({customer['email']})" if customer["email"] else ""
    yield f"{customer['id']}{email} will be deleted. That cannot be taken back."
    for subscription in plan.subscriptions:
        status = formatting.status(subscription["status"])
        yield f"  {subscription['id']} ({status}) ends at once: access is lost, and nothing is refunded."
    if plan.cards:
        yield f"  {formatting.count_text(plan.cards, 'saved card')} will be removed."
    if customer["balance"]:
        yield f"  The balance is lost: {balance.signed_amount(customer['balance'], customer['currency'])}."
    if plan.pending_items:
        items = formatting.count_text(plan.pending_items, "item")
        yield f"  What waits for the next invoice ({items}) is not billed any more."
    for invoice in plan.open_invoices:
        amount = formatting.money(invoice["amount_remaining"], invoice["currency"])
        yield f"  Invoice {invoice['number'] or invoice['id']} over {amount} is open: no card is left to charge it to."


def _screen(record: Record) -> Iterator[Line]:
    yield Line(f"Deleted {record['id']}.", GREEN)
    for subscription in record["ended_subscriptions"]:
        yield Line(f"  {subscription} has ended.")
