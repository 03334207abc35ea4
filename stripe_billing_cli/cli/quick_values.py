"""Options and arguments whose values are taken as they are, where they are right: Typer would import pydantic."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from enum import StrEnum
from math import inf
from typing import Any, Literal, get_args, get_origin

from typer.core import TyperArgument, TyperOption


class QuickOption(TyperOption):
    """An option that takes texts, choices and whole numbers as they are, where Typer would import pydantic to see that
    they are right.

    That is a sixth of the time that a command takes.
    """

    def get_runtime_param(self) -> Any:
        return _coercion(self.type_descriptor, super().get_runtime_param)


class QuickArgument(TyperArgument):
    """An argument that takes what is right as it is, as `QuickOption` does."""

    def get_runtime_param(self) -> Any:
        return _coercion(self.type_descriptor, super().get_runtime_param)


@dataclasses.dataclass(frozen=True)
class _Coercion:
    """The conversion of what was typed into a parameter's value: none where it is of the type, else Typer's own."""

    annotation: Any
    least: float
    most: float
    of_typer: Callable[[], Any]

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        takes_many = param.multiple or param.nargs == -1
        if value is None:
            return () if takes_many else None
        if takes_many and not isinstance(value, str) and self.annotation == list[str]:
            return list(value)
        if not takes_many and isinstance(value, str) and isinstance(self.annotation, type):
            if isinstance(value, self.annotation):
                return value
            if issubclass(self.annotation, StrEnum) and value in list(self.annotation):
                return self.annotation(value)
        if not takes_many and get_origin(self.annotation) is Literal and value in get_args(self.annotation):
            return value
        if self.annotation is int and WHOLE_NUMBER.fullmatch(str(value)) and self.least <= int(value) <= self.most:
            return int(value)
        return self.of_typer().coerce(value, param=param, ctx=ctx)


WHOLE_NUMBER = re.compile("-?[0-9]{1,15}")


def _coercion(descriptor: Any, of_typer: Callable[[], Any]) -> _Coercion:
    limits = descriptor.parameter_info
    lowest, highest = -inf if limits.min is None else limits.min, inf if limits.max is None else limits.max
    return _Coercion(descriptor.annotation, lowest, highest, of_typer)


def quick(params: Any) -> Any:
    """Give the parameters of a Typer command their class, which Typer takes no option for."""
    for param in params:
        if type(param) is TyperOption:
            param.__class__ = QuickOption
        elif type(param) is TyperArgument:
            param.__class__ = QuickArgument
    return params
