"""`billing local reset`."""

from __future__ import annotations

from typing import Annotated

import typer

from stripe_billing_cli.cli import options
from stripe_billing_cli.cli.confirm import ask
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.local.app import app, opened_store
from stripe_billing_cli.cli.settings import LOCAL_DATABASE
from stripe_billing_cli.errors import BillingError


@options.command(app, shared_names=("output", "yes", "verbose"))
def reset(
    context: Context,
    account: Annotated[
        str | None,
        typer.Option(
            metavar="ACCOUNT", help="Only what this connected account has; the others stay.", show_default=False
        ),
    ] = None,
) -> None:
    """Delete everything that the local Stripe of this directory holds.

    \b
    Examples:  billing local reset --yes
               billing local reset --account acct_1Uy5QSRlU1ymDwha --yes
    """
    from stripe_billing_cli.local_stripe.core.emptying import empty_everything

    if account is not None:
        _reset_account(context, account)
        return
    if LOCAL_DATABASE.exists():
        ask(context, f"Delete {LOCAL_DATABASE} and all in it?", "nothing was deleted")
    was_there = LOCAL_DATABASE.exists()
    empty_everything(LOCAL_DATABASE)
    _print(context, "The local Stripe is empty.", account=None, was_there=was_there)


def _reset_account(context: Context, account: str) -> None:
    from stripe_billing_cli.local_stripe.core.accounts import find_connected
    from stripe_billing_cli.local_stripe.core.emptying import empty_account
    from stripe_billing_cli.local_stripe.core.errors import ApiError

    try:
        with opened_store() as store:
            find_connected(store, account)
    except ApiError:
        raise BillingError(
            "not_found", f"the local Stripe has no account {account}", "stripe accounts list shows those that there are"
        ) from None
    ask(context, f"Delete all that account {account} has?", "nothing was deleted")
    was_there = empty_account(LOCAL_DATABASE, account)
    _print(context, f"Account {account} is empty.", account=account, was_there=was_there)


def _print(context: Context, text: str, *, account: str | None, was_there: bool) -> None:
    context.printer.note(text)
    if not context.printer.for_people:
        where = str(LOCAL_DATABASE.absolute())
        context.printer.result({"path": where, "account": account, "deleted": was_there}, ids=[account or where])
