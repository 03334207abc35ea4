"""The values of options that count, and who said so: the command line, the environment, billing.toml, or nobody."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import typer

from stripe_billing_cli.cli import time_zone
from stripe_billing_cli.cli.settings import DEFAULTS_FILE

if TYPE_CHECKING:
    from stripe_billing_cli.cli.defaults import Defaults

SHARED_OPTIONS = "Shared options, before or after the command"
"""The heading of the options that every command has; they name it as their `rich_help_panel`."""
ROOT_OPTIONS = "root_options"
WAY = "way"
"""The key of the context under which the options stand that a command in a message needs, to reach the same account."""
COMMAND_LINE = "the command line"
NOBODY = "by default"
OUTPUT_VARIABLE = "BILLING_OUTPUT"
WAYS_TO_A_KEY = ("local", "api_key", "api_key_file", "profile")


def is_given(ctx: typer.Context, name: str) -> bool:
    """Return whether the option was written on the command line, rather than in the environment or nowhere."""
    source = ctx.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def source_of(ctx: typer.Context, name: str) -> str:
    """Return who said an option's value: the command line, a variable of the environment, or nobody."""
    if is_given(ctx, name) or name in ctx.obj.get(ROOT_OPTIONS, {}):
        return COMMAND_LINE
    param = next((param for param in ctx.command.params if param.name == name), None)
    variables = getattr(param, "envvar", None)
    variable_names = [variables] if isinstance(variables, str) else list(variables or ())
    return next((variable for variable in variable_names if os.environ.get(variable)), NOBODY)


def chosen_options(
    ctx: typer.Context, own_values: Mapping[str, Any], defaults: Defaults
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the shared options as they count, and who said each; `own_values` are those behind the command's name."""
    before = ctx.obj.get(ROOT_OPTIONS, {})
    values = {
        name: before[name] if name in before and not is_given(ctx, name) else own_values[name] for name in own_values
    }
    sources = {name: source_of(ctx, name) for name in values}
    if "output" in values:
        values["output"] = values["output"].value
        if sources["output"] == NOBODY and (value := os.environ.get(OUTPUT_VARIABLE)):
            values["output"], sources["output"] = value, OUTPUT_VARIABLE
        if defaults.output and sources["output"] == NOBODY:
            values["output"], sources["output"] = defaults.output, DEFAULTS_FILE
    if "time_zone" in values and sources["time_zone"] == NOBODY:
        if value := os.environ.get(time_zone.VARIABLE):
            values["time_zone"], sources["time_zone"] = value, time_zone.VARIABLE
        elif defaults.time_zone:
            values["time_zone"], sources["time_zone"] = defaults.time_zone, DEFAULTS_FILE
        else:
            values["time_zone"] = time_zone.DEFAULT
    if "profile" in values and defaults.profile and not _key_is_named(values):
        values["profile"], sources["profile"] = defaults.profile, DEFAULTS_FILE
    return values, sources


def _key_is_named(values: Mapping[str, Any]) -> bool:
    return any(values.get(name) for name in WAYS_TO_A_KEY) or bool(os.environ.get("STRIPE_API_KEY", "").strip())
