"""The options of `billing sub change`, each with its help."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import typer

At = Literal["now", "period-end"]


Proration = Literal["create", "invoice", "none"]


@dataclass(frozen=True)
class ChangeOptions:
    """The options of `billing sub change`."""

    price: Annotated[
        str | None, typer.Option(metavar="PRICE", help="The new price: an id or a lookup key.", show_default=False)
    ] = None
    quantity: Annotated[int | None, typer.Option(min=0, metavar="N", help="The new quantity (default: as it is).")] = (
        None
    )
    item: Annotated[
        str | None,
        typer.Option(metavar="ITEM", help="Which item, where there are several: its id, or its price."),
    ] = None
    at: Annotated[At, typer.Option(help="When: now, or with the next period.")] = "now"
    proration: Annotated[
        Proration | None,
        typer.Option(
            help="When the difference for the rest of the period is billed: create with the next invoice, invoice at "
            "once, none never (default: an upgrade at once, anything else with the next invoice).",
            show_default=False,
        ),
    ] = None
    add: Annotated[
        list[str] | None,
        typer.Option("--add", metavar="PRICE[:QUANTITY]", help="Add an item on this price. Repeatable."),
    ] = None
    remove: Annotated[
        list[str] | None, typer.Option("--remove", metavar="PRICE", help="Remove the item on this price. Repeatable.")
    ] = None
    coupon: Annotated[
        str | None, typer.Option(metavar="COUPON", help="Discount by this coupon, in place of any other discount.")
    ] = None
    promotion_code: Annotated[
        str | None, typer.Option("--promotion-code", metavar="CODE", help="Discount by this promotion code.")
    ] = None
    no_coupon: Annotated[bool, typer.Option("--no-coupon", help="Take the discount away.")] = False
    trial_end: Annotated[
        str | None,
        typer.Option("--trial-end", metavar="now|DATE", help="End the trial now, or let it (or a new one) end then."),
    ] = None
    restart_period: Annotated[
        bool, typer.Option("--restart-period", help="Begin a new period now: the billing date becomes today.")
    ] = False
    again: Annotated[
        bool, typer.Option("--again", help="With --restart-period: though a period began within a day.")
    ] = False
    preview: Annotated[bool, typer.Option("--preview", help="Only show what it would cost.")] = False
