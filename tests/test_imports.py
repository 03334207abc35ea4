"""The rooms of the house import one way: cli → catalog, subscriptions, webhooks, checkout → stripe_api."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = "stripe_billing_cli"
ROOT = Path(__file__).parent.parent / PACKAGE
MAY_IMPORT = {
    "cli": {
        *("catalog", "subscriptions", "webhooks", "checkout", "stripe_api"),
        *("invoices", "refunds", "cards", "customers"),
    },
    "catalog": {"stripe_api"},
    "subscriptions": {"stripe_api"},
    "invoices": {"subscriptions", "stripe_api"},
    "refunds": {"subscriptions", "stripe_api"},
    "cards": {"subscriptions", "stripe_api"},
    "customers": {"subscriptions", "stripe_api"},
    "webhooks": {"stripe_api"},
    "checkout": {"stripe_api"},
    "stripe_api": set[str](),
    "local_stripe": set[str](),
}
USERS_OF_LOCAL_STRIPE = ("stripe_api/client.py", "cli/local/")
FILES = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.py"))


def imported_rooms(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for name in names:
            parts = name.split(".")
            if parts[0] == PACKAGE and len(parts) > 1 and (ROOT / parts[1]).is_dir():
                yield parts[1]


@pytest.mark.parametrize("file", [file for file in FILES if "/" in file])
def test_a_room_imports_only_the_rooms_below_it(file: str) -> None:
    room = file.split("/")[0]
    allowed = {room} | MAY_IMPORT[room] | ({"local_stripe"} if file.startswith(USERS_OF_LOCAL_STRIPE) else set())
    assert set(imported_rooms(ROOT / file)) <= allowed


def test_the_check_sees_an_import_against_the_direction(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.py"
    wrong.write_text(f"from {PACKAGE}.cli import app\nimport {PACKAGE}.local_stripe.store\n", encoding="utf-8")

    assert set(imported_rooms(wrong)) == {"cli", "local_stripe"}
