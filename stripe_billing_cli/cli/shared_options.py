"""The options that every command has, each with its help and the formats that `--output` takes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import copy
from enum import StrEnum
from typing import Annotated, Any, get_args

import typer

from stripe_billing_cli.cli.option_values import OUTPUT_VARIABLE, ROOT_OPTIONS, SHARED_OPTIONS, is_given
from stripe_billing_cli.cli.settings import LOCAL_DATABASE
from stripe_billing_cli.errors import UsageError

Format = StrEnum("Format", "table json yaml id")


ListFormat = StrEnum("ListFormat", "table json yaml id csv")


PlanFormat = StrEnum("PlanFormat", "table json yaml id markdown github")
"""The formats of plans, which also come as a comment and as annotations of a pull request."""


SheetFormat = StrEnum("SheetFormat", "table json yaml id markdown")
"""The formats of the catalog itself, which also comes as a price sheet."""


AnyFormat = StrEnum("AnyFormat", "table json yaml id csv markdown github")
"""The formats that may stand before the command's name, and in BILLING_OUTPUT."""


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


def _shared_option(*names: str, **settings: Any) -> Any:
    return typer.Option(*names, rich_help_panel=SHARED_OPTIONS, **settings)


Local = Annotated[bool, _shared_option("--local", help="Use the local Stripe: no account, no network.")]
ApiKey = Annotated[
    str | None,
    _shared_option("--api-key", metavar="KEY", help="Stripe API key (default: STRIPE_API_KEY).", show_default=False),
]
ApiKeyFile = Annotated[
    str | None,
    _shared_option("--api-key-file", metavar="FILE", help="Read the API key from this file; - for standard input."),
]
Profile = Annotated[
    str | None,
    _shared_option("--profile", metavar="NAME", help="Take the key from this profile of the Stripe CLI."),
]
Live = Annotated[bool, _shared_option("--live", help="Live mode is meant: with --profile, take its live key.")]
RootOutput = Annotated[
    AnyFormat,
    _shared_option(
        "--output", "-o", envvar=OUTPUT_VARIABLE, help="What to print.", callback=remember("output"), is_eager=True
    ),
]
_output = _shared_option(
    "--output", "-o", help=f"What to print; {OUTPUT_VARIABLE} says it too.", callback=remember("output"), is_eager=True
)
OUTPUTS: dict[type[StrEnum], Any] = {
    formats: Annotated[formats, _output] for formats in (Format, ListFormat, PlanFormat, SheetFormat)
}
"""What a command prints. The variable of the environment is the root's, which takes what any command can print."""
Yes = Annotated[bool, _shared_option("--yes", "-y", help="Do not ask.")]
Verbose = Annotated[
    bool,
    _shared_option(
        "--verbose",
        "-v",
        help="Tell each API call with its request id.",
        callback=remember("verbose"),
        is_eager=True,
    ),
]

NoPager = Annotated[bool, _shared_option("--no-pager", help="Let long tables scroll by, without a pager.")]

TimeZone = Annotated[
    str | None,
    _shared_option(
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


def without_effect(names: Iterable[str], other_stripe: str | None) -> dict[str, tuple[Any, Any]]:
    """Return shared options that a command takes and has no use for: its help shows `--local` of them, and what for.

    `other_stripe` is the option of the command that names its Stripe.
    """
    local = "Not here: {} says which Stripe." if other_stripe else "No effect here: this command does not ask Stripe."
    options = {name: _hide(*SHARED[name]) for name in names if name != "local"}
    if "output" in options:
        options["output"] = _hide(RootOutput, AnyFormat.table)
    return {"local": (Annotated[bool, _shared_option("--local", help=local.format(other_stripe))], False), **options}


def _hide(annotation: Any, default: Any) -> tuple[Any, Any]:
    kind, option = get_args(annotation)
    copy_of_option = copy(option)
    copy_of_option.hidden = True
    return Annotated[kind, copy_of_option], default


MISLEAD_NOBODY = ("yes", "verbose", "no_pager", "time_zone")
"""The shared options of which nothing is said where a command makes no use of them."""


def say_what_changes_nothing(
    ctx: typer.Context, names: Iterable[str], *, changes_store: bool, other_stripe: str | None
) -> None:
    """Say which options without effect were given, before the command's name or after it.

    Raises `UsageError` where `--local` could be taken for the place of what is changed, or for what is asked.
    """
    before = ctx.obj.get(ROOT_OPTIONS, {})
    given_names = [name for name in names if name not in MISLEAD_NOBODY and (name in before or is_given(ctx, name))]
    if "local" in given_names and other_stripe:
        raise UsageError(
            f"{ctx.command_path} asks the Stripe that {other_stripe} names, and --local does not say which one that is",
            f"leave out --local; {other_stripe} file:{LOCAL_DATABASE} is the local Stripe of this directory",
        )
    if "local" in given_names and changes_store and not is_given(ctx, "store"):
        raise UsageError(
            f"{ctx.command_path} changes the store of received events, and --local does not say which one that is",
            "leave out --local, or name the store with --store: --store .billing/events.db",
        )
    for name in given_names:
        reason = "prints JSON" if name == "output" else "does not ask Stripe"
        typer.echo(
            f"Note: --{name.replace('_', '-')} changes nothing for {ctx.command_path}, which {reason}.", err=True
        )
