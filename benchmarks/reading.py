"""The calls of a plan in an account of unknown size: at most twice the cheaper of sweeping and asking, and five more.

Over accounts of five sizes, files of seven shapes, with lookup keys and without, where Stripe's search is to be had
and where it is not.
"""

from __future__ import annotations

import copy
import itertools
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from benchmarks.measure import Result
from benchmarks.models import create
from stripe_billing_cli.catalog import snapshot
from stripe_billing_cli.catalog.account_reader import AccountReader
from stripe_billing_cli.catalog.contents import Catalog
from stripe_billing_cli.catalog.file.load import Source, load_catalog
from stripe_billing_cli.catalog.planner import make_plan
from stripe_billing_cli.local_stripe.core.store import Store
from stripe_billing_cli.stripe_api.client import ApiCall, StripeApi, connect_locally

OTHERS = (0, 500, 2_000, 10_000, 50_000)
SHAPES = ((10, 1), (50, 1), (20, 25), (100, 5), (250, 2), (500, 1), (1000, 1))
"""Products of the file, and prices of each."""
OTHERS_OF_A_PRODUCT = 20
MORE = 5
LARGE, PRICES, MOST = 50_000, 500, 130


@dataclass(frozen=True)
class Case:
    others: int
    products: int
    each: int
    has_keys: bool
    has_search: bool

    @property
    def sweeping(self) -> int:
        """Return how many calls it takes to read all products and prices."""
        prices = self.others + self.products * self.each + 1
        products = self.others // OTHERS_OF_A_PRODUCT + self.products + 1
        return pages(prices) + pages(products)

    @property
    def asking(self) -> int:
        """Return how many calls it takes to ask for those of the file: by ten lookup keys, where a search finds what
        has the catalog's mark and no key, else by product: Stripe lists prices by nothing else that a file says."""
        by_key = self.products * self.each / 10 if self.has_keys and self.has_search else self.products
        return pages(self.products) + int(min(by_key, self.products))

    @property
    def limit(self) -> int:
        return 2 * min(self.sweeping, self.asking) + MORE

    def __str__(self) -> str:
        keys = "keys" if self.has_keys else "no keys"
        search = "search" if self.has_search else "no search"
        return f"{self.products} × {self.each} in {self.others:,}, {keys}, {search}"


def pages(objects: int) -> int:
    return -(-objects // 100)


def run() -> list[Result]:
    print("\nReading of an account of unknown size: calls, against twice the cheaper of sweeping and asking, plus five")
    cases = [Case(others, *shape, *ways) for others, shape, ways in itertools.product(OTHERS, SHAPES, WAYS)]
    calls = {case: _calls(case) for case in cases}
    over = [case for case in cases if calls[case] > case.limit]
    for case in over:
        print(f"     over: {case}: {calls[case]} calls, {case.limit} allowed")
    worst = max(cases, key=lambda case: calls[case] / case.limit)
    large = [case for case in cases if (case.others, case.products * case.each) == (LARGE, PRICES) and case.has_search]
    dearest = max(large, key=lambda case: calls[case])
    return [
        Result(
            "calls of a plan, as a part of what is allowed",
            calls[worst] / worst.limit,
            1,
            "×",
            f"{len(cases)} cases, worst: {worst}: {calls[worst]}",
        ).tell(),
        Result(f"calls for {PRICES} of {LARGE:,}, the dearest shape", calls[dearest], MOST, "", str(dearest)).tell(),
    ]


WAYS = tuple(itertools.product((True, False), (True, False)))


def _calls(case: Case) -> int:
    """Return how many calls for products and prices a plan without changes takes."""
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "local.db"
        catalog = load_catalog(Source("catalog.yaml", _text(case)))
        _fill(path, catalog, case.others)
        calls: list[ApiCall] = []
        api = connect_locally(path, trace=calls.append)
        with _search(api, there=case.has_search):
            plan = make_plan(catalog, snapshot.read(api, catalog))
    if plan.changes:
        raise SystemExit(f"{case}: the plan of an account that holds the catalog has changes")
    return sum(call.path.startswith(("/v1/prices", "/v1/products")) for call in calls)


@contextmanager
def _search(api: StripeApi, *, there: bool) -> Iterator[None]:
    """Have no search in the account, unless it is there; the call that finds out counts."""
    search = AccountReader.search

    def none(reader: AccountReader, object_type: type[Any], path: str, query: str, *, pages_at_most: int) -> None:
        api.page(path, {"limit": 1})

    if not there:
        AccountReader.search = none  # type: ignore[method-assign,assignment]
    try:
        yield
    finally:
        AccountReader.search = search  # type: ignore[method-assign]


def _text(case: Case) -> str:
    without = "" if case.has_keys else ", lookup_key: null"
    lines = ["version: 1", "catalog: bench", "currency: usd", "products:"]
    for product in range(case.products):
        lines += [f"  p{product}:", f"    name: Product {product}", "    prices:"]
        lines += [f"      m{one}: {{unit_amount: {100 + one}, recurring: month{without}}}" for one in range(case.each)]
    return "\n".join(lines) + "\n"


def _fill(path: Path, catalog: Catalog, others: int) -> None:
    """Put the catalog into an account as one apply does, eight a second, and then a price a minute of others'."""
    api = connect_locally(path)
    product = create(api, "/v1/products", {"name": "Other"})
    month = {"product": product["id"], "unit_amount": 100, "currency": "usd", "recurring": {"interval": "month"}}
    price = create(api, "/v1/prices", month)
    began = price["created"] - 60 * others - 1_000_000
    products, prices = list[Any](), list[Any]()
    for entry in catalog.entries():
        original, copies = (product, products) if entry.kind == "product" else (price, prices)
        own: dict[str, Any] = (
            {"id": entry.key, "name": cast(Any, entry.content).name} if entry.kind == "product" else {}
        )
        if entry.parent:
            amount = int(str(entry.fields["unit_amount"]))
            own = {
                "id": f"price_1Ours{len(prices):018d}",
                "product": entry.parent.key,
                "lookup_key": entry.fields["lookup_key"],
                "unit_amount": amount,
                "unit_amount_decimal": str(amount),
            }
        mark = {"billing_catalog": catalog.name, "billing_key": entry.key}
        copies.append({**copy.deepcopy(original), **own, "created": began + len(prices) // 8, "metadata": mark})
    for number in range(others):
        owner = f"prod_Other{number // OTHERS_OF_A_PRODUCT:018d}"
        created_at = began + 1000 + 60 * number
        if number % OTHERS_OF_A_PRODUCT == 0:
            products.append({**copy.deepcopy(product), "id": owner, "created": created_at})
        prices.append(
            {**copy.deepcopy(price), "id": f"price_1Other{number:018d}", "product": owner, "created": created_at}
        )
    store = Store(path)
    store.insert_many("product", products)
    store.insert_many("price", prices)
    store.close()
