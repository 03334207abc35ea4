"""Imports within the local Stripe run one way: pages and resources → billing → core, and no folder runs in a circle.

Imports inside functions count, and so do those for types alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import stripe_billing_cli.local_stripe
from stripe_billing_cli.local_stripe import api
from tests.imported_names import imported_names

NAME = stripe_billing_cli.local_stripe.__name__
ROOT = Path(stripe_billing_cli.local_stripe.__file__).parent
FLOORS = {"core": 0, "billing": 1, "resources": 2, "pages": 2}
TOP = 3
"""The floor of the files that put everything together: `api.py`, `server.py`, `transport.py`."""
Module = tuple[str, ...]
"""The folders and the file of a module, below the package; a package is its folder."""
Imports = frozenset[tuple[Module, Module]]


def _module(path: Path) -> Module:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return parts[:-1] if parts[-1] == "__init__" else parts


MODULES = frozenset(_module(path) for path in ROOT.rglob("*.py"))


def imports_of(module: Module, text: str) -> Imports:
    """Return what a module of this text imports of the local Stripe; a name in a module counts as the module."""
    found = set()
    for name in imported_names(text):
        if name.startswith(f"{NAME}."):
            parts = tuple(name.removeprefix(f"{NAME}.").split("."))
            target = parts if parts in MODULES else parts[:-1]
            found.add((module, target))
    return frozenset(found)


def all_imports() -> Imports:
    texts = {_module(path): path.read_text(encoding="utf-8") for path in ROOT.rglob("*.py")}
    return frozenset(pair for module, text in texts.items() for pair in imports_of(module, text))


def floor(module: Module) -> int:
    return FLOORS.get(module[0], TOP) if module else 0


def upward(imports: Imports) -> list[str]:
    """Return the imports of a floor above, and those of resources by pages or of pages by resources."""
    return sorted(
        f"{'.'.join(module)} imports {'.'.join(target)}"
        for module, target in imports
        if floor(target) > floor(module) or (floor(target) == floor(module) < TOP and target[0] != module[0])
    )


def past_a_facade(imports: Imports) -> list[str]:
    """Return where a resource imports a part of another resource instead of the resource."""
    return sorted(
        f"{'.'.join(module)} imports {'.'.join(target)}"
        for module, target in imports
        if module[:1] in (("resources",), ("api",))
        and target[:1] == ("resources",)
        and len(target) > 2
        and module[:2] != target[:2]
    )


def units(folder: Module, imports: Imports) -> Mapping[str, set[str]]:
    """Return which files and folders of a folder import which others of it."""
    depth = len(folder)
    found: dict[str, set[str]] = {}
    for module, target in imports:
        if module[:depth] == target[:depth] == folder and len(module) > depth and len(target) > depth:
            found.setdefault(module[depth], set()).add(target[depth])
    return {unit: targets - {unit} for unit, targets in found.items()}


def circle(graph: Mapping[str, Iterable[str]]) -> list[str]:
    """Return a circle of a graph, its first member repeated at its end; empty where there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


IMPORTS = all_imports()
FOLDERS = sorted({module[:depth] for module in MODULES for depth in range(len(module))})


def test_nothing_imports_from_a_floor_above() -> None:
    assert upward(IMPORTS) == []


def test_a_resource_imports_another_by_its_facade() -> None:
    assert past_a_facade(IMPORTS) == []


@pytest.mark.parametrize("folder", FOLDERS, ids="/".join)
def test_no_files_or_folders_of_a_folder_import_each_other_in_a_circle(folder: Module) -> None:
    assert circle(units(folder, IMPORTS)) == []


def test_no_files_import_each_other_in_a_circle() -> None:
    """Packages are files as well: a part of a folder does not import the folder's facade."""
    graph: dict[str, set[str]] = {}
    for module, target in IMPORTS:
        graph.setdefault(".".join(module), set()).add(".".join(target))
    assert circle(graph) == []


def test_every_resource_is_answered() -> None:
    there = {module[1] for module in MODULES if module[0:1] == ("resources",) and len(module) > 1}
    listed = {part.module.rsplit(".", 1)[1] for part in api.PARTS if part.module.startswith(api.RESOURCES)}
    assert listed == there


def test_the_check_sees_an_import_inside_a_function_that_goes_up() -> None:
    text = f"def late():\n    from {NAME}.resources.prices import handlers\n"

    assert upward(imports_of(("billing", "pricing"), text)) == ["billing.pricing imports resources.prices.handlers"]


def test_the_check_sees_an_import_past_a_facade() -> None:
    text = f"from {NAME}.resources.prices.fields import LIST\nfrom {NAME}.resources.prices import API\n"

    assert past_a_facade(imports_of(("resources", "coupons"), text)) == [
        "resources.coupons imports resources.prices.fields"
    ]


def test_the_check_sees_a_circle_of_folders_without_a_circle_of_files() -> None:
    one = imports_of(("billing", "payments", "cards"), f"from {NAME}.billing.schedules import phases\n")
    other = imports_of(("billing", "schedules", "schedule"), f"import {NAME}.billing.payments.ledger\n")

    assert circle(units(("billing",), one | other)) in (
        ["payments", "schedules", "payments"],
        ["schedules", "payments", "schedules"],
    )
