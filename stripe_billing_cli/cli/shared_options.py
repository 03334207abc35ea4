"""The options that every command has, each with its help and the formats that `--output` takes."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Any

import typer

from stripe_billing_cli.cli.chosen import OUTPUT_VARIABLE, ROOT_OPTIONS, SHARED_OPTIONS, is_given


class Format(StrEnum):
    table = "table"
    json = "json"
    yaml = "yaml"
    id = "id"


class ListFormat(StrEnum):
    table = "table"
    json = "json"
    yaml = "yaml"
    id = "id"
    csv = "csv"


class PlanFormat(StrEnum):
    """That of plans, which also come as a comment and as annotations of a pull request."""

    table = "table"
    json = "json"
    yaml = "yaml"
    id = "id"
    markdown = "markdown"
    github = "github"


class SheetFormat(StrEnum):
    """That of the catalog itself, which also comes as a price sheet."""

    table = "table"
    json = "json"
    yaml = "yaml"
    id = "id"
    markdown = "markdown"


class AnyFormat(StrEnum):
    """What may stand before the command's name, and in BILLING_OUTPUT."""

    table = "table"
    json = "json"
    yaml = "yaml"
    id = "id"
    csv = "csv"
    markdown = "markdown"
    github = "github"


def remember_root_options(ctx: typer.Context) -> None:
    """Keep the shared options that stand before the command's name for the command."""
    ctx.obj[ROOT_OPTIONS] = {name: ctx.params[name] for name in SHARED if is_given(ctx, name)}


def remember(name: str) -> Callable[[typer.Context, Any], Any]:
    """Keep an option where the reporting of errors finds it, even of errors in the rest of the command line."""

    def callback(ctx: typer.Context, value: Any) -> Any:
        if is_given(ctx, name) or name not in ctx.obj:
            ctx.obj[name] = getattr(value, "value", value)
        return value

    return callback


def _shared(*names: str, **settings: Any) -> Any:
    return typer.Option(*names, rich_help_panel=SHARED_OPTIONS, **settings)


Local = Annotated[bool, _shared("--local", help="Use the local Stripe: no account, no network.")]
ApiKey = Annotated[
    str | None,
    _shared("--api-key", metavar="KEY", help="Stripe API key (default: STRIPE_API_KEY).", show_default=False),
]
ApiKeyFile = Annotated[
    str | None,
    _shared("--api-key-file", metavar="FILE", help="Read the API key from this file; - for standard input."),
]
Profile = Annotated[
    str | None,
    _shared("--profile", metavar="NAME", help="Take the key from this profile of the Stripe CLI."),
]
Live = Annotated[bool, _shared("--live", help="Live mode is meant: with --profile, take its live key.")]
RootOutput = Annotated[
    AnyFormat,
    _shared(
        "--output", "-o", envvar=OUTPUT_VARIABLE, help="What to print.", callback=remember("output"), is_eager=True
    ),
]
_output = _shared(
    "--output", "-o", help=f"What to print; {OUTPUT_VARIABLE} says it too.", callback=remember("output"), is_eager=True
)
OUTPUTS: dict[type[StrEnum], Any] = {
    formats: Annotated[formats, _output] for formats in (Format, ListFormat, PlanFormat, SheetFormat)
}
"""What a command prints. The variable of the environment is the root's, which takes what any command can print."""
Yes = Annotated[bool, _shared("--yes", "-y", help="Do not ask.")]
Verbose = Annotated[
    bool,
    _shared(
        "--verbose",
        "-v",
        help="Tell each API call with its request id.",
        callback=remember("verbose"),
        is_eager=True,
    ),
]

NoPager = Annotated[bool, _shared("--no-pager", help="Let long tables scroll by, without a pager.")]

TimeZone = Annotated[
    str | None,
    _shared(
        "--time-zone", metavar="ZONE", help="Show dates in UTC (the default), local, or one such as Europe/Berlin."
    ),
]

SHARED: dict[str, tuple[Any, Any]] = {
    "local": (Local, False),
    "api_key": (ApiKey, None),
    "api_key_file": (ApiKeyFile, None),
    "profile": (Profile, None),
    "live": (Live, False),
    "output": (OUTPUTS[Format], Format.table),
    "yes": (Yes, False),
    "verbose": (Verbose, False),
    "no_pager": (NoPager, False),
    "time_zone": (TimeZone, None),
}
NO_STRIPE = ("output", "verbose", "no_pager", "time_zone")
"""The shared options of a command that never talks to Stripe, besides `--local`, which changes nothing there."""
LocalWithoutStripe = Annotated[bool, _shared("--local", help="No effect here: this command does not ask Stripe.")]
