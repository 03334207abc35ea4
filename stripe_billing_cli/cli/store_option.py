"""The option `--store`, which the commands about received events share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from stripe_billing_cli.events.store import Store

StoreOption = Annotated[
    str,
    typer.Option(
        "--store",
        metavar="STORE",
        envvar="BILLING_STORE",
        show_envvar=True,
        help="Where events are kept: an SQLite file, or postgresql://user:password@host/database.",
    ),
]
DEFAULT_STORE = ".billing/events.db"


def opened_store(store: str, *, make: bool = False) -> Store:
    """Return a store of events, which has to be there unless it may be made."""
    from stripe_billing_cli.events.store import open_store

    return open_store(store, make=make)
