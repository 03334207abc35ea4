"""The group `billing catalog`, and the options that its commands share."""

from __future__ import annotations

from typing import Annotated

import typer

from stripe_billing_cli.cli import options

app = typer.Typer(
    help="The product catalog as a reviewed file: plan it, apply it, as often as you like.",
    no_args_is_help=True,
    **options.PLAIN,
)

File = Annotated[str, typer.Option("--file", "-f", metavar="FILE", help="The catalog; - reads it from standard input.")]
Prune = Annotated[
    bool,
    typer.Option(
        "--prune",
        help="Archive what carries this catalog's stamp and is no longer in the file; disable webhook endpoints.",
    ),
]
DeleteCoupons = Annotated[
    bool, typer.Option("--delete-coupons", help="With --prune: delete coupons too; their discounts go on.")
]
PruneMeters = Annotated[
    bool, typer.Option("--prune-meters", help="With --prune: deactivate every meter that is not in the file.")
]
Adopt = Annotated[
    bool,
    typer.Option("--adopt", help="Also mark what the file adopts by id and leaves as it is."),
]
Target = Annotated[
    list[str] | None,
    typer.Option("--target", metavar="KEY", help="Only this product, or this price (product.price); repeatable."),
]
RetireLinks = Annotated[
    bool, typer.Option("--retire-links", help="Close payment links that others with other prices took the place of.")
]
SecretFileName = Annotated[
    str | None,
    typer.Option(
        "--secret-file",
        metavar="FILE",
        help="Add the secrets of new webhook endpoints to this file (0600), a line each; - shows them on the screen.",
    ),
]
Count = Annotated[
    bool, typer.Option("--count", help="Count all subscriptions of a price that goes; else it is said past 100.")
]
DEFAULT_FILE = "catalog.yaml"
