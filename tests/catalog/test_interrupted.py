"""An apply that is cut off, failed or raced at any call: the next run arrives at the same place."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import stripe

from stripe_billing_cli.catalog.executor import Outcome
from stripe_billing_cli.local_stripe.transport import LocalTransport
from tests.contract import ContractTransport
from tests.soak import Soak
from tests.troubled import PATIENCE, Trouble, TroubledTransport, apply, connected, run_once

BEFORE = """\
version: 1
catalog: keymap
currency: usd
products:
  pro:
    name: Pro
    default_price: monthly
    prices:
      monthly: {unit_amount: 1500, recurring: month}
      yearly: {unit_amount: 15000, recurring: year, currency_options: {eur: {unit_amount: 1}, gbp: {unit_amount: 2}}}
      weekly: {unit_amount: 500, recurring: week}
  going:
    name: Going
    prices:
      once: {unit_amount: 100}
"""
AFTER = """\
version: 1
catalog: keymap
currency: usd
products:
  pro:
    name: Pro with a longer name
    default_price: monthly
    prices:
      monthly: {unit_amount: 2000, recurring: month}
      yearly: {unit_amount: 15000, recurring: year, nickname: Annual, currency_options: {gbp: {unit_amount: 2}}}
      daily: {unit_amount: 80, recurring: day}
  team:
    name: Team
    default_price: seat
    prices:
      seat: {unit_amount: 900, recurring: month}
      setup: {unit_amount: 25000}
"""


def state(path: Path) -> Any:
    """Everything that the account holds, without what differs from run to run: ids of prices and times."""
    api = connected(ContractTransport(LocalTransport(path)))
    expand = {"expand": ["data.tiers", "data.currency_options"]}
    prices = {price["id"]: price for page in api.pages("/v1/prices", expand) for price in page}

    def named(price_id: str | None) -> Any:
        return price_id and (prices[price_id]["metadata"]["billing_key"], prices[price_id]["unit_amount"])

    products = [product for page in api.pages("/v1/products", {}) for product in page]
    volatile = {"id", "created", "updated"}
    return (
        sorted(
            repr({**_without(product, {"created", "updated"}), "default_price": named(product["default_price"])})
            for product in products
        ),
        sorted(repr(_without(price, volatile)) for price in prices.values()),
    )


def _without(object: Any, fields: set[str]) -> dict[str, Any]:
    return {name: value for name, value in object.items() if name not in fields}


@pytest.fixture(scope="module")
def account_before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An account that holds `BEFORE`."""
    path = tmp_path_factory.mktemp("before") / "local.db"
    transport = LocalTransport(path)
    assert apply(BEFORE, connected(transport)).complete
    transport.close()
    return path


@pytest.fixture(scope="module")
def uninterrupted_end(account_before: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, int]:
    """What an uninterrupted run comes to, and the number of calls that it takes."""
    path = copied(account_before, tmp_path_factory.mktemp("expected"))
    transport = TroubledTransport(LocalTransport(path))
    assert apply(AFTER, connected(transport)).complete
    return state(path), transport.calls


def copied(source: Path, directory: Path) -> Path:
    directory.mkdir(exist_ok=True)
    for file in source.parent.glob("local.db*"):
        shutil.copy(file, directory / file.name)
    return directory / "local.db"


def every_call(calls: int) -> Iterator[tuple[int, bool]]:
    for at in range(1, calls + 1):
        yield at, False
        yield at, True


KILLED = ("kill", True)
PART = 5
"""So many calls are tried outside of a soak, and three times as many with a kill."""


@pytest.mark.soak
@pytest.mark.parametrize(
    ("kind", "is_lasting"),
    [KILLED, *((kind, lasting) for kind in ("timeout", "half", "500", "409", "429") for lasting in (True, False))],
)
def test_trouble_at_any_call_leaves_what_the_next_run_completes(
    kind: str, is_lasting: bool, account_before: Path, uninterrupted_end: tuple[Any, int], tmp_path: Path, soak: Soak
) -> None:
    end, calls = uninterrupted_end
    assert calls > 15, "the catalog must exercise creates, updates, replacements and archivings"
    cases = list(every_call(calls))
    for at, after in soak.part(cases, 3 * PART if (kind, is_lasting) == KILLED else PART):
        path = copied(account_before, tmp_path / f"{at}-{after}")
        transport = TroubledTransport(LocalTransport(path), Trouble(kind, at, after, is_lasting))
        run_once(lambda: apply(AFTER, connected(transport)))  # noqa: B023

        again = apply(AFTER, connected(LocalTransport(path)))

        where = f"{kind} {'after' if after else 'before'} call {at}"
        assert again.complete, where
        assert state(path) == end, where


@pytest.mark.soak
@pytest.mark.parametrize("kind", ["timeout", "half", "500", "409", "429"])
def test_passing_trouble_is_sat_out_within_the_run(
    kind: str, account_before: Path, uninterrupted_end: tuple[Any, int], tmp_path: Path, soak: Soak
) -> None:
    end, calls = uninterrupted_end
    for at, after in soak.part(list(every_call(calls)), PART):
        path = copied(account_before, tmp_path / f"{at}-{after}")
        transport = TroubledTransport(LocalTransport(path), Trouble(kind, at, after))

        outcome = apply(AFTER, connected(transport, PATIENCE))

        where = f"{kind} {'after' if after else 'before'} call {at}"
        assert outcome.complete, where
        assert state(path) == end, where


def two_at_once(path: Path) -> list[Outcome]:
    """Return the outcomes of two applies of `AFTER` that begin together; a third one follows them."""
    gate = threading.Barrier(2)
    outcomes: list[Outcome] = []

    def one() -> None:
        transport = LocalTransport(path)
        gate.wait()
        outcomes.append(apply(AFTER, connected(transport, PATIENCE)))

    threads = [threading.Thread(target=one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    apply(AFTER, connected(LocalTransport(path)))
    return outcomes


def test_two_applies_at_once_make_one_account(
    account_before: Path, uninterrupted_end: tuple[Any, int], tmp_path: Path
) -> None:
    end, _ = uninterrupted_end
    for number in range(12):
        path = copied(account_before, tmp_path / str(number))
        assert len(two_at_once(path)) == 2
        assert state(path) == end


def test_two_first_applies_at_once_make_one_account(tmp_path: Path) -> None:
    single = tmp_path / "single" / "local.db"
    apply(AFTER, connected(LocalTransport(single)))
    for number in range(8):
        path = tmp_path / str(number) / "local.db"
        LocalTransport(path).close()
        two_at_once(path)
        assert state(path) == state(single)


class TestStaleAnswers:
    """Stripe repeats the first answer to an idempotency key for 24 hours, whatever has happened since."""

    def test_a_price_archived_and_restored_and_archived_again_is_restored_each_time(self, tmp_path: Path) -> None:
        path = tmp_path / "local.db"
        api = connected(LocalTransport(path))
        apply(BEFORE, api)
        end = state(path)
        [weekly] = api.page("/v1/prices", {"lookup_keys": ["pro.weekly"]})[0]
        for _ in range(3):
            api.post(f"/v1/prices/{weekly['id']}", {"active": False})
            assert apply(BEFORE, api).complete
            assert state(path) == end

    def test_an_amount_that_goes_back_and_forth_arrives_each_time(self, tmp_path: Path) -> None:
        path = tmp_path / "local.db"
        api = connected(LocalTransport(path))
        for amount in (500, 600, 500, 700, 600, 500):
            assert apply(BEFORE.replace("unit_amount: 500,", f"unit_amount: {amount},"), api).complete
            [weekly] = api.page("/v1/prices", {"lookup_keys": ["pro.weekly"]})[0]
            assert (weekly["unit_amount"], weekly["active"]) == (amount, True)
        assert len([price for page in api.pages("/v1/prices", {}) for price in page]) == 6

    def test_a_product_that_was_deleted_within_the_day_is_made_again(self, tmp_path: Path) -> None:
        catalog = "version: 1\ncatalog: keymap\nproducts: {bare: {name: Bare}}\n"
        api = connected(LocalTransport(tmp_path / "local.db"))
        apply(catalog, api)
        api.delete("/v1/products/bare")

        assert apply(catalog, api).complete

        assert api.get("/v1/products/bare")["name"] == "Bare"

    def test_a_price_stripped_of_its_marks_within_the_day_is_not_taken_for_the_new_one(self, tmp_path: Path) -> None:
        api = connected(LocalTransport(tmp_path / "local.db"))
        apply(BEFORE, api)
        [weekly] = api.page("/v1/prices", {"lookup_keys": ["pro.weekly"]})[0]
        marks = {"billing_catalog": "", "billing_key": ""}
        other = {"product": "going", "unit_amount": 1, "currency": "usd", "lookup_key": "pro.weekly"}
        holder = api.post("/v1/prices", {**other, "transfer_lookup_key": True}).body
        api.post(f"/v1/prices/{holder['id']}", {"lookup_key": "elsewhere"})
        api.post(f"/v1/prices/{weekly['id']}", {"metadata": marks, "active": False})

        assert apply(BEFORE, api).complete

        [price] = api.page("/v1/prices", {"lookup_keys": ["pro.weekly"]})[0]
        assert price["id"] != weekly["id"]
        assert (price["unit_amount"], price["active"]) == (500, True)

    def test_a_remembered_error_does_not_last_for_the_day(self, tmp_path: Path) -> None:
        """A 500 from a started execution is remembered as well, and repeated."""
        path = tmp_path / "local.db"
        transport = Remembering500(LocalTransport(path))

        products_failed = apply(BEFORE, connected(transport))
        assert not products_failed.complete
        prices_failed = apply(BEFORE, connected(transport))
        assert not prices_failed.complete

        assert apply(BEFORE, connected(transport)).complete


class Remembering500(stripe.HTTPClient):
    """Answers the first create of each object with a 500 that did nothing, and remembers it by its key."""

    name = "remembering"

    def __init__(self, inner: stripe.HTTPClient) -> None:
        super().__init__()
        self._inner = inner
        self._failed: set[str] = set()
        self._done_with: set[str] = set()

    def request(self, method: str, url: str, headers: Any, post_data: Any = None, **_: Any) -> Any:
        if method != "post" or not url.endswith(("/v1/prices", "/v1/products")):
            return self._inner.request(method, url, headers, post_data)
        key = headers["Idempotency-Key"]
        body = '{"error": {"type": "api_error", "message": "An error occurred"}}'
        if key in self._failed:
            return body, 500, {"Idempotent-Replayed": "true"}
        if post_data not in self._done_with:
            self._done_with.add(post_data)
            self._failed.add(key)
            return body, 500, {}
        return self._inner.request(method, url, headers, post_data)

    def close(self) -> None:
        pass
