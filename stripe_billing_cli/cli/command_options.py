"""The options of a command: those of its function and the shared ones, and what one call of it is given for them."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, get_type_hints

import typer

from stripe_billing_cli.cli import time_zone
from stripe_billing_cli.cli.chosen import COMMAND_LINE, NOBODY
from stripe_billing_cli.cli.shared_options import Format, ListFormat
from stripe_billing_cli.errors import UsageError


def zone_of_dates(chosen: Mapping[str, Any], sources: Mapping[str, str]) -> tuple[str, str]:
    """Return the time zone of dates, and who named it."""
    source = sources.get("time_zone", NOBODY)
    return chosen.get("time_zone", time_zone.DEFAULT), time_zone.OPTION if source == COMMAND_LINE else source


def is_list(function: Callable[..., Any]) -> bool:
    return function.__name__.strip("_") == "list"


def fitting_format(ctx: typer.Context, output: str, source: str, formats: type[StrEnum]) -> str:
    """Return how the command is to print; a default of CSV, which only lists have, is none for any other command.

    Raises `UsageError`, before anything is done, where the command cannot print so.
    """
    if output in list(formats):
        return output
    if output == ListFormat.csv and source != COMMAND_LINE:
        ctx.obj["output"] = Format.table.value
        return Format.table.value
    owner, example = ("lists", "billing sub list") if output == ListFormat.csv else ("plans", "billing catalog plan")
    raise UsageError(
        f"--output {output} is for {owner}, and {ctx.command_path} is none",
        f"{example} has it; here there are {', '.join(formats)}",
    )


def own_parameters(function: Callable[..., int | None]) -> tuple[list[inspect.Parameter], dict[str, Any]]:
    """Return a command's own options, and the dataclasses that have some of them, by the name of their parameter.

    A parameter of the function that is a dataclass stands for its fields, an option each.
    """
    hints = get_type_hints(function, include_extras=True)
    own: list[inspect.Parameter] = []
    groups: dict[str, Any] = {}
    for parameter in list(inspect.signature(function).parameters.values())[1:]:
        hint = hints[parameter.name]
        if isinstance(hint, type) and dataclasses.is_dataclass(hint):
            groups[parameter.name] = hint
            own += _fields_as_parameters(hint)
        else:
            own.append(parameter.replace(annotation=hint, kind=inspect.Parameter.KEYWORD_ONLY))
    return own, groups


def _fields_as_parameters(group: Any) -> list[inspect.Parameter]:
    hints = get_type_hints(group, include_extras=True)
    return [
        inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            annotation=hints[field.name],
            default=inspect.Parameter.empty if field.default is dataclasses.MISSING else field.default,
        )
        for field in dataclasses.fields(group)
    ]
