"""A file of 500 prices in an account of 50,000: a part is read, whatever the file's shape, in as little memory."""

from __future__ import annotations

import copy
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import BILLING, Result
from benchmarks.models import create
from stripe_billing_cli.local_stripe.core.store import Store
from stripe_billing_cli.stripe_api.client import connect_locally

SHAPES = {"100 products": (100, 5), "a product each": (500, 1)}
PRICES = 500
SMALL, LARGE = 10_000, 50_000
REQUESTS = 130
PEAK = (
    "import resource, subprocess, sys; "
    "ran = subprocess.run(sys.argv[1:], capture_output=True, text=True); "
    "print(sum(line.startswith('GET /v1/') for line in ran.stderr.splitlines()), "
    "resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, ran.returncode)"
)
"""Prints the requests of a command, the most memory that it had (in kB), and its exit code."""


def run() -> list[Result]:
    print(f"\nPlan of a file of {PRICES} prices in an account of {LARGE:,}, and of {SMALL:,}")
    results = []
    for name, shape in SHAPES.items():
        (requests, peak), (_, less) = _planned(LARGE, shape), _planned(SMALL, shape)
        detail = f"{peak / 1000:.0f} MB against {less / 1000:.0f} MB"
        results += [
            Result(f"plan in a large account, requests, {name}", requests, REQUESTS, "").tell(),
            Result("its memory, as a multiple of a fifth of the account's", peak / less, 1.25, "×", detail).tell(),
        ]
    return results


def _planned(others: int, shape: tuple[int, int]) -> tuple[int, int]:
    """Return the requests and the memory (kB) of a plan without changes beside so many prices of somebody else's."""
    with tempfile.TemporaryDirectory() as scratch:
        directory = Path(scratch)
        (directory / "catalog.yaml").write_text(_catalog(*shape), encoding="utf-8")
        subprocess.run([BILLING, "catalog", "apply", "--local"], cwd=directory, check=True, capture_output=True)
        _fill(directory / ".billing" / "local.db", others)
        command = [BILLING, "catalog", "plan", "--local", "--check", "--verbose"]
        ran = subprocess.run(
            [sys.executable, "-c", PEAK, *command], cwd=directory, env=os.environ, capture_output=True, text=True
        )
        requests, peak, code = map(int, ran.stdout.split())
        if code:
            raise SystemExit(f"the plan of an applied catalog ended with {code}")
        return requests, peak


def _catalog(products: int, each: int) -> str:
    lines = ["version: 1", "catalog: bench", "currency: usd", "products:"]
    for product in range(products):
        lines += [f"  p{product}:", f"    name: Product {product}", "    prices:"]
        lines += [f"      m{number}: {{unit_amount: {100 + number}, recurring: month}}" for number in range(each)]
    return "\n".join(lines) + "\n"


def _fill(path: Path, prices: int) -> None:
    """Put products and prices of somebody else's into an account, a price a minute, newer than what is there."""
    api = connect_locally(path)
    product = create(api, "/v1/products", {"name": "Other"})
    price = create(api, "/v1/prices", {"product": product["id"], "unit_amount": 100, "currency": "usd"})
    store = Store(path)
    for kind, model, count in (("product", product, prices // 20), ("price", price, prices)):
        store.insert_many(
            kind,
            [
                {
                    **copy.deepcopy(model),
                    "id": f"{kind}_1Other{number:018d}",
                    "created": model["created"] + 60 * number,
                    **({"product": f"product_1Other{number // 20:018d}"} if kind == "price" else {}),
                }
                for number in range(count)
            ],
        )
    store.close()
