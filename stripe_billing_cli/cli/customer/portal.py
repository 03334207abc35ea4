"""`billing customer portal`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

import typer

from stripe_billing_cli.cli import formatting, options, parsing
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.customer.app import app
from stripe_billing_cli.cli.customer_options import Customer
from stripe_billing_cli.cli.output import Line, Record
from stripe_billing_cli.errors import UsageError

Flow = Literal["cancel", "payment-method"]


@options.command(app)
def portal(
    context: Context,
    customer: Customer,
    return_url: Annotated[
        str | None, typer.Option("--return-url", metavar="URL", help="Where the portal leads back to.")
    ] = None,
    flow: Annotated[
        Flow | None,
        typer.Option(help="Lead straight to canceling, or to another payment method.", show_default=False),
    ] = None,
    subscription: Annotated[
        str | None,
        typer.Option(metavar="SUB", help="With --flow cancel: which one; not needed if the customer has one only."),
    ] = None,
    valid_until: Annotated[
        str | None,
        typer.Option(
            "--valid-until",
            metavar="DATE",
            help="Until when the link works; later than minutes, after a login by email.",
        ),
    ] = None,
    open_: Annotated[bool, typer.Option("--open", help="Open the link in a browser.")] = False,
) -> None:
    """Print a link to the billing portal, where customers see and change what concerns them.

    The link lets in whoever has it, so Stripe lets it expire within minutes unless it is used. With --valid-until it
    works longer: who follows it later logs in with a code sent to the customer's email.

    \b
    Examples:  billing customer portal ada@example.com --return-url https://example.com/account
               billing customer portal ada@example.com --flow payment-method --valid-until 2026-12-24
               billing customer portal ada@example.com --flow cancel --subscription sub_1MowQVLkdIwHu7ixeRlqHVzs
    """
    if subscription and flow != "cancel":
        raise UsageError("--subscription goes with --flow cancel", "say both, or neither")
    from stripe_billing_cli.customers import portal as sessions
    from stripe_billing_cli.stripe_api import lookup

    until = parsing.moment("--valid-until", valid_until) if valid_until else None
    api = context.stripe
    person = lookup.find_customer(api, customer)
    subscription_id = None
    if flow == "cancel":
        subscription_id = sessions.subscription_to_cancel(api, person, subscription)
    session = sessions.create(api, person["id"], flow=flow, cancels=subscription_id, return_url=return_url, until=until)
    record = sessions.record(session)
    context.printer.record(record, _screen)
    if open_:
        typer.launch(record["url"])


def _screen(record: Record) -> Iterator[Line]:
    yield Line(record["url"])
    if record["expires_at"]:
        yield Line(
            f"  works until {formatting.moment(record['expires_at'])}; after a few minutes it asks to log in by email"
        )
    else:
        yield Line("  works for a few minutes; --valid-until makes one that works longer")
