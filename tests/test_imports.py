"""The packages of the program import one way, and no file stands in a circle (ARCHITECTURE.md has the picture)."""

from __future__ import annotations

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.imported_names import imported_names

PACKAGE = "stripe_billing_cli"
TESTS = Path(__file__).parent
ROOT = TESTS.parent / PACKAGE
OPERATIONS = {"subscriptions", "invoices", "refunds", "cards", "customers", "test_clocks", "promotion_codes"}
RECEIVING = {"listener", "access", "events", "webhook_endpoints"}
MAY_IMPORT = {
    "cli": {"catalog", *OPERATIONS, *RECEIVING, "stripe_api"},
    "catalog": {"webhook_endpoints", "stripe_api"},
    "invoices": {"subscriptions", "stripe_api"},
    "refunds": {"subscriptions", "stripe_api"},
    "subscriptions": {"customers", "promotion_codes", "stripe_api"},
    "cards": {"stripe_api"},
    "customers": {"stripe_api"},
    "promotion_codes": {"stripe_api"},
    "test_clocks": {"stripe_api"},
    "listener": {"access", "events", "stripe_api"},
    "access": {"events", "stripe_api"},
    "webhook_endpoints": {"events", "stripe_api"},
    "events": {"stripe_api"},
    "stripe_api": set[str](),
    "local_stripe": set[str](),
}
"""Beside these, each may import the modules that stand in no package, `errors` among them. A direction that is meant is
added here, and to the picture in ARCHITECTURE.md."""
USERS_OF_LOCAL_STRIPE = ("stripe_api/client.py", "cli/local/", "cli/local_links.py")
FILES = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.py"))


def imported_tests(path: Path) -> Iterator[str]:
    """Yield what a file imports from a test module: what several tests need stands in a module that is none."""
    for name in imported_names(path.read_text(encoding="utf-8")):
        if name.startswith("tests.") and any(part.startswith("test_") for part in name.split(".")[2:]):
            yield name


def imported_packages(path: Path) -> Iterator[str]:
    for name in imported_names(path.read_text(encoding="utf-8")):
        parts = name.split(".")
        if parts[0] == PACKAGE and len(parts) > 1 and (ROOT / parts[1]).is_dir():
            yield parts[1]


def imported_modules(path: Path, modules: frozenset[str]) -> set[str]:
    """Return the modules of the program that a file imports; a name in a module counts as the module."""
    names = set(imported_names(path.read_text(encoding="utf-8")))
    return {name if name in modules else name.rpartition(".")[0] for name in names} & modules


@pytest.mark.parametrize("package", sorted({file.split("/")[0] for file in FILES if "/" in file}))
def test_a_package_imports_only_the_packages_below_it(package: str) -> None:
    below = {package} | MAY_IMPORT[package]

    wrong = {
        file: packages
        for file in FILES
        if file.startswith(f"{package}/")
        and (packages := set(imported_packages(ROOT / file)) - below - allowed_besides(file))
    }

    assert wrong == {}, "against MAY_IMPORT: move it, or say there that the direction is meant"


def allowed_besides(file: str) -> set[str]:
    return {"local_stripe"} if file.startswith(USERS_OF_LOCAL_STRIPE) else set()


def test_the_check_sees_an_import_against_the_direction(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.py"
    wrong.write_text(f"from {PACKAGE}.cli import app\nimport {PACKAGE}.local_stripe.store\n", encoding="utf-8")

    assert set(imported_packages(wrong)) == {"cli", "local_stripe"}


BESIDE_A_FACADE = {f"{PACKAGE}.catalog.kinds.sheet"}
"""The price sheet builds on catalogs, which build on the kinds, so the kinds' facade cannot have it."""


def facades(root: Path) -> frozenset[str]:
    """Return the folders whose `__init__` imports from their parts: by it alone they are imported from outside."""
    folders = {".".join((PACKAGE, *path.parent.relative_to(root).parts)): path for path in root.rglob("*/__init__.py")}
    return frozenset(
        name
        for name, path in folders.items()
        if any(part.startswith(f"{name}.") for part in imported_names(path.read_text(encoding="utf-8")))
    )


def past_a_facade(path: Path, root: Path, among: frozenset[str]) -> Iterator[str]:
    """Yield what a file imports from a part of a folder that has a facade and that the file does not stand in."""
    folder = ".".join((PACKAGE, *path.relative_to(root).parent.parts)) + "."
    for name in imported_names(path.read_text(encoding="utf-8")):
        for facade in among:
            if not name.startswith(f"{facade}.") or folder.startswith(f"{facade}."):
                continue
            part = root.joinpath(*name.removeprefix(f"{PACKAGE}.").split(".")[: facade.count(".") + 1])
            if (part.is_dir() or part.with_suffix(".py").exists()) and not name.startswith(tuple(BESIDE_A_FACADE)):
                yield name


def other_groups(path: Path, root: Path) -> Iterator[str]:
    """Yield what a command imports from another group of commands: what two groups need stands in `cli/`."""
    own = path.relative_to(root).parts[1]
    for name in imported_names(path.read_text(encoding="utf-8")):
        package, cli, group = (*name.split("."), "", "")[:3]
        if (package, cli) == (PACKAGE, "cli") and group != own and (root / "cli" / group / "app.py").exists():
            yield name


def test_a_folder_with_a_facade_is_imported_by_it() -> None:
    among = facades(ROOT)
    assert {f"{PACKAGE}.events.store", f"{PACKAGE}.catalog.kinds.price", f"{PACKAGE}.cli.sub"} <= among

    wrong = {file: names for file in FILES if (names := list(past_a_facade(ROOT / file, ROOT, among)))}

    assert wrong == {}


def test_a_group_of_commands_imports_no_other_group() -> None:
    commands = [file for file in FILES if file.startswith("cli/") and file.count("/") == 2]
    wrong = {file: names for file in commands if (names := list(other_groups(ROOT / file, ROOT)))}

    assert wrong == {}


def test_the_checks_see_an_import_past_a_facade_and_one_of_another_group(tmp_path: Path) -> None:
    for folder, text in (("cli/sub", f"from {PACKAGE}.cli.sub.app import app\n"), ("cli/card", ""), ("cli/help", "")):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "__init__.py").write_text(text, encoding="utf-8")
        (tmp_path / folder / "view.py").write_text(
            f"from {PACKAGE}.cli.sub.app import app\nfrom {PACKAGE}.cli.sub import create\nfrom {PACKAGE}.cli.help import X\n",
            encoding="utf-8",
        )
    (tmp_path / "cli/sub/app.py").touch()
    among = facades(tmp_path)

    assert among == {f"{PACKAGE}.cli.sub"}
    assert list(past_a_facade(tmp_path / "cli/card/view.py", tmp_path, among)) == [f"{PACKAGE}.cli.sub.app.app"]
    assert list(past_a_facade(tmp_path / "cli/sub/view.py", tmp_path, among)) == []
    both = [f"{PACKAGE}.cli.sub.app.app", f"{PACKAGE}.cli.sub.create"]
    assert list(other_groups(tmp_path / "cli/card/view.py", tmp_path)) == both
    assert list(other_groups(tmp_path / "cli/sub/view.py", tmp_path)) == []


def test_no_file_stands_in_a_circle() -> None:
    paths = {f"{PACKAGE}.{file.removesuffix('.py').replace('/', '.')}": ROOT / file for file in FILES}
    modules = frozenset(name for name in paths if not name.endswith(".__init__"))
    graph = {name: imported_modules(paths[name], modules) for name in modules}

    TopologicalSorter(graph).prepare()


def test_the_check_sees_a_circle(tmp_path: Path) -> None:
    first, second = tmp_path / "first.py", tmp_path / "second.py"
    first.write_text("def run():\n    from second import stop\n", encoding="utf-8")
    second.write_text("from first import run\n", encoding="utf-8")
    modules = frozenset({"first", "second"})
    graph = {path.stem: imported_modules(path, modules) for path in (first, second)}

    with pytest.raises(CycleError):
        TopologicalSorter(graph).prepare()


def test_no_file_imports_a_test_module() -> None:
    wrong = {
        path.relative_to(TESTS).as_posix(): names
        for path in sorted(TESTS.rglob("*.py"))
        if (names := list(imported_tests(path)))
    }

    assert wrong == {}


def test_the_check_sees_an_imported_test_module(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.py"
    wrong.write_text("from tests.events.test_event import thin\nfrom tests.cli import test_names\n", encoding="utf-8")

    assert list(imported_tests(wrong)) == ["tests.events.test_event.thin", "tests.cli.test_names"]
