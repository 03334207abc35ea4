"""The root of `billing`: its groups, loaded only when named, and the one place where failures become exit codes."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any

import typer

from stripe_billing_cli import __version__
from stripe_billing_cli.cli import options, shared_options
from stripe_billing_cli.cli.groups import GROUPS
from stripe_billing_cli.cli.interrupts import interruptions_as_errors
from stripe_billing_cli.cli.option_values import WAY
from stripe_billing_cli.cli.output import flush, null_stream, write_on_any_encoding


def _print_version(print_it: bool) -> None:
    if print_it:
        typer.echo(f"billing {__version__}")
        raise typer.Exit


Version = Annotated[
    bool, typer.Option("--version", help="Print the version and exit.", is_eager=True, callback=_print_version)
]

HIDDEN = {"__complete": "stripe_billing_cli.cli.completion.suggest"}
"""What is run, but not by people: it is in no list."""


@cache
def build_command(module: str) -> Any:
    """Return the command that a module's `app` becomes.

    It is built once in a process: that takes longer than many a command does, and the tests run thousands in one.
    """
    return options.build(importlib.import_module(module).app)


EPILOG = """Start here:  billing init, then billing catalog apply --local
More:  billing help COMMAND
Topics:  billing help exit-codes, environment, keys, settings"""


class LazyGroups(options.QuickGroup):
    """A group that lists its commands without importing them."""

    def make_context(self, *args: Any, **options: Any) -> Any:
        with interruptions_as_errors():
            return super().make_context(*args, **options)

    def invoke(self, ctx: Any) -> Any:
        with interruptions_as_errors():
            return super().invoke(ctx)

    def list_commands(self, ctx: Any) -> list[str]:
        return list(GROUPS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        module = GROUPS[cmd_name].module if cmd_name in GROUPS else HIDDEN.get(cmd_name)
        return None if module is None else build_command(module)

    def line_of(self, ctx: Any, name: str) -> str:
        return GROUPS[name].help


def root_command() -> Any:
    """Return `billing` itself."""
    return build_command(__name__)


app = typer.Typer(
    help="Run subscriptions on Stripe: a reviewed catalog file, applied as often as you like.",
    epilog=EPILOG,
    **{**options.PLAIN, "cls": LazyGroups},
)


@app.callback(invoke_without_command=True)
def root(
    ctx: typer.Context,
    version: Version = False,
    local: shared_options.Local = False,
    api_key: shared_options.ApiKey = None,
    api_key_file: shared_options.ApiKeyFile = None,
    profile: shared_options.Profile = None,
    live: shared_options.Live = False,
    output: shared_options.RootOutput = shared_options.AnyFormat.table,
    yes: shared_options.Yes = False,
    verbose: shared_options.Verbose = False,
    no_pager: shared_options.NoPager = False,
    time_zone: shared_options.TimeZone = None,
) -> None:
    shared_options.remember_root_options(ctx)
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())
        raise typer.Exit(2)


def run(argv: list[str]) -> int:
    """Run one command line; its exit code. Nothing escapes from here but what `--verbose` asks to see."""
    _open_streams()
    shared_values: dict[str, Any] = {"output": os.environ.get("BILLING_OUTPUT", "table")}
    try:
        code = build_command(__name__)(argv, standalone_mode=False, prog_name="billing", obj=shared_values) or 0
        flush()
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001  # the outermost layer
        return _report(error, shared_values | _read_options(error, argv))
    return code


def _open_streams() -> None:
    """Open what a program started without its streams (`<&- >&- 2>&-`) lacks: Python has None there.

    The numbers are taken too: they would be those of the next files that are opened, and what a command of the
    listener's prints would go into the database.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
    if sys.stdin is None:
        sys.stdin = null_stream("r")
    if sys.stdout is None:
        sys.stdout = null_stream()
    if sys.stderr is None:
        sys.stderr = null_stream()
    for stream in (sys.stdout, sys.stderr):
        write_on_any_encoding(stream)


def _read_options(error: BaseException, argv: list[str]) -> dict[str, Any]:
    """Return the shared options of a command line that is wrong elsewhere, so that its error comes in the format asked
    for."""
    context = getattr(error, "ctx", None)
    if context is None:
        return {}
    lenient = {"resilient_parsing": True, "ignore_unknown_options": True, "allow_extra_args": True}
    shared_values: dict[str, Any] = {}
    context.command.make_context(context.info_name, list(argv), obj=shared_values, **lenient)
    return shared_values


def _report(error: BaseException, shared_values: Mapping[str, Any]) -> int:
    from stripe_billing_cli.cli import errors

    return errors.report(
        error,
        output=shared_values["output"],
        verbose=shared_values.get("verbose", False),
        as_json_line=_logs_json(shared_values),
        way=shared_values.get(WAY, ""),
    )


def _logs_json(shared_values: Mapping[str, Any]) -> bool:
    """Return whether the command has a log, and writes it as JSON."""
    if "log_format" not in shared_values:
        return False
    from stripe_billing_cli.cli.log import LogFormat, chosen_format

    return chosen_format(shared_values["log_format"]) is LogFormat.json
