"""What each command of a random history announced is what the account shows, and its preview equals the run.

`make soak` tries thousands. Its last line but one names the seed, with which the same histories come again:
`make soak SEED=123`, or of one part only, `pytest --soak --soak-seed 123 'tests/histories/test_announced.py::…[2]'`. What
failed is made as short as possible and printed as a `Story`, to be kept in `test_once_wrong.py`.
"""

from __future__ import annotations

import pytest
from hypothesis import given, seed

from tests.conftest import Billing
from tests.histories.stories import Story, catalog, stories
from tests.soak import Soak
from tests.subscriptions.conftest import Shop

PARTS = 5
"""Tests into which the histories are divided, for several cores."""
FEW, MANY = 8, 600
"""Histories of each part, in `make test` and in a soak."""


@pytest.mark.soak
@pytest.mark.literal
@pytest.mark.parametrize("part", range(PARTS))
def test_what_was_announced_is_what_happens(billing: Billing, shop: Shop, soak: Soak, part: int) -> None:
    catalog(billing, shop)

    @seed(soak.random.randrange(10**9))
    @soak.examples(FEW, MANY)
    @given(stories)
    def announced(story: Story) -> None:
        story.tell(billing, shop)

    announced()
