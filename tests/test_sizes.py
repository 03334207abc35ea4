"""No file of the package is longer than 400 lines, and no function, here or there, is longer than 60."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).parents[1]
LONGEST_FILE = 400
LONGEST_FUNCTION = 60
LONG_TEST_FILES = {
    "tests/catalog/test_apply.py",
    "tests/catalog/test_import.py",
    "tests/catalog/test_load.py",
    "tests/catalog/test_payment_links.py",
    "tests/catalog/test_plan.py",
    "tests/cli/sub/test_announced.py",
    "tests/cli/sub/test_change.py",
    "tests/cli/sub/test_create.py",
    "tests/events/test_store.py",
    "tests/local_stripe/billing/test_invoices.py",
    "tests/local_stripe/resources/test_prices.py",
    "tests/local_stripe/resources/test_schedules.py",
}
"""Test files that are longer still. None is to be added."""


def sources() -> Iterator[tuple[str, str]]:
    """Yield each Python file's path and text."""
    for folder in ("stripe_billing_cli", "tests", "scripts", "benchmarks"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


def long_functions(text: str) -> Iterator[str]:
    """Yield the functions of a file that are too long, each with its lines."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
            lines = node.end_lineno - node.lineno + 1
            if lines > LONGEST_FUNCTION:
                yield f"{node.name}: {lines}"


def may_be_long(text: str) -> bool:
    """Return whether some statement of the file's outermost level spans more lines than a function may have.

    Parsing every file would take seconds."""
    starts = [number for number, line in enumerate(text.splitlines()) if line[:1].isalpha()]
    return any(later - start > LONGEST_FUNCTION for start, later in pairwise([*starts, text.count("\n")]))


def test_no_file_is_too_long_but_those_that_are_named() -> None:
    assert {path for path, text in sources() if len(text.splitlines()) > LONGEST_FILE} == LONG_TEST_FILES


def test_no_function_is_too_long() -> None:
    too_long = {path: names for path, text in sources() if may_be_long(text) and (names := list(long_functions(text)))}
    assert too_long == {}
