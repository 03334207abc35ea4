"""`billing completion`: the script with which a shell completes `billing`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal

import typer

from stripe_billing_cli.cli import options
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.errors import UNWRITTEN
from stripe_billing_cli.cli.settings import home_directory
from stripe_billing_cli.cli.shared_options import NO_STRIPE
from stripe_billing_cli.errors import BillingError, system_reason
from stripe_billing_cli.whole_files import write_whole

app = typer.Typer(**options.PLAIN)


Shell = Literal["bash", "zsh", "fish"]


@options.command(app, "completion", shared_names=NO_STRIPE)
def completion(
    context: Context,
    shell: Annotated[Shell, typer.Argument(metavar="SHELL", help="bash, zsh or fish.")],
    install: Annotated[
        bool, typer.Option("--install", help="Write the script where the shell looks for it, and say where.")
    ] = False,
) -> None:
    """Print the script with which a shell completes commands, options and their values.

    Keys of the catalog, lookup keys, event types and statuses are completed too. Stripe's lookup keys come from a
    cache, which a process of its own renews once an hour: a press of the tab key never waits for a call.

    \b
    Examples:  billing completion bash --install
               source <(billing completion zsh)
               billing completion fish | source
    """
    from stripe_billing_cli.cli.completion.scripts import SCRIPTS

    if not install:
        typer.echo(SCRIPTS[shell], nl=False)
        return
    path = script_path(shell)
    _install(path, SCRIPTS[shell], shell)
    if context.printer.for_people:
        context.printer.line(f"Installed in {path}.")
        context.printer.note(NEXT[shell].format(folder=path.parent))
    else:
        context.printer.result({"shell": shell, "path": str(path)}, ids=[str(path)])


def _install(path: Path, script: str, shell: Shell) -> None:
    """Write a script. Raises `BillingError` where its place may not be written to, and `OSError` on a full disk."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, script)
    except OSError as error:
        if error.errno in UNWRITTEN:
            raise
        raise BillingError(
            "system",
            f"{path} cannot be written: {system_reason(error)}",
            f"`billing completion {shell} > FILE` writes the script to a file of your choice, for your shell to source",
        ) from None


NEXT = {
    "bash": "New shells have it where the package bash-completion is installed; without: source that file.",
    "zsh": "If new shells have it not, put into ~/.zshrc:  fpath=({folder} $fpath); autoload -U compinit; compinit",
    "fish": "New shells have it.",
}


def script_path(shell: Shell) -> Path:
    """Return where a shell looks for a user's own completions.

    bash: https://github.com/scop/bash-completion#faq; fish: https://fishshell.com/docs/current/completions.html; zsh
    has no such place, and site-functions is what its users and their frameworks put on the fpath.
    """
    data = Path(os.environ.get("XDG_DATA_HOME") or home_directory(os.environ) / ".local" / "share")
    config = Path(os.environ.get("XDG_CONFIG_HOME") or home_directory(os.environ) / ".config")
    match shell:
        case "bash":
            return data / "bash-completion" / "completions" / "billing"
        case "zsh":
            return data / "zsh" / "site-functions" / "_billing"
        case "fish":
            return config / "fish" / "completions" / "billing.fish"
