"""The one way to ask before something happens.

What charges, credits or cancels, or cannot be undone, asks in any mode; every other change asks in live mode only.
Reading, and links that change nothing by themselves, never ask. `--yes` answers for the user; without it and without a
terminal the command is refused with exit code 2.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.pasted_commands import led_to_account
from stripe_billing_cli.errors import FAILED, WRONG, BillingError

if TYPE_CHECKING:
    from stripe_billing_cli.stripe_api.movements import Movement
    from stripe_billing_cli.subscriptions.cost import Cost


def confirm(
    context: Context,
    question: str,
    *,
    will: Sequence[str] = (),
    in_any_mode: bool = False,
    when_refused: str = "",
    preview: bool = False,
    money: Sequence[Movement] = (),
    cost: Cost | None = None,
) -> None:
    """Ask for the user's consent, and return once it is given.

    `will` says, a line each, what is going to happen: on stderr, agreed or not.

    `question` is asked as it is: "Cancel sub_123 now?"; in live mode only, unless `in_any_mode`. With `preview` what is
    going to happen is the result, with the `money` that it moves and the `cost` that it has, and the command ends.
    Raises `BillingError`: exit code 1 where the user says no, 2 where nobody can be asked.
    """
    if preview:
        _show(context, will, money, cost)
        raise typer.Exit
    for line in will:
        context.printer.note(line)
    live = context.stripe.livemode
    if live:
        tell_live_mode(context)
    if live or in_any_mode:
        ask(context, question, when_refused or "nothing was changed")


def ask(context: Context, question: str, when_refused: str) -> None:
    """Ask a question, and return once it is agreed to; what is asked about here is on this machine, not at Stripe.

    Raises `BillingError`: exit code 1 with `when_refused` where the user says no, 2 where nobody can be asked.
    """
    if context.yes:
        return
    if not context.interactive:
        message = f"this needs a yes, and there is no terminal to ask on: {question}"
        raise BillingError("confirmation", message, "say --yes to mean it", WRONG)
    if not typer.confirm(question, err=True):
        raise said_no(when_refused)


def said_no(consequence: str) -> BillingError:
    """Return the end of a command that the user did not agree to: exit code 1, and nothing that is to be mended."""
    return BillingError("confirmation", consequence, None, FAILED)


def _show(context: Context, will: Sequence[str], money: Sequence[Movement], cost: Cost | None) -> None:
    if context.printer.for_people:
        for line in will:
            context.printer.line(line)
    else:
        lines = [led_to_account(line.strip(), context.way) for line in will]
        amounts = {"money": [one.record() for one in money], "cost": None if cost is None else cost.record()}
        context.printer.result({"result": "previewed", "will": lines, **amounts}, ids=())


def tell_live_mode(context: Context) -> None:
    """Name the account whose money is about to move."""
    from stripe_billing_cli.cli.account import account_name

    context.printer.note(f"LIVE MODE: account {account_name(context.stripe)}", bold=True)
