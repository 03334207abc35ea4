"""What a module imports, as its text says."""

from __future__ import annotations

import ast
from collections.abc import Iterator


def imported_names(text: str) -> Iterator[str]:
    """Yield what a module of this text imports, inside functions and for types too."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
