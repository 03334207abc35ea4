"""The names in the annotations of the SDK's objects, from all of the SDK's packages."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any

import stripe

OTHERS = ("stripe.events", "stripe.params", "stripe.v2")
"""Packages without objects of the API's first version."""


def _within(package: ModuleType) -> Iterator[ModuleType]:
    for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        if found.ispkg and found.name not in OTHERS:
            module = importlib.import_module(found.name)
            yield module
            yield from _within(module)


PACKAGES = (stripe, *_within(stripe))


class Names(dict[str, Any]):
    """The names that a module of the SDK's uses in annotations, also those that it imports for type checkers only."""

    def __init__(self, module: str) -> None:
        imported = importlib.import_module(module)
        super().__init__(vars(imported))
        self._packages = (sys.modules[imported.__package__ or ""], *PACKAGES)

    def __missing__(self, name: str) -> Any:
        if name == "Mapping":
            return Mapping
        plain = name.removesuffix("Resource")
        for package in self._packages:
            # `IssuingCardResource` is `stripe.issuing.Card`
            prefix = package.__name__.rsplit(".", 1)[-1].title().replace("_", "")
            if found := getattr(package, plain, None) or getattr(package, plain.removeprefix(prefix), None):
                return found
        raise KeyError(name)
