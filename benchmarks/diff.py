"""Deciding alone: 10,000 prices compared with what Stripe holds, in CPU time."""

from __future__ import annotations

import time

from benchmarks.catalogs import catalog
from benchmarks.held import held_by
from benchmarks.measure import Result

PRODUCTS, PRICES_EACH = 2500, 4


def run() -> list[Result]:
    from stripe_billing_cli.catalog.file.load import Source, load_catalog
    from stripe_billing_cli.catalog.planner import make_plan

    print("\nDeciding, in CPU time")
    new_catalog = load_catalog(Source("catalog.yaml", catalog(PRODUCTS, PRICES_EACH)))
    snapshot = held_by(new_catalog)
    start = time.process_time()
    plan = make_plan(new_catalog, snapshot)
    took = time.process_time() - start
    assert not plan.changes, plan.changes[:3]
    assert plan.unchanged == PRODUCTS * (1 + PRICES_EACH)
    return [Result(f"{PRODUCTS * PRICES_EACH:,} prices diffed", took, 1, "s").tell()]
