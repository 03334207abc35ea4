"""The option `--store`, which the commands about received events share."""

from __future__ import annotations

from typing import Annotated

import typer

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
