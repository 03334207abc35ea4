"""A catalog of 1,000 products and 3,000 prices over HTTP: the first apply, and a plan without changes."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from pathlib import Path

from benchmarks.catalogs import catalog
from benchmarks.measure import BILLING, Result, seconds
from benchmarks.served import STRIPE_LIKE, served

PRODUCTS, PRICES_EACH = 1000, 3
PER_OPERATION, IN_ALL = 25, 100
READS = 5
"""The requests of a first apply that are no writes: the account, and one page of each list."""


def run() -> list[Result]:
    prices = PRODUCTS * PRICES_EACH
    print(f"\n{PRODUCTS} products and {prices} prices over HTTP, 100 ms latency, 100/s and 25/s an operation")
    with tempfile.TemporaryDirectory() as scratch:
        directory = Path(scratch)
        (directory / "catalog.yaml").write_text(catalog(PRODUCTS, PRICES_EACH), encoding="utf-8")
        with served(directory, *STRIPE_LIKE) as environment:
            return [*_first_apply(directory, environment), *_plan(directory, environment)]


def _first_apply(directory: Path, environment: dict[str, str]) -> list[Result]:
    writes = {"prices": PRODUCTS * PRICES_EACH, "products": PRODUCTS, "default prices": PRODUCTS}
    least = max(max(writes.values()) / PER_OPERATION, (sum(writes.values()) + READS) / IN_ALL)
    took = seconds([BILLING, "catalog", "apply"], directory, environment)
    detail = f"{took:.1f} s against {least:.1f} s that the limits demand"
    return [Result("first apply, as a multiple of what the limits demand", took / least, 1.15, "×", detail).tell()]


def _plan(directory: Path, environment: dict[str, str]) -> list[Result]:
    command = [BILLING, "catalog", "plan", "--check", "--verbose"]
    start = time.perf_counter()
    ran = subprocess.run(
        command, cwd=directory, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    took = time.perf_counter() - start
    if ran.returncode:
        raise SystemExit(f"plan found changes after apply:\n{ran.stdout[-2000:]}\n{ran.stderr[-2000:]}")
    requests = sum(line.startswith("GET /v1/") for line in ran.stderr.splitlines())
    again = min(took, *(seconds(command[:-1], directory, environment) for _ in range(2)))
    return [
        Result("plan without changes, requests", requests, 45, "").tell(),
        Result("plan without changes, the first of three runs", took, 4, "s", f"best {again:.2f} s").tell(),
    ]
