"""The group `billing access`, and what its commands share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from stripe_billing_cli.cli import formatting, options
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.output import Line, Record

app = options.group("Who may use what, and why: as `billing listen` keeps it, or asked of Stripe.")

StoreAt = Annotated[
    str | None,
    typer.Option(
        "--store",
        metavar="STORE",
        envvar="BILLING_STORE",
        help="The store of `billing listen`: a path or postgresql://… (default: .billing/events.db).",
        show_default=False,
    ),
]

RulesFile = Annotated[
    Path | None,
    typer.Option(
        "--rules",
        metavar="FILE",
        help="Which statuses give access, and whether disputes take it (default: access.yaml, if there).",
        show_default=False,
    ),
]

Product = Annotated[str | None, typer.Option("--product", metavar="PRODUCT", help="Only this product, by its id.")]

Feature = Annotated[str | None, typer.Option("--feature", metavar="KEY", help="Only this feature, by its lookup key.")]


def customer_id(context: Context, name: str) -> str:
    """Return the id of a customer who may be named by email, which Stripe is asked for."""
    from stripe_billing_cli.stripe_api.lookup import check_customer_name, find_customer

    check_customer_name(name)
    return find_customer(context.stripe, name)["id"] if "@" in name else name


def access_screen(record: Record, *, fresh: bool = False) -> Iterator[Line]:
    has = record["access"]
    yield Line(
        f"{record['customer']}  {'has access' if has else 'has no access'}",
        {"bold": True, "fg": "green" if has else "red"},
    )
    if not record["products"] and not record["features"]:
        yield Line(
            "Stripe has no subscription that would give it."
            if fresh
            else "The store has no record of it. --fresh asks Stripe now; `billing access reconcile` asks for all "
            "customers but those on test clocks, whom Stripe does not list."
        )
    for row in [*record["products"], *record["features"]]:
        mark, colour = ("✓", "green") if row["access"] else ("✗", "red")
        since = f" since {formatting.date(row['since'])}" if row["since"] else ""
        until = f" until {formatting.moment(row['until'])}" if row["until"] else ""
        subscription_text = f", {row['subscription']}" if row["subscription"] else ""
        yield Line(
            f"{mark} {row['kind']:<8} {row['key']}{since}{until}  ({row['reason']}{subscription_text})", {"fg": colour}
        )
