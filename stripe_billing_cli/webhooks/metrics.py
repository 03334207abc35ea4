"""Counts for Prometheus, in its text format (https://prometheus.io/docs/instrumenting/exposition_formats/).

Written here rather than with prometheus_client: three dozen lines, no state of the module's, nothing to import.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
Labels = tuple[tuple[str, str], ...]


@dataclass
class Counter:
    """A number that only grows, for each combination of labels."""

    name: str
    help: str
    values: defaultdict[Labels, int] = field(default_factory=lambda: defaultdict(int))
    guard: threading.Lock = field(default_factory=threading.Lock)

    def add(self, amount: int = 1, **labels: str) -> None:
        with self.guard:
            self.values[tuple(sorted(labels.items()))] += amount

    def lines(self) -> Iterator[str]:
        with self.guard:
            values = dict(self.values)
        yield from family(self.name, self.help, "counter", values)


def family(name: str, help: str, type: str, values: Mapping[Labels, float]) -> Iterator[str]:
    """The lines of one metric."""
    yield f"# HELP {name} {help}"
    yield f"# TYPE {name} {type}"
    for labels, value in sorted(values.items()):
        named = ",".join(f'{label}="{_escaped(text)}"' for label, text in labels)
        yield f"{name}{{{named}}} {value:g}" if named else f"{name} {value:g}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
