"""Rules that hold for every catalog: a plan after apply is empty, whatever was there before and wherever it broke."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from stripe_billing_cli.catalog import snapshot
from stripe_billing_cli.catalog.file.load import Source, load_catalog
from stripe_billing_cli.catalog.plan import Plan
from stripe_billing_cli.catalog.planner import make_plan
from stripe_billing_cli.local_stripe.transport import LocalTransport
from stripe_billing_cli.stripe_api.errors import StripeCallError
from tests.catalog.random_catalogs import catalogs
from tests.contract import ContractTransport
from tests.soak import Soak
from tests.troubled import Killed, Trouble, TroubledTransport, apply, connected


def plan_of(text: str, path: Path) -> Plan:
    catalog = load_catalog(Source("catalog.yaml", text))
    api = connected(ContractTransport(LocalTransport(path)))
    return make_plan(catalog, snapshot.read(api, catalog, whole=True), prune=True)


FEW, MANY = 9, 400
"""Catalogs that are tried in `make test`, and in a soak."""
BROKEN = st.tuples(st.integers(1, 30), st.booleans(), st.sampled_from(["kill", "timeout", "500", "429"]))


def trying(soak: Soak) -> settings:
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large]
    return settings(max_examples=MANY if soak.whole else FEW, deadline=None, database=None, suppress_health_check=slow)


@pytest.mark.soak
def test_the_plan_after_an_apply_is_empty_whatever_was_applied_before(soak: Soak) -> None:
    @seed(soak.random.randrange(10**9))
    @trying(soak)
    @given(st.lists(catalogs(), min_size=1, max_size=4))
    def nothing_is_left(texts: list[str]) -> None:
        with tempfile.TemporaryDirectory() as scratch:
            path = Path(scratch) / "local.db"
            for text in texts:
                outcome = apply(text, connected(ContractTransport(LocalTransport(path))))
                assert outcome.complete, outcome
                assert plan_of(text, path).changes == ()

    nothing_is_left()


@pytest.mark.soak
def test_an_apply_broken_anywhere_is_completed_by_the_next(soak: Soak) -> None:
    @seed(soak.random.randrange(10**9))
    @trying(soak)
    @given(catalogs(), catalogs(), BROKEN)
    def completed(before: str, text: str, break_: tuple[int, bool, str]) -> None:
        at, after, kind = break_
        with tempfile.TemporaryDirectory() as scratch:
            path = Path(scratch) / "local.db"
            apply(before, connected(LocalTransport(path)))
            transport = TroubledTransport(LocalTransport(path), Trouble(kind, at, after, lasting=True))
            with contextlib.suppress(Killed, StripeCallError):
                apply(text, connected(transport))

            assert apply(text, connected(LocalTransport(path))).complete

            assert plan_of(text, path).changes == ()
            prices = [price for page in connected(LocalTransport(path)).pages("/v1/prices", {}) for price in page]
            keys = [price["metadata"]["billing_key"] for price in prices if price["active"]]
            assert len(keys) == len(set(keys)), "no price was made twice"

    completed()
