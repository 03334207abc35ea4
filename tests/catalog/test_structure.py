"""The catalog's modules import one way, and only a kind's own module knows the kind."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from stripe_billing_cli.catalog.kinds import KINDS

PACKAGE = "stripe_billing_cli.catalog"
ROOT = Path(__file__).parent.parent.parent / "stripe_billing_cli" / "catalog"
TYPED_BY_USERS = {"import_.py", "import_options.py", "plan_options.py"}
"""Modules of options, whose names are what people type: `--product`, `--delete-coupons`."""
COMMANDS = sorted(path for path in (ROOT.parent / "cli" / "catalog").rglob("*.py") if path.name not in TYPED_BY_USERS)
OUTSIDE_KINDS = sorted(path for path in ROOT.rglob("*.py") if "kinds" not in path.parts)
SHARED_BY_KINDS = [
    ROOT / "kinds" / f"{name}.py"
    for name in (
        "base",
        "comparing",
        "forms",
        "groups",
        "importing",
        "model",
        "partial",
        "registry",
        "rules",
        "standard",
    )
]


def module_name(path: Path) -> str:
    return ".".join((PACKAGE, *path.relative_to(ROOT).with_suffix("").parts)).removesuffix(".__init__")


def imports(path: Path) -> Iterator[str]:
    """Yield the catalog's modules that a module imports, those it needs for types among them."""
    modules = {module_name(other) for other in ROOT.rglob("*.py")}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = {f"{node.module}.{alias.name}" for alias in node.names} & modules
            yield from names or {node.module} & modules


def test_no_module_stands_in_a_circle() -> None:
    graph = {module_name(path): set(imports(path)) - {module_name(path)} for path in ROOT.rglob("*.py")}

    order = list(TopologicalSorter(graph).static_order())

    assert order.index(f"{PACKAGE}.kinds.base") < order.index(f"{PACKAGE}.planner")


def words(path: Path) -> Iterator[str]:
    """Yield the words of a module's code: in its names, and texts of one word; sentences for people may say
    anything."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isidentifier():
            yield node.value
        elif isinstance(node, ast.Name | ast.arg | ast.Attribute | ast.alias):
            name = getattr(node, "id", None) or getattr(node, "arg", None) or getattr(node, "attr", None) or node.name
            yield from re.findall(r"[A-Za-z]+", name.replace("_", " "))


@pytest.mark.parametrize(
    "path", [*OUTSIDE_KINDS, *COMMANDS, *SHARED_BY_KINDS], ids=lambda path: path.relative_to(ROOT.parent).as_posix()
)
def test_no_kind_is_named_outside_its_own_module(path: Path) -> None:
    names = {name for kind in KINDS for name in (kind.name, kind.section)}

    assert not names & {word.lower() for word in words(path)}
