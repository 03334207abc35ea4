"""The group `billing catalog`, and the options that its commands share."""

from __future__ import annotations

from typing import Annotated

import typer

from stripe_billing_cli.cli import options

app = options.group("The product catalog as a reviewed file: plan it, apply it, as often as you like.")

File = Annotated[str, typer.Option("--file", "-f", metavar="FILE", help="The catalog; - reads it from standard input.")]
SecretFileName = Annotated[
    str | None,
    typer.Option(
        "--secret-file",
        metavar="FILE",
        help="Add the secrets of new webhook endpoints to this file (0600), a line each; - shows them on the screen.",
    ),
]
DEFAULT_FILE = "catalog.yaml"
