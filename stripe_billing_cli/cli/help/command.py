"""`billing help`: the help of any command, and topics that are no command's."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from stripe_billing_cli.cli import options
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.shared_options import NO_STRIPE
from stripe_billing_cli.errors import UsageError

app = typer.Typer(**options.PLAIN)


@options.command(app, "help", shared_names=NO_STRIPE)
def help_(
    context: Context,
    words: Annotated[
        list[str] | None, typer.Argument(metavar="[COMMAND…|TOPIC]", help="A command, as typed, or a topic.")
    ] = None,
) -> None:
    """Show the help of a command, or a topic: exit-codes, environment, keys, settings.

    \b
    Examples:  billing help catalog apply
               billing help exit-codes
    """
    from stripe_billing_cli.cli.help.screen import draw

    page = page_for(words or [])
    if context.printer.for_people:
        typer.echo(draw(page))
    else:
        topic = page.name.removeprefix("billing help ")
        record = {"topic": topic, "summary": page.summary, "text": draw(page, WIDTH, bold=False)}
        context.printer.result(record, ids=[topic])


WIDTH = 80
"""The columns of the text in a record, which does not depend on the terminal."""


def page_for(words: list[str]) -> Any:
    """Return the page of a command or topic. Raises `UsageError` where there is none."""
    from stripe_billing_cli.cli.app import root_command
    from stripe_billing_cli.cli.help.near_misses import command_meant
    from stripe_billing_cli.cli.help.page import page_of
    from stripe_billing_cli.cli.help.topics import TOPICS

    if len(words) == 1 and words[0] in TOPICS:
        return TOPICS[words[0]]
    if len(words) > 1 and words[0] in TOPICS:
        raise UsageError(
            f"{words[0]} is a topic, and {words[1]} is no part of it", f"`billing help {words[0]}` shows all of it"
        )
    command = root_command()
    ctx: Any = command.context_class(command, info_name="billing", obj={}, **command.context_settings)
    for word in words:
        names = command.list_commands(ctx) if hasattr(command, "list_commands") else []
        subcommand = command.get_command(ctx, word) if word in names else None
        if subcommand is None:
            topics = TOPICS if ctx.parent is None else ()
            suggestion = command_meant(word, [*names, *topics], ctx.command_path)
            lists = f"`{_help_of(ctx.command_path)}` lists what there is"
            raise UsageError(
                f"{ctx.command_path} has no command {word}" + (", nor is there such a topic" if topics else ""),
                f"did you mean `{_help_of(suggestion)}`? {lists}" if suggestion else lists,
            )
        command = subcommand
        ctx = command.context_class(command, info_name=word, parent=ctx, **command.context_settings)
    return page_of(command, ctx)


def _help_of(command: str) -> str:
    return command.replace("billing", "billing help", 1)
