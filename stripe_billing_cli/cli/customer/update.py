"""`billing customer update`."""

from __future__ import annotations

from typing import Annotated

import typer

from stripe_billing_cli.cli import confirm, options
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.customer import view
from stripe_billing_cli.cli.customer.app import app
from stripe_billing_cli.cli.customer.field_options import FieldOptions
from stripe_billing_cli.cli.customer_options import Customer
from stripe_billing_cli.errors import UsageError


@options.command(app, may_be_empty=("email", "country"))
def update(
    context: Context,
    customer: Customer,
    field_options: FieldOptions,
    payment_method: Annotated[
        str | None,
        typer.Option(
            "--payment-method",
            metavar="PM",
            help="Attach it, if it is not yet, and pay by it from now on, all subscriptions too.",
        ),
    ] = None,
) -> None:
    """Change what is said of a customer; the rest stays. An empty value unsets: --phone ''. --metadata k= removes k.

    \b
    Examples:  billing customer update ada@example.com --name "Ada King" --metadata plan=gold
               billing customer update cus_NffrFeUfNV2Hib --phone '' --payment-method pm_card_mastercard
    """
    from stripe_billing_cli.customers.update import UpdateRequest, plan_update

    request = UpdateRequest(customer, field_options.fields(empty_unsets=True), field_options.tax_ids(), payment_method)
    if not request.changes:
        raise UsageError("nothing to change was given", "billing customer update --help lists what may be")
    plan = plan_update(context.stripe, request)
    customer_name = plan.customer["email"] or plan.customer["name"]
    confirm.confirm(context, f"Change {', '.join(request.changes)} of {plan.customer['id']} ({customer_name})?")
    with view.card_may_be_refused("the customer is as before; give another card"):
        record = plan.apply(context.stripe).record()
    context.printer.record(record, view.lines)
