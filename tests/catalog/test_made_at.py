"""Objects of a list that are read by when they were made: each once, for no more calls than by their ids."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stripe_billing_cli.catalog import made_at
from stripe_billing_cli.catalog.made_at import Page, read_stretch

PAGE = 5
BEGAN = 1_700_000_000


class Listed:
    """A list of Stripe's, newest first, and its objects by id; of both the calls are counted."""

    def __init__(self, creation_times: Mapping[str, int]) -> None:
        self._created = creation_times
        self.calls = 0

    def page(self, params: Mapping[str, Any]) -> Page:
        self.calls += 1
        bounds = params["created"]
        within = [one for one, at in self._created.items() if bounds["gte"] <= at <= bounds["lte"]]
        within.sort(key=lambda one: self._created[one], reverse=True)
        return [{"id": one, "created": self._created[one]} for one in within[:PAGE]], len(within) > PAGE

    def one(self, object_id: str) -> dict[str, Any] | None:
        self.calls += 1
        return {"id": object_id, "created": self._created[object_id]} if object_id in self._created else None


@given(
    others=st.lists(st.integers(0, 300), max_size=60),
    times=st.lists(st.integers(0, 300), max_size=40),
    deleted_count=st.integers(0, 3),
)
def test_each_object_that_is_there_is_found(others: list[int], times: list[int], deleted_count: int) -> None:
    creation_times = {f"wanted{number}": BEGAN + at for number, at in enumerate(times)}
    stripe_list = Listed(creation_times | {f"other{number}": BEGAN + at for number, at in enumerate(others)})
    request = dict(
        sorted(
            (creation_times | {f"gone{at}": BEGAN + at for at in range(deleted_count)}).items(),
            key=lambda one: one[1],
            reverse=True,
        )
    )

    objects = read_stretch(request, stripe_list.page, stripe_list.one)

    assert sorted(one["id"] for one in objects) == sorted(creation_times)
    assert stripe_list.calls <= 2 * len(request)


def test_what_one_run_made_is_read_a_page_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(made_at, "PAGE", PAGE)
    creation_times = {f"wanted{number}": BEGAN - number for number in range(10 * PAGE)}
    stripe_list = Listed(creation_times | {f"other{number}": BEGAN + 60 * number for number in range(1, 100)})

    parts = [read_stretch(part, stripe_list.page, stripe_list.one) for part in made_at.stretches(creation_times)]

    assert sum(map(len, parts)) == len(creation_times)
    assert stripe_list.calls <= 10 + made_at.AT_ONCE
    assert made_at.pages_for(creation_times, PAGE) == 10


def test_what_was_made_far_apart_takes_a_call_each() -> None:
    creation_times = {f"wanted{number}": BEGAN - 10_000 * number for number in range(8)}

    assert made_at.pages_for(creation_times, 3_000) == 8
