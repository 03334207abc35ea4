"""A ten-product catalog in an account with 20,000 prices that are not its own."""

from __future__ import annotations

import copy
import os
import subprocess
import tempfile
import time
from pathlib import Path

from benchmarks.catalogs import catalog
from benchmarks.measure import BILLING, Result, seconds
from benchmarks.models import create
from benchmarks.served import STRIPE_LIKE, served
from stripe_billing_cli.local_stripe.core.store import Store
from stripe_billing_cli.stripe_api.client import connect_locally

FOREIGN = 20_000
EACH_PRODUCT = 20


def run() -> list[Result]:
    print(f"\nA ten-product catalog in an account with {FOREIGN:,} foreign prices")
    with tempfile.TemporaryDirectory() as scratch:
        directory = Path(scratch)
        (directory / "catalog.yaml").write_text(catalog(10), encoding="utf-8")
        _fill(directory / ".billing" / "local.db")
        with served(directory, *STRIPE_LIKE) as environment:
            seconds([BILLING, "catalog", "apply"], directory, environment)
            start = time.perf_counter()
            ran = subprocess.run(
                [BILLING, "catalog", "plan", "--check", "--verbose"],
                cwd=directory,
                env={**os.environ, **environment},
                capture_output=True,
                text=True,
                check=True,
            )
            took = time.perf_counter() - start
    requests = sum(line.startswith("GET /v1/") for line in ran.stderr.splitlines())
    whole = FOREIGN // 100
    return [
        Result("plan, requests", requests, 30, "", f"a sweep of the account takes {whole} for its prices alone").tell(),
        Result("plan, wall time", took, 4, "s").tell(),
    ]


def _fill(path: Path) -> None:
    """20,000 prices on 1,000 products, copies of one that the local Stripe made."""
    api = connect_locally(path)
    product = create(api, "/v1/products", {"id": "foreign", "name": "Foreign"})
    price = create(api, "/v1/prices", {"product": "foreign", "unit_amount": 100, "currency": "usd"})
    products = [
        {**copy.deepcopy(product), "id": f"foreign_{number}", "created": product["created"] - number}
        for number in range(FOREIGN // EACH_PRODUCT)
    ]
    prices = [
        {
            **copy.deepcopy(price),
            "id": f"price_foreign{number}",
            "product": f"foreign_{number % len(products)}",
            "created": price["created"] - number,
        }
        for number in range(FOREIGN)
    ]
    store = Store(path)
    store.insert_many("product", products)
    store.insert_many("price", prices)
