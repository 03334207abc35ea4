"""What is wrong with a catalog file, and where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from stripe_billing_cli.catalog.entries import Location
from stripe_billing_cli.errors import WRONG, BillingError, ErrorLocation

MOST = 100
"""So many problems are reported; a file with more is not a catalog."""


@dataclass(frozen=True)
class Problem:
    """One mistake: its place (line and column from 1; 0 for the file as a whole), what it is, and the way out."""

    file: str
    where: Location
    message: str
    hint: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.where.line}:{self.where.column}" if self.where.line else self.file
        return f"{place}: {self.message}"


class CatalogErrors(BillingError):
    """All the problems of a file, in its order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        found = sorted(set(problems), key=lambda problem: (problem.where.line, problem.where.column, problem.message))
        self.problems = tuple(found[:MOST])
        self.left_out = len(found) - len(self.problems)
        lines = [f"{problem}\n    {problem.hint}" if problem.hint else str(problem) for problem in self.problems]
        super().__init__("catalog", "\n".join(lines), exit_code=WRONG, location=_location(self.problems))


def _location(problems: tuple[Problem, ...]) -> ErrorLocation | None:
    """Return the place of the first problem."""
    if not problems:
        return None
    first = problems[0]
    return ErrorLocation(first.file, first.where.line or None, first.where.column or None)
