"""Problems of a catalog file, each with its place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from stripe_billing_cli.catalog.entries import Location
from stripe_billing_cli.errors import ErrorLocation, Mistake, MistakesError

MOST = 100
"""So many problems are reported; a file with more is not a catalog."""


@dataclass(frozen=True)
class Problem:
    """A problem, one mistake: its place (line and column from 1; 0 for the file as a whole), what it is, and the way
    out."""

    file: str
    where: Location
    message: str
    hint: str
    object: str | None = None
    """Kind and key of the entry that it is about."""

    def __str__(self) -> str:
        place = f"{self.file}:{self.where.line}:{self.where.column}" if self.where.line else self.file
        return f"{place}: {self.message}"


class CatalogErrors(MistakesError):
    """The problems of a file, in their order there; `left_out` counts those past the first hundred."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        sorted_problems = sorted(
            set(problems), key=lambda problem: (problem.where.line, problem.where.column, problem.message)
        )
        self.problems = tuple(sorted_problems[:MOST])
        self.left_out = len(sorted_problems) - len(self.problems)
        lines = [f"{problem}\n    {problem.hint}" if problem.hint else str(problem) for problem in self.problems]
        if self.left_out:
            lines.append(f"and {self.left_out:,} more\n    mend these first, and run it again")
        mistakes = tuple(Mistake(one.object, one.message, _location(one), one.hint) for one in self.problems)
        super().__init__("catalog", "\n".join(lines), mistakes)


def _location(problem: Problem) -> ErrorLocation:
    return ErrorLocation(problem.file, problem.where.line or None, problem.where.column or None)
