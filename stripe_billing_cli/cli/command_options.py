"""The options of a command: those of its function and the shared ones, and what one call of it is given for them."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, get_type_hints

import typer

from stripe_billing_cli.cli import time_zone
from stripe_billing_cli.cli.option_values import COMMAND_LINE, NOBODY, chosen_options, source_of
from stripe_billing_cli.cli.settings import DEFAULTS_FILE
from stripe_billing_cli.cli.shared_options import OUTPUTS, SHARED, Format, ListFormat, without_effect
from stripe_billing_cli.errors import UsageError

if TYPE_CHECKING:
    from stripe_billing_cli.cli.defaults import Defaults


@dataclass(frozen=True)
class CommandOptions:
    """The options that a command takes.

    `own` are those of its function; a dataclass of `groups`, by the name of the function's parameter, stands for some
    of them. `shared_options` and `options_without_effect` are shared options with their annotation and default: those
    that the command heeds, and those that it takes without effect. `formats`: what it prints.
    """

    own: list[inspect.Parameter]
    groups: dict[str, Any]
    shared_options: dict[str, tuple[Any, Any]]
    options_without_effect: dict[str, tuple[Any, Any]]
    formats: type[StrEnum]

    @property
    def asks_stripe(self) -> bool:
        return "local" in self.shared_options

    def parameters(self) -> list[inspect.Parameter]:
        """Return the parameters that Typer is to see."""
        return [
            inspect.Parameter("ctx", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context),
            *self.own,
            *(
                inspect.Parameter(option, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default)
                for option, (annotation, default) in {**self.options_without_effect, **self.shared_options}.items()
            ),
        ]


@dataclass(frozen=True)
class Call:
    """A call of a command, as the command line, the environment and billing.toml say: the `values` of its function's
    parameters, the `shared_values` of the shared options, and the `sources` of both. `account`: the only one that is
    meant."""

    values: dict[str, Any]
    shared_values: dict[str, Any]
    sources: dict[str, str]
    account: str | None

    def time_zone(self) -> tuple[str, str]:
        """Return the time zone of dates, and who named it."""
        source = self.sources.get("time_zone", NOBODY)
        return (
            self.shared_values.get("time_zone", time_zone.DEFAULT),
            time_zone.OPTION if source == COMMAND_LINE else source,
        )


def options_of(
    function: Callable[..., int | None],
    names: Iterable[str],
    formats: type[StrEnum] | None,
    other_stripe: str | None,
) -> CommandOptions:
    """Return the options of a command, whose types take time to look up. `formats` are what it prints, where that is
    not what all commands, or all lists, do; `other_stripe` is its option that names the Stripe it asks."""
    own_parameters, groups = _own_parameters(function)
    effective = {option: SHARED[option] for option in names}
    formats = formats or (ListFormat if function.__name__.strip("_") == "list" else Format)
    if "output" in effective:
        effective["output"] = OUTPUTS[formats], formats("table")
    other_names = [option for option in SHARED if option not in effective]
    in_vain = {} if "local" in effective else without_effect(other_names, other_stripe)
    return CommandOptions(own_parameters, groups, effective, in_vain, formats)


def call_of(ctx: typer.Context, options: CommandOptions, values: Mapping[str, Any], defaults: Defaults) -> Call:
    """Return the values that count of the `values` that Typer read, with the defaults of billing.toml.

    Raises `UsageError`, before anything is done, where the command cannot print as it is to.
    """
    shared_values, sources = chosen_options(
        ctx, {option: values[option] for option in options.shared_options}, defaults
    )
    if "output" in shared_values:
        shared_values["output"] = _fitting_format(ctx, shared_values["output"], sources["output"], options.formats)
    own_values = {parameter.name: values[parameter.name] for parameter in options.own}
    sources |= {name: source_of(ctx, name) for name in ("file", "store") if name in own_values}
    if defaults.file and sources.get("file") == NOBODY:
        own_values["file"], sources["file"] = defaults.file, DEFAULTS_FILE
    for name, group in options.groups.items():
        own_values[name] = group(**{option.name: own_values.pop(option.name) for option in dataclasses.fields(group)})
    return Call(own_values, shared_values, sources, defaults.account)


def _fitting_format(ctx: typer.Context, output: str, source: str, formats: type[StrEnum]) -> str:
    """Return how the command is to print; a default of CSV, which only lists have, is none for any other command.

    Raises `UsageError`, before anything is done, where the command cannot print so.
    """
    if output in list(formats):
        return output
    if output == ListFormat.csv and source != COMMAND_LINE:
        return Format.table.value
    owner, example = ("lists", "billing sub list") if output == ListFormat.csv else ("plans", "billing catalog plan")
    raise UsageError(
        f"--output {output} is for {owner}, and {ctx.command_path} is none",
        f"{example} has it; here there are {', '.join(formats)}",
    )


def _own_parameters(function: Callable[..., int | None]) -> tuple[list[inspect.Parameter], dict[str, Any]]:
    """Return a command's own options, and the dataclasses that have some of them, by the name of their parameter.

    A parameter of the function that is a dataclass stands for its fields, an option each.
    """
    hints = get_type_hints(function, include_extras=True)
    parameters: list[inspect.Parameter] = []
    groups: dict[str, Any] = {}
    for parameter in list(inspect.signature(function).parameters.values())[1:]:
        hint = hints[parameter.name]
        if isinstance(hint, type) and dataclasses.is_dataclass(hint):
            groups[parameter.name] = hint
            parameters += _fields_as_parameters(hint)
        else:
            parameters.append(parameter.replace(annotation=hint, kind=inspect.Parameter.KEYWORD_ONLY))
    return parameters, groups


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
