"""Counts for Prometheus, in its text format (https://prometheus.io/docs/instrumenting/exposition_formats/).

Written here rather than with prometheus_client: three dozen lines, no state of the module's, nothing to import.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
Labels = tuple[tuple[str, str], ...]
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
"""The upper ends of the buckets of a histogram, in seconds."""


@dataclass
class Counter:
    """A number that only grows, for each combination of labels."""

    name: str
    help: str
    values: defaultdict[Labels, int] = field(default_factory=lambda: defaultdict(int))
    guard: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, **labels: str) -> None:
        """Report a combination of labels from now on, though it was never counted yet."""
        self.add(0, **labels)

    def add(self, amount: int = 1, **labels: str) -> None:
        with self.guard:
            self.values[tuple(sorted(labels.items()))] += amount

    def lines(self) -> Iterator[str]:
        with self.guard:
            values = dict(self.values)
        yield from family(self.name, self.help, "counter", values)


@dataclass
class Histogram:
    """A histogram of durations in seconds, for each value of one label; without a label for all of them together."""

    name: str
    help: str
    label: str | None = None
    series: dict[str, list[float]] = field(default_factory=dict)
    """For each series the number of each bucket, those beyond all buckets, and the sum of seconds."""
    guard: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        if self.label is None:
            self.begin("")

    def begin(self, value: str) -> None:
        """Report a series from now on, though nothing was observed."""
        self.series.setdefault(value, [0.0] * (len(BUCKETS) + 2))

    def observe(self, seconds: float, value: str = "") -> None:
        with self.guard:
            numbers = self.series.get(value)
            if numbers is None:
                self.begin(value)
                numbers = self.series[value]
            numbers[bisect_left(BUCKETS, seconds)] += 1
            numbers[-1] += seconds

    def lines(self) -> Iterator[str]:
        with self.guard:
            series = {value: list(numbers) for value, numbers in self.series.items()}
        yield f"# HELP {self.name} {self.help}"
        yield f"# TYPE {self.name} histogram"
        for value, numbers in sorted(series.items()):
            own_label = f'{self.label}="{_escape(value)}",' if self.label else ""
            bare = f"{{{own_label[:-1]}}}" if own_label else ""
            total = 0.0
            for limit, count in zip((*map(str, BUCKETS), "+Inf"), numbers, strict=False):
                total += count
                yield f'{self.name}_bucket{{{own_label}le="{limit}"}} {_number(total)}'
            yield f"{self.name}_sum{bare} {numbers[-1]:.6f}"
            yield f"{self.name}_count{bare} {_number(total)}"


def family(name: str, help: str, type: str, values: Mapping[Labels, float]) -> Iterator[str]:
    """Yield the lines of one metric."""
    yield f"# HELP {name} {help}"
    yield f"# TYPE {name} {type}"
    for labels, value in sorted(values.items()):
        label_text = ",".join(f'{label}="{_escape(text)}"' for label, text in labels)
        yield f"{name}{{{label_text}}} {_number(value)}" if label_text else f"{name} {_number(value)}"


def _number(value: float) -> str:
    """Return a value with all its digits: a count beyond a million, and a time, need more than six."""
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
