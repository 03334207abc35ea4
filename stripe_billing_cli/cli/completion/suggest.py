"""`billing __complete`: what the shells ask. It answers at once, and fails silently."""

from __future__ import annotations

from typing import Annotated

import typer

from stripe_billing_cli.cli import options
from stripe_billing_cli.cli.completion.candidates import Completion
from stripe_billing_cli.cli.context import Context

app = typer.Typer(**options.PLAIN)


@options.command(app, "__complete", may_be_empty=("words", "line", "current"))
def suggest(
    context: Context,
    words: Annotated[list[str] | None, typer.Argument(help="The words so far; the last one is being typed.")] = None,
    shell: Annotated[str, typer.Option(help="Which shell asks.")] = "fish",
    line: Annotated[str | None, typer.Option(help="The whole line so far, in place of words.")] = None,
    current: Annotated[str, typer.Option(help="What bash takes for the current word.")] = "",
    read_lookup_keys: Annotated[bool, typer.Option("--read-lookup-keys", help="Write the cache anew.")] = False,
) -> None:
    """Complete a command line, for a shell."""
    from stripe_billing_cli.cli.app import root_command
    from stripe_billing_cli.cli.completion.candidates import complete, split_line
    from stripe_billing_cli.cli.completion.values import values

    if read_lookup_keys:
        _read_lookup_keys(context)
        return
    words_before = split_line(line)[1:] if line is not None else list(words or [""])
    completion = complete(root_command(), words_before, values)
    for text in answer(completion, shell, words_before[-1] if words_before else "", current):
        typer.echo(text)


def answer(completion: Completion, shell: str, whole_word: str, current: str) -> list[str]:
    """Return the lines that a shell reads.

    Bash breaks words at `=`, `:` and `@` and replaces only what is behind the last one: `current` of `whole_word`.
    """
    if shell == "bash":
        last_word = "" if current in ("=", ":", "@") else current
        start = len(whole_word) - len(last_word) if whole_word.endswith(last_word) else 0
        return [completion.kind, *(candidate.word[start:] for candidate in completion.candidates)]
    if shell == "zsh":
        words = (
            (candidate.word.replace("\\", "\\\\").replace(":", "\\:"), candidate.text)
            for candidate in completion.candidates
        )
        return [completion.kind, *(f"{word}:{text}" if text else word for word, text in words)]
    return [completion.kind, *(f"{candidate.word}\t{candidate.text}".rstrip() for candidate in completion.candidates)]


def _read_lookup_keys(context: Context) -> None:
    from stripe_billing_cli.cli.completion.cache import LookupKeys
    from stripe_billing_cli.stripe_api.objects.catalog import Price

    prices, _ = context.stripe.page("/v1/prices", {"active": True, "limit": 100}, kind=Price)
    keys = sorted(price["lookup_key"] for price in prices if price["lookup_key"])
    LookupKeys.for_options(local=context.local, profile=context.profile, live=context.live).keep(keys)
