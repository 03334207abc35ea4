"""Reading a long list in several places at once finds every object once, however they were made."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stripe_billing_cli.catalog import parallel_pages
from stripe_billing_cli.catalog.long_list import LongList
from stripe_billing_cli.catalog.parallel_pages import Page, Sweep


class ListOf:
    """A list of Stripe's: objects by the second of their creation, newest first, a hundred (here: `page`) a call."""

    def __init__(self, creation_times: list[int], page: int) -> None:
        self._objects = [{"id": f"price_{number}", "created": at} for number, at in enumerate(sorted(creation_times))][
            ::-1
        ]
        self._page = page
        self._lock = Lock()
        self.calls = 0

    def __call__(self, params: Mapping[str, Any]) -> Page:
        with self._lock:
            self.calls += 1
        bounds = params.get("created", {})
        objects = self._objects
        if "starting_after" in params:
            after = next(number for number, one in enumerate(objects) if one["id"] == params["starting_after"])
            objects = objects[after + 1 :]
        within = [one for one in objects if bounds.get("gte", 0) <= one["created"] < bounds.get("lt", 10**12)]
        return within[: self._page], len(within) > self._page

    @property
    def ids(self) -> list[str]:
        return sorted(one["id"] for one in self._objects)


@given(
    creation_times=st.lists(st.integers(1_700_000_000, 1_700_000_400), max_size=120),
    page=st.integers(1, 9),
    expected_count=st.integers(0, 200),
)
@settings(max_examples=150, deadline=None)
def test_every_object_is_found_once_whatever_the_guess(
    creation_times: list[int], page: int, expected_count: int
) -> None:
    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(4) as pool:
        patch.setattr(parallel_pages, "PAGE", page)
        stripe_list = ListOf(creation_times, page)
        reader = Sweep(stripe_list, expected_count=expected_count, pages_at_most=None)

        objects = reader.run(pool)

    assert sorted(one["id"] for one in objects) == stripe_list.ids
    assert reader.finished
    assert stripe_list.calls <= len(creation_times) // page + 1 + parallel_pages.CUTS


def test_a_sweep_that_may_not_go_to_the_end_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel_pages, "PAGE", 2)
    stripe_list = ListOf(list(range(1_700_000_000, 1_700_000_020)), 2)

    with ThreadPoolExecutor(4) as pool:
        reader = Sweep(stripe_list, expected_count=20, pages_at_most=3)
        objects = reader.run(pool)

    assert not reader.finished
    assert stripe_list.calls == 3
    assert len(objects) <= 6


@pytest.mark.parametrize("pages", [1, 5, 12, 30, 60, 99, 100, 101, 150, 199, 240, 500])
@pytest.mark.parametrize("calls_of_asking", [1, 4, 9, 30, 100])
def test_a_sweep_costs_no_more_than_the_cheaper_way_and_asking_after_it_twice_that(
    pages: int, calls_of_asking: int
) -> None:
    """Of an account whose objects were made evenly, of whatever size."""
    stripe_list = ListOf([1_700_000_000 + 60 * number for number in range(100 * pages)], 100)

    with ThreadPoolExecutor(4) as pool:
        reader = LongList(stripe_list, pool, expected_count=calls_of_asking * 5)
        reader.read_to(min(calls_of_asking, calls_of_asking // 20 + 6))
        reader.read_to(calls_of_asking)

    if reader.complete:
        assert len(reader.objects) == 100 * pages
    calls = stripe_list.calls + (0 if reader.complete else calls_of_asking)
    assert calls <= 2 * min(pages, calls_of_asking) + 5


def test_objects_made_in_one_second_are_no_measure_of_a_list() -> None:
    stripe_list = ListOf([1_700_000_000] * 5_000, 100)

    with ThreadPoolExecutor(4) as pool:
        reader = LongList(stripe_list, pool, expected_count=500)
        reader.read_to(11)
        reader.read_to(60)

    assert reader.complete
