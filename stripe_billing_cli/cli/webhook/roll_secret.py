"""`billing webhook roll-secret`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from stripe_billing_cli.cli import confirm, formatting, options
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.webhook.app import Named, StoreSecret, app
from stripe_billing_cli.cli.webhook.view import Secret, is_kept, print_endpoint
from stripe_billing_cli.errors import NOT_REACHED, BillingError

if TYPE_CHECKING:
    from stripe_billing_cli.webhook_endpoints.roll import RollPlan


@options.command(app, "roll-secret")
def roll_secret(
    context: Context,
    endpoint: Named = None,
    store_secret: StoreSecret = False,
    finish: Annotated[
        bool, typer.Option("--finish", help="Delete the old endpoint: the receiver knows the new secret.")
    ] = False,
) -> None:
    """Give an endpoint a new secret, without an event lost.

    A second endpoint for the same URL is made; until the old one is deleted, each event comes twice, signed with either
    secret, and `billing listen` handles it once. With --store-secret both steps are done in one go. Otherwise give
    the receiver the new secret, and then run it again with --finish. It can be cut off anywhere, and run again.

    \b
    Examples:  billing webhook roll-secret --store-secret
               billing webhook roll-secret we_1Pgc6yB7WZ01zgkW  # prints the new secret
               billing webhook roll-secret we_1Pgc6yB7WZ01zgkW --finish  # when the receiver knows it
    """
    from stripe_billing_cli.listener.secrets import forget
    from stripe_billing_cli.webhook_endpoints.roll import plan_roll

    api = context.stripe
    roll = plan_roll(api, endpoint)
    if finish and roll.old is not None and roll.new is None:
        raise BillingError(
            "refused",
            f"no new secret has been made for {roll.old.id}",
            f"make it first: billing webhook roll-secret {roll.old.id}",
        )
    confirm.confirm(context, _question(roll))
    secret = Secret(context, store_secret, {"result": "begun", "replaces": roll.old.id if roll.old else None})
    current_roll = roll.begin(api, secret.keep)
    assert current_roll.new is not None
    if store_secret and not is_kept(current_roll.new):
        raise BillingError(
            "refused",
            f"the new secret was shown when {current_roll.new.id} was made, and is not kept here",
            f"give it to the receiver and --finish, or start over: billing webhook delete {current_roll.new.id}",
            NOT_REACHED,
        )
    if not (finish or store_secret or current_roll.old is None or _ask_receiver(context, current_roll)):
        print_what_is_left(context, current_roll, secret_was_shown=secret.printed)
        return
    result = current_roll.finish(api)
    forget(result.replaced_id)
    if not secret.printed:
        print_endpoint(context, result.endpoint, result.record())
    if result.undelivered_count:
        context.printer.note(
            f"{formatting.count_text(result.undelivered_count, 'earlier event')} had not been delivered everywhere. "
            "`billing listen` fetches what it lacks when it starts; `billing events backfill` does so at once."
        )
    context.printer.note(f"{result.replaced_id} is deleted; only the new secret is good.")


def _question(roll: RollPlan) -> str:
    if roll.new is None and roll.old is not None:
        return f"Make a second endpoint for {roll.old.url}?"
    return "Complete the roll of its secret?"


def _ask_receiver(context: Context, current_roll: RollPlan) -> bool:
    """Ask whether the receiver knows the secret, on a terminal, where it can be given to it meanwhile."""
    if not context.interactive or context.yes:
        return False
    assert current_roll.old is not None
    return typer.confirm(f"Does the receiver know the new secret? Delete {current_roll.old.id}?", err=True)


def print_what_is_left(context: Context, current_roll: RollPlan, *, secret_was_shown: bool) -> None:
    assert current_roll.old is not None
    assert current_roll.new is not None
    if not secret_was_shown:
        context.printer.note(f"The new secret was shown when {current_roll.new.id} was made.")
    context.printer.note(
        f"When the receiver knows it: billing webhook roll-secret {current_roll.old.id} --finish\n"
        f"To start over:              billing webhook delete {current_roll.new.id}"
    )
