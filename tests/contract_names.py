"""The types of the annotations of the SDK's objects and parameters, on every Python."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import textwrap
import threading
import typing
from functools import cache
from types import ModuleType
from typing import Any

from stripe import _request_options

FOR_TYPE_CHECKERS = re.compile(r"^if TYPE_CHECKING:\n((?:[ \t].*\n|\n)+)", re.MULTILINE)
ONE_AT_A_TIME = threading.Lock()
"""Python 3.11 counts the depth of all threads' trees in one place: "AST constructor recursion depth mismatch"
(https://github.com/python/cpython/issues/106905)."""


def hints_of(kind: Any) -> dict[str, Any]:
    """Return the types of all fields, also those that the SDK imports for type checkers only.

    All names are there at once: Python 3.14 copies them into a dict of its own before it evaluates annotations.
    """
    return typing.get_type_hints(kind, localns=_names(kind.__module__))


def own_fields(kind: type) -> list[str]:
    """Return the names of the fields that a class's own module gives it."""
    bases = [base for base in kind.__mro__ if base.__module__ == kind.__module__]
    return [name for base in bases for name in inspect.get_annotations(base)]


@cache
def _names(module: str) -> dict[str, Any]:
    """Return the names that the annotations of a module of the SDK's use, with those of each request's options."""
    named: dict[str, Any] = {}
    for module_object in (_request_options, importlib.import_module(module)):
        named |= {**_for_type_checkers(module_object), **vars(module_object)}
    return named


def _for_type_checkers(module: ModuleType) -> dict[str, Any]:
    """Return what a module imports for type checkers only; parameters left out, which no field has for its type."""
    blocks = FOR_TYPE_CHECKERS.findall(inspect.getsource(module))
    with ONE_AT_A_TIME:
        imports = [line for block in blocks for line in ast.parse(textwrap.dedent(block)).body]
    return {
        alias.asname or alias.name: getattr(importlib.import_module(line.module or ""), alias.name)
        for line in imports
        if isinstance(line, ast.ImportFrom) and not str(line.module).startswith("stripe.params")
        for alias in line.names
    }
