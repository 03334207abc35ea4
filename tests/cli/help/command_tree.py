"""Every command of `billing`, and its page of help."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from stripe_billing_cli.cli.app import root_command
from stripe_billing_cli.cli.help.page import HelpPage, page_of


def commands() -> Iterator[tuple[Any, Any]]:
    """Yield every command and group with its context, in the order of the help."""
    root = root_command()
    ctx = root.context_class(root, info_name="billing", obj={}, **root.context_settings)
    yield root, ctx
    yield from _below(root, ctx)


def _below(group: Any, ctx: Any) -> Iterator[tuple[Any, Any]]:
    for name in group.list_commands(ctx):
        command = group.get_command(ctx, name)
        inner = command.context_class(command, info_name=name, parent=ctx, **command.context_settings)
        yield command, inner
        if hasattr(command, "list_commands"):
            yield from _below(command, inner)


def pages() -> dict[str, HelpPage]:
    """Return every command's page by what is typed for it."""
    return {ctx.command_path: page_of(command, ctx) for command, ctx in commands()}
