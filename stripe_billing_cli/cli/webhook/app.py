"""The group `billing webhook`, and what its commands share."""

from __future__ import annotations

from typing import Annotated

import typer

from stripe_billing_cli.cli import options

app = options.group("Stripe's webhook endpoints: register one, roll its secret, delete it.")

Url = Annotated[str, typer.Option("--url", metavar="URL", help="Where Stripe sends the events.")]

Events = Annotated[
    list[str] | None,
    typer.Option(
        "--events",
        metavar="TYPES",
        help="Types of events, comma-separated; invoice.* means all of a kind, * all. Default: what decides on access.",
    ),
]

StoreSecret = Annotated[
    bool,
    typer.Option(
        "--store-secret",
        help="Keep the secret in .billing/webhook-secrets, where `billing listen` reads it, instead of printing it.",
    ),
]

Named = Annotated[
    str | None,
    typer.Argument(metavar="ENDPOINT", help="The endpoint's id or URL; none, if billing made only one."),
]
