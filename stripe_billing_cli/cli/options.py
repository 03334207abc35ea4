"""The options that every command has, and what a command is handed for them.

`@options.command(app)` adds them to a function whose first parameter is a `Context`; they are written once, here. They
stand before the command's name as well, where the root takes them (`remember_root_options`): the one after it wins.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from enum import StrEnum
from functools import partial
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.exceptions import TyperException

from stripe_billing_cli.cli import time_zone
from stripe_billing_cli.cli.command_options import Call, CommandOptions, call_of, options_of
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.empty_values import refuse_empty_values
from stripe_billing_cli.cli.local_links import with_way_to_open
from stripe_billing_cli.cli.option_values import WAY
from stripe_billing_cli.cli.pasted_commands import way_to_account
from stripe_billing_cli.cli.quick_values import quick
from stripe_billing_cli.cli.shared_options import SHARED, ListFormat, say_what_changes_nothing
from stripe_billing_cli.errors import BillingError, UsageError


class UnknownCommandError(UsageError):
    """A group has no command of that name. `ctx` is the group's, from which the format of the error is read."""

    def __init__(self, ctx: Any, name: str, commands: list[str]) -> None:
        from stripe_billing_cli.cli.help.near_misses import command_meant

        suggestion = command_meant(name, commands, ctx.command_path)
        lists = f"`{ctx.command_path} --help` lists them"
        super().__init__(
            f"{ctx.command_path} has no command {name}",
            f"did you mean `{suggestion}`? {lists}" if suggestion else lists,
        )
        self.ctx = ctx


@contextmanager
def _name_command(ctx: Any) -> Iterator[None]:
    """Let a mistake in the command line know its command, whose help says what it takes; Typer's parser does not."""
    try:
        yield
    except TyperException as error:
        if getattr(error, "ctx", None) is None:
            error.ctx = ctx  # type: ignore[attr-defined]
        raise


class QuickGroup(TyperGroup):
    """A group with this program's help.

    It says "no" for a `--help` that was not given, where Typer would import pydantic to find that out.
    """

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not args and self.no_args_is_help and not ctx.resilient_parsing:
            typer.echo(ctx.get_help(), err=True)
            raise typer.Exit(2)
        with _name_command(ctx):
            return super().parse_args(ctx, args)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name = args[0]
        if not ctx.resilient_parsing and not name.startswith("-") and self.get_command(ctx, name) is None:
            raise UnknownCommandError(ctx, name, self.list_commands(ctx))
        return super().resolve_command(ctx, args)

    unbuilt: Mapping[str, Any] = {}
    """The commands of the group by name, as Typer registered them: each is built when it is asked for."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(self.unbuilt)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name in self.unbuilt and cmd_name not in self.commands:
            self.commands[cmd_name] = _build_command(self.unbuilt[cmd_name])
        return self.commands.get(cmd_name)

    def line_of(self, ctx: Any, name: str) -> str:
        """Return the line about one of its commands in a list of them."""
        from stripe_billing_cli.cli.help.page import first_sentence

        return first_sentence((inspect.getdoc(self.unbuilt[name].callback) or "").partition("\n\n")[0])

    def format_help(self, ctx: Any, formatter: Any) -> None:
        _write_help(self, ctx, formatter)

    def get_help_option(self, ctx: Any) -> Any:
        option = super().get_help_option(ctx)
        if option is not None:
            option.default = False
        return option

    def get_params(self, ctx: Any) -> Any:
        return quick(super().get_params(ctx))


def build(app: typer.Typer) -> Any:
    """Return the command that a Typer becomes. The commands of a group are built one by one, when they are named."""
    if len(app.registered_commands) == 1 and app.registered_callback is None:
        return _build_command(app.registered_commands[0])
    commands, app.registered_commands = app.registered_commands, []
    try:
        group: Any = typer.main.get_group(app)
    finally:
        app.registered_commands = commands
    submodules = (
        (info.name or typer.main.get_command_name(info.callback.__name__), info) for info in commands if info.callback
    )
    group.unbuilt = dict(submodules)
    return group


def _build_command(info: Any) -> Any:
    """Return a command as Typer registered it, with the shared options, whose types take time to look up."""
    single_app = typer.Typer(**PLAIN)
    callback = info.callback
    info.callback = getattr(callback, "with_shared", lambda: callback)()
    single_app.registered_commands = [info]
    try:
        return typer.main.get_command(single_app)
    finally:
        info.callback = callback


class Command(TyperCommand):
    """A command with this program's help."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        with _name_command(ctx):
            return super().parse_args(ctx, args)

    def get_params(self, ctx: Any) -> Any:
        return quick(super().get_params(ctx))

    def format_help(self, ctx: Any, formatter: Any) -> None:
        _write_help(self, ctx, formatter)


def _write_help(command: Any, ctx: Any, formatter: Any) -> None:
    from stripe_billing_cli.cli.help.page import page_of
    from stripe_billing_cli.cli.help.screen import draw

    formatter.write(draw(page_of(command, ctx)) + "\n")


class InOrder(Command):
    """A command that finds in `Context.order` the order in which its options were given."""

    def make_parser(self, ctx: Any) -> Any:
        parser = super().make_parser(ctx)
        parse = parser.parse_args

        def parse_args(args: list[str]) -> Any:
            options, rest, order = parse(args)
            ctx.meta[ORDER] = tuple(option.name for option in order)
            return options, rest, order

        parser.parse_args = parse_args  # type: ignore[method-assign]
        return parser


ORDER = "stripe_billing_cli.order"

PLAIN: dict[str, Any] = {
    "cls": QuickGroup,
    "rich_markup_mode": None,
    "pretty_exceptions_enable": False,
    "add_completion": False,
    "context_settings": {"help_option_names": ["-h", "--help"]},
}
"""How every Typer of this program is made: help as `help/screen.py` draws it; rich would take 0.15 s."""


def group(help: str) -> typer.Typer:
    """Return a group of commands, which prints its help where no command of it is named."""
    return typer.Typer(help=help, no_args_is_help=True, **PLAIN)


def command(
    app: typer.Typer,
    name: str | None = None,
    *,
    shared_names: tuple[str, ...] = tuple(SHARED),
    changes_store: bool = False,
    other_stripe: str | None = None,
    cls: type[Command] = Command,
    formats: type[StrEnum] | None = None,
    may_be_empty: tuple[str, ...] = (),
) -> Callable[[Callable[..., int | None]], Callable[..., int | None]]:
    """Register a command. Its function returns its exit code, or None for 0.

    It takes the shared options that are not its own (`shared_names`) too, and says where one changes nothing. One that
    `changes_store`, and never talks to Stripe, is not run with `--local` unless `--store` names the store; one that
    talks to the Stripe that its option `other_stripe` names is not run with it at all. A value that is empty is
    refused, but in free text and in the parameters that `may_be_empty` names. `formats` are what it prints, where that
    is not what all commands, or all lists, do.
    """

    def register(function: Callable[..., int | None]) -> Callable[..., int | None]:
        function.shared_options = shared_names  # type: ignore[attr-defined]
        function.may_be_empty = may_be_empty  # type: ignore[attr-defined]
        say = partial(say_what_changes_nothing, changes_store=changes_store, other_stripe=other_stripe)
        function.with_shared = lambda: _with_shared(  # type: ignore[attr-defined]
            function, options_of(function, shared_names, formats, other_stripe), say
        )
        app.command(name, cls=cls)(function)
        return function

    return register


def _with_shared(
    function: Callable[..., int | None], options: CommandOptions, say_in_vain: Callable[..., None]
) -> Callable[..., None]:
    """Return the function as Typer is to call it, with all options that the command takes."""

    def run(ctx: typer.Context, **values: Any) -> None:
        from stripe_billing_cli.cli.defaults import read_defaults

        refuse_empty_values(ctx, function.may_be_empty)  # type: ignore[attr-defined]
        call = call_of(ctx, options, values, read_defaults(ListFormat))
        if "output" in call.shared_values:
            ctx.obj["output"] = call.shared_values["output"]
        if options.asks_stripe:
            ctx.obj[WAY] = way_to_account(call.shared_values)
        say_in_vain(ctx, options.options_without_effect)
        if code := _run(function, ctx, call):
            raise typer.Exit(code)

    parameters = options.parameters()
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    run.__name__ = function.__name__
    run.__doc__ = function.__doc__
    return run


def _run(function: Callable[..., int | None], ctx: typer.Context, call: Call) -> int | None:
    """Run a command and return its exit code. An error that it raises has a hint that fits where the command ran."""
    context = Context(
        **call.shared_values,
        order=ctx.meta.get(ORDER, ()),
        way=ctx.obj.get(WAY, ""),
        account=call.account,
        sources=call.sources,
    )
    try:
        with time_zone.shown_in(*call.time_zone()), closing(context):
            return function(context, **call.values)
    except BillingError as error:
        if context.local:
            error.hint = with_way_to_open(error.hint)
        raise
