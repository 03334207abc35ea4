"""Values that are empty, as a script's variable leaves them that was never set.

`sub list --customer "$CUSTOMER"` must not list everybody's subscriptions, nor `--api-key-file "$FILE"` take the key of
the environment, only because the variable is missing.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import typer

from stripe_billing_cli.cli.option_values import is_given
from stripe_billing_cli.errors import UsageError

FREE_TEXT = "TEXT"
"""The metavar of what is said in somebody's own words, which may be no words."""


def refuse_empty_values(ctx: typer.Context, may_be_empty: Collection[str]) -> None:
    """Raise `UsageError` where a value on the command line is empty, also one before the command's name.

    Free text may be empty, and so may the parameters named.
    """
    contexts: tuple[Any, ...] = (ctx.find_root(), ctx)
    for context in contexts:
        for param in context.command.params:
            name = param.name or ""
            if name in may_be_empty or _is_free_text(param) or not is_given(context, name):
                continue
            value = context.params.get(name)
            values = value if isinstance(value, list | tuple) else [value]
            if any(isinstance(one, str) and not one.strip() for one in values):
                raise UsageError(f"{_label(param)} is empty", "give it a value; in a script: is its variable set?")


def _is_free_text(param: Any) -> bool:
    return bool(param.param_type_name == "option" and param.metavar == FREE_TEXT)


def _label(param: Any) -> str:
    if param.param_type_name == "option":
        return str(max(param.opts, key=len))
    return str(param.metavar or param.name.upper()).strip("[].")
