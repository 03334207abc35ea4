"""The options of `billing sub create`, each with its help."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import typer

from stripe_billing_cli.cli import parsing

Collection = Literal["charge_automatically", "send_invoice"]


@dataclass(frozen=True)
class CreateOptions:
    """The options of `billing sub create`."""

    customer: Annotated[str, typer.Option("--customer", metavar="CUSTOMER", help="The customer's id or email.")]
    price: Annotated[
        list[str],
        typer.Option("--price", metavar="PRICE[:QUANTITY]", help="A price's id or lookup key. Repeatable."),
    ]
    quantity: Annotated[
        int | None, typer.Option("--quantity", min=0, metavar="N", help="How many, where there is one --price.")
    ] = None
    trial_days: Annotated[
        int | None, typer.Option("--trial-days", min=1, max=730, metavar="N", help="Nothing is due for so many days.")
    ] = None
    trial_from_price: Annotated[
        bool, typer.Option("--trial-from-price", help="As many trial days as the price has of its own.")
    ] = False
    add_once: Annotated[
        list[str] | None,
        typer.Option(
            "--add-once",
            metavar="PRICE[:QUANTITY]",
            help="Billed with the first invoice only, a setup fee: a one-time price. Repeatable.",
        ),
    ] = None
    currency: Annotated[
        str | None,
        typer.Option(metavar="CUR", help="Which of the prices' currencies, for a customer who was never billed."),
    ] = None
    coupon: Annotated[str | None, typer.Option(metavar="COUPON", help="A coupon's id.")] = None
    promotion_code: Annotated[
        str | None, typer.Option("--promotion-code", metavar="CODE", help="A promotion code, as customers write it.")
    ] = None
    description: Annotated[str | None, typer.Option(metavar="TEXT", help="Shown to the customer.")] = None
    metadata: parsing.Metadata = None
    automatic_tax: Annotated[bool, typer.Option("--automatic-tax", help="Let Stripe compute the taxes.")] = False
    collection_method: Annotated[
        Collection,
        typer.Option("--collection-method", help="Charge the customer's card, or send invoices by email."),
    ] = "charge_automatically"
    days_until_due: Annotated[
        int | None,
        typer.Option("--days-until-due", min=0, metavar="N", help="With send_invoice: how long a customer may take."),
    ] = None
    anchor: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="When the first full period begins; what lies before is prorated."),
    ] = None
    if_not_exists: Annotated[
        bool,
        typer.Option("--if-not-exists", help="Give back the subscription to this that runs or can still be paid."),
    ] = False
    again: Annotated[
        bool, typer.Option("--again", help="With --add-once: once more, though the same was created today.")
    ] = False
    preview: parsing.Preview = False
    idempotency_key: parsing.IdempotencyKey = None
    open_: Annotated[bool, typer.Option("--open", help="Open the confirmation link in a browser.")] = False
    wait: Annotated[bool, typer.Option("--wait", help="Watch until it is active or trialing; exit code 4 if not.")] = (
        False
    )
    timeout: Annotated[
        str | None, typer.Option(metavar="SPAN", help="How long to --wait: 90s, 10m, 23h (default: until it expires).")
    ] = None
