"""Candidates for the word at the cursor, decided from the words before it."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from stripe_billing_cli.cli.help.page import first_sentence

FILES = "files"
WORDS = "words"


@dataclass(frozen=True)
class Candidate:
    """A word that may stand there, and what is said of it."""

    word: str
    text: str = ""


@dataclass(frozen=True)
class Completion:
    """The candidates, or that the shell is to complete file names (`kind`)."""

    kind: str
    candidates: tuple[Candidate, ...] = ()


Values = Callable[[Any, Any], Iterable[str] | None]
"""What a parameter may be given: from its click parameter and the context. None: file names."""


def complete(root: Any, words: Sequence[str], values: Values) -> Completion:
    """Return the candidates for the last word, which is what was typed of it so far."""
    *before, current = words or [""]
    command, ctx = _command(root, before)
    options = {name: param for param in command.get_params(ctx) if not _is_argument(param) for name in param.opts}
    name, sign, value = current.partition("=")
    if current.startswith("--") and sign and name in options:
        completion = _values(options[name], ctx, value, values)
        return Completion(
            completion.kind,
            tuple(Candidate(f"{name}={candidate.word}", candidate.text) for candidate in completion.candidates),
        )
    previous = before[-1] if before else ""
    if previous in options and not options[previous].is_flag:
        return _values(options[previous], ctx, current, values)
    if current.startswith("-"):
        return _complete_words(current, _options(options, ctx))
    if hasattr(command, "list_commands"):
        return _complete_words(
            current, [Candidate(name, command.line_of(ctx, name)) for name in command.list_commands(ctx)]
        )
    argument = _next_argument(command, ctx)
    return Completion(WORDS) if argument is None else _values(argument, ctx, current, values)


def split_line(line: str) -> list[str]:
    """Return the words of a command line that is still being typed: the last one may be begun, or empty."""
    for end in ("", "'", '"'):
        try:
            words = shlex.split(line + end)
        except ValueError:
            continue
        return [*words, ""] if not end and line.endswith(" ") else words
    return line.split()


def _command(root: Any, words: Sequence[str]) -> tuple[Any, Any]:
    """Return the innermost command that the words name, with its context."""
    ctx = root.make_context("billing", list(words), obj={}, **LENIENT)
    command = root
    while hasattr(command, "list_commands"):
        rest = [*ctx._protected_args, *ctx.args]
        if not rest or rest[0] not in command.list_commands(ctx):
            return command, ctx
        command = command.get_command(ctx, rest[0])
        ctx = command.make_context(rest[0], rest[1:], parent=ctx, **LENIENT)
    return command, ctx


LENIENT: dict[str, Any] = {"resilient_parsing": True, "ignore_unknown_options": True, "allow_extra_args": True}


def _is_argument(param: Any) -> bool:
    return bool(param.param_type_name == "argument")


def _next_argument(command: Any, ctx: Any) -> Any:
    """Return the first argument that has no value yet, or takes any number of them."""
    for param in command.get_params(ctx):
        if _is_argument(param) and (param.nargs == -1 or ctx.params.get(param.name) is None):
            return param
    return None


def _values(param: Any, ctx: Any, prefix: str, values: Values) -> Completion:
    words = values(param, ctx)
    if words is None:
        return Completion(FILES)
    return _complete_words(prefix, [Candidate(word) for word in words])


def _options(options: dict[str, Any], ctx: Any) -> list[Candidate]:
    candidates = []
    for name, param in options.items():
        source = ctx.get_parameter_source(param.name)
        again = param.multiple or source is None or source.name != "COMMANDLINE"
        if name.startswith("--") and not param.hidden and again:
            candidates.append(Candidate(name, first_sentence(param.help or "").rstrip(".")))
    return candidates


def _complete_words(prefix: str, candidates: Iterable[Candidate]) -> Completion:
    return Completion(WORDS, tuple(candidate for candidate in candidates if candidate.word.startswith(prefix)))
