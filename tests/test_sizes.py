"""No file, tests included, is longer than 400 lines, and no function is longer than 60."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).parents[1]
LONGEST_FILE = 400
LONGEST_FUNCTION = 60


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


def test_no_file_is_too_long() -> None:
    assert [path for path, text in sources() if len(text.splitlines()) > LONGEST_FILE] == []


def test_no_function_is_too_long() -> None:
    too_long = {path: names for path, text in sources() if may_be_long(text) and (names := list(long_functions(text)))}
    assert too_long == {}
