"""`billing sub list`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import typer

from stripe_billing_cli.cli import formatting, options, parsing
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.output import Column
from stripe_billing_cli.cli.sub.app import app

Status = Literal[
    "incomplete", "incomplete_expired", "trialing", "active", "past_due", "canceled", "unpaid", "paused", "ended", "all"
]
"""Stripe's filter (`stripe/params/_subscription_list_params.py`): its statuses, and two for several."""


@options.command(app, "list")
def list_(
    context: Context,
    status: Annotated[
        Status | None,
        typer.Option(
            help="Only these; without it all but the canceled. ended: canceled or expired.", show_default=False
        ),
    ] = None,
    customer: Annotated[
        str | None, typer.Option(metavar="CUSTOMER", help="Only this customer's: an id or an email.")
    ] = None,
    price: Annotated[
        str | None, typer.Option(metavar="PRICE", help="Only on this price: an id or a lookup key.")
    ] = None,
    created_after: Annotated[
        str | None, typer.Option(metavar="DATE", help="Only those created since: 2026-11-24, or Unix seconds.")
    ] = None,
    test_clock: Annotated[str | None, typer.Option(metavar="CLOCK", help="Those on this test clock.")] = None,
    limit: parsing.Limit = 100,
    all_: parsing.All = False,
) -> None:
    """List subscriptions, newest first, as they come.

    With --output json each line is one object. Subscriptions on a test clock are listed only by --test-clock or
    --customer, as in Stripe.

    \b
    Examples:  billing sub list --status past_due
               billing sub list --price keymap-pro.monthly --output json | jq -r .customer
               billing sub list --customer ada@example.com --status all
               billing sub list --all --output json > subscriptions.jsonl
    """
    from stripe_billing_cli.stripe_api import lists, lookup
    from stripe_billing_cli.test_clocks.load import id_for

    api = context.stripe
    params: dict[str, Any] = {}
    if created_after:
        params["created"] = {"gte": parsing.moment("--created-after", created_after)}
    if status:
        params["status"] = status
    if test_clock:
        params["test_clock"] = id_for(api, test_clock)
    if customer:
        params["customer"] = lookup.find_customer(api, customer)["id"]
    if price:
        params["price"] = lookup.find_price(api, price, archived_too=True)["id"]
    most = parsing.most(limit, all_)
    subscriptions = lists.subscriptions(api, params, parsing.one_more(most))
    context.printer.list_records(map(lists.record, subscriptions), COLUMNS, "No subscriptions.", most)


COLUMNS = (
    Column("SUBSCRIPTION", lambda record: record["id"]),
    Column("STATUS", lambda record: record["status"]),
    Column("CUSTOMER", lambda record: record["customer_email"] or record["customer"]),
    Column("ITEMS", formatting.items),
    Column("PERIOD UNTIL", formatting.end_text),
    Column("CREATED", lambda record: formatting.date(record["created"])),
)
