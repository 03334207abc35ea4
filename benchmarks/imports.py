"""An account with 50,000 prices becomes a file, and the file plans to no changes."""

from __future__ import annotations

import copy
import os
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.measure import BILLING, Result, seconds
from benchmarks.models import create
from benchmarks.served import STRIPE_LIKE, served
from stripe_billing_cli.local_stripe.core.store import Store
from stripe_billing_cli.stripe_api.client import connect_locally

PRICES = 50_000
EACH_PRODUCT = 20
MOST_FOR_EACH_HUNDRED = 1.1


def run() -> list[Result]:
    print(f"\nImport of an account with {PRICES:,} prices, 100 ms latency, 100/s and 25/s an operation")
    with tempfile.TemporaryDirectory() as scratch:
        directory = Path(scratch)
        objects = fill(directory / ".billing" / "local.db")
        with served(directory, *STRIPE_LIKE) as environment:
            start = time.perf_counter()
            ran = subprocess.run(
                [BILLING, "catalog", "import", "--verbose"],
                cwd=directory,
                env={**os.environ, **environment},
                capture_output=True,
                text=True,
                check=True,
            )
            took = time.perf_counter() - start
            plan_seconds = seconds([BILLING, "catalog", "plan", "--check"], directory, environment)
        size = (directory / "catalog.yaml").stat().st_size
    requests = sum(line.startswith("GET /v1/") for line in ran.stderr.splitlines())
    hundreds = objects / 100
    detail = f"{requests:,} requests for {objects:,} objects, in {took:.0f} s"
    return [
        Result(
            "import, requests for each hundred objects", requests / hundreds, MOST_FOR_EACH_HUNDRED, "", detail
        ).tell(),
        Result("plan of that file without changes, wall time", plan_seconds, 120, "s", f"{size / 1e6:.1f} MB").tell(),
    ]


def fill(path: Path) -> int:
    """Put prices on products, copies of some that the local Stripe made; how many objects there are then."""
    api = connect_locally(path)
    product = create(api, "/v1/products", {"name": "Imported"})
    terms: dict[str, Any] = {"product": product["id"], "unit_amount": 100, "currency": "usd"}
    models = [
        create(api, "/v1/prices", {**terms, **more})
        for more in (
            {},
            {"recurring": {"interval": "month"}},
            {"recurring": {"interval": "year"}, "nickname": "Yearly"},
        )
    ]
    products = [
        {
            **copy.deepcopy(product),
            "id": f"prod_Bench{number:09d}",
            "name": f"Product {number}",
            "created": product["created"] - number,
        }
        for number in range(PRICES // EACH_PRODUCT)
    ]
    prices = [
        {
            **copy.deepcopy(models[number % len(models)]),
            "id": f"price_1Bench{number:018d}",
            "product": products[number % len(products)]["id"],
            "created": models[0]["created"] - number,
            "lookup_key": f"key_{number}" if number % 2 else None,
        }
        for number in range(PRICES)
    ]
    store = Store(path)
    store.insert_many("product", products)
    store.insert_many("price", prices)
    store.close()
    return len(products) + len(prices) + 1 + len(models)
