"""Timing whole commands, and telling the result against its limit."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

BILLING = str(Path(sys.executable).with_name("billing"))


@dataclass(frozen=True)
class Result:
    """A figure and the most that it may be."""

    name: str
    figure: float
    limit: float
    unit: str
    detail: str = ""

    @property
    def met(self) -> bool:
        return self.figure <= self.limit

    def tell(self) -> Result:
        mark = "ok  " if self.met else "MISS"
        figure = f"{self.figure:8.2f} {self.unit:<4} (at most {self.limit:g})"
        print(f"{mark} {self.name:<58} {figure}  {self.detail}", flush=True)
        return self


def seconds(command: Sequence[str], directory: Path, environment: Mapping[str, str] | None = None) -> float:
    """Wall time of one command, which must succeed."""
    start = time.perf_counter()
    ran = subprocess.run(
        command, cwd=directory, env={**os.environ, **(environment or {})}, capture_output=True, text=True, check=False
    )
    took = time.perf_counter() - start
    if ran.returncode:
        output = f"{ran.stdout[-2000:]}\n{ran.stderr[-2000:]}"
        raise SystemExit(f"{' '.join(command)} failed with {ran.returncode}:\n{output}")
    return took


def ratio(
    command: Sequence[str], against: Sequence[str], directory: Path, runs: int = 20
) -> tuple[float, float, float]:
    """The median wall times of two commands run in turns, and the first as a multiple of the second."""
    seconds(command, directory), seconds(against, directory)  # warm the file cache
    ours, theirs = [], []
    for _ in range(runs):
        ours.append(seconds(command, directory))
        theirs.append(seconds(against, directory))
    median, other = statistics.median(ours), statistics.median(theirs)
    return median, other, median / other
