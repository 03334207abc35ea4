"""`billing customer create`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from stripe_billing_cli.cli import confirm, options, parsing
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.customer import view
from stripe_billing_cli.cli.customer.app import app
from stripe_billing_cli.cli.customer.field_options import FieldOptions
from stripe_billing_cli.cli.markers import clear_marker
from stripe_billing_cli.errors import UsageError

if TYPE_CHECKING:
    from stripe_billing_cli.customers.create import CreatePlan, CustomerRequest

TestClock = Annotated[
    str | None,
    typer.Option("--test-clock", metavar="CLOCK", help="Put the customer on this test clock: its id or name."),
]
IfNotExists = Annotated[
    bool, typer.Option("--if-not-exists", help="Give back the one customer with this email, if there is one.")
]


@options.command(app, may_be_empty=("country",))
def create(
    context: Context,
    field_options: FieldOptions,
    test_clock: TestClock = None,
    payment_method: Annotated[
        str | None,
        typer.Option(
            "--payment-method", metavar="PM", help="Attach it and pay by it from now on; in test mode pm_card_visa."
        ),
    ] = None,
    if_not_exists: IfNotExists = False,
    idempotency_key: parsing.IdempotencyKey = None,
) -> None:
    """Create a customer, with its card if one is given.

    Cut off and run again, the command goes on with the customer that it made (which it knows by the email); a run
    after a finished one makes another customer, unless --if-not-exists.

    \b
    Examples:  billing customer create --email ada@example.com --name "Ada Lovelace"
               billing customer create --email ada@example.com --payment-method pm_card_visa --local
               CUSTOMER=$(billing customer create --email ada@example.com --if-not-exists --output id)
    """
    from stripe_billing_cli.customers.create import CustomerRequest
    from stripe_billing_cli.test_clocks.load import id_for

    if if_not_exists and not field_options.email:
        raise UsageError("--if-not-exists looks for the email, and none is given", "add --email")
    request = CustomerRequest(
        field_options.fields(empty_unsets=False),
        tax_ids=field_options.tax_ids(),
        idempotency_key=parsing.idempotency_key(idempotency_key),
        test_clock=id_for(context.stripe, test_clock) if test_clock else None,
        payment_method=payment_method,
        if_not_exists=if_not_exists,
    )
    _create(context, request)


def _create(context: Context, request: CustomerRequest) -> None:
    """Ask, create the customer, and print it."""
    from stripe_billing_cli.customers.create import plan_create

    plan = plan_create(context.stripe, request)
    if plan.existing_customer is None:
        _name_duplicates(context, plan)
        customer_name = plan.email or request.fields.name or "without a name"
        confirm.confirm(context, f"Create the customer {customer_name}?", when_refused="no customer was created")
    with view.card_may_be_refused("no customer was created; give another card"):
        result = plan.apply(context.stripe)
    if plan.existing_customer is not None:
        _say_what_was_there(context, plan, result.customer["id"])
    context.printer.record(result.record(), view.lines)
    clear_marker(context, result.customer, lambda: result.finish(context.stripe))


def _say_what_was_there(context: Context, plan: CreatePlan, id: str) -> None:
    """Say that the customer is not a new one, and what of the command line it has not been given."""
    context.printer.note(f"{id} was there already.")
    if plan.unused_options:
        from stripe_billing_cli.stripe_api.lookup import list_names

        context.printer.note(
            f"Note: it stays as it is. Given and not used: {list_names(list(plan.unused_options))}; "
            f"`billing customer update {id}` changes it.",
            fg="yellow",
        )


def _name_duplicates(context: Context, plan: CreatePlan) -> None:
    """Say who has the email already, in these capitals or others."""
    from stripe_billing_cli.stripe_api import lookup

    names = [lookup.with_email(one) for one in (*plan.same_email, *plan.near)]
    if names:
        has = "has" if len(names) == 1 else "have"
        spelling = "" if plan.same_email else ", in other capitals"
        lower = plan.params["email"].lower()
        is_found = plan.same_email or any(one["email"] == lower for one in plan.near)
        instead = "; --if-not-exists would not." if is_found else "; use its id to go on with it."
        context.printer.note(
            f"Note: {lookup.list_names(names)} {has} this email already{spelling}. This makes another one{instead}",
            fg="yellow",
        )
