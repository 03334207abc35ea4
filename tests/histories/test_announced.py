"""What each command of a random history announced is what the account shows, and its preview equals the run."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.cli.sub.history import History, moment
from tests.conftest import Billing
from tests.histories.observed import Observed
from tests.histories.steps import Cancel, Renewal, Step, ends, steps
from tests.soak import Soak
from tests.subscriptions.conftest import Shop

FIRST_OF_APRIL = moment("2026-04-01")
PARTS = 5
"""Tests into which the histories are divided, for several cores."""
APART = (0, 60)
"""Seconds between two steps: what waits from a change in the same second is not counted again."""
FEW, MANY = 30, 600
"""Histories of each part, in `make test` and in a soak."""


@pytest.mark.soak
@pytest.mark.literal
@pytest.mark.parametrize("part", range(PARTS))
def test_what_was_announced_is_what_happens(billing: Billing, shop: Shop, soak: Soak, part: int) -> None:
    prices = catalog(billing, shop)

    @seed(soak.random.randrange(10**9))
    @settings(
        max_examples=MANY if soak.whole else FEW,
        database=None,
        suppress_health_check=list(HealthCheck),
        print_blob=False,
        phases=[Phase.generate],
    )
    @given(
        st.sampled_from([("small",), ("middle",), ("small-yearly",), ("middle", "calls"), ("small", "large")]),
        st.sampled_from([0, 0, 0, 10]),
        st.lists(steps, max_size=5),
        ends,
        st.sampled_from(APART),
    )
    def announced(first: tuple[str, ...], trial: int, taken: list[Step], end: Cancel, apart: int) -> None:
        history = History.begin(billing, shop, "2026-04-01")
        history.prices = prices
        history.start(*first, **({"trial_period_days": trial} if trial else {}))
        it = Observed(history, FIRST_OF_APRIL)
        for step in (*taken, end, Renewal()):
            if not it.is_over:
                it.advance(it.now + apart)
                step.take(it)

    announced()


def catalog(billing: Billing, shop: Shop) -> dict[str, str]:
    """The prices and coupons of all histories; the ids of prices by their lookup keys."""
    it = History.begin(billing, shop, "2026-04-01")
    for key, amount in (("small", 9.99), ("middle", 20), ("large", 40)):
        it.price(key, amount)
    for key, amount in (("small-yearly", 100), ("large-yearly", 399)):
        it.price(key, amount, "year")
    it.metered("calls", "0.5")
    it.metered("calls-dear", "2")
    shop.post("/v1/coupons", id="HALF", percent_off=50, duration="forever")
    shop.post("/v1/coupons", id="TEN", amount_off=1000, currency="usd", duration="repeating", duration_in_months=3)
    shop.post("/v1/coupons", id="FIRST", percent_off=20, duration="once")
    return it.prices
