"""A plan without changes of a catalog of every kind: how many requests it takes."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from benchmarks.catalogs import catalog
from benchmarks.measure import BILLING, Result

PRODUCTS, PRICES_EACH, WITH_FEATURES = 1000, 3, 25
REQUESTS = 60
"""Beside one for each product that has features."""
OF_EACH = 12
"""So many entries of each other kind."""
FEATURES = """\
    features: [seats, support]
"""


def run() -> list[Result]:
    print(f"\nPlan without changes: every kind, {PRODUCTS} products, {PRODUCTS * PRICES_EACH} prices")
    with tempfile.TemporaryDirectory() as scratch:
        directory = Path(scratch)
        (directory / "catalog.yaml").write_text(every_kind(), encoding="utf-8")
        command = [BILLING, "catalog", "apply", "--local", "--yes", "--secret-file", "secrets"]
        subprocess.run(command, cwd=directory, check=True, capture_output=True)
        command = [BILLING, "catalog", "plan", "--local", "--check", "--verbose"]
        ran = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)
        if ran.returncode:
            raise SystemExit(f"the plan of an applied catalog ended with {ran.returncode}:\n{ran.stdout[-2000:]}")
    requests = sum(line.startswith("GET /v1/") for line in ran.stderr.splitlines())
    detail = f"and {WITH_FEATURES} for the products with features"
    name = "plan of every kind, requests beside those of features"
    return [Result(name, requests - WITH_FEATURES, REQUESTS, "", detail).tell()]


def every_kind() -> str:
    """Return a catalog of every kind; the first products have features."""
    text = catalog(PRODUCTS, PRICES_EACH)
    for number in range(WITH_FEATURES):
        head = f"    name: Product {number}\n"
        text = text.replace(head, head + FEATURES, 1)
    numbers = range(OF_EACH)
    names = [f"bench-{number:05d}" for number in numbers]
    sections = {
        "features": ["seats: {name: Seats}", "support: {name: Support}", *(f"f{one}: {{name: F}}" for one in numbers)],
        "meters": [f"m{one}: {{display_name: M, event_name: m{one}, default_aggregation: sum}}" for one in numbers],
        "coupons": [f"c{one}: {{percent_off: 20, applies_to: [{names[one]}]}}" for one in numbers],
        "promotion_codes": [f"CODE{one}: {{coupon: c{one}, max_redemptions: 9}}" for one in numbers],
        "tax_rates": [f"t{one}: {{display_name: VAT, percentage: {one}, inclusive: true}}" for one in numbers],
        "shipping_rates": [f"s{one}: {{display_name: Post, fixed_amount: {{amount: {one}}}}}" for one in numbers],
        "portal_configurations": [
            f"p{one}: {{features: {{invoice_history: {{enabled: true}}, subscription_update: {{enabled: true, "
            f"default_allowed_updates: [price], products: {{{names[one]}: [p0, p1]}}}}}}}}"
            for one in numbers
        ],
        "webhook_endpoints": [
            f"w{one}: {{url: 'https://example.com/{one}', enabled_events: ['*']}}" for one in numbers
        ],
        "payment_links": [f"l{one}: {{line_items: [{names[one]}.p0]}}" for one in numbers],
    }
    for section, entries in sections.items():
        text += f"{section}:\n" + "".join(f"  {entry}\n" for entry in entries)
    return text
