"""What a page of a list costs in a small account and in one with 100,000 objects, both lists read in turns."""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.measure import Result
from benchmarks.models import create
from stripe_billing_cli.local_stripe.core.store import Store
from stripe_billing_cli.stripe_api.client import StripeApi, connect_locally

KINDS = ("product", "price", "customer", "subscription", "invoice", "payment_intent", "charge", "balance_transaction")
SMALL = 200
LARGE = 12_500
EACH = 100
"""How many objects of a kind a customer or a product has, in either account."""
TURNS = 15
LIMIT = 1.3

PAGES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("/v1/products", {}),
    ("/v1/products", {"active": True}),
    ("/v1/prices", {"expand": ["data.product"]}),
    ("/v1/prices", {"product": "product_1"}),
    ("/v1/customers", {}),
    ("/v1/customers", {"email": "nobody@example.com"}),
    ("/v1/subscriptions", {"status": "all"}),
    ("/v1/subscriptions", {"customer": "customer_1"}),
    ("/v1/subscriptions", {"price": "price_7"}),
    ("/v1/invoices", {}),
    ("/v1/invoices", {"customer": "customer_1"}),
    ("/v1/invoices", {"subscription": "subscription_7"}),
    ("/v1/invoices", {"status": "open"}),
    ("/v1/invoices", {"status": "paid"}),
    ("/v1/payment_intents", {}),
    ("/v1/charges", {}),
    ("/v1/charges", {"customer": "customer_1"}),
    ("/v1/charges", {"payment_intent": "payment_intent_7"}),
    ("/v1/balance_transactions", {}),
    ("/v1/events", {}),
)


def run() -> list[Result]:
    print(f"\nA page of 100 in an account with {LARGE * len(KINDS):,} objects, against one with {SMALL * len(KINDS):,}")
    with tempfile.TemporaryDirectory() as scratch:
        small, large = Path(scratch) / "small.db", Path(scratch) / "large.db"
        _fill(small, SMALL)
        _fill(large, LARGE)
        accounts = connect_locally(small), connect_locally(large)
        return [_compared(path, params, *accounts) for path, params in PAGES]


def _compared(path: str, params: dict[str, Any], small: StripeApi, large: StripeApi) -> Result:
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(TURNS):
        for api, seconds in zip((small, large), times, strict=True):
            start = time.perf_counter()
            api.get(path, {**params, "limit": 100})
            seconds.append(time.perf_counter() - start)
    before, after = (statistics.median(seconds) for seconds in times)
    asked = " ".join(f"{name}={value}" for name, value in params.items())
    detail = f"{before * 1000:.1f} ms, {after * 1000:.1f} ms"
    return Result(f"{path} {asked}".strip(), after / before, LIMIT, "×", detail).tell()


def _fill(path: Path, count: int) -> None:
    """Copy what one paid subscription makes, `count` times of each kind, with ids and references of their own."""
    api = connect_locally(path)
    api.post("/v1/products", {"id": "product_0", "name": "Plan"})
    recurring = {"interval": "month"}
    price = create(
        api, "/v1/prices", {"product": "product_0", "unit_amount": 1000, "currency": "usd", "recurring": recurring}
    )
    card = {"payment_method": "pm_card_visa", "invoice_settings": {"default_payment_method": "pm_card_visa"}}
    customer = create(api, "/v1/customers", {"email": "ada@example.com", **card})
    api.post("/v1/subscriptions", {"customer": customer["id"], "items": [{"price": price["id"]}]})
    store = Store(path)
    originals = {kind: store.dump(kind)[0] for kind in KINDS}
    for kind in KINDS:
        store.insert_many(kind, (_copy(originals, kind, number, count) for number in range(1, count)))
    store.close()


def _copy(originals: dict[str, Any], kind: str, number: int, count: int) -> Any:
    text = json.dumps(originals[kind])
    for other, original in originals.items():
        place = number % (count // EACH) if other in ("customer", "product") and kind != other else number
        text = text.replace(f'"{original["id"]}"', f'"{other}_{place}"')
    copy = json.loads(text)
    for name in ("created", "_created"):
        if name in copy:
            copy[name] -= number
    return copy
