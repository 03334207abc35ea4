"""`billing customer update`."""

from __future__ import annotations

from typing import Annotated

import typer

from stripe_billing_cli.cli import confirm, parsing
from stripe_billing_cli.cli import options as shared_options
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.customer import app as options
from stripe_billing_cli.cli.customer import view
from stripe_billing_cli.cli.customer.app import Customer, app


@shared_options.command(app)
def update(
    context: Context,
    customer: Customer,
    email: Annotated[str | None, typer.Option(metavar="EMAIL", help="Email address.")] = None,
    name: options.Name = None,
    phone: options.Phone = None,
    description: options.Description = None,
    line1: options.Line1 = None,
    line2: options.Line2 = None,
    city: options.City = None,
    state: options.State = None,
    postal_code: options.PostalCode = None,
    country: options.Country = None,
    metadata: parsing.Metadata = None,
    tax_id: options.TaxId = None,
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
    from stripe_billing_cli.customers.fields import CustomerFields
    from stripe_billing_cli.customers.update import UpdateRequest, plan_update

    fields = CustomerFields(
        email=email,
        name=name,
        phone=phone,
        description=description,
        address=options.address(line1, line2, city, state, postal_code, country),
        metadata=parsing.metadata("--metadata", metadata),
    )
    request = UpdateRequest(customer, fields, options.tax_ids(tax_id), payment_method)
    if not request.changes:
        raise parsing.usage_error("nothing to change was given", "billing customer update --help lists what may be")
    plan = plan_update(context.stripe, request)
    who = plan.customer["email"] or plan.customer["name"]
    confirm.confirm(context, f"Change {', '.join(request.changes)} of {plan.customer['id']} ({who})?")
    with view.card_may_be_refused("the customer is as before; give another card"):
        record = plan.apply(context.stripe).record()
    context.printer.record(record, lambda: view.lines(record))
