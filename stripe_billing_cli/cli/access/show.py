"""`billing access show`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stripe_billing_cli.cli import options
from stripe_billing_cli.cli.access.app import Feature, Product, RulesFile, StoreAt, access_screen, app, customer_id
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.store_option import DEFAULT_STORE, opened_store
from stripe_billing_cli.errors import NOT_REACHED, UsageError

if TYPE_CHECKING:
    from stripe_billing_cli.events.store import Access


@options.command(app)
def show(
    context: Context,
    customer: Annotated[str, typer.Argument(metavar="CUSTOMER", help="The customer's id or email.")],
    product: Product = None,
    feature: Feature = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Ask Stripe now, instead of the store.")] = False,
    store: StoreAt = None,
    rules: RulesFile = None,
) -> int | None:
    """Say what a customer may use, since when, until when and why.

    Exits with 0 if there is access (with --product or --feature: to that), and with 4 if not. By an id the store
    alone is asked; whose an email is, Stripe is.

    \b
    Examples:  billing access show cus_NffrFeUfNV2Hib
               billing access show cus_NffrFeUfNV2Hib --feature sso && ./enable-sso
               billing access show ada@example.com
               billing access show cus_NffrFeUfNV2Hib --fresh
    """
    from stripe_billing_cli.access.view import customer_record

    if product and feature:
        raise UsageError("--product and --feature exclude each other", "ask twice")
    customer = customer_id(context, customer)
    customer, rows, now = _ask_stripe(context, customer, rules) if fresh else _read_store(customer, store)
    rows = [row for row in rows if is_wanted(row, product, feature)]
    record = customer_record(customer, rows, now)
    context.printer.record(record, lambda _: access_screen(record, fresh=fresh))
    return None if record["access"] else NOT_REACHED


def _ask_stripe(context: Context, customer: str, rules: Path | None) -> tuple[str, list[Access], float]:
    import time

    from stripe_billing_cli.access.decide import decide
    from stripe_billing_cli.access.read import read_customer_state
    from stripe_billing_cli.access.rules import read_rules

    table, now = read_rules(rules), time.time()
    state = read_customer_state(context.stripe, customer, disputes=table.deny_disputed)
    return customer, decide(state, table, now), state.clock or now


def _read_store(customer: str, store: str | None) -> tuple[str, list[Access], float]:
    if not customer.startswith("cus_"):
        raise UsageError(f"{customer} is no customer's id", "give its id, cus_…, or its email")
    with opened_store(store or DEFAULT_STORE) as event_store:
        return customer, event_store.access.for_customer(customer), event_store.clock()


def is_wanted(row: Access, product: str | None, feature: str | None) -> bool:
    if product is not None:
        return (row.kind, row.key) == ("product", product)
    return feature is None or (row.kind, row.key) == ("feature", feature)
